"""Texts are read as their programs read them: what they give, and that they cannot be read at all."""

from __future__ import annotations

import pytest

from tutor_launchpad.core.rendered.texts import Broken, changed, is_structured, values_in


@pytest.mark.parametrize(
    ("name", "text", "values"),
    [
        ("a.yml", 'A: "b\\tc"\nD: [e, 007, "007", 1.0]\n', ["A", "b\tc", "D", "e", "7", "007", "1.0"]),
        ("a.yaml", "A: &x [b]\nC: *x\n---\nD: !own e\n", ["A", "b", "C", "D", "e"]),
        ("a.yml", "A: &x {b: *x}\n", ["A", "b"]),
        ("a.yml", "", []),
        ("a.json", '{"A": ["b\\n", 1, null]}', ["A", "b\n", "1", "None"]),
        ("a.py", "A = 'b\\'c' 'd'\nE = f'f{G}h'  # i\nJ = 'k\\q'\n", ["b'cd", "f", "h", "k\\q"]),
    ],
)
def test_values_are_those_that_the_program_gets(name: str, text: str, values: list[str]) -> None:
    assert is_structured(name)
    assert sorted(values_in(name, text)) == sorted(values)


@pytest.mark.parametrize(
    ("name", "text", "language", "line"),
    [
        ("a.yml", 'A: 1\nB: "c"d"\n', "YAML", 2),
        ("a.yml", "A: b\n\tC: d\n", "YAML", 2),
        ("a.yml", "A: 1\nB: a\x07b\n", "YAML", 2),
        ("a.yml", "A: *nothing\n", "YAML", 1),
        ("a.json", '{"A": 1,\n"B": "c"d"}', "JSON", 2),
        ("a.py", 'A = 1\nB = "c"d"\n', "Python", 2),
        ("a.py", 'A = "b\nc"\n', "Python", 1),
    ],
)
def test_what_cannot_be_read_tells_its_line(name: str, text: str, language: str, line: int) -> None:
    with pytest.raises(Broken) as caught:
        values_in(name, text)

    assert (caught.value.language, line in caught.value.lines) == (language, True)


@pytest.mark.parametrize(
    ("name", "text"),
    [("a.py", "A = '\0'"), ("a.py", "(" * 5000), ("a.py", "-" * 100_000 + "1"), ("a.json", "[" * 100_000),
     ("a.yml", "[" * 10_000), ("a.yml", "A: '\0'")],
)  # fmt: skip
def test_what_no_reader_takes_is_broken_too(name: str, text: str) -> None:
    with pytest.raises(Broken):
        values_in(name, text)


@pytest.mark.parametrize("name", ["Caddyfile", "uwsgi.ini", "redis.conf", "a.sh", "yml", ".yml"])
def test_other_files_are_not_read(name: str) -> None:
    assert not is_structured(name)


@pytest.mark.parametrize(
    ("text", "wanted", "is_changed"),
    [
        ('A: "x#1"\n', "x#1", False),
        ("A: x #1\n", "x #1", True),
        ("A: x#1\nB: 'x#1'\n# x#1\n", "x#1", False),
        ("A: 'x#1'\nB: x#1 \n", "x#1 ", True),
        ('A: "x\\1"\n', "x\\1", None),
        ('A: "x\\t1"\n', "x\\t1", True),
        ("A: 'x\\t1'\n", "x\\t1", False),
        ("A: 0123\n", "0123", True),
        ("A: '0123'\n", "0123", False),
        ("A: 12345\n", "12345", False),
        ("A: |\n  x\n  y\n", "x\n  y", True),
    ],
)
def test_values_that_come_out_as_others_are_found(text: str, wanted: str, is_changed: bool | None) -> None:
    if is_changed is None:
        with pytest.raises(Broken):
            values_in("a.yml", text)
    else:
        assert changed(text, values_in("a.yml", text), wanted) is is_changed


@pytest.mark.parametrize("quote", ['"', "'"])
def test_private_key_on_one_line_may_lose_its_escapes(quote: str) -> None:
    key = r"-----BEGIN OPENSSH PRIVATE KEY-----\nb3Blbn\n-----END OPENSSH PRIVATE KEY-----\n"
    text = f"key: {quote}{key}{quote}"

    assert not changed(text, values_in("a.yml", text), key)
    assert changed(text, ["something else"], key)
