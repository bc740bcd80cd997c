from __future__ import annotations

from launchpad_workflows.items import Item
from launchpad_workflows.operations.inspect import MOST

from tests.unit.launchpad_workflows.operations.conftest import Library


def states(library: Library) -> dict[str, tuple[str, bool]]:
    return {one.name: (one.state, one.owned) for one in library.run("inspect").things}


def test_missing_right_drifted_and_foreign_are_told_apart(library: Library) -> None:
    before = states(library)
    library.run("provision")
    right = states(library)
    library.server.users["user"] = "drifted"
    library.server.calls.clear()

    assert before == {"user": ("missing", False), "thing": ("missing", False)}
    assert right == {"user": ("right", True), "thing": ("right", True)}
    assert states(library)["user"] == ("drifted", True)
    assert library.run("inspect").things[0].drift == ("password of user user",)
    assert library.server.calls == []


def test_strangers_thing_is_foreign(library: Library) -> None:
    library.server.things["thing"] = "somebody"

    assert states(library)["thing"] == ("foreign", False)


def test_names_of_the_server_are_told_on_demand_and_not_without_end(library: Library) -> None:
    library.server.things = {f"thing-{number:04}": "x" for number in range(MOST + 5)}

    outcome = library.run("inspect", orphans=True)
    owned = tuple(Item("fake", "main", "thing", f"Thing-{number:04}").mark for number in range(MOST + 4))
    last = library.run("inspect", orphans=True, owned=owned)

    assert (last.elsewhere, last.more) == ((f"thing/thing-{MOST + 4}",), 0)
    assert library.run("inspect").elsewhere == ()
    assert (len(outcome.elsewhere), outcome.more) == (MOST, 5)
