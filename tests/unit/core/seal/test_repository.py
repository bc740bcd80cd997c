"""What a deploy commits, read by somebody who has a copy of the repository and knows what to look for.

The settings are listed by hand: a list that the sealer's own rule made would miss what the rule misses.
"""

from __future__ import annotations

import base64
import hashlib
import html
import json
import os
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote_plus

import pytest
import yaml

from tests.conftest import Root
from tests.unit.core.seal import checker
from tests.unit.plugins import canaries

OWN = {"SENTRY_DSN": "https://canary70aaaabbbbcccc@sentry.example.com/7", "GITHUB_TOKEN": "canary71-token"}
CANARIES = {**canaries.CANARIES, **OWN}
NESTED = {
    "CRM_LOGIN": {"user": "joe", "clientSecret": "canary75-nested"},
    "FEEDS": ["https://joe:canary76%2Ffeed@feeds.example.com/x", "plain"],
    "OPENEDX_EXTRA_PIP_REQUIREMENTS": ["git+https://canary77aaaabbbbcccc@github.com/example/x.git"],
    "BUILD_IDENTITY": "-----BEGIN EC PRIVATE KEY-----\nMHcCcanary78AAAAAAAAAAAAAAAAAAAA\n-----END EC PRIVATE KEY-----\n",
}
NESTED_CANARIES = {
    "nested": "canary75-nested",
    "feed": "canary76%2Ffeed",
    "feed, decoded": "canary76/feed",
    "requirement": "canary77aaaabbbbcccc",
    "line of a key": "MHcCcanary78AAAAAAAAAAAAAAAAAAAA",
}
PLUGINS = ["crm", "discovery", "forum", "launchpad", "mfe", "minio", "notes"]
PLUGIN = """
from tutor import hooks
hooks.Filters.ENV_PATCHES.add_items([
    ("openedx-common-settings", "CRM = {{ CRM_LOGIN }}\\nTOKEN = '{{ GITHUB_TOKEN|upper }}'"),
    ("k8s-override", '''
apiVersion: apps/v1
kind: Deployment
metadata: {name: lms}
spec: {template: {spec: {containers: [{name: lms, env: [
  {name: CRM, value: "{{ CRM_LOGIN.clientSecret }}"}, {name: BASIC, value: "{{ BASIC }}"}]}]}}}
'''),
])
"""


@dataclass(frozen=True)
class Deployed:
    """A root that was deployed twice, with everything that its repository holds."""

    root: Root
    places: dict[str, bytes]
    output: str

    @property
    def canaries(self) -> dict[str, str]:
        """Canary → value."""
        return {**CANARIES, **NESTED_CANARIES}


@pytest.fixture(scope="module")
def deployed(tmp_path_factory: pytest.TempPathFactory) -> Deployed:
    home = tmp_path_factory.mktemp("home")
    (home / "plugins").mkdir()
    (home / "plugins" / "crm.py").write_text(PLUGIN)
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("TUTOR_", "GIT_"))}
    places = {"HOME": str(home), "TUTOR_ROOT": str(home / "root"), "TUTOR_PLUGINS_ROOT": str(home / "plugins")}
    root = Root(home / "root", {**environment, **places, "KUBECONFIG": str(home / "none")})
    root.path.mkdir()
    basic = base64.b64encode(f"joe:{CANARIES['GITHUB_TOKEN']}".encode()).decode()
    settings = {
        **canaries.SETTINGS,
        **OWN,
        **NESTED,
        "BASIC": basic,
        "LAUNCHPAD_SECRET_SETTINGS": ["BASIC"],
        "PLUGINS": PLUGINS,
    }
    (root.path / "config.yml").write_text(yaml.safe_dump(settings))
    first = root.launchpad("deploy")
    root.set(PLATFORM_NAME="Second")
    second = root.launchpad("deploy")
    assert (first.status, second.status) == (0, 0), first.stderr + second.stderr
    output = first.stdout + first.stderr + second.stdout + second.stderr
    return Deployed(root, checker.git_contents(root.repository), output)


def test_everything_was_looked_at(deployed: Deployed) -> None:
    names = "\n".join(deployed.places)

    assert deployed.places["commit messages"].count(b"instance openedx") == 2
    for part in ("config.yml", "launchpad.json", "application.yml", "plugins/crm.py", "requirements.txt"):
        assert f"instances/openedx/{part}@" in names
    assert names.count("/manifests/") > 40
    assert names.count("/sealed/openedx-settings-lms/production.py@") == 2


def test_no_canary_is_in_the_repository(deployed: Deployed) -> None:
    assert checker.leaks(deployed.places, deployed.canaries) == {}


def test_no_part_of_the_rsa_key_is_in_the_repository(deployed: Deployed) -> None:
    assert checker.key_leaks(deployed.places, str(deployed.root.config["JWT_RSA_PRIVATE_KEY"])) == {}


def test_no_digest_of_a_canary_is_in_the_repository(deployed: Deployed) -> None:
    contents = {name: value.encode() for name, value in deployed.canaries.items()}

    assert checker.digest_leaks(deployed.places, contents) == {}


