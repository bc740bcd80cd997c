"""Where the private settings come from, and when a copy is not taken."""

from __future__ import annotations

import base64
import subprocess
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Any

import pyrage
import pytest

from tests.unit.fake_kubernetes import FakeApi, status
from tests.unit.recorded import KEY, PRIVATE, PUBLIC, Shelf, Small
from tutor_launchpad.adapters.repositories import open_repository
from tutor_launchpad.core.checkout import Recorded, read_recorded
from tutor_launchpad.core.errors import Forbidden, LaunchpadError, NotFound, Refused
from tutor_launchpad.core.private import private_text
from tutor_launchpad.core.settings import Place
from tutor_launchpad.core.types import Object
from tutor_launchpad.steps.checkout_secrets import Identity, from_age, from_cluster, nowhere

PLACE = "instances/alpha of https://git.example.org/cluster.git"
IDENTITY = Identity("key.txt", str(KEY).encode())


def _recorded(small: Small | None = None, files: Mapping[str, bytes] | None = None) -> Recorded:
    return read_recorded("alpha", PLACE, {**(small or Small()).record().files, **(files or {})})


def test_age_file_gives_the_private_settings() -> None:
    assert from_age(_recorded(), IDENTITY, PLACE).settings == PRIVATE


@pytest.mark.parametrize("kind", ["ed25519", "rsa"])
def test_ssh_key_opens_what_was_encrypted_for_it(tmp_path: Path, kind: str) -> None:
    key = _ssh_key(tmp_path / "key", kind)
    recorded = _recorded(Small(recipient=(tmp_path / "key.pub").read_text()))

    assert from_age(recorded, Identity("key", key), PLACE).settings == PRIVATE


def _ssh_key(path: Path, kind: str, passphrase: str = "", form: str = "RFC4716") -> bytes:
    command = ["ssh-keygen", "-q", "-t", kind, "-N", passphrase, "-m", form, "-C", "me@example.org", "-f", str(path)]
    subprocess.run(command, check=True)
    return path.read_bytes()


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (str(pyrage.x25519.Identity.generate()).encode(), "does not open .*it belongs to none of the recipients"),
        (b"", "is no private key that age takes"),
        (b"\xff\xfe", "is no private key that age takes"),
        (b"AGE-SECRET-KEY-1CANARY", "is no private key that age takes"),
        (str(KEY.to_public()).encode(), "is no private key that age takes"),
        (b"age-encryption.org/v1\nx", "is itself encrypted"),
        (b"-----BEGIN AGE ENCRYPTED FILE-----\nx", "is itself encrypted"),
        (b"-----BEGIN OPENSSH PRIVATE KEY-----\nCANARY\n", "is no private key that age takes"),
    ],
    ids=["another's", "empty", "binary", "cut", "public", "age file", "armoured age file", "damaged SSH key"],
)
def test_identity_that_is_not_the_right_one_is_refused(content: bytes, sentence: str) -> None:
    with pytest.raises(Refused, match=f"^Identity key.txt {sentence}") as refused:
        from_age(_recorded(), Identity("key.txt", content), PLACE)

    assert "CANARY" not in str(refused.value)


@pytest.mark.parametrize(("kind", "form"), [("ed25519", "RFC4716"), ("rsa", "RFC4716"), ("rsa", "PEM")])
def test_ssh_key_with_a_passphrase_is_refused(tmp_path: Path, kind: str, form: str) -> None:
    key = _ssh_key(tmp_path / "key", kind, "passphrase", form)

    with pytest.raises(Refused, match="Identity key is an SSH key with a passphrase: give a copy without one"):
        from_age(_recorded(), Identity("key", key), PLACE)


def test_ssh_key_of_another_kind_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="an SSH key of the type ed25519 or RSA"):
        from_age(_recorded(), Identity("key", _ssh_key(tmp_path / "key", "ecdsa")), PLACE)


AGE = Small().record().files["secrets.age"]


@pytest.mark.parametrize("damaged", [b"x", AGE[:200], AGE[:-60], AGE.replace(AGE[-60:-50], b"AAAAAAAAAA")])
def test_damaged_age_file_is_refused(damaged: bytes) -> None:
    with pytest.raises(Refused, match=r"secrets\.age is damaged"):
        from_age(_recorded(files={"secrets.age": damaged}), IDENTITY, PLACE)


def test_age_file_of_another_revision_is_refused() -> None:
    other = Small(private={**PRIVATE, "SMTP_PASSWORD": "canary-of-another"}).record().files["secrets.age"]

    with pytest.raises(Refused, match=r"secrets\.age is not the file that launchpad\.json beside it") as refused:
        from_age(_recorded(files={"secrets.age": other}), IDENTITY, PLACE)

    assert "canary" not in str(refused.value)


@pytest.mark.parametrize("about", [{"age": []}, {"age": {"recipients": 3}}, {"age": {"digest": None}}])
def test_age_file_that_nothing_tells_of_is_refused(about: dict[str, Any]) -> None:
    record = Small(recipient="", about=about).record()

    with pytest.raises(Refused, match="is not the file"):
        from_age(read_recorded("alpha", PLACE, {**record.files, "secrets.age": AGE}), IDENTITY, PLACE)


