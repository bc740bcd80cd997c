"""Looks for secrets in a Git repository as somebody would who has a copy of it. Knows nothing of the sealer.

Looked at: every version of every file, file names, commit messages, branch names.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import html
import json
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import quote, quote_plus

import yaml
from Crypto.PublicKey import RSA

Places = Mapping[str, bytes]


def git_contents(repository: Path) -> dict[str, bytes]:
    """Place → content, for all that the repository has ever held."""
    places: dict[str, bytes] = {
        "commit messages": _git(repository, "log", "--all", "--format=%an %ae %B"),
        "file names": _git(repository, "-c", "core.quotePath=false", "log", "--all", "--name-only", "--format="),
        "branches": _git(repository, "for-each-ref"),
    }
    for line in _git(repository, "rev-list", "--all", "--objects").decode().splitlines():
        digest, _, path = line.partition(" ")
        if path and _git(repository, "cat-file", "-t", digest).strip() == b"blob":
            places[f"{path}@{digest[:8]}"] = _git(repository, "cat-file", "blob", digest)
    return places


def leaks(places: Places, canaries: Mapping[str, str]) -> dict[str, list[str]]:
    """Canary → places in which it stands in any form."""
    return _found(places, {name: set(forms(value)) for name, value in canaries.items()})


def key_leaks(places: Places, pem: str) -> dict[str, list[str]]:
    """Part of an RSA key → places in which it stands."""
    return _found(places, {name: set(_number_forms(name, value)) for name, value in _key_parts(pem)})


def digest_leaks(places: Places, contents: Mapping[str, bytes]) -> dict[str, list[str]]:
    """Content → places with a digest that somebody without the key can compute from it; kustomize's among them."""
    return _found(places, {name: set(_digests(data)) for name, data in contents.items()})


def forms(value: str) -> Iterator[str]:
    """How a value may be written."""
    for text in (value, value.strip()):
        yield text
        yield json.dumps(text).strip('"')
        yield json.dumps(text, ensure_ascii=False).strip('"')
        yield yaml.safe_dump(text, default_style='"', width=10**6).strip().strip('"')
        yield repr(text)[1:-1]
        yield html.escape(text)
        yield quote(text)
        yield quote(text, safe="")
        yield quote_plus(text)
        yield text.encode().hex()
        for before in (b"", b"x", b"xy"):
            coded = base64.b64encode(before + text.encode())
            core = coded[4 if before else 0 : len(coded) // 4 * 4 - 4].decode()
            if len(core) >= 6:
                yield core
                yield core.replace("+", "-").replace("/", "_")


def _found(places: Places, wanted: Mapping[str, set[str]]) -> dict[str, list[str]]:
    texts = {place: f"{place}\n{data.decode('utf-8', 'replace')}" for place, data in places.items()}
    found: dict[str, list[str]] = {}
    for name, ways in wanted.items():
        hit = [place for place, text in texts.items() if any(way in text for way in ways)]
        if hit:
            found[name] = hit
    return found


def _key_parts(pem: str) -> Iterator[tuple[str, str | int]]:
    key = RSA.import_key(pem)
    n = int(key.n).to_bytes((int(key.n).bit_length() + 7) // 8, "big")
    modulus = " ".join(base64.b64encode(b"xyz"[:count] + n).decode() for count in range(3))
    for number, line in enumerate(pem.splitlines()):
        if not line.startswith("-----") and len(line) >= 16 and line not in modulus:
            yield f"line {number}", line
    yield from (("d", int(key.d)), ("p", int(key.p)), ("q", int(key.q)))
    yield from (("dp", int(key.d) % (int(key.p) - 1)), ("dq", int(key.d) % (int(key.q) - 1)))
    yield from (("qi", pow(int(key.q), -1, int(key.p))), ("pi", pow(int(key.p), -1, int(key.q))))


def _number_forms(name: str, value: str | int) -> Iterator[str]:
    if isinstance(value, str):
        yield from forms(value)
        return
    data = value.to_bytes((value.bit_length() + 7) // 8, "big")
    yield str(value)
    yield from (data.hex(), data.hex().upper())
    for coded in (base64.b64encode(data), base64.urlsafe_b64encode(data)):
        yield coded.decode().rstrip("=")


def _digests(data: bytes) -> Iterator[str]:
    for algorithm in ("md5", "sha1", "sha224", "sha256", "sha384", "sha512", "blake2b"):
        digest = hashlib.new(algorithm, data)
        yield digest.hexdigest()[:10]
        yield digest.hexdigest()[:10].upper()
        yield base64.b64encode(digest.digest()).decode()[:12]
        yield _kustomize_letters(digest.hexdigest())
    for key in (b"", b"launchpad", b"LAUNCHPAD_SEAL_KEY"):
        yield hmac.new(key, data, "sha256").hexdigest()[:10]


def _kustomize_letters(digest: str) -> str:
    """https://github.com/kubernetes-sigs/kustomize/blob/master/api/hasher/hasher.go `encode`"""
    return digest[:10].translate(str.maketrans("013ae", "ghkmt"))


def _git(repository: Path, *arguments: str) -> bytes:
    return subprocess.run(["git", *arguments], cwd=repository, check=True, capture_output=True, timeout=60).stdout
