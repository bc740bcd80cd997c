"""A shell is asked what it makes of each value: whatever it would change is refused, and common passwords are not."""

from __future__ import annotations

import string
import subprocess

import pytest

from tutor_launchpad.core.rendered.scripts import is_script, misread

PLACES = [
    pytest.param("printf %s {}", id="bare"),
    pytest.param("printf %s '{}'", id="single quotes"),
    pytest.param('printf %s "{}"', id="double quotes"),
    pytest.param("printf %s \"it is '{}'\" | sed \"s/^it is '//; s/'$//\"", id="single in double quotes"),
]


def _gets(script: str) -> str:
    """What the program gets; nothing where the shell refuses the script."""
    ran = subprocess.run(["sh", "-e", "-c", script], capture_output=True, check=False)
    return ran.stdout.decode() if not ran.returncode else ""


@pytest.mark.parametrize("place", PLACES)
def test_what_a_shell_changes_is_refused(place: str) -> None:
    values = [f"a1{character}b2" for character in string.punctuation + " \tü"]

    kept = [value for value in values if not misread(place.format(value), value)]

    assert [value for value in kept if _gets(place.format(value)) != value] == []
    assert {f"a1{character}b2" for character in "-_.@%+=:,/^ü"} <= set(kept)


@pytest.mark.parametrize("value", ["a b", "a;b", "(a)", "a&b", "#a", "!a", "a*b?", "[a]", "{a}", "~a", "a|b", "<a>"])
def test_common_passwords_in_quotes_are_taken(value: str) -> None:
    assert not misread(f'mysql --password="{value}" -e "exit"', value)
    assert not misread(f"mysql --password='{value}' -e 'exit'", value)


@pytest.mark.parametrize(
    ("script", "value", "refused"),
    [
        ("echo '{}' | base64", '{"auths": "x y"}', False),
        ("mysql -e \"ALTER USER a IDENTIFIED BY '{}'\"", 'a"b', True),
        ("python -c \"\nimport x\nx.y('{}')\n\"", 'a"b', True),
        ("cat > key <<EOF\n{}\nEOF", "-----BEGIN KEY-----\nab+/=\n-----END KEY-----\n", False),
        ("cat > key <<EOF\n{}\nEOF", "a\n$b", True),
        ("echo '{}'", "a\nb", True),
        ("echo {} {}", "ab", False),
        ("echo '{}' {}", "a b", True),
        ("echo", "a'b", False),
    ],
)
def test_nesting_and_lines_are_judged_by_what_is_around(script: str, value: str, refused: bool) -> None:
    assert misread(script.replace("{}", value), value) is refused


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["sh", "-e", "-c", "echo"], True),
        (["/bin/bash", "-c", "echo"], True),
        (["sh", "run.sh"], False),
        (["mysqld", "-c", "x"], False),
        (["-c"], False),
        ([], False),
    ],
)
def test_scripts_are_what_a_shell_runs(words: list[str], expected: bool) -> None:
    assert is_script(words) is expected