def test_no_canary_is_shown(deployed: Deployed) -> None:
    assert checker.leaks({"output": deployed.output.encode()}, deployed.canaries) == {}


def test_masked_copies_name_what_they_hide(deployed: Deployed) -> None:
    folder = deployed.root.folder / "sealed"
    text = "".join(path.read_text() for path in folder.rglob("*") if path.is_file())

    assert {"«OPENEDX_SECRET_KEY»", "«JWT_RSA_PRIVATE_KEY»", "«CRM_LOGIN.clientSecret»"} <= {
        f"«{part.split('»')[0]}»" for part in text.split("«")[1:]
    }


def test_settings_that_hold_a_secret_are_not_recorded(deployed: Deployed) -> None:
    recorded = yaml.safe_load((deployed.root.folder / "config.yml").read_text())

    assert {*CANARIES, *NESTED} & set(recorded) == set()
    assert recorded["PLATFORM_NAME"] == "Second"


def test_secrets_written_into_files_of_the_root_are_refused(root: Root) -> None:
    plugins = Path(root.environment["TUTOR_PLUGINS_ROOT"])
    (plugins / "own.py").write_text("# login with canary-of-plugin\n")
    basic = base64.b64encode(b"joe:canary-of-setting").decode()
    root.set(PLUGINS=["forum", "launchpad", "mfe", "own"], BASIC=f"Basic {basic}")
    root.set(CMS_OAUTH2_SECRET="canary-of-setting", SMTP_PASSWORD="canary-of-plugin")

    ran = root.launchpad("deploy")

    assert ran.status == 1
    assert "Setting CMS_OAUTH2_SECRET would be readable in Git, in file config.yml" in ran.stderr
    assert "Setting SMTP_PASSWORD would be readable in Git, in file plugins/own.py" in ran.stderr
    assert "canary-of" not in ran.stdout + ran.stderr
    assert not root.repository.exists()


VALUE = "canary<99> + 'x' /=y"


@pytest.mark.parametrize(
    "planted",
    [
        VALUE,
        f"a {VALUE} b",
        json.dumps({"k": VALUE}),
        yaml.safe_dump({"k": VALUE}, default_style='"'),
        html.escape(VALUE),
        quote_plus(VALUE),
        VALUE.encode().hex(),
        *(base64.b64encode(b"123"[:count] + VALUE.encode() + b"tail").decode() for count in range(3)),
        base64.urlsafe_b64encode(f"joe:{VALUE}".encode()).decode(),
    ],
    ids=["plain", "inside", "json", "yaml", "html", "url", "hex", "base64-0", "base64-1", "base64-2", "basic"],
)
@pytest.mark.parametrize("where", ["content", "name"])
def test_checker_finds_what_is_planted(planted: str, where: str) -> None:
    places = {"a": b"nothing", "b": planted.encode()} if where == "content" else {f"x/{planted}": b""}

    assert set(checker.leaks(places, {"K": VALUE})) == {"K"}


@pytest.mark.parametrize("part", ["line", "d", "p", "q", "dp", "dq", "qi"])
@pytest.mark.parametrize("form", ["decimal", "hex", "base64url"])
def test_checker_finds_parts_of_a_key(part: str, form: str, rsa_key: str) -> None:
    parts = dict(checker._key_parts(rsa_key))
    value = parts[next(name for name in parts if name.startswith(part))]
    if isinstance(value, int):
        data = value.to_bytes((value.bit_length() + 7) // 8, "big")
        value = {"decimal": str(value), "hex": data.hex(), "base64url": base64.urlsafe_b64encode(data).decode()}[form]

    assert checker.key_leaks({"f": f"    {value}\n".encode()}, rsa_key) != {}


@pytest.mark.parametrize("algorithm", ["md5", "sha1", "sha256", "sha512"])
def test_checker_finds_digests(algorithm: str) -> None:
    digest = hashlib.new(algorithm, VALUE.encode()).hexdigest()

    assert checker.digest_leaks({"f": f"x: {digest}".encode()}, {"K": VALUE.encode()}) != {}


def test_checker_reads_all_of_a_repository(tmp_path: Path, deployed: Deployed) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(deployed.root.repository, copy)
    identity = ["-c", "user.name=x", "-c", "user.email=x@example.com"]

    def git(*arguments: str) -> None:
        subprocess.run(["git", *identity, *arguments], cwd=copy, check=True, capture_output=True)

    plant: dict[str, Callable[[], object]] = {
        "file-canary": lambda: (copy / "new.txt").write_text("the file-canary"),
        "name-canary": lambda: (copy / "name-canary.txt").write_text(""),
    }
    for action in plant.values():
        action()
    git("add", "-A")
    git("commit", "-qm", "with message-canary")
    git("rm", "-q", "new.txt", "name-canary.txt")
    git("commit", "-qm", "gone again")

    found = checker.leaks(checker.git_contents(copy), {name: name for name in [*plant, "message-canary"]})

    assert set(found) == {"file-canary", "name-canary", "message-canary"}
