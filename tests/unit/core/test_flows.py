"""The traffic that every instance needs."""

from __future__ import annotations

import pytest

from tutor_launchpad.core.errors import Refused
from tutor_launchpad.core.flows import LINK_LOCAL, own_flows
from tutor_launchpad.core.types import Config


@pytest.mark.parametrize(
    ("config", "port"),
    [
        pytest.param({}, 25, id="nothing said"),
        pytest.param({"RUN_SMTP": True, "SMTP_PORT": 8025}, 25, id="own relay, which sends on"),
        pytest.param({"RUN_SMTP": False, "SMTP_PORT": 587}, 587, id="a provider's"),
        pytest.param({"RUN_SMTP": False, "SMTP_PORT": "465"}, 465, id="as text"),
        pytest.param({"RUN_SMTP": False, "SMTP_PORT": ""}, 25, id="emptied"),
    ],
)
def test_own_flows_are_web_and_mail(config: Config, port: int) -> None:
    web, mail = own_flows(config)

    assert (web.name, web.ports, mail.name, mail.ports) == ("web", (443,), "mail", (port,))
    assert web.excluded == mail.excluded == LINK_LOCAL


@pytest.mark.parametrize("port", ["smtp", -1, 70000, [25], 5.5])
def test_own_flows_refuse_what_is_no_port(port: object) -> None:
    with pytest.raises(Refused, match=r"SMTP_PORT .* is not a port"):
        own_flows({"RUN_SMTP": False, "SMTP_PORT": port})
