"""The init jobs of a deploy: failed ones told with their log and started anew, superseded ones stopped."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor_launchpad.adapters.kubernetes import Cluster
from tutor_launchpad.core.errors import Conflict, LaunchpadError, NotFound
from tutor_launchpad.core.jobs import JOB_LABEL
from tutor_launchpad.core.workloads import JobState, failed, failed_container, read_job, superseded

if TYPE_CHECKING:
    from tutor_launchpad.steps.deployment import Deployment

MANIFEST = "manifests/job-"
LINES = 20


class InitJobs:
    """The Jobs of the instance, told apart by whether this deploy's record names them."""

    def __init__(self, deployment: Deployment, cluster: Cluster) -> None:
        self._deployment = deployment
        self._cluster = cluster
        self._namespace = deployment.settings.instance
        files = deployment.record.files if deployment.record else {}
        self._wanted = {path.removeprefix(MANIFEST).removesuffix(".yml") for path in files if path.startswith(MANIFEST)}
        self._states: list[JobState] = []
        self._stopped: set[str] = set()

    def look(self) -> None:
        """Read the Jobs, and change nothing: those that this record does not name may be a later deploy's."""
        self._states = [read_job(job) for job in self._cluster.list("batch/v1", "Job", self._namespace, JOB_LABEL)]

    @property
    def has_failed(self) -> bool:
        """Whether a job of this revision had failed when they were last read."""
        return bool(failed(self._states, self._wanted))

    @property
    def has_superseded(self) -> bool:
        """Whether a job that this record does not name ran when they were last read."""
        return bool(self._superseded())

    def stop_superseded(self) -> None:
        """Jobs of earlier revisions that still run would write to the databases of this one.

        Only for a caller that has made sure, after the last `look`, that no later deploy has recorded its own.
        """
        for job in self._superseded():
            self._stopped.add(job.uid)
            if self._delete(job):
                self._deployment.progress.say(f"stopped init job {job.name} of an earlier revision")

    def _superseded(self) -> list[JobState]:
        return [job for job in superseded(self._states, self._wanted) if job.uid not in self._stopped]

    def clear_failed(self) -> None:
        """Delete the failed jobs of this revision after showing why they failed."""
        jobs = failed(self._states, self._wanted)
        for job in jobs:
            self._deployment.progress.say(f"init job {job.name} had failed, starting it again\n{self._log(job)}")
            self._delete(job)
        self._states = [job for job in self._states if job not in jobs]

    def _delete(self, job: JobState) -> bool:
        """Delete the very job that was read; another one of its name stays."""
        try:
            return self._cluster.delete("batch/v1", "Job", job.name, self._namespace, job.uid)
        except Conflict:
            return False

    def raise_failed(self) -> None:
        """Raise with the first failed job's name, reason and log."""
        jobs = failed(self._states, self._wanted)
        if not jobs:
            return
        others = f" (and {len(jobs) - 1} more)" if len(jobs) > 1 else ""
        raise LaunchpadError(
            f"Init job {jobs[0].name} in {self._namespace} failed{others}: {jobs[0].message}\n{self._log(jobs[0])}\n"
            "Mend the cause, then run `tutor launchpad deploy` again: it starts failed jobs anew."
        )

    def _log(self, job: JobState) -> str:
        pods = self._cluster.list("v1", "Pod", self._namespace, f"batch.kubernetes.io/job-name={job.name}")
        place = failed_container(pods)
        if place is None:
            return "    (it has no log: none of its pods is left or has begun)"
        try:
            text = self._cluster.logs(self._namespace, place[0], place[1], LINES)
        except NotFound:
            return "    (its log is gone)"
        mask = self._deployment.mask
        lines = (mask(text) if mask else "(not shown: nothing could mask it)").splitlines()[-LINES:]
        return "\n".join(f"    {line}" for line in lines) or "    (its log is empty)"
