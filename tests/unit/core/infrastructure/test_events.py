"""What is made of the lines that OpenTofu and Terraform print with -json."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tutor_launchpad.core.infrastructure.events import Diagnostic, Listener


def _line(kind: str, action: str = "create", **more: Any) -> str:
    hook = {"resource": {"addr": "aws_eks_cluster.this"}, "action": action, **more}
    return json.dumps({"@message": "…", "type": kind, "hook": hook})


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (_line("apply_start"), "making aws_eks_cluster.this"),
        (_line("apply_start", "read"), ""),
        (_line("apply_progress", elapsed_seconds=10), ""),
        (_line("apply_progress", elapsed_seconds=120), "making aws_eks_cluster.this since 2 min"),
        (_line("apply_complete", "delete", elapsed_seconds=3), "destroyed aws_eks_cluster.this (1 of 3)"),
        (_line("apply_errored"), "failed at aws_eks_cluster.this"),
        ('{"type":"provision_progress","hook":{"output":"hidden"}}', ""),
        ('{"type":"outputs","outputs":{"password":{"value":"hidden"}}}', ""),
        ("Successfully configured the backend", ""),
        ("[1, 2]", ""),
        ('{"half": ', ""),
    ],
)
def test_line_is_told_or_not(line: str, told: str) -> None:
    assert Listener(3).hear(line) == told


def test_refresh_is_told_now_and_then() -> None:
    listener = Listener()

    told = [listener.hear('{"type":"refresh_complete","hook":{}}') for _ in range(120)]

    assert [text for text in told if text] == ["read 50 objects", "read 100 objects"]


def test_errors_are_kept_with_their_place_and_without_their_echo() -> None:
    listener = Listener()
    errors: list[dict[str, Any]] = [
        {
            "severity": "error",
            "summary": "No.",
            "detail": "a\n  b",
            "range": {"filename": "a.tf", "start": {"line": 4}},
        },
        {"severity": "error", "summary": "Taken", "detail": "", "address": "aws_vpc.this"},
        {"severity": "warning", "summary": "Old", "detail": ""},
        {"severity": "error", "summary": "execution halted", "detail": ""},
    ]

    for one in errors:
        listener.hear(json.dumps({"type": "diagnostic", "diagnostic": one}))

    assert list(map(str, listener.errors)) == ["a.tf line 4: No: a b", "aws_vpc.this: Taken"]
    assert Diagnostic("warning", "Old", "", "") in listener.diagnostics
