"""What the agent was told at its start, as plain values.

Made by `agent.py`'s command line, read everywhere.
"""

from __future__ import annotations

import dataclasses
import hashlib
import os
import socket
import sys
import urllib.parse
from collections.abc import Mapping, Sequence
from pathlib import Path

from pocket_openshift.node.rules import restarts

BASICS = ("LANG", "LC_ALL", "TZ")


@dataclasses.dataclass(frozen=True)
class Settings:
    """One agent's settings. `basics` is the environment that every process starts with."""

    data: Path
    node: str
    prefixes: Sequence[str] = ()
    basics: Mapping[str, str] = dataclasses.field(default_factory=dict)
    backoff: restarts.Backoff = dataclasses.field(default_factory=restarts.Backoff)
    stop_seconds: float = 10.0  # how long the agent's own end may wait for the pods' processes
    component: str = "kubelet"


def make_basics(server: str, environ: Mapping[str, str]) -> dict[str, str]:
    """The few variables that a process gets without its pod's asking.

    PATH is the agent's own with the folder of its Python first, so that programs installed beside
    it are found.
    """
    address = urllib.parse.urlsplit(server)
    port = str(address.port or (443 if address.scheme == "https" else 80))
    scripts = str(Path(sys.executable).parent)
    return {
        "PATH": scripts + os.pathsep + environ.get("PATH", os.defpath),
        "LANG": "C.UTF-8",
        **{name: environ[name] for name in BASICS if name in environ},
        "KUBERNETES_SERVICE_HOST": address.hostname or "",
        "KUBERNETES_SERVICE_PORT": port,
        "KUBERNETES_SERVICE_PORT_HTTPS": port,
    }


def make_node_name(data: Path) -> str:
    """A name for this machine and data folder: two agents on one machine have two names."""
    host = "".join(
        letter if letter.isalnum() else "-" for letter in socket.gethostname().lower()
    ).strip("-")
    digest = hashlib.sha256(str(data.resolve()).encode()).hexdigest()[:6]
    return "pocket-{}-{}".format(host[:40].strip("-") or "node", digest)
