from __future__ import annotations

from typing import Any

import pytest

from tutor_launchpad.core.plain import plain_planner
from tutor_launchpad.core.resources import ResourcePlan, Server, Wanted

PLAN = plain_planner({"Q_VHOST": "vhost"}, {"Q_USERNAME": "Q_PASSWORD"}, "Q_HOST", "Q_PORT")
ENDPOINT = "https://q.example.com:15671"


def plan(user: dict[str, Any], **settings: Any) -> ResourcePlan:
    config = {"Q_PASSWORD": "secret", **user}
    server = Server("queue", "main", "direct", {"endpoint": ENDPOINT, **settings})
    return PLAN(Wanted("moon", config, user, {}), server)


def test_settings_get_names_of_the_instance_and_the_server_s_place() -> None:
    made = plan({}, port="5671")

    assert made.overrides == {
        "Q_VHOST": "moon__q", "Q_USERNAME": "moon__q", "Q_PASSWORD": "secret", "Q_HOST": "q.example.com", "Q_PORT": 5671
    }  # fmt: skip
    assert (made.part["names"], made.part["users"]) == ({"vhost": ["moon__q"]}, {"moon__q": "Q_PASSWORD"})
    assert made.secrets == {"Q_PASSWORD": "secret"}


def test_port_is_the_endpoint_s_where_no_other_is_registered() -> None:
    assert plan({}).overrides["Q_PORT"] == 15671


@pytest.mark.parametrize(("generation", "user"), [(1, "mine"), (2, "mine__2")])
def test_chosen_names_are_kept_and_the_user_goes_with_its_generation(generation: int, user: str) -> None:
    made = plan({"Q_VHOST": "theirs", "Q_USERNAME": "mine", "LAUNCHPAD_QUEUE_GENERATION": generation})

    assert (made.overrides["Q_VHOST"], made.overrides["Q_USERNAME"]) == ("theirs", user)
    assert (made.part["generation"], made.part["users"]) == (generation, {"mine": "Q_PASSWORD"})
