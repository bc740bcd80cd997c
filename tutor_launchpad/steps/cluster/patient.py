"""A cluster under examination, and the words of those who examine it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from tutor_launchpad.adapters.kubernetes import Cluster
from tutor_launchpad.core.cluster.components import APPLICATION, ARGO, ARGO_CD, Found
from tutor_launchpad.core.cluster.diagnosis import Verdict
from tutor_launchpad.core.errors import NoSuchKind
from tutor_launchpad.core.types import Object
from tutor_launchpad.steps.cluster.look import find_components
from tutor_launchpad.steps.cluster.repository import ClusterFiles

Finding = tuple[Verdict, str, str]
"""The verdict, what was seen, and the remedy."""
INSTALL = "tutor launchpad cluster install"


@dataclass
class Patient:
    """What several checks need is asked for once."""

    cluster: Cluster
    files: ClusterFiles
    _found: dict[str, Found] = field(default_factory=dict)
    _kinds: set[tuple[str, str]] = field(default_factory=set)

    @property
    def found(self) -> dict[str, Found]:
        """Component → whose it is."""
        self._found = self._found or find_components(self.cluster, self.files)
        return self._found

    @property
    def kinds(self) -> set[tuple[str, str]]:
        """What the cluster serves."""
        self._kinds = self._kinds or self.cluster.kinds()
        return self._kinds

    def wants(self, component: str) -> bool:
        """Whether the repository installs it."""
        return component in self.files.components

    def application(self, name: str) -> Object | None:
        """An Application of the repository; None where it is not there."""
        try:
            return self.cluster.find(*APPLICATION, name, ARGO[ARGO_CD])
        except NoSuchKind:
            return None


Check = Callable[[Patient], Finding]


def fine(what: str) -> Finding:
    """As it should be."""
    return Verdict.FINE, what, ""


def wrong(what: str, remedy: str) -> Finding:
    """Not as it should be."""
    return Verdict.WRONG, what, remedy


def unknown(what: str) -> Finding:
    """Cannot be told from here."""
    return Verdict.UNKNOWN, what, ""


UNUSED: Finding = (Verdict.UNUSED, "", "")
