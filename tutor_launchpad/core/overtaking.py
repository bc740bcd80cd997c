"""What a deploy would undo of what others have recorded of an instance since its root was deployed. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tutor_launchpad.core.instance import ABOUT, about_part, read_about
from tutor_launchpad.core.listing import listed

Files = Mapping[str, bytes]
PRIVATE = "the private settings"
_SHOWN = 3


@dataclass(frozen=True)
class Overtaking:
    """A commit that a root does not know, and the files in which a deploy would undo it. `when`: ISO 8601."""

    instance: str
    commit: str
    when: str
    undone: tuple[str, ...]

    def __str__(self) -> str:
        """One sentence."""
        return (
            f"Git has commit {self.commit[:10]} of {self.when} for {self.instance}, which this root does not know and a deploy "
            f"would undo, in {listed(self.undone, _SHOWN, 'files')}."
        )

    @property
    def remedy(self) -> str:
        """How to have both."""
        return f"`tutor launchpad checkout {self.instance}` takes it over"


def find_undone(known: Files, head: Files, ours: Files) -> tuple[str, ...]:
    """Where `ours` takes back what `head` has changed since `known`.

    What a root is made of is compared with `head`: two changes of one file cannot both be kept. What is rendered of it
    changes with either, so there only a return to `known` counts, unless `head` was changed by hand.
    """
    theirs = {path for path in {*known, *head} if known.get(path) != head.get(path)}
    sources = {path for path in theirs if path in ("config.yml", "requirements.txt") or path.startswith("plugins/")}
    private = _private(known) != _private(head)
    by_hand = not sources and not private
    undone = {path for path in sources if ours.get(path) != head.get(path)}
    undone |= {path for path in theirs - sources if ours.get(path) == known.get(path)}
    undone |= {path for path in theirs if by_hand and ours.get(path) != head.get(path)}
    return (*sorted(undone), *([PRIVATE] if private and _private(ours) != _private(head) else []))


def _private(files: Files) -> object:
    """The name of the Secret with the private settings, which changes with them."""
    return about_part(read_about(files.get(ABOUT, b"")), "private_settings").get("secret")
