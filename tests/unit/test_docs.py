"""The documentation says what the code does: its commands, settings, links and generated pages."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import click
import pytest
from tutor import config as tutor_config

from docs import generate
from tutor_launchpad.commands import launchpad
from tutor_launchpad.defaults import GENERATED, SETTINGS

PROJECT = Path(__file__).parents[2]
PAGES = [
    PROJECT / "README.md",
    *sorted((PROJECT / "docs").rglob("*.md")),
    PROJECT / "tests" / "cluster" / "README.md",
]
INDEX = PROJECT / "docs" / "README.md"
COMMANDS = {" ".join(path): command for path, command in generate.walk(launchpad, ("tutor", "launchpad"))}
DRYDOCK = re.findall(r'"(DRYDOCK_\w+)"', Path(str(find_spec("drydock.plugin").origin)).read_text(encoding="utf-8"))  # type: ignore[union-attr]
EXAMPLES = {"MOON_LICENCE", "LAUNCHPAD_RABBITMQ_SERVER"}
"""Settings of the plugins that docs/howto/own-plugins.md and own-resource.md show."""
EXAMPLE_RESOURCES = {"rabbitmq"}
KNOWN = {
    *SETTINGS,
    *GENERATED,
    *tutor_config.get_template("defaults.yml"),
    *tutor_config.get_template("base.yml"),
    *DRYDOCK,
    *EXAMPLES,
}
PROGRAMS = {"tutor", "python3", "pip", "tox", "export", "git", "kubectl", "ssh-keyscan", "docker", "age-keygen"}
PROGRAMS |= {"kind", "helm", "curl", "echo", "tar", "chmod", "mkdir", "cp", "cat", "source", "ssh-keygen", "mapfile"}
PROGRAMS |= {"bash", "mongorestore", "rclone", "cd", "zcat", "openssl"}


def _lines(page: Path) -> list[str]:
    """The commands of a page's `sh` blocks, each with its words."""
    text = page.read_text(encoding="utf-8")
    blocks = re.findall(r"^```sh\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    joined = "\n".join(blocks).replace("\\\n", " ").replace("&&\n", "&& ")
    return [command.strip() for line in joined.splitlines() for command in line.split("&&") if command.strip()]


SHELL = [(page, line) for page in PAGES for line in _lines(page)]
IDS = [f"{page.name}: {line}" for page, line in SHELL]


@pytest.mark.parametrize(("page", "line"), SHELL, ids=IDS)
def test_command_is_known(page: Path, line: str) -> None:
    words = shlex.split(line, comments=True)
    program = Path(words[0]).name if words else "tutor"

    assert program in PROGRAMS or re.match(r"\w+=", words[0])
    if program == "tutor" and words[1:2] == ["launchpad"]:
        _parse(words[1:])
    for number, word in enumerate(words[1:], 1):
        if program == "tutor" and words[number - 1] in ("--set", "-s", "--unset"):
            assert word.split("=")[0] in KNOWN


def _parse(words: list[str]) -> None:
    """Raises click's usage errors where the words are not what the command takes."""
    import_module("tutor_launchpad.plugin")  # registers the resources that servers are for
    path = [words.pop(0)]
    while words and f"tutor {' '.join([*path, words[0]])}" in COMMANDS:
        path.append(words.pop(0))
    command = COMMANDS[f"tutor {' '.join(path)}"]
    context = click.Context(command, info_name=" ".join(path))
    values, rest, _ = command.make_parser(context).parse_args(list(words))
    assert rest == []
    for parameter in command.params:
        value = values.get(str(parameter.name))
        given = isinstance(value, (str, list, tuple)) and bool(value)
        assert given or not parameter.required, f"{' '.join(path)} lacks {parameter.name}"
        if isinstance(parameter.type, click.Choice) and isinstance(value, str) and value not in EXAMPLE_RESOURCES:
            parameter.type.convert(value, parameter, context)


@pytest.mark.parametrize("words", ["launchpad deploy --nosuch", "launchpad server add mysql", "launchpad plan extra",
                                   "launchpad server add redis a --user x --password-file -"])  # fmt: skip
def test_wrong_command_would_be_found(words: str) -> None:
    with pytest.raises((click.UsageError, AssertionError)):
        _parse(words.split())


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(PROJECT)))
def test_settings_and_options_in_the_text_exist(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    settings = set(re.findall(r"`(LAUNCHPAD_[A-Z0-9_]+)", text))
    options = set(re.findall(r"`(--[a-z-]+)", text))
    known = {
        name for command in COMMANDS.values() for one in command.params for name in (*one.opts, *one.secondary_opts)
    }

    assert {name for name in settings if not name.startswith(("LAUNCHPAD_TEST_", "LAUNCHPAD_SEALED_"))} <= KNOWN
    assert options <= known | {"--help", "--name-only"}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(PROJECT)))
