"""What is installed, what it needs, and how light its import is."""

from __future__ import annotations

import configparser
import json
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from tests.conftest import Root

PROJECT = Path(__file__).parents[2]
HEAVY = ("kubernetes", "hera", "requests", "urllib3", "boto3", "botocore", "pymongo", "pymysql", "minio", "pydantic", "pyrage",
         "rich", "git", "copier", "jinja2_ansible_filters", "httpx", "tenacity", "http.client", "ssl")  # fmt: skip


@pytest.fixture(scope="module")
def metadata() -> configparser.ConfigParser:
    parser = configparser.ConfigParser()
    parser.read(PROJECT / "setup.cfg")
    return parser


def _lines(text: str) -> list[str]:
    return [line for line in text.splitlines() if line and not line.startswith("#")]


def test_listed_packages_are_the_folders(metadata: configparser.ConfigParser) -> None:
    folders = {"tutor_launchpad.patches"}
    for base in (PROJECT / "tutor_launchpad", PROJECT / "workflows" / "launchpad_workflows"):
        files = (path for path in base.rglob("*.py") if "__pycache__" not in path.parts)
        folders |= {".".join(path.parent.relative_to(base.parent).parts) for path in files}

    assert sorted(_lines(metadata["options"]["packages"])) == sorted(folders)


def test_each_folder_with_code_is_a_package() -> None:
    for base in ("tutor_launchpad", "workflows/launchpad_workflows"):
        for path in (PROJECT / base).rglob("*.py"):
            assert (path.parent / "__init__.py").exists(), path


def test_supported_tutor_stands_in_one_place(metadata: configparser.ConfigParser) -> None:
    needed = _lines(metadata["options"]["install_requires"])
    listed = subprocess.run(["git", "ls-files"], cwd=PROJECT, capture_output=True, text=True, check=True).stdout
    listed = "\n".join(name for name in listed.splitlines() if not name.startswith("tests/"))
    texts = {
        name: (PROJECT / name).read_text() for name in listed.split() if name.endswith((".py", ".toml", ".ini", ".cfg"))
    }

    assert [one for one in needed if re.match(r"tutor\b(?!-)", one)] == ["tutor>=22.0.0,<23.0.0"]
    assert [name for name, text in texts.items() if re.search(r"\btutor\s*[<>=~]=", text)] == ["setup.cfg"]


def test_python_versions_agree_everywhere(metadata: configparser.ConfigParser) -> None:
    classifiers = re.findall(r"^Programming Language :: Python :: (3\.\d+)$", metadata["metadata"]["classifiers"], re.M)
    oldest = classifiers[0]
    tox, ruff, readme, dockerfile = (
        (PROJECT / name).read_text() for name in ("tox.ini", "ruff.toml", "README.md", "workflows/Dockerfile")
    )
    workflow = yaml.safe_load((PROJECT / ".github" / "workflows" / "tests.yml").read_text())

    assert classifiers == sorted(classifiers, key=lambda version: int(version.split(".")[1]))
    assert metadata["options"]["python_requires"] == f">={oldest}"
    assert metadata["mypy"]["python_version"] == oldest
    assert f'target-version = "py{oldest.replace(".", "")}"' in ruff
    assert [f"3.{minor}" for minor in re.findall(r"\bpy3(\d+)-unit,?(?= |$)", _label(tox))] == classifiers
    assert workflow["jobs"]["code"]["strategy"]["matrix"]["python"] == classifiers
    assert f"With Python {oldest} or later" in readme
    assert re.findall(r"^ARG PYTHON=(.+)$", dockerfile, re.MULTILINE)[0] in classifiers


