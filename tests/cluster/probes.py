"""What a pod can connect to, tried from inside of it."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable

from tests.cluster.environment import kubectl
from tests.cluster.small import as_yaml, pod

OPEN, CLOSED = "open", "closed"
"""Somebody answers, or nobody does: a policy may drop packets or reject them, as if nobody listened."""

_TRY = """
import concurrent.futures, json, socket, sys
def knock(place):
    host, port = place.rsplit(":", 1)
    try:
        address = socket.gethostbyname(host)
    except OSError:
        return "no such name"
    try:
        socket.create_connection((address, int(port)), 3).close()
    except OSError:
        return "closed"
    return "open"
places = sys.argv[1:]
with concurrent.futures.ThreadPoolExecutor(32) as pool:
    print(json.dumps(dict(zip(places, pool.map(knock, places)))))
"""


def start_prober(namespace: str, image: str) -> None:
    """A pod `probe`, from which the others try."""
    kubectl("apply", "-f", "-", stdin=as_yaml(pod(namespace, "probe", image, "sleep", "600")))
    kubectl("-n", namespace, "wait", "--for=condition=Ready", "pod/probe", "--timeout=60s")


def probe(namespace: str, places: Iterable[str]) -> dict[str, str]:
    """`host:port` → what came of connecting there from the prober."""
    text = kubectl("-n", namespace, "exec", "probe", "--", "python3", "-c", _TRY, *places)
    found: dict[str, str] = json.loads(text)
    return found


def probe_until(namespace: str, wanted: dict[str, str], seconds: int = 30) -> dict[str, str]:
    """What is found once it is what is wanted, or after that time: a new pod's policies and names take a moment."""
    for _ in range(seconds):
        found = probe(namespace, wanted)
        if found == wanted:
            break
        time.sleep(1)
    return found
