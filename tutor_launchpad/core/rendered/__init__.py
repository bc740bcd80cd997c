"""What templates rendered: whether files can be read, and secrets arrive as they are set.

Templates of Tutor and its plugins write values between quotes without escaping them. A password with a quote, a backslash
or a dollar sign then breaks a file of settings, or arrives as another one in one of several places, and Open edX cannot
log in to its own database. Sentences name places and settings, never values.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from tutor_launchpad.core.listing import listed
from tutor_launchpad.core.pods import containers, pod_template
from tutor_launchpad.core.rendered.scripts import is_script, misread
from tutor_launchpad.core.rendered.suspects import suspects
from tutor_launchpad.core.rendered.texts import Broken, changed, is_structured, values_in
from tutor_launchpad.core.seal.naming import plain_name
from tutor_launchpad.core.types import Config, Object

UNREAD = "launchpad.openedx.org/unread"
"""Annotation of what this must not judge: a ConfigMap with templates of YAML, a workload with a script of its own rules."""
_PLAIN_WORD = re.compile(r"[A-Za-z_]\w*")
_EXPANDED = re.compile(r"\$\$|\$\([A-Za-z_.-][\w.-]*\)")
_SHOWN = 3


def object_problems(objects: Iterable[Object], config: Config, secrets: Mapping[str, str]) -> list[str]:
    """One sentence for each cause for which files in ConfigMaps cannot be read or a secret does not arrive as it is."""
    findings = _Findings(config, _telling(secrets))
    for item in objects:
        if UNREAD in (item["metadata"].get("annotations") or {}):
            continue
        for file, text in _files(item):
            findings.look(f"ConfigMap/{plain_name(item['metadata']['name'])} {file}", file, text)
        findings.look_at_pods(item)
    return findings.sentences()


def manifest_problems(files: Mapping[str, str], config: Config, secrets: Mapping[str, str]) -> list[str]:
    """The same for manifests before they are built. `files`: path below the environment → text.

    A file that cannot be read is told only where a setting may be the reason: a patch is the builder's to tell.
    """
    findings = _Findings(config, _telling(secrets))
    for file, text in files.items():
        findings.look(file, file, text, only_suspect=True)
    return findings.sentences()


def _telling(secrets: Mapping[str, str]) -> dict[str, str]:
    """Setting → value that some template may change; of equal values one stands for all."""
    first: dict[str, str] = {}
    for name, value in secrets.items():
        if not _PLAIN_WORD.fullmatch(value) and value.strip():
            first.setdefault(value, name)
    return {name: value for value, name in first.items()}


def _files(item: Object) -> Iterator[tuple[str, str]]:
    """The files of a ConfigMap that can be read here."""
    for name, text in (item.get("data") or {}).items() if item["kind"] == "ConfigMap" else ():
        if is_structured(str(name)) and isinstance(text, str):
            yield name, text


@dataclass
class _Findings:
    """`broken`: settings that may be the reason, perhaps none → places and languages. `lost`: setting → places."""

    config: Config
    secrets: Mapping[str, str]
    broken: dict[tuple[str, ...], list[tuple[str, str]]] = field(default_factory=dict)
    lost: dict[str, list[str]] = field(default_factory=dict)

    def look(self, where: str, file: str, text: str, *, only_suspect: bool = False) -> None:
        """Read one file."""
        try:
            values = values_in(file, text)
        except Broken as error:
            found = suspects(text, error, self.config)
            if found or not only_suspect:
                line = f" (line {error.lines[-1]})" if error.lines else ""
                self.broken.setdefault(found, []).append((where + line, error.language))
            return
        for name, value in self.secrets.items():
            if value in text and changed(text, values, value):
                self.lost.setdefault(name, []).append(where)

    def look_at_pods(self, item: Object) -> None:
        """Look at what Kubernetes would replace in variables, and at scripts."""
        template = pod_template(item)
        for path, container in containers(template["spec"]) if template is not None else ():
            variables = " ".join(str(entry.get("value", "")) for entry in container.get("env") or [])
            words = [*(container.get("command") or []), *(container.get("args") or [])]
            script = str(words[-1]) if is_script(words) else ""
            for name, value in self.secrets.items():
                if (value in variables and _EXPANDED.search(value)) or misread(script, value):
                    self.lost.setdefault(name, []).append(f"{item['kind']}/{item['metadata']['name']} {path}")

    def sentences(self) -> list[str]:
        """One a cause."""
        told = {name for names in self.broken for name in names}
        return [_broken_sentence(names, where) for names, where in sorted(self.broken.items())] + [
            f"Setting {name} does not arrive as it is in {listed(where, _SHOWN)}, where templates write it without escaping: "
            "choose a value of letters, digits, dashes and dots."
            for name, where in sorted(self.lost.items())
            if name not in told
        ]


def _broken_sentence(names: tuple[str, ...], where: list[tuple[str, str]]) -> str:
    languages = " or ".join(dict.fromkeys(language for _, language in where))
    what = f"{listed([place for place, _ in where], _SHOWN)} cannot be read as {languages}"
    if not names:
        return f"{what}: a plugin's patch is the usual cause; mend it, or disable the newest plugin."
    return (
        f"{what}, for which {listed(names, _SHOWN)} may be the reason: write it without quotes, backslashes, line breaks and "
        "other marks that end a text."
    )
