"""Init scripts without what provisioning has done: Tutor's, the plugins' and Drydock's own, rendered as they are."""

from __future__ import annotations

from importlib import resources

import jinja2
import pytest

from tutor_launchpad.core.creation import strip_mongodb, strip_mysql, without_creation
from tutor_launchpad.core.jobs import JOB_LABEL
from tutor_launchpad.core.types import Object

CONFIG = {
    "MYSQL_ROOT_USERNAME": "alpha__openedx",
    "MYSQL_ROOT_PASSWORD": "p4ssw0rd",
    "MYSQL_HOST": "db.example.com",
    "MYSQL_PORT": 3306,
    **{f"{plugin}_MYSQL_DATABASE": plugin.lower() for plugin in ("OPENEDX", "CREDENTIALS", "NOTES", "DISCOVERY", "XQUEUE")},
    **{f"{plugin}_MYSQL_USERNAME": plugin.lower() for plugin in ("OPENEDX", "CREDENTIALS", "NOTES", "DISCOVERY", "XQUEUE")},
    **{f"{plugin}_MYSQL_PASSWORD": "s3cret" for plugin in ("OPENEDX", "CREDENTIALS", "NOTES", "DISCOVERY", "XQUEUE")},
    "MONGODB_HOST": "mongo.example.com",
    "MONGODB_PORT": 27017,
    "MONGODB_DATABASE": "openedx",
    "FORUM_MONGODB_DATABASE": "forum",
    "MONGODB_USERNAME": "alpha",
    "MONGODB_PASSWORD": "s3cret",
    "MONGODB_ROOT_USERNAME": "alpha",
    "MONGODB_ROOT_PASSWORD": "s3cret",
    "PLUGINS": ["forum"],
}  # fmt: skip
MYSQL = 'mysql -u root --password="x" --host db '


def _script(package: str, path: str, patch: str = "", **settings: object) -> str:
    text = (resources.files(package) / "templates" / path).read_text()
    return str(jinja2.Template(text).render({**CONFIG, **settings}, patch=lambda name: patch))


@pytest.mark.parametrize(
    ("package", "path"),
    [
        ("tutor", "jobs/init/mysql.sh"),
        ("tutorcredentials", "credentials/tasks/mysql/init"),
        ("tutornotes", "notes/tasks/mysql/init"),
        ("tutordiscovery", "discovery/tasks/mysql/init"),
        ("tutorxqueue", "xqueue/tasks/mysql/init"),
    ],
)
def test_scripts_that_only_create_go(package: str, path: str) -> None:
    assert strip_mysql(_script(package, path)) == ""


def test_script_that_copies_users_stays_as_it_is() -> None:
    script = _script("tutorcredentials", "credentials/tasks/mysql/sync_users")

    assert strip_mysql(script) == script


@pytest.mark.parametrize(
    ("script", "left"),
    [
        pytest.param(f'{MYSQL}-e "CREATE DATABASE a;"\n', "", id="creation"),
        pytest.param(f"{MYSQL}-e 'create schema a'", "", id="no end of line"),
        pytest.param(f'{MYSQL}--execute="GRANT ALL ON a.* TO b;"\n', "", id="long option"),
        pytest.param(f'{MYSQL}-e "CREATE USER a;" || true\n', "", id="may fail"),
        pytest.param(f"{MYSQL}-e \"ALTER USER a IDENTIFIED BY 'x;y';\"\n", "", id="semicolon in a password"),
        pytest.param(f'{MYSQL}-e "CREATE DATABASE a; USE a;"\n', f'{MYSQL}-e " USE a;"\n', id="both in one call"),
        pytest.param(f'{MYSQL}-e "CREATE TABLE a.b (id INT);"\n', None, id="tables are work"),
        pytest.param(f"{MYSQL}< /dump.sql\n", None, id="a file"),
        pytest.param("python fix.py\n", None, id="another program"),
        pytest.param('echo "$(reset.sh)"\n', None, id="a command inside of echo"),
        pytest.param(f'for T in a b; do\n    {MYSQL}-e "GRANT SELECT ON x TO y;"\ndone\n', "", id="loop that grants"),
        pytest.param(
            f'if test -f x; then\n  {MYSQL}-e "GRANT ALL ON x TO y;"\nfi\n', "if test -f x; then\n  :\nfi\n", id="block"
        ),
    ],
)
def test_strip_mysql_takes_creation_and_nothing_else(script: str, left: str | None) -> None:
    assert strip_mysql(script) == (script if left is None else left)


def test_mongodb_script_without_more_goes() -> None:
    assert strip_mongodb(_script("drydock", "drydock/task/mongodb/init")) == ""
    assert strip_mongodb(_script("drydock", "drydock/task/mongodb/init", MONGODB_USERNAME="")) == ""


def test_mongodb_script_keeps_what_a_patch_adds() -> None:
    patch = 'use forum\n  db.contents.createIndex({ "_id": 1 })'

    left = strip_mongodb(_script("drydock", "drydock/task/mongodb/init", patch))

    assert patch in left
    assert left.startswith('echo "Initialising MongoDB..."\nmongosh --host mongo.example.com')
    assert left.rstrip().endswith("exit\nEOF")
    assert "createUser" not in left
    assert "updateUser" not in left


@pytest.mark.parametrize("password", ["a}b", "a{b", "it's", '\\"{'])
def test_brackets_and_quotes_in_a_password_do_not_end_the_block(password: str) -> None:
    script = _script("drydock", "drydock/task/mongodb/init", "db.a.drop()", MONGODB_PASSWORD=password)

    left = strip_mongodb(script)

    assert "db.a.drop()" in left
    assert "roles" not in left


def _job(task: str, script: str) -> Object:
    pod = {"containers": [{"args": ["sh", "-e", "-c", script]}]}
    return {
        "kind": "Job",
        "metadata": {"name": task, "labels": {JOB_LABEL: task}},
        "spec": {"template": {"spec": pod}},
    }


def test_without_creation_touches_only_services_on_servers() -> None:
    creating = f'{MYSQL}-e "CREATE DATABASE a;"'
    objects = [_job("mysql", creating), _job("mongodb", "echo"), _job("lms", creating), {"kind": "Service"}]

    assert without_creation(objects, {"mysql": "main"}) == objects[1:]
    assert without_creation(objects, {}) == objects


def test_without_creation_leaves_its_input_as_it_is() -> None:
    job = _job("mysql", f'{MYSQL}-e "CREATE DATABASE a;"\nwork\n')

    (left,) = without_creation([job], {"mysql": "main"})

    assert left["spec"]["template"]["spec"]["containers"][0]["args"][-1] == "work\n"
    assert "CREATE" in job["spec"]["template"]["spec"]["containers"][0]["args"][-1]
