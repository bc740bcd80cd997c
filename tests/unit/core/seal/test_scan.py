"""The last look at files, and the mask for logs: every way in which a secret may be written."""

from __future__ import annotations

import base64
import hashlib
import html
import json
import shlex
import textwrap
import time
from collections.abc import Callable
from urllib.parse import quote, quote_plus

import pytest
import yaml
from Crypto.PublicKey import RSA

from tutor_launchpad.core.seal import Mask, scan

PLAIN = "Xq7kW2pLm9Tz"
SPECIAL = "p&ss <w>'\"\\$ %/+é"
LONG = "correct-horse-battery-staple-and-more-of-it-0123456789-abcdefghijklmnopqrstuvwxyz-ABCDEFGHIJ"
LINES = "first line of it 1234\n  second line of it 5678\nlast\n"


def _markupsafe(text: str) -> str:
    return html.escape(text).replace("&#x27;", "&#39;").replace("&quot;", "&#34;")


def _jinja_json(text: str) -> str:
    escaped = json.dumps(text)
    for character, code in (("<", "\\u003c"), (">", "\\u003e"), ("&", "\\u0026"), ("'", "\\u0027")):
        escaped = escaped.replace(character, code)
    return escaped


WAYS: dict[str, Callable[[str], str]] = {
    "plain": lambda text: text,
    "inside": lambda text: f"a{text}b",
    "json": json.dumps,
    "json-unicode": lambda text: json.dumps(text, ensure_ascii=False),
    "json-in-json": lambda text: json.dumps(json.dumps({"k": text})),
    "jinja-json": _jinja_json,
    "go-json": lambda text: json.dumps(text).replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026"),
    "yaml-double": lambda text: yaml.safe_dump(text, default_style='"', width=10**6),
    "yaml-double-unicode": lambda text: yaml.safe_dump(text, default_style='"', width=10**6, allow_unicode=True),
    "yaml-folded-lines": lambda text: yaml.safe_dump(text, default_style='"', width=20),
    "yaml-single": lambda text: yaml.safe_dump(text, default_style="'", width=10**6, allow_unicode=True),
    "python": repr,
    "python-double": lambda text: '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"',
    "shell": shlex.quote,
    "shell-double": lambda text: '"' + "".join(f"\\{c}" if c in '"\\$`' else c for c in text) + '"',
    "shell-backslash": lambda text: "".join(c if c.isalnum() or c in "-_./+%é" else f"\\{c}" for c in text),
    "url": lambda text: quote(text, safe=""),
    "url-slash": quote,
    "url-plus": quote_plus,
    "url-lower": lambda text: quote(text, safe="").replace("%2F", "%2f").replace("%3C", "%3c"),
    "html": html.escape,
    "xml": lambda text: html.escape(text, quote=False),
    "markup": _markupsafe,
    "sql": lambda text: text.replace("'", "''"),
    "percent": lambda text: text.replace("%", "%%"),
    "dollar": lambda text: text.replace("$", "$$"),
    "hex": lambda text: text.encode().hex(),
    "hex-upper": lambda text: text.encode().hex().upper(),
    "lower": str.lower,
    "upper": str.upper,
    "base64": lambda text: base64.b64encode(text.encode()).decode(),
    "base64-1": lambda text: base64.b64encode(b"x" + text.encode() + b"tail").decode(),
    "base64-2": lambda text: base64.b64encode(b"xy" + text.encode() + b"tail").decode(),
    "base64-url": lambda text: base64.urlsafe_b64encode(f"joe:{text}".encode()).decode(),
    "base64-of-json": lambda text: base64.b64encode(json.dumps({"password": text}).encode()).decode(),
    "base64-twice": lambda text: base64.b64encode(base64.b64encode(f"joe:{text}".encode())).decode(),
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("secret", [PLAIN, SPECIAL, LONG], ids=["plain", "special", "long"])
def test_secret_is_found_however_it_is_written(way: str, secret: str) -> None:
    text = f"before {WAYS[way](secret)} after\n"

    (problem,) = scan({"file.yml": text.encode()}, {"MY_TOKEN": secret})

    assert problem.startswith("Setting MY_TOKEN would be readable in Git, in file file.yml:")
    assert secret not in problem


@pytest.mark.parametrize("way", [way for way in WAYS if way != "yaml-folded-lines"])
@pytest.mark.parametrize("secret", [PLAIN, SPECIAL, LONG], ids=["plain", "special", "long"])
def test_mask_leaves_nothing_of_it(way: str, secret: str) -> None:
    written = WAYS[way](secret)

    masked = Mask({"MY_TOKEN": secret})(f"before {written} after")

    assert "«MY_TOKEN»" in masked
    assert scan({"f": masked.encode()}, {"MY_TOKEN": secret}) == []
    assert masked.startswith("before ")
    assert masked.endswith(" after")


@pytest.mark.parametrize(
    "text",
    [
        LINES,
        textwrap.indent(LINES, "      "),
        LINES.replace("\n", "\\n"),
        LINES.replace("\n", "\r\n"),
        LINES.replace("\n", " "),
        "first line of it 1234",
        "x second line of it 5678 y",
        yaml.safe_dump({"a": {"b": LINES}}, default_style="|"),
        yaml.safe_dump({"a": {"b": LINES}}, default_style=">"),
        yaml.safe_dump({"a": {"b": LINES}}),
    ],
    ids=["as-is", "indented", "escaped", "windows", "joined", "line", "other-line", "block", "folded", "quoted"],
)
def test_secret_of_several_lines_is_found(text: str) -> None:
    assert len(scan({"f": text.encode()}, {"MY_SECRET": LINES})) == 1


@pytest.mark.parametrize("ending", ["", "\n", " \n", "\r\n"])
def test_white_space_around_a_secret_does_not_hide_it(ending: str) -> None:
    assert len(scan({"f": f"a: {PLAIN}".encode()}, {"MY_SECRET": f"{PLAIN}{ending}"})) == 1


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-le", "utf-32"])
def test_secret_is_found_in_every_unicode_encoding(encoding: str) -> None:
    assert len(scan({"f": f"a {PLAIN} b".encode(encoding)}, {"MY_SECRET": PLAIN})) == 1


@pytest.mark.parametrize(
    "written", ["Stra\u00dfe-\u00e9-\u4e2d-key", "Stra\\u00dfe-\\u00e9-\\u4e2d-key", "Stra\\xdfe-\\xe9-\\u4e2d-key",
                "Stra\\u00DFe-\\u00E9-\\u4E2D-key", "Stra%C3%9Fe-%C3%A9-%E4%B8%AD-key", "Stra\u00dfe-e\u0301-\u4e2d-key"],
    ids=["plain", "json", "yaml", "upper", "url", "decomposed"],
)  # fmt: skip
def test_secret_that_is_not_ascii_is_found(written: str) -> None:
    assert len(scan({"f": written.encode()}, {"MY_SECRET": "Stra\u00dfe-\u00e9-\u4e2d-key"})) == 1


def test_secret_in_a_file_name_is_found_and_not_shown() -> None:
    (problem,) = scan({f"sealed/{PLAIN}/x": b""}, {"MY_SECRET": PLAIN})

    assert PLAIN not in problem
    assert "file sealed/«MY_SECRET»/x" in problem


def test_base64_that_is_wrapped_is_found() -> None:
    for start in range(6):
        text = base64.encodebytes(
            b"header of some length " * 3 + b"x" * start + PLAIN.encode() + b" tail" * 30
        ).decode()
        assert len(scan({"f": textwrap.indent(text, "    ").encode()}, {"MY_SECRET": LONG, "A": PLAIN})) == 1, start


@pytest.mark.parametrize("algorithm", ["md5", "sha1", "sha256", "sha512"])
def test_plain_digest_is_found(algorithm: str) -> None:
    digest = hashlib.new(algorithm, PLAIN.encode())

    assert len(scan({"f": digest.hexdigest().encode()}, {"A": PLAIN})) == 1
    assert len(scan({"f": digest.hexdigest()[:12].upper().encode()}, {"A": PLAIN})) == 1
    assert len(scan({"f": b"sha-" + base64.b64encode(digest.digest())}, {"A": PLAIN})) == 1


def _key_forms(pem: str) -> dict[str, str]:
    key = RSA.import_key(pem)
    d, p, q = int(key.d), int(key.p), int(key.q)
    numbers = {"d": d, "p": p, "q": q, "dp": d % (p - 1), "dq": d % (q - 1), "qi": pow(q, -1, p)}
    found: dict[str, str] = {}
    for name, number in numbers.items():
        data = number.to_bytes((number.bit_length() + 7) // 8, "big")
        found |= {f"{name} decimal": str(number), f"{name} hexadecimal": f"{number:x}"}
        found[f"{name} of openssl"] = "\n".join(textwrap.wrap("00:" + data.hex(":"), 45))
        found[f"{name} of a JWK"] = base64.urlsafe_b64encode(data).decode().rstrip("=")
        found[f"{name} with a zero"] = base64.b64encode(b"\0" + data).decode()
    found["PEM"] = pem
    found["PEM in a line"] = pem.replace("\n", "\\n")
    found["PEM indented"] = textwrap.indent(pem, "    ")
    found["PEM as base64"] = base64.b64encode(pem.encode()).decode()
    found["a line"] = pem.splitlines()[15]
    found["PKCS8"] = key.export_key(pkcs=8).decode()
    found["DER"] = base64.b64encode(key.export_key("DER")).decode()
    found["DER of PKCS8"] = base64.b64encode(key.export_key("DER", pkcs=8)).decode()
    return found


def test_rsa_key_is_found_in_every_form(rsa_key: str) -> None:
    for name, text in _key_forms(rsa_key).items():
        assert len(scan({"f": text.encode()}, {"JWT_RSA_PRIVATE_KEY": rsa_key})) == 1, name


def test_rsa_key_that_a_setting_has_in_one_line_is_found(rsa_key: str) -> None:
    for name, text in _key_forms(rsa_key).items():
        assert len(scan({"f": text.encode()}, {"A_KEY": rsa_key.replace("\n", "\\n")})) == 1, name


def test_public_half_of_an_rsa_key_is_public(rsa_key: str) -> None:
    key = RSA.import_key(rsa_key)
    modulus = int(key.n).to_bytes(256, "big")
    text = "\n".join(
        [
            key.public_key().export_key().decode(),
            base64.urlsafe_b64encode(modulus).decode(),
            str(key.n),
            str(key.e),
            f"{key.n:x}",
        ]
    )

    assert scan({"f": text.encode()}, {"JWT_RSA_PRIVATE_KEY": rsa_key}) == []


@pytest.mark.parametrize("kind", ["RSA ", "EC ", "OPENSSH ", "", "ENCRYPTED "])
def test_private_key_that_no_setting_has_is_found(kind: str) -> None:
    body = base64.encodebytes(b"unknown-key" * 9).decode()
    key = f"-----BEGIN {kind}PRIVATE KEY-----\n{body}-----END {kind}PRIVATE KEY-----"

    (problem,) = scan({"plugins/own.py": f"KEY = ({key})".encode(), "b": b""}, {"A": PLAIN})

    assert problem.startswith("A private key would be readable in Git, in file plugins/own.py:")
    assert len(scan({"f": json.dumps({"k": key}).encode()}, {})) == 1


@pytest.mark.parametrize(
    "text",
    [
        "-----BEGIN RSA PRIVATE KEY-----\n{{ KEY }}\n-----END RSA PRIVATE KEY-----",
        "-----BEGIN PUBLIC KEY-----\nMIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA\n-----END PUBLIC KEY-----",
        "if '-----BEGIN PRIVATE KEY-----' in text:",
    ],
    ids=["template", "public", "mention"],
)
def test_text_about_keys_passes(text: str) -> None:
    assert scan({"plugins/own.py": text.encode()}, {"A": PLAIN}) == []


def test_text_without_secrets_passes() -> None:
    assert scan({"a": b"Xq7kW2 pLm9Tz", "b": b"\xff\xfe\x00", "c": b""}, {"A": PLAIN, "B": LINES, "C": SPECIAL}) == []


@pytest.mark.parametrize(
    "secret",
    ["a b\\\\c d", "'" * 30 + "zzzz", "ab\n" * 20 + "c", "a" + " " * 40 + "bcdef"],
    ids=["backslashes", "quotes", "lines", "blanks"],
)
@pytest.mark.parametrize("unit", [" ", "\\", "'", "\n ", "ab\n", "%25", "&amp;", "\\x41", "a b"])
def test_hostile_text_takes_no_longer(secret: str, unit: str) -> None:
    started = time.monotonic()

    scan({"f": (unit * 20_000).encode()}, {"A": secret})

    assert time.monotonic() - started < 2


def test_mask_ignores_what_is_too_short() -> None:
    assert Mask({"A": "x", "B": "  y\n", "C": ""})("x y z") == "x y z"


def test_mask_names_the_longest_and_leaves_the_rest() -> None:
    mask = Mask({"SHORT": "abcd1234", "LONG": "xx-abcd1234-yy"})

    assert mask("abcd1234, xx-abcd1234-yy.") == "«SHORT», «LONG»."
