"""The program in the worker's image: one resource of a request, credentials from files, the outcome to a file.

Exit status: 0 done, 1 failed for good, 2 wrong usage, 75 may pass (the workflow retries only that).
"""

from __future__ import annotations

import argparse
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from pydantic import ValidationError
from pydantic_core import from_json

from launchpad_workflows.credentials import ACCOUNT, FileCredentials, chosen_secret
from launchpad_workflows.outcomes import Outcome
from launchpad_workflows.requests import OPERATIONS, Request, Resource
from launchpad_workflows.running import run_resource

NEWER = ". It may be of a newer version than this image is: use the worker's image of the version that made the request"
DONE, FAILED, USAGE, MAY_PASS = 0, 1, 2, 75


def main(arguments: Sequence[str] | None = None) -> int:
    """Run; the exit status."""
    parser = _parser()
    options = parser.parse_args(arguments)
    try:
        request, resource = _read(options)
    except (OSError, ValueError) as error:
        print(f"launchpad-worker: {_explain(error)}", file=sys.stderr)  # noqa: T201 - a program's own output
        return USAGE
    with _stoppable():
        outcome = run_resource(request, resource, _credentials(options.credentials, request.instance), _say)
    if options.outcome is not None:
        options.outcome.write_text(outcome.model_dump_json(), encoding="utf-8")
    _say(f"{resource.resource}/{resource.server}: {outcome.status}")
    return _status(outcome)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="launchpad-worker", description="Do one operation on one resource of an instance."
    )
    parser.add_argument("operation", choices=OPERATIONS)
    parser.add_argument("--request", required=True, help="the request as JSON, or @ and the path of a file with it")
    parser.add_argument("--resource", required=True, help="which resource of it: mysql, mongodb, storage, …")
    parser.add_argument("--server", default="", help="on which server, where the request has the resource on several")
    parser.add_argument("--credentials", type=Path, default=Path("/credentials"), help="folder of mounted Secrets")
    parser.add_argument("--outcome", type=Path, default=None, help="file to write the outcome to, as JSON")
    return parser


def _read(options: argparse.Namespace) -> tuple[Request, Resource]:
    text: str = options.request
    if text.startswith("@"):
        text = Path(text[1:]).read_text(encoding="utf-8")
    content = from_json(text)
    content = {**content, "operation": options.operation} if isinstance(content, dict) else content
    request = Request.model_validate(content)
    return request, request.select(options.resource, options.server)


def _credentials(root: Path, instance: str) -> FileCredentials:
    """With a keeper where the pod was given a token for the instance's Secret."""
    if not (root / ACCOUNT).is_dir():
        return FileCredentials(root)
    from launchpad_workflows.worker.keeper import SecretKeeper

    return FileCredentials(root, SecretKeeper(root / ACCOUNT, chosen_secret(instance)))


def _explain(error: OSError | ValueError) -> str:
    if isinstance(error, ValidationError):
        found = error.errors(include_input=False)
        problems = "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in found)
        newer = any(one["type"] == "extra_forbidden" for one in found)
        return f"the request is not valid: {problems}{NEWER if newer else ''}"
    return str(error)


def _status(outcome: Outcome) -> int:
    if not outcome.failed:
        return DONE
    return MAY_PASS if outcome.may_pass else FAILED


@contextmanager
def _stoppable() -> Iterator[None]:
    """A pod that is taken away, as where its node is emptied, has not failed for good: the next attempt finishes."""

    def stop(_signal: int, _frame: FrameType | None) -> None:
        _say("stopped from outside")
        sys.exit(MAY_PASS)

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _say(line: str) -> None:
    print(line, flush=True)  # noqa: T201 - a program's own output


if __name__ == "__main__":
    sys.exit(main())
