"""What a cloud does around a cluster: Ingresses get an address, cert-manager's issuers become Ready."""

from __future__ import annotations

import json
import subprocess
import time
from typing import Any

ADDRESS = {"loadBalancer": {"ingress": [{"ip": "127.0.0.1"}]}}
READY = {"conditions": [{"type": "Ready", "status": "True", "reason": "Test", "message": "nothing is signed"}]}
KINDS = ("ingresses.networking.k8s.io", "services", "issuers.cert-manager.io")


def wanted_status(obj: dict[str, Any]) -> dict[str, Any] | None:
    """The status that an object still lacks; None where it lacks none."""
    status = obj.get("status") or {}
    if obj["kind"] == "Issuer":
        return None if status.get("conditions") else READY
    if obj["kind"] == "Service" and obj["spec"].get("type") != "LoadBalancer":
        return None
    return None if (status.get("loadBalancer") or {}).get("ingress") else ADDRESS


def give_status(kind: str) -> None:
    """Look once at all objects of a kind."""
    ran = subprocess.run(["kubectl", "get", kind, "-A", "-o", "json"], capture_output=True, text=True, check=False)
    if ran.returncode:
        return  # the kind is not installed yet
    for obj in json.loads(ran.stdout)["items"]:
        status = wanted_status(obj)
        if status is not None:
            where = ["--namespace", obj["metadata"]["namespace"], kind, obj["metadata"]["name"]]
            patch = ["--subresource=status", "--type=merge", "--patch", json.dumps({"status": status})]
            subprocess.run(["kubectl", "patch", *where, *patch], stdout=subprocess.DEVNULL, check=False)


def run() -> None:
    """Until it is stopped."""
    while True:
        for kind in KINDS:
            give_status(kind)
        time.sleep(2)
