"""What is said where no kubeconfig is: also to verbs that cannot do without a cluster."""

from __future__ import annotations

from pathlib import Path

import pytest

from tutor_launchpad.adapters.kubernetes_kubeconfig import open_transport
from tutor_launchpad.core.errors import NotFound


def test_no_kubeconfig_names_what_every_verb_can_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KUBECONFIG", str(tmp_path / "config"))

    with pytest.raises(NotFound, match=r"There is no kubeconfig .* set KUBECONFIG to the file of one") as caught:
        open_transport(None)

    assert "--no-cluster" not in str(caught.value)
