"""The commands of docs/howto/users.md do what the page says."""

from __future__ import annotations

import shlex
from pathlib import Path

from docs import run_page
from tests.unit.commands.user.conftest import Users

PAGE = Path(__file__).parents[4] / "docs" / "howto" / "users.md"
COMMAND = ["tutor", "launchpad", "user"]


def test_commands_of_the_page_follow_each_other(users: Users) -> None:
    blocks = run_page.blocks(PAGE.read_text(encoding="utf-8"))
    lines = [line for block in blocks if block.language == "sh" for line in block.text.splitlines()]
    said = {}

    for line in lines:
        words = shlex.split(line)
        if words[:3] == COMMAND:
            result = users.run(*words[3:], stdin="correct horse battery\n")
            assert result.exit_code == 0, f"{line}: {result.exception}"
            said[line] = result.stdout

    assert "This is shown once and kept nowhere" in said["tutor launchpad user create alice --role developer"]
    assert "alice is gone from Argo CD and Argo Workflows" in said["tutor launchpad user delete alice --yes"]
    assert [one["name"] for one in users.json("list")["users"]] == ["admin", "bob", "carol", "ci"]
