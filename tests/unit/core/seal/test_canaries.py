"""What Tutor renders, with a known value in every secret setting: none of them is in what Git gets.

The list of settings is written by hand and the checker decodes what it reads, so that neither shares a mistake with the sealer.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import html
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote_plus

import pytest
import yaml
from Crypto.PublicKey import RSA

from tests.unit.core.seal.pod_view import views
from tutor_launchpad.core.seal import Sealed, scan, seal

PLUGINS = ("discovery", "drydock", "forum", "indigo", "mfe", "minio", "notes")
CANARIES = {
    "CMS_OAUTH2_SECRET": "CanaryCmsOauth2Sec00001",
    "DISCOVERY_MYSQL_PASSWORD": "CanDisc2",
    "DISCOVERY_OAUTH2_SECRET": "CanDisc3",
    "DISCOVERY_OAUTH2_SECRET_SSO": "CanDisc4",
    "DISCOVERY_SECRET_KEY": "CanaryDiscSecretKey05",
    "DRYDOCK_NEWRELIC_LICENSE_KEY": "canarynewreliclicense06",
    "JWT_COMMON_SECRET_KEY": "CanaryJwtCommon07",
    "MEILISEARCH_API_KEY": "ca4a5e0c08d41b3f7a2e9b6058cc",
    "MEILISEARCH_MASTER_KEY": "CanaryMeiliMaster09",
    "MINIO_AWS_SECRET_ACCESS_KEY": "CanaryMinioSecretAcc10",
    "MONGODB_PASSWORD": "CanaryMongo+11/x=",
    "MYSQL_ROOT_PASSWORD": "CanRoot2",
    "NOTES_MYSQL_PASSWORD": "CanNote3",
    "NOTES_OAUTH2_SECRET": "CanaryNotesOauth2Sec14",
    "NOTES_SECRET_KEY": "CanaryNotesSecretKey15",
    "OPENEDX_AWS_SECRET_ACCESS_KEY": "CanaryAwsSecret+Acc/16",
    "OPENEDX_MYSQL_PASSWORD": "CanEdx17",
    "OPENEDX_SECRET_KEY": "CanaryOpenedxSecretKey18",
    "REDIS_PASSWORD": "CanaryRedis:19@x",
    "SMTP_PASSWORD": "Canary Smtp & 20 <x>",
}
CERTIFICATE_KEY = "CanaryTlsKey21-CanaryTlsKey21-CanaryTlsKey21"
REGISTRY = "CanaryRegistry22"
PUBLIC = {"MONGODB_USERNAME": "mongo-user", "REDIS_USERNAME": "redis-user", "SMTP_USERNAME": "smtp-user"}
MEANT = """
import json, sys
from tutor import config, hooks
from tutor.types import get_typed
from tutor_launchpad.core.secrets import find_secrets
hooks.Actions.CORE_READY.do()
hooks.Actions.PROJECT_ROOT_READY.do(sys.argv[1])
templates = {**config.get_base(), **config.get_defaults()}
print(json.dumps(find_secrets(config.load_full(sys.argv[1]), templates)))
"""


@dataclass(frozen=True)
class Case:
    """Rendered once for all tests. `canaries`: setting → text that must not be readable."""

    objects: list[dict[str, Any]]
    found: dict[str, str]
    canaries: dict[str, str]
    sealed: Sealed
    key: RSA.RsaKey

    @property
    def public(self) -> str:
        """Everything for Git in one text, in three notations."""
        parts = (list(self.sealed.public), {name: dict(files) for name, files in self.sealed.masked.items()})
        plain = "\n".join(text for part in parts for text in _texts(part))
        return plain + json.dumps(parts) + yaml.safe_dump_all(parts, width=60)


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory, rsa_key: str) -> Case:
    kubectl = shutil.which("kubectl")
    if kubectl is None:
        pytest.skip("kubectl is needed to build what Tutor renders")
    root = tmp_path_factory.mktemp("root")
    (root / "config.yml").write_text(yaml.safe_dump(_settings(rsa_key)))
    _run(sys.executable, "-m", "tutor.commands.cli", "config", "save", root=root)
    built = _run(kubectl, "kustomize", str(root / "env"), root=root)
    found = json.loads(_run(sys.executable, "-c", MEANT, str(root), root=root))
    objects = [item for item in yaml.safe_load_all(built) if item and item["kind"] != "Namespace"]
    canaries = {**CANARIES, "DRYDOCK_CUSTOM_CERTS.key": CERTIFICATE_KEY, "DRYDOCK_REGISTRY_CREDENTIALS": REGISTRY}
    return Case(objects, found, canaries, seal(objects, found, "k" * 32, "openedx"), RSA.import_key(rsa_key))


def test_every_canary_is_known_to_be_secret(case: Case) -> None:
    missed = {name for name in case.canaries if not any(path.split(" ")[0] == name for path in case.found)}

    assert missed == set()
    assert "JWT_RSA_PRIVATE_KEY" in case.found
    assert not {*PUBLIC, "ID", "MEILISEARCH_API_KEY_UID", "OPENEDX_AWS_ACCESS_KEY"} & set(case.found)


def test_canaries_are_in_what_tutor_renders(case: Case) -> None:
    """Otherwise the next tests would show nothing."""
    unseen = set(case.canaries) - _readable(case.canaries, "\n".join(_texts(case.objects)))

    assert unseen == {"MINIO_AWS_SECRET_ACCESS_KEY"}  # what is used is OPENEDX_AWS_SECRET_ACCESS_KEY


def test_no_canary_is_readable(case: Case) -> None:
    assert _readable(case.canaries, case.public) == set()


def test_no_part_of_the_rsa_key_is_readable(case: Case, rsa_key: str) -> None:
    key, public = case.key, case.public
    p, q, d = int(key.p), int(key.q), int(key.d)
    numbers = [d, p, q, d % (p - 1), d % (q - 1), pow(q, -1, p)]
    modulus = base64.b64encode(int(key.n).to_bytes(256, "big")).decode()
    lines = [line for line in rsa_key.splitlines() if "-----" not in line and line not in modulus]
    blobs = [number.to_bytes((number.bit_length() + 7) // 8, "big") for number in numbers]
    decoded = [*_decoded(public)]

    assert [line for line in lines if line in public] == []
    assert [number for number in numbers if str(number) in public or f"{number:x}" in public.lower()] == []
    assert [blob for blob in blobs if any(blob[:24] in text for text in decoded)] == []


def test_no_digest_of_a_secret_or_of_a_sealed_map_is_public(case: Case) -> None:
    public = case.public
    contents = [value.encode() for value in case.canaries.values()]
    suffixes = []
    for item in case.objects:
        if item["kind"] == "ConfigMap" and re.sub(r"-\w{10}$", "", item["metadata"]["name"]) in case.sealed.masked:
            suffixes.append(item["metadata"]["name"][-10:])
            contents += [text.encode() for text in item["data"].values()]
    hashes = [hashlib.new(name, data).hexdigest() for data in contents for name in ("md5", "sha1", "sha256")]

    assert len(suffixes) == len(case.sealed.masked) > 3
    assert [text for text in (*suffixes, *(digest[:8] for digest in hashes)) if text in public] == []


def test_names_depend_on_the_key(case: Case) -> None:
    other = seal(case.objects, case.found, "l" * 32, "openedx")
    again = seal(case.objects, case.found, "k" * 32, "openedx")

    assert again == case.sealed
    assert not {item["metadata"]["name"] for item in other.secrets} & {
        item["metadata"]["name"] for item in case.sealed.secrets
    }


def test_containers_see_what_tutor_would_give_them(case: Case) -> None:
    assert views([*case.sealed.public, *case.sealed.secrets]) == views(case.objects)


def test_scan_finds_the_plain_manifests_and_passes_the_sealed_ones(case: Case) -> None:
    plain = {f"{number}.yml": yaml.safe_dump(item).encode() for number, item in enumerate(case.objects)}
    public = {f"{number}.yml": yaml.safe_dump(item).encode() for number, item in enumerate(case.sealed.public)}

    assert scan(public, case.found) == []
    assert len(scan(plain, case.found)) >= len(CANARIES) - 2


def _settings(rsa_key: str) -> dict[str, Any]:
    registry = {"auths": {"registry.example.com": {"username": "puller", "password": REGISTRY}}}
    certificate = {"crt": _base64("a certificate, which is public"), "key": _base64(CERTIFICATE_KEY)}
    return {
        **CANARIES,
        **PUBLIC,
        "DRYDOCK_CUSTOM_CERTS": {**certificate, "secret_name": "site-certificate"},
        "DRYDOCK_INIT_JOBS": True,
        "DRYDOCK_REGISTRY_CREDENTIALS": json.dumps(registry),
        "ENABLE_HTTPS": True,
        "ENABLE_WEB_PROXY": False,
        "JWT_RSA_PRIVATE_KEY": rsa_key,
        "PLUGINS": list(PLUGINS),
    }


def _base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def _run(*command: str, root: Path) -> str:
    environment = {**os.environ, "TUTOR_ROOT": str(root), "TUTOR_PLUGINS_ROOT": str(root / "plugins")}
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=120, env=environment).stdout


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield str(key)
            yield from _texts(inner)
    elif isinstance(value, (list, tuple)):
        for inner in value:
            yield from _texts(inner)
    elif value is not None:
        yield str(value)


def _readable(values: Mapping[str, str], text: str) -> set[str]:
    """The names of the values that somebody can read in a text by undoing the usual encodings."""
    undone = (text, unquote_plus(text), html.unescape(text), text.replace('\\"', '"').replace("\\u0026", "&"))
    plain = "\0".join((*undone, *(blob.decode(errors="replace") for blob in _decoded(text))))
    return {name for name, value in values.items() if value in plain}


def _decoded(text: str) -> Iterator[bytes]:
    """Whatever of a text can be decoded from base64, at every alignment, or from hexadecimal."""
    for run in set(re.findall(r"[A-Za-z0-9+/_-]{8,}", text)):
        standard = run.replace("-", "+").replace("_", "/")
        for start in range(4):
            whole = standard[start : start + (len(standard) - start) // 4 * 4]
            rest = standard[start : start + (len(standard) - start) // 4 * 4 + 4]
            yield base64.b64decode(whole)
            yield base64.b64decode(rest + "A" * (-len(rest) % 4))
    for run in re.findall(r"[0-9a-fA-F]{16,}", text):
        yield binascii.unhexlify(run[: len(run) // 2 * 2])
