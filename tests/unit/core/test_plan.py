"""What would change in the instance's folder, as data, as a diff and as a commit's message."""

from __future__ import annotations

import pytest

from tutor_launchpad.core.plan import FileChange, commit_message, describe_files, plan_files

BEFORE = {"config.yml": b"A: 1\nB: 2\n", "manifests/job-old.yml": b"x\n", "same.txt": b"s\n"}
AFTER = {"config.yml": b"A: 1\nB: 3\n", "manifests/deployment-lms.yml": b"y\n", "same.txt": b"s\n"}


def test_plan_files_is_what_turns_one_into_the_other() -> None:
    changes = plan_files(BEFORE, AFTER)

    assert [(change.action, change.path) for change in changes] == [
        ("update", "config.yml"),
        ("add", "manifests/deployment-lms.yml"),
        ("remove", "manifests/job-old.yml"),
    ]
    assert changes[0].diff.splitlines()[1:] == ["   A: 1", "  -B: 2", "  +B: 3"]


def test_plan_files_of_the_same_is_empty() -> None:
    assert plan_files(BEFORE, dict(BEFORE)) == []


def test_plan_files_tells_an_empty_file_from_none() -> None:
    assert [change.action for change in plan_files({}, {"a": b""})] == ["add"]
    assert [change.action for change in plan_files({"a": b""}, {})] == ["remove"]


def test_plan_files_shows_bytes_that_are_no_text() -> None:
    (change,) = plan_files({"a": b"\xff\n"}, {"a": b"x\n"})

    assert change.diff.splitlines()[1:] == ["  -\ufffd", "  +x"]


def test_describe_files_shows_lines_of_updates_only() -> None:
    text = describe_files(plan_files(BEFORE, AFTER))

    assert text.splitlines() == [
        "update config.yml",
        "  @@ -1,2 +1,2 @@",
        "   A: 1",
        "  -B: 2",
        "  +B: 3",
        "add manifests/deployment-lms.yml",
        "remove manifests/job-old.yml",
    ]


def _change(action: str, path: str) -> FileChange:
    return FileChange(path, action, "")


@pytest.mark.parametrize(
    ("changes", "subject"),
    [
        ([], "Update instance moon"),
        ([_change("add", "config.yml")], "Add instance moon"),
        ([_change("add", "manifests/job-a.yml")], "Add instance moon: 1 object added"),
        ([_change("update", "config.yml")], "Update instance moon"),
        (
            [_change("add", "manifests/job-a.yml"), _change("add", "manifests/job-b.yml"),
             _change("update", "manifests/job-c.yml"), _change("remove", "manifests/job-d.yml")],
            "Update instance moon: 2 objects added, 1 object updated, 1 object removed",
        ),
    ],
)  # fmt: skip
def test_commit_message_counts_objects(changes: list[FileChange], subject: str) -> None:
    assert commit_message("moon", changes).splitlines()[0] == subject


def test_commit_message_lists_what_changed_and_ends_somewhere() -> None:
    changes = [_change("update", f"manifests/deployment-lms-{number:02}.yml") for number in range(20)]

    lines = commit_message("moon", changes).splitlines()

    assert lines[1] == ""
    assert lines[2] == "- update deployment/lms-00"
    assert lines[-1] == "- and 8 more files"
    assert len(lines) == 15
