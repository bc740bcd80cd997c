"""Nothing in a generated repository floats, and nothing in it is secret."""

from __future__ import annotations

import re

import pytest

from tests.unit.cluster_repositories import GIVEN, each_file, rendered
from tutor_launchpad.core.cluster.versions import VERSIONS

_FLOATING = re.compile(
    r"(?<![\w./-])(latest|stable|master|HEAD)(?![\w/-])|:latest\b|[?&]ref=(?![0-9a-f]{40}\b)|@(main|master|v\d+)(?![\w.])|"
    r"-schema-location default|(?<!required_)version\s*=\s*\"[~>^]"
)
_COMMIT = r"[0-9a-f]{40}"
_VERSION = r"v?\d+\.\d+\.\d+"
_ADDRESS = rf"https://\S*(/|\?ref=){_COMMIT}(/\S+)?|https://(openedx|charts|kubernetes|git\.example)\.\S+"
_SOURCE = r"source\s*=\s*\"[a-z]+/[a-z]+\"\n(?:\s*#.*\n)*\s*version\s*=\s*\"([^\"]*)\""
_PIP = r"(?:pip install|dependencies: \[)\s*((?!--requirement)[a-z]\w[\w.-]*=*[\w.]*)(?=[\],\s])"
_EXACT = {
    what: (re.compile(finder, re.MULTILINE), re.compile(exact))
    for what, finder, exact in (
        ("action", r"uses: (?!\./)(\S+) *(#.*)?", rf"[\w./-]+@{_COMMIT}"),
        ("chart", r"chart: \S+\n\s+targetRevision: (\S+)", _VERSION),
        ("image", r"image: (\S+)", rf"[\w./-]+:{_VERSION}"),
        ("image tag", r"newTag: (\S+)", _VERSION),
        ("module", r"source\s*=\s*\"(git::[^\"]+)\"", rf"git::https://\S+\?ref={_COMMIT}"),
        ("provider", _SOURCE, _VERSION),
        ("manifest", r"- (https://\S+(?<!/oauth2/callback))$", _ADDRESS),
        ("program of Go", r"github\.com/[\w./-]+?(@[^\s\],]*)", rf"@{_VERSION}"),
        ("program of pip", _PIP, rf"[a-z-]+=={_VERSION}"),
        ("runner", r"runs-on: (\S+)", r"ubuntu-\d\d\.\d\d"),
    )
}
"""What names something of others → how to find it, and what it must look like. The first pattern's group is checked."""


def _floating(text: str) -> list[str]:
    code = "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("#"))
    found = [match[0] for match in _FLOATING.finditer(code)]
    for what, (finder, exact) in _EXACT.items():
        found += [f"{what} {match[1]}" for match in finder.finditer(text) if not exact.fullmatch(match[1])]
    return found


def test_nothing_floats() -> None:
    files = each_file(".yml", ".yaml", ".tf", ".json")

    assert {place: found for place, content in files.items() if (found := _floating(content.decode()))} == {}


@pytest.mark.parametrize("what", _EXACT)
def test_each_kind_of_reference_is_there(what: str) -> None:
    finder, _ = _EXACT[what]

    assert any(finder.search(content.decode()) for content in each_file(".yml", ".yaml", ".tf").values())


@pytest.mark.parametrize(
    "text",
    [
        "      - uses: actions/checkout@v7",
        "      - uses: actions/checkout@3d3c42e # v7.0.1",
        "image: traefik:latest",
        "image: traefik",
        "chart: harmony-chart\n    targetRevision: 0.x",
        'source = "git::https://github.com/a/b.git//c?ref=main"',
        'source = "git::https://github.com/a/b.git//c"',
        'source = "hashicorp/aws"\n version = "~> 5.0"',
        "  - https://raw.githubusercontent.com/a/b/stable/manifests/install.yaml",
        "run: go install github.com/a/b@latest",
        "run: go install github.com/a/b@v1",
        "run: pip install yamllint",
        "additional_dependencies: [yamllint]",
        "runs-on: ubuntu-latest",
        "newTag: latest",
        "-schema-location default",
    ],
)
def test_floating_reference_would_be_found(text: str) -> None:
    assert _floating(f"{text}\n") != []


def test_each_version_is_used() -> None:
    text = b"".join(content for name in GIVEN for content in rendered(name).values()).decode()

    assert [name for name, version in VERSIONS.items() if version not in text] == []


def test_no_file_holds_a_secret() -> None:
    words = re.compile(
        r"-----BEGIN|AKIA[0-9A-Z]{16}|gh[pousr]_\w{20}|AGE-SECRET-KEY|dop_v1_\w+|"
        r"(?i:password|secret_?key|token)\"?\s*[:=]\s*[\"']?[A-Za-z0-9+/]{8,}"
    )
    names = re.compile(
        r"random_password|secretName|existingSecret|passwordKey|github\.token|password=(FILE|/dev/stdin)"
    )

    for place, content in each_file("").items():
        for line in content.decode().splitlines():
            assert not words.search(line) or names.search(line), f"{place}: {line}"
