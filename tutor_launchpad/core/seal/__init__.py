"""Sealing: rendered objects with every secret moved out to Secrets that Git only names.

Pure; docs/explanation/sealing.md tells the rules and why they are so.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from tutor_launchpad.core.errors import Refused
from tutor_launchpad.core.seal.discovery import discovered
from tutor_launchpad.core.seal.finder import Finder, Mask
from tutor_launchpad.core.seal.forms import Forms
from tutor_launchpad.core.seal.maps import Vault, all_data
from tutor_launchpad.core.seal.references import Renamed, left, rewrite
from tutor_launchpad.core.seal.scanning import digest_problems, joined, object_problems, scan, weak_secrets
from tutor_launchpad.core.secrets import is_weak
from tutor_launchpad.core.types import Object

__all__ = ["Mask", "Sealed", "scan", "seal"]


@dataclass(frozen=True)
class Sealed:
    """`public` may be committed; `secrets` are immutable and applied to the namespace; `masked` shows what they hold.

    `masked`: a sealed map's plain name → file → text with `«SETTING»` in place of each secret.
    `found`: the settings given and what else was found to be secret, for `Mask` and `scan`.
    """

    public: tuple[Object, ...]
    secrets: tuple[Object, ...] = field(repr=False)
    masked: Mapping[str, Mapping[str, str]]
    found: Mapping[str, str] = field(default_factory=dict, repr=False)


def seal(objects: Sequence[Object], secrets: Mapping[str, str], key: str, namespace: str) -> Sealed:
    """Seal the objects of one instance. `secrets`: setting → value; `key`: what the Secrets' names are hashed with.

    Raises `Refused` with every place from which a secret cannot be moved.
    """
    if not key:
        raise Refused(["The key of sealed names, LAUNCHPAD_SEAL_KEY, is empty: run `tutor config save` to make one."])
    # Sorted, so that of settings with the same value always the same one names it in a masked copy.
    found = dict(sorted(secrets.items()))
    found |= {name: value for name, value in sorted(discovered(objects).items()) if name not in found}
    forms = Forms({name: value for name, value in found.items() if not is_weak(value)})
    vault = Vault(key, namespace, Finder.narrowed(forms, joined(objects) + "\0" + all_data(objects)))
    public = [copy.deepcopy(item) for item in objects if not vault.take(item)]
    for item in public:
        rewrite(item, vault.renamed)
        vault.take_arguments(item)
    copies: list[Object] = [
        {"kind": "Masked copy", "metadata": {"name": name}, "data": files} for name, files in vault.masked.items()
    ]
    problems = [
        *weak_secrets(secrets),
        *vault.problems,
        *_unfollowed(public, vault.renamed),
        *object_problems([*public, *copies], forms),
        *digest_problems([*public, *copies], vault.digests),
    ]
    if problems:
        # A name or a key in a path may be the secret itself.
        raise Refused([Finder.narrowed(forms, problem).replace(problem) for problem in problems])
    return Sealed(tuple(public), tuple(vault.secrets.values()), vault.masked, found)


def _unfollowed(public: Sequence[Object], renamed: Renamed) -> list[str]:
    """References to a sealed ConfigMap outside of pods, which cannot be made one to a Secret."""
    return [
        f"{item['kind']}/{item['metadata']['name']} {path} refers to a ConfigMap that holds secrets and becomes a Secret: "
        "Launchpad follows that in pods only; take the secrets out of the ConfigMap or mount it in a pod."
        for item in public
        for path in left(item, renamed)
    ]