def test_relative_links_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\((?!https?://)([^)#\s]*)(#[^)\s]+)?\)", page.read_text(encoding="utf-8"))

    for path, anchor in links:
        target = page.parent / path if path else page
        assert target.exists(), path
        if anchor:
            titles = re.findall(r"^#+ (.+)$", target.read_text(encoding="utf-8"), re.MULTILINE)
            assert anchor[1:] in {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}


def test_each_page_is_reached_from_the_index() -> None:
    reached, left = set(), [INDEX]
    while left:
        page = left.pop()
        if page not in reached:
            reached.add(page)
            links = re.findall(r"\]\((?!https?://)([^)#\s]+\.md)", page.read_text(encoding="utf-8"))
            left += [(page.parent / link).resolve() for link in links]

    assert sorted(set(PAGES) - reached - {PROJECT / "README.md"}) == []
    assert "](docs/README.md)" in (PROJECT / "README.md").read_text(encoding="utf-8")


def test_settings_of_the_cluster_tests_are_read_somewhere() -> None:
    listed = set(re.findall(r"`(LAUNCHPAD_TEST_\w+)`", PAGES[-1].read_text(encoding="utf-8")))
    code = "\n".join(path.read_text(encoding="utf-8") for path in (PROJECT / "tests").rglob("*.py"))
    read = {name for name in listed if name in code or f'"{name.removeprefix("LAUNCHPAD_TEST_")}"' in code}

    assert read == listed
    assert set(re.findall(r"environ[^\n]*\b(LAUNCHPAD_TEST_[A-Z0-9_]+)", code)) <= listed


@pytest.mark.parametrize(("name", "text"), generate.pages().items(), ids=list(generate.pages()))
def test_generated_page_is_fresh(name: str, text: str) -> None:
    assert (generate.REFERENCE / name).read_text(encoding="utf-8") == text, "run `python -m docs.generate`"


def _between(start: str, end: str = "<!-- end -->") -> str:
    """The content of the README's block after a mark."""
    part = (PROJECT / "README.md").read_text(encoding="utf-8").split(f"{start}\n")[1].split(end)[0]
    return "\n".join(part.strip().splitlines()[1:-1])


def _shape(text: str) -> list[str]:
    """Lines without what differs from run to run: times, commits, folders; warnings left out."""
    lines = (line.rstrip() for line in text.splitlines())
    shaped = (
        re.sub(r"\b[0-9a-f]{10}\b", "C", re.sub(r"\d+\.\d s", "T", re.sub(r"/\S*/demo", "demo", line)))
        for line in lines
    )
    return [line for line in shaped if line and "running Tutor as root" not in line]


@pytest.mark.slow
def test_demo_works_in_a_fresh_clone_and_shows_what_the_readme_shows(tmp_path: Path) -> None:
    subprocess.run(["git", "clone", "--quiet", str(PROJECT), str(tmp_path / "clone")], check=True)
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("TUTOR_", "GIT_", "VIRTUAL"))}
    own = {"HOME": str(tmp_path), "KUBECONFIG": str(tmp_path / "none"), "TUTOR_PLUGINS_ROOT": str(tmp_path / "plugins")}

    ran = subprocess.run(
        ["bash", "-euc", _between("<!-- demo -->")],
        cwd=tmp_path / "clone",
        env={**kept, **own},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=1200,
    )

    assert ran.returncode == 0, ran.stdout
    assert _shape(ran.stdout) == _shape(_between("<!-- demo output -->"))
