from __future__ import annotations

from pathlib import Path

import pytest
from launchpad_workflows.credentials import FileCredentials, Following, MappingCredentials, Masking, optional
from launchpad_workflows.errors import Absent, Refused, Unavailable


def test_files_are_read_without_their_last_line_end(tmp_path: Path) -> None:
    (tmp_path / "admin" / "mysql" / "main").mkdir(parents=True)
    (tmp_path / "admin" / "mysql" / "main" / "password").write_text("secret \n")

    assert FileCredentials(tmp_path).admin("mysql", "main", "password") == "secret "


def test_store_for_copies_is_told_from_the_server_of_the_same_name(tmp_path: Path) -> None:
    for place in ("admin/mysql/main", "dump/storage/main"):
        (tmp_path / place).mkdir(parents=True)
        (tmp_path / place / "password").write_text(place)

    read = FileCredentials(tmp_path).admin

    assert (read("mysql", "main", "password"), read("storage", "main", "password")) == (
        "admin/mysql/main",
        "dump/storage/main",
    )


def test_what_a_provider_chose_is_read_from_then_on() -> None:
    credentials = MappingCredentials({}, {"P": "old"})

    Following(Masking(credentials)).keep("P", "new")

    assert (credentials.instance("P"), credentials.instance("P.next")) == ("old", "new")


def test_pod_has_no_place_for_what_a_provider_chose(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="no place to keep it"):
        FileCredentials(tmp_path).keep("P", "new")


def test_pod_with_a_keeper_reads_what_was_kept_before_what_is_mounted(tmp_path: Path) -> None:
    for folder in ("chosen", "instance"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "P.1").write_text(folder)
    kept: dict[str, str] = {}
    credentials = FileCredentials(tmp_path, lambda key, value: kept.update({key: value}))
    before = credentials.instance("P.1")

    credentials.keep("P.1", "new")

    assert (before, credentials.instance("P.1"), kept) == ("chosen", "new", {"P.1": "new"})


def test_what_could_not_be_kept_is_not_used(tmp_path: Path) -> None:
    def fail(key: str, value: str) -> None:
        raise Unavailable("away")

    credentials = MappingCredentials({}, {"P.1": "old"}, keeper=fail)

    with pytest.raises(Unavailable):
        credentials.keep("P.1", "new")

    assert credentials.instance("P.1") == "old"


def test_rotation_leaves_chosen_keys_their_names() -> None:
    credentials = MappingCredentials({}, {"P.2": "chosen", "Q.next": "next"})

    following = Following(credentials, frozenset({"P.2"}))

    assert (following.instance("P.2"), following.instance("Q")) == ("chosen", "next")


def test_missing_file_names_the_secret_and_the_key(tmp_path: Path) -> None:
    with pytest.raises(Absent, match="No key password in Secret launchpad-server-mysql-main"):
        FileCredentials(tmp_path).admin("mysql", "main", "password")
    with pytest.raises(Absent, match="No key P in the instance's Secret"):
        FileCredentials(tmp_path).instance("P")


def test_mapping_never_shows_its_values() -> None:
    credentials = MappingCredentials({("mysql", "main"): {"password": "canary"}}, {"P": "canary"})

    assert "canary" not in repr(credentials)
    assert "canary" not in repr(Masking(credentials))


def test_what_was_read_is_masked() -> None:
    masking = Masking(
        MappingCredentials({("mysql", "main"): {"username": "root", "password": "can'ary"}}, {"P": "can"})
    )
    masking.admin("mysql", "main", "username")
    masking.admin("mysql", "main", "password")
    masking.instance("P")

    assert masking.mask("root near 'can'ary' and can") == "root near '«hidden»' and «hidden»"


def test_optional_key_may_be_missing() -> None:
    assert optional(MappingCredentials({}, {}), "mysql", "main", "ca.crt") == ""