def _label(tox: str) -> str:
    """The environments of `tox -m versions`."""
    (line,) = re.findall(r"^    versions = (.+)$", tox, re.MULTILINE)
    return str(line)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The names in a wheel that is built from a copy of what Git has."""
    copy, out = tmp_path_factory.mktemp("copy"), tmp_path_factory.mktemp("wheel")
    for top in ("setup.cfg", "pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(PROJECT / top, copy)
    for folder in ("tutor_launchpad", "workflows", "patches"):
        shutil.copytree(PROJECT / folder, copy / folder, ignore=shutil.ignore_patterns("__pycache__"))
    build = f"from setuptools import build_meta; build_meta.build_wheel({str(out)!r})"
    subprocess.run([sys.executable, "-c", build], cwd=copy, check=True, capture_output=True)
    (made,) = out.glob("*.whl")
    with zipfile.ZipFile(made) as archive:
        return archive.namelist()


def test_wheel_holds_code_and_data(wheel: list[str]) -> None:
    for folder, target in (("tutor_launchpad", ""), ("workflows", ""), ("patches", "tutor_launchpad/")):
        base = PROJECT / folder if folder == "workflows" else PROJECT
        for path in (PROJECT / folder).rglob("*"):
            name = target + str(path.relative_to(base))
            if path.is_file() and "__pycache__" not in path.parts and "examples" not in path.parts:
                assert name in wheel or name in ("Dockerfile", "Dockerfile.dockerignore"), name


def test_wheel_holds_nothing_else(wheel: list[str]) -> None:
    tops = {name.split("/")[0] for name in wheel}

    assert {re.sub(r"-[\d.]+(dev\d*)?\.", ".", top) for top in tops} == {
        "tutor_launchpad",
        "launchpad_workflows",
        "tutor_launchpad.dist-info",
    }
    assert not [name for name in wheel if "test" in name.lower() or name.endswith(".pyc")]
    assert {"tutor_launchpad/py.typed", "launchpad_workflows/py.typed"} <= set(wheel)


IMPORT = """
import json, sys

def refuse(event, arguments):
    if event in ("subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "socket.connect", "socket.getaddrinfo"):
        raise SystemExit(f"{event} {arguments}")

import tutor.commands.cli
before = set(sys.modules)
sys.addaudithook(refuse)
import tutor_launchpad.plugin
print(json.dumps(sorted(set(sys.modules) - before)))
"""


def test_import_of_the_plugin_is_light_and_touches_nothing() -> None:
    ran = subprocess.run([sys.executable, "-c", IMPORT], capture_output=True, text=True, check=False)

    assert ran.returncode == 0, ran.stderr
    loaded = json.loads(ran.stdout)
    assert [name for name in loaded if name.startswith("tutor_launchpad.") and "hooks" in name] == [
        "tutor_launchpad.hooks"
    ]
    assert [name for name in loaded if any(name == heavy or name.startswith(f"{heavy}.") for heavy in HEAVY)] == []
    assert not [name for name in loaded if name.startswith(("tutor_launchpad.adapters", "tutor_launchpad.core"))]


def test_tutor_lists_launchpad(root: Root) -> None:
    ran = root.tutor("--help")

    assert re.search(r"^ +launchpad +Deploy and look after this Open edX instance", ran.stdout, re.MULTILINE), (
        ran.stderr
    )


@pytest.mark.parametrize("bucket", ["", "moon"], ids=["without storage", "with storage"])
def test_patches_leave_settings_that_python_reads(make_root: Callable[..., Root], bucket: str) -> None:
    root = make_root(plugins="mfe forum credentials discovery notes")
    root.set(LAUNCHPAD_S3_BUCKET=bucket, LAUNCHPAD_S3_ENDPOINT="https://s3.example.com", LAUNCHPAD_S3_REGION="eu-1")

    ran = root.tutor("config", "save")

    assert ran.status == 0, ran.stderr
    for service in ("lms", "cms"):
        for name in ("production.py", "development.py"):
            path = root.path / "env" / "apps" / "openedx" / "settings" / service / name
            text = path.read_text()
            compile(text, str(path), "exec")
            assert ('AWS_STORAGE_BUCKET_NAME = "moon"' in text) is bool(bucket)
            assert ('PROFILE_IMAGE_BACKEND = {\n    "class": STORAGES' in text) is (
                bool(bucket) and (service, name) == ("lms", "production.py")
            )