def test_identity_without_an_age_file_is_refused() -> None:
    with pytest.raises(Refused, match=r"has no secrets\.age: no deploy had LAUNCHPAD_AGE_RECIPIENTS set"):
        from_age(_recorded(Small(recipient="")), IDENTITY, PLACE)


def test_secret_of_the_revision_gives_the_private_settings() -> None:
    other = Small(private={**PRIVATE, "SMTP_PASSWORD": "another"}).secret()

    found = from_cluster(_recorded(), FakeApi(Small().secret(), other).cluster, PLACE)

    assert (found.settings, found.source) == (PRIVATE, f"Secret alpha/{Small().secret()['metadata']['name']}")


def test_secret_of_another_revision_is_not_taken() -> None:
    other = Small(private={**PRIVATE, "SMTP_PASSWORD": "canary-of-another"}).secret()

    with pytest.raises(
        NotFound, match=r"has no Secret launchpad-settings-.*it has those of other revisions"
    ) as refused:
        from_cluster(_recorded(), FakeApi(other).cluster, PLACE)

    assert other["metadata"]["name"] in str(refused.value)
    assert "canary" not in str(refused.value)


def test_other_cluster_is_one_sentence() -> None:
    with pytest.raises(NotFound, match="no deploy has reached it, or it is another cluster"):
        from_cluster(_recorded(), FakeApi().cluster, PLACE)


PLANTED = {**PRIVATE, "SMTP_PASSWORD": "planted"}


@pytest.mark.parametrize(
    "content", ["", "%%%", *(base64.b64encode(data).decode() for data in (b"A: [", b"A: x", private_text(PLANTED)))]
)
def test_secret_that_was_replaced_is_refused(content: str) -> None:
    replaced: Object = {**Small().secret(), "data": {"config.yml": content}}

    with pytest.raises(Refused, match="does not hold what it was made with: somebody replaced it"):
        from_cluster(_recorded(), FakeApi(replaced).cluster, PLACE)


def test_forbidden_secret_is_told_apart_from_an_absent_one() -> None:
    api = FakeApi()
    api.answer = lambda request: status(403, "Forbidden", "cannot get secrets")

    with pytest.raises(Forbidden):
        from_cluster(_recorded(), api.cluster, PLACE)


def test_record_without_a_copy_is_told_of() -> None:
    with pytest.raises(Refused, match="was recorded by a Launchpad that kept no copy"):
        from_cluster(_recorded(Small(about={"private_settings": None})), FakeApi().cluster, PLACE)


def test_without_identity_and_cluster_the_way_out_is_named() -> None:
    encrypted, lost = str(nowhere(_recorded(), PLACE)), str(nowhere(_recorded(Small(recipient="")), PLACE))

    assert "is encrypted: give --identity" in encrypted
    assert "--without-secrets" in lost
    assert "docs/howto/recovery.md" in lost


@pytest.mark.parametrize(
    ("files", "sentence"),
    [
        ({"launchpad.json": b"{"}, r"launchpad\.json cannot be read"),
        ({"launchpad.json": b"{}"}, r"launchpad\.json cannot be read"),
        ({"launchpad.json": b'{"id": "AbC", "format": 99, "versions": {"launchpad": "9.1"}}'}, "tutor-launchpad==9.1"),
        ({"launchpad.json": b'{"id": "AbC", "format": 99, "versions": {"launchpad": "1;x"}}'}, "==VERSION"),
        ({"config.yml": b"ID: Xyz\n"}, r"config\.yml is not the one that launchpad\.json was written with"),
        ({"config.yml": b"ID: AbC\nPLUGINS: moon\n"}, r"config\.yml is not the one"),
        ({"config.yml": b"[["}, r"config\.yml is not the one"),
        (
            {"requirements.txt": b"moon @ https://example.org/moon.zip\n"},
            "a line that is not of the form name==version",
        ),
        ({"requirements.txt": b"--index-url=https://example.org\n"}, "a line that is not of the form"),
        ({"plugins/../x.py": b""}, "is no file of a plugin"),
        ({"plugins//etc/x": b""}, "is no file of a plugin"),
        ({"plugins/.ssh/x": b""}, "is no file of a plugin"),
        ({"plugins/moon.py": b"\xff"}, "is no file of a plugin"),
    ],
)
def test_record_that_no_deploy_wrote_is_refused(files: dict[str, bytes], sentence: str) -> None:
    with pytest.raises(LaunchpadError, match=sentence):
        _recorded(files=files)


def test_repository_is_read_as_a_deploy_wrote_it(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    head = shelf.put(Small(pins=("tutor==22.0.3",)))

    files = open_repository(Place(str(tmp_path)), tmp_path).files(PurePosixPath("instances/alpha"), head)
    found = read_recorded("alpha", PLACE, files)

    assert (found.public, found.pins, found.url) == (PUBLIC, {"tutor": "22.0.3"}, str(tmp_path))
