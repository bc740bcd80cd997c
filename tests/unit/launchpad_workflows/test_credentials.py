from __future__ import annotations

from pathlib import Path

import pytest
from launchpad_workflows.credentials import FileCredentials, MappingCredentials, Masking, optional
from launchpad_workflows.errors import Absent


def test_files_are_read_without_their_last_line_end(tmp_path: Path) -> None:
    (tmp_path / "admin" / "main").mkdir(parents=True)
    (tmp_path / "admin" / "main" / "password").write_text("secret \n")

    assert FileCredentials(tmp_path).admin("mysql", "main", "password") == "secret "


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
