"""A second password of a MySQL user.

MySQL keeps one former password if it is asked to: the primary one. Asking twice would forget the one in use, so that it is
asked only where the next password does not open yet, and where another rotation has left a second password the one in use
is made the primary one before. (dev.mysql.com/doc/refman/8.4/en/password-management.html)
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from launchpad_workflows.errors import Refused
from launchpad_workflows.provisioners.mysql.session import Session

_FIRST = (8, 0, 14)


def has_second_passwords(version: str) -> bool:
    """By the text of VERSION(); pure."""
    found = re.match(r"(\d+)\.(\d+)\.(\d+)", version)
    return "mariadb" not in version.lower() and found is not None and tuple(map(int, found.groups())) >= _FIRST


@dataclass(frozen=True)
class SecondPassword:
    """One user's."""

    admin: Session
    user: str

    def add(self, *, next_opens: bool, present: str | None, password: str) -> None:
        """Let the next password in and keep the present one, which is None where it does not open."""
        if next_opens:
            return
        if present is None:
            raise Refused(
                f"User {self.user} of {self.admin.address} is opened neither by its present nor by its next password: "
                "run `provision` first, which sets the present one."
            )
        if self._has_two():
            self.admin.run(f"ALTER USER {self._account} IDENTIFIED BY {self.admin.literal(present)}")
        self.admin.run(
            f"ALTER USER {self._account} IDENTIFIED BY {self.admin.literal(password)} RETAIN CURRENT PASSWORD"
        )

    def discard(self) -> None:
        """Shut the former one out; nothing where there is none."""
        self.admin.run(f"ALTER USER {self._account} DISCARD OLD PASSWORD")

    def _has_two(self) -> bool:
        """Where there is one alone it is not set again, which a server that remembers passwords refuses."""
        query = "SELECT User_attributes FROM mysql.user WHERE User = %s AND Host = '%%'"
        return any("additional_password" in attributes for attributes in self.admin.column(query, [self.user]))

    @property
    def _account(self) -> str:
        return f"{self.admin.literal(self.user)}@{self.admin.literal('%')}"
