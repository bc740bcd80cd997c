"""Kubeconfigs: contexts without the library, and what is said of users whose credentials are not to be had."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.unit.scripted_server import kubeconfig, plugin, served, status
from tutor_launchpad.adapters.kubernetes import Cluster, contexts
from tutor_launchpad.core.errors import LaunchpadError, NotFound, Unreachable

VERSION = "client.authentication.k8s.io/v1"


@pytest.fixture
def use(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Writes a kubeconfig of a server and a user, and makes it the one in use."""

    def write(server: str, user: dict[str, Any] | None = None) -> None:
        monkeypatch.setenv("KUBECONFIG", str(kubeconfig(tmp_path / "config", server, "a", user=user)))

    return write


def test_contexts_come_from_all_files_and_the_first_current_one_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = kubeconfig(tmp_path / "one", "https://x", "a", "b")
    two = kubeconfig(tmp_path / "two", "https://x", "c")
    monkeypatch.setenv("KUBECONFIG", f"{one}:{tmp_path / 'absent'}:{two}")

    assert contexts() == (["a", "b", "c"], "a")


def test_contexts_without_a_file_are_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KUBECONFIG", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))

    assert contexts() == ([], None)
    with pytest.raises(NotFound, match="no kubeconfig"):
        Cluster.connect(None)


def test_contexts_of_a_broken_file_name_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "broken").write_text("a: [")
    monkeypatch.setenv("KUBECONFIG", str(tmp_path / "broken"))

    with pytest.raises(LaunchpadError, match="broken cannot be read"):
        contexts()


def test_contexts_do_not_import_kubernetes() -> None:
    code = "import sys, tutor_launchpad.adapters.kubernetes as k; k.contexts(); sys.exit('kubernetes' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_connect_to_an_unknown_context_names_the_known_ones(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KUBECONFIG", str(kubeconfig(tmp_path / "one", "https://x", "a", "b")))

    with pytest.raises(NotFound, match="choose one of a, b"):
        Cluster.connect("c")


def test_plugin_is_run_again_when_its_token_has_run_out(use: Any, tmp_path: Path) -> None:
    with served(status(401, "Unauthorized"), *[status(404, "NotFound")] * 2) as script:
        use(script.address, plugin(tmp_path, "old", "new"))

        with pytest.raises(NotFound):
            Cluster.connect("a")

    assert script.tokens == ["Bearer old", "Bearer new"]


def test_token_file_is_read_again_when_its_token_has_run_out(use: Any, tmp_path: Path) -> None:
    (tmp_path / "token").write_text("old")
    with served() as script:
        use(script.address, {"tokenFile": str(tmp_path / "token")})
        cluster = Cluster.connect("a")
        (tmp_path / "token").write_text("new")
        script.replies = [status(401, "Unauthorized"), *script.replies]
        cluster.get("v1", "Namespace", "alpha")

    assert script.tokens == ["Bearer old", "Bearer old", "Bearer new"]


def test_token_that_stays_refused_names_the_user_and_what_to_do(use: Any, tmp_path: Path) -> None:
    with served(status(401, "Unauthorized")) as script:
        use(script.address)
        with pytest.raises(Unreachable, match=r"credentials of the kubeconfig's user 'u': they have expired .* Log in"):
            Cluster.connect("a")
        assert len(script.seen) == 1

        use(script.address, plugin(tmp_path, "one", "two"))
        with pytest.raises(Unreachable, match=r"user 'u' \(by the command `.*plugin`\): they have expired"):
            Cluster.connect("a")
        assert len(script.seen) == 3


PLUGINS = {
    "missing": (
        {"command": "no-such-program-here", "installHint": "Get it from\nexample.org."},
        "no-such-program-here` is not installed or not on the PATH. Get it from example.org",
    ),
    "failing": (
        {"command": "sh", "args": ["-c", "echo first >&2; echo SSO session has expired >&2; exit 3"]},
        "`sh` failed with status 3: SSO session has expired. Log in again",
    ),
    "talking": ({"command": "echo", "args": ["hello"]}, "prints none (exec: failed to decode process output"),
    "empty": (
        {"command": "echo", "args": [json.dumps({"apiVersion": VERSION, "kind": "E", "status": {}})]},
        "missing token",
    ),
}


@pytest.mark.parametrize(("content", "text"), PLUGINS.values(), ids=PLUGINS)
def test_plugin_that_gives_nothing_is_named_with_its_reason(
    use: Any, content: dict[str, Any], text: str, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    logging.getLogger().removeHandler(caplog.handler)
    use("https://127.0.0.1:1", {"exec": {"apiVersion": VERSION, "interactiveMode": "Never", **content}})

    with pytest.raises(Unreachable) as caught:
        Cluster.connect("a")

    assert "The kubeconfig's user 'u' has no credentials" in str(caught.value)
    assert text in str(caught.value)
    assert capfd.readouterr().err == ""


def test_plugin_that_fails_in_the_middle_is_named(use: Any, tmp_path: Path) -> None:
    with served() as script:
        use(script.address, plugin(tmp_path, "old"))
        cluster = Cluster.connect("a")
        script.replies = [status(401, "Unauthorized")]
        (tmp_path / "plugin").write_text("#!/bin/sh\necho the session is over >&2; exit 1\n")

        with pytest.raises(Unreachable, match="plugin` failed with status 1: the session is over"):
            cluster.get("v1", "Namespace", "alpha")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("contexts: 5\ncurrent-context: a\n", "There is no kubeconfig with a context"),
        ("contexts: [{name: [a]}, 3]\ncurrent-context: a\n", "There is no kubeconfig with a context"),
        ("contexts: [{name: a}]\ncurrent-context: 5\n", "has a current-context that is no text"),
        ("contexts: [{name: a, context: 3}]\ncurrent-context: a\n", "The kubeconfig's context 'a' cannot be used"),
        (
            "contexts: [{name: a, context: {cluster: c, user: u}}]\ncurrent-context: a\n"
            "clusters: [{name: c, cluster: {server: 5}}]\nusers: [{name: u, user: {token: [1]}}]\n",
            "The kubeconfig's context 'a' cannot be used",
        ),
        (
            "contexts: [{name: a, context: {cluster: c, user: u}}]\ncurrent-context: a\nclusters: {c: 1}\nusers: 3\n",
            "The kubeconfig's context 'a' cannot be used",
        ),
        ("- a\n", "There is no kubeconfig with a context"),
    ],
)
def test_kubeconfig_of_a_wrong_form_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, sentence: str
) -> None:
    (tmp_path / "config").write_text(text)
    monkeypatch.setenv("KUBECONFIG", str(tmp_path / "config"))

    with pytest.raises(LaunchpadError) as caught:
        Cluster.connect(None)

    assert sentence in str(caught.value)
