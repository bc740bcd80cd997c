"""Wrong usage of `tutor launchpad server …`."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from types import SimpleNamespace

import pytest
from click.testing import CliRunner

from tests.unit.commands.server.words import (
    ATLAS,
    AWS,
    GIVEN,
    MANAGED,
    MONGODB,
    MYSQL,
    PASSWORD,
    PROJECT,
    SPACES,
    STORAGE,
)
from tutor_launchpad.commands import launchpad


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["mysql", "main", *GIVEN], "A mysql server needs --host."),
        (["storage", "main", *GIVEN], "A storage server needs --endpoint."),
        (["storage", "main", "--provider", "s3", *GIVEN], "a store of AWS needs its region"),
        ([*ATLAS, *GIVEN], "A mongodb server of provider atlas needs --option project=…."),
        ([*ATLAS, *PROJECT, *GIVEN, "--token-file", __file__], "--token-file is not for the provider atlas"),
        ([*AWS, *GIVEN, "--option", "path=x"], "This cannot be registered"),
        ([*AWS, *GIVEN, "--option", "buckets=x"], "those that are: path, permissions_boundary, iam_endpoint."),
        ([*MYSQL, "--region", "x", *GIVEN], "--region is not for mysql."),
        ([*MYSQL, "--replica-set", "x", *GIVEN], "--replica-set is not for mysql."),
        ([*STORAGE, "--port", "1", *GIVEN], "--port is not for storage."),
        ([*STORAGE, "--tls", *GIVEN], "--tls is not for storage."),
        ([*MYSQL, "--no-retry-writes", *GIVEN], "--no-retry-writes is not for mysql."),
        ([*MYSQL, "--tls", *GIVEN], "--tls is not for mysql."),
        ([*MYSQL, "--ca-file", __file__, *GIVEN], "--ca-file is not for mysql: Open edX does not check"),
        ([*MONGODB, "--ca-file", __file__, *GIVEN], "--ca-file needs --tls."),
        ([*MONGODB, "--tls", "--ca-file", __file__, *GIVEN], "--ca-file holds no certificate"),
        ([*STORAGE, "--ca-file", __file__, *GIVEN], "--ca-file holds no certificate"),
        ([*STORAGE, "--ca-file", "/dev/null", *GIVEN], "--ca-file holds no certificate"),
        ([*MYSQL, "--user", "", "--password-file", "-"], "--user is empty."),
        (["redis", "main", *GIVEN], "'redis' is not one of"),
        (["mysql", *GIVEN], "Missing argument 'NAME'"),
        ([*MYSQL, "--user", "root"], "Missing option '--password-file'"),
        ([*MYSQL, "--password-file", "-"], "Missing option '--user'"),
        ([*MYSQL, "--user", "root", "--password-file", "/no/such/file"], "No such file"),
        ([*MYSQL, *GIVEN, "--port", "0"], "0 is not in the range"),
        (["mysql", "main", "--host", "db:3306", *GIVEN], "--host db:3306 has a port: give --host db --port 3306."),
        ([*MYSQL, *GIVEN, "--provider", "existing"], "are not for the provider existing, which has no administrator"),
        ([*MYSQL, *GIVEN, "--cidr", "10.0.0.0/33"], "--cidr '10.0.0.0/33' is not a network"),
        ([*MYSQL, *GIVEN, "--cidr", "10.0.0.1/24"], "has host bits set"),
        ([*MYSQL, *GIVEN, "--provider", "magic"], "resources: no provider magic for resource mysql"),
        (["mysql", "Main DB", "--host", "db", *GIVEN], "This cannot be registered"),
        (["mysql", "main", "--host", "db; drop", *GIVEN], "This cannot be registered"),
        (["storage", "main", "--endpoint", "s3.example.com", *GIVEN], "This cannot be registered"),
        (["storage", "main", "--endpoint", "https://s3.example.com:99999", *GIVEN], "This cannot be registered"),
        ([*STORAGE, *GIVEN, "--addressing", "odd"], "'odd' is not one of"),
        ([*STORAGE, *GIVEN, "--token-file", __file__], "--token-file is not for the provider minio"),
        (
            [*SPACES, *GIVEN],
            "The provider spaces needs --token-file: a token for its API with the scopes spaces_key:read,",
        ),
        ([*SPACES, *GIVEN, "--token-file", "-"], "--password-file and --token-file cannot both be -"),
        ([*SPACES, *GIVEN, "--token-file", __file__], "--token-file holds no token"),
        ([*SPACES, *GIVEN, "--token-file", "/dev/null"], "--token-file holds no token"),
        (
            [*MYSQL, *GIVEN, "--option", "tls=true"],
            "--option tls is not for mysql of provider direct; those that are: none.",
        ),
        ([*MANAGED, "--token-file", __file__, *GIVEN], "--token-file holds no token"),
        ([*MANAGED, *GIVEN], "needs --token-file: a token for its API with the scopes database:read, database:create,"),
        ([*SPACES, *GIVEN, "--option", "buckets=x"], "is not for storage of provider spaces; those that are: api."),
        ([*MYSQL, *GIVEN, "--context", "x", "--no-cluster"], "--context and --no-cluster exclude each other."),
    ],
)
def test_wrong_usage_of_add_ends_with_status_2(tmp_path: Path, words: list[str], sentence: str) -> None:
    import_module("tutor_launchpad.plugin")  # registers the resources

    result = CliRunner().invoke(
        launchpad, ["server", "add", *words], input=PASSWORD, obj=SimpleNamespace(root=tmp_path)
    )

    assert result.exit_code == 2, result.output
    assert sentence in result.output
    assert PASSWORD not in result.output
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("content", "sentence"),
    [(b"", "is empty"), (b"\n", "is empty"), (b"\xff\x00", "is no text"), (b"one\ntwo\n", "has more than one line")],
)
def test_password_file_without_a_password_is_wrong_usage(tmp_path: Path, content: bytes, sentence: str) -> None:
    (tmp_path / "password").write_bytes(content)
    import_module("tutor_launchpad.plugin")  # registers the resources
    words = ["server", "add", *MYSQL, "--user", "root", "--password-file", str(tmp_path / "password")]

    result = CliRunner().invoke(launchpad, words, obj=SimpleNamespace(root=tmp_path))

    assert result.exit_code == 2, result.output
    assert sentence in result.output


@pytest.mark.parametrize(
    "words",
    [["remove", "mysql"], ["check", "mysql"], ["check", "redis", "x"], ["list", "extra"], ["list", "--output", "xml"]],
)
def test_wrong_usage_of_the_others(tmp_path: Path, words: list[str]) -> None:
    result = CliRunner().invoke(launchpad, ["server", *words], obj=SimpleNamespace(root=tmp_path))

    assert result.exit_code == 2
