"""The status for people: rows for what there is, then what to do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from tutor_launchpad.core.status.model import Certificate, InstanceStatus, Pods

Row = tuple[str, str]
_WIDTH = 13
_UNITS = ((86400, "day"), (3600, "hour"), (60, "minute"))


def describe(status: InstanceStatus) -> str:
    """The whole status, a line each."""
    lines = [_line(name, text) for name, text in rows(status)]
    if status.age is not None:
        lines.insert(3, _line("last deploy", f"{status.last_deploy} ({ago(status.age)} ago)"))
    return "\n".join(lines)


def changes(before: InstanceStatus | None, after: InstanceStatus) -> list[str]:
    """The lines that are new in a status, and those that are gone."""
    if before is None:
        return describe(after).splitlines()
    old, new = list(rows(before)), list(rows(after))
    told = {name for name, _ in new}
    gone = [_line(name, f"gone: {text}") for name, text in old if (name, text) not in new and _many(name, told)]
    return [_line(name, text) for name, text in new if (name, text) not in old] + gone


def _many(name: str, told: set[str]) -> bool:
    """Whether an old row is worth a word: of a name that has several rows, or none any more."""
    return name in _SEVERAL or name not in told


_SEVERAL = {"image", "waiting", "certificate", "not seen", "to do", "to know"}


def rows(status: InstanceStatus) -> Iterator[Row]:
    """(name, text) of all that does not change with time alone."""
    yield from ((name, text) for name, text in _single(status) if text)
    yield from (("image", image) for image in status.images)
    if status.pods is not None:
        yield from (("waiting", f"pod {pod}: {reason}") for pod, reason in sorted(status.pods.waiting.items()))
    yield from (("certificate", _certificate(one)) for one in status.certificates)
    for part, unseen in status.unseen.items():
        yield "not seen", f"{part}, {unseen.why.value}: {unseen.text}"
    for finding in status.findings:
        yield ("to do" if finding.trouble else "to know"), f"{finding.what} → {finding.todo}"


def _single(status: InstanceStatus) -> Iterator[Row]:
    yield "instance", f"{status.instance} is {status.verdict.value}" if status.sync else status.instance
    yield "repository", status.repository
    yield "in Git", status.git_revision[:10] or ("not known" if "git" in status.unseen else "nothing recorded")
    live = status.live_revision[:10] or ("not known" if "application" in status.unseen else "nothing deployed")
    yield "live", live + (", behind Git" if status.behind else "")
    yield "sync", (status.sync or "-") + (", by hand" if status.auto_sync is False else "")
    yield "health", status.health or "-"
    yield "message", status.message
    yield "pods", _pods_line(status.pods)
    yield "init jobs", _jobs_line(status.init_jobs)
    yield "provisioning", status.provisioning


def _line(name: str, text: str) -> str:
    return f"{name:{_WIDTH}} {text}"


def _pods_line(pods: Pods | None) -> str:
    if pods is None:
        return ""
    return f"{pods.running} running, {len(pods.waiting)} waiting, {pods.finished} finished"


def _jobs_line(jobs: Mapping[str, str]) -> str:
    counts: dict[str, int] = {}
    for state in jobs.values():
        counts[state] = counts.get(state, 0) + 1
    failed = [name for name, state in jobs.items() if state == "failed"]
    text = ", ".join(f"{count} {state}" for state, count in sorted(counts.items()))
    return f"{text} ({', '.join(failed)})" if failed else text


def _certificate(one: Certificate) -> str:
    state = "ready" if one.ready else "being issued" if one.issuing else "not ready"
    until = f", expires {one.expires[:10]} ({one.days_left} days)" if one.expires else ""
    return f"{one.name}: {state}{until}"


def ago(seconds: int) -> str:
    """`3 days`, in the largest unit that fits."""
    for size, unit in _UNITS:
        if seconds >= size:
            count = seconds // size
            return f"{count} {unit}{'s' if count > 1 else ''}"
    return "less than a minute"
