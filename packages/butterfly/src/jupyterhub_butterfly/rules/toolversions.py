"""Which of several installed `oc` and `kubectl` fits the cluster."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any

# "oc-4.16", "kubectl-1.30.2", "oc4.6": a command with its version in its name.
NAME = re.compile(r"(oc|kubectl)[-_]?v?(\d+(?:\.\d+){1,2})")
COMMANDS = ("oc", "kubectl")
OVERRIDES = {"oc": "OC_VERSION", "kubectl": "KUBECTL_VERSION"}
# OpenShift 4.x has Kubernetes 1.(x+13), but for its first releases; the last 3.x has 1.11.
FIRST = {11: (3, 11), 12: (4, 0), 13: (4, 1), 14: (4, 2)}

Version = tuple[int, ...]


def find_version(text: str) -> Version | None:
    """Parse "4.16", "v1.30.2" or "1.29+" to numbers, None for anything else."""
    found = re.match(r"v?(\d+(?:\.\d+){0,2})", text.strip())
    return tuple(map(int, found.group(1).split("."))) if found else None


def find_name(name: str) -> tuple[str, Version] | None:
    """Return command and version of a file name such as "oc-4.16", None for any other."""
    found = NAME.fullmatch(name)
    return (found.group(1), tuple(map(int, found.group(2).split(".")))) if found else None


def find_server_version(document: Any) -> Version | None:
    """Return (major, minor) of the API's answer at `/version`, "30+" being 30; None if unclear."""
    if not isinstance(document, dict):
        return None
    major, minor = (re.match(r"\d+", str(document.get(key, ""))) for key in ("major", "minor"))
    return (int(major.group()), int(minor.group())) if major and minor else None


def wanted_version(command: str, server: Version | None) -> Version | None:
    """Return the release of a command that was made for this Kubernetes server, None: unknown."""
    if server is None or command == "kubectl":
        return server
    minor = server[1]
    return FIRST.get(minor, (4, minor - 13)) if minor >= min(FIRST) else (3, minor)


def choose(
    command: str,
    installed: Collection[Version],
    server: Version | None,
    override: str = "",
) -> Version | None:
    """Choose one of the installed versions, None when there is none.

    `override` (OC_VERSION, KUBECTL_VERSION) comes first, where such a version is installed: "4.6"
    means the newest 4.6.z. Then the server's own release, or the one nearest to it: the newer of
    two, as a newer client loses less. With nothing known: the newest.
    """
    if not installed:
        return None
    asked = find_version(override) if override else None
    if asked and (matching := [v for v in installed if v[: len(asked)] == asked]):
        return max(matching)
    wanted = wanted_version(command, server)
    if wanted is None:
        return max(installed)
    return min(installed, key=lambda v: _rank(v, wanted))


def _rank(version: Version, wanted: Version) -> tuple[int, int, Version]:
    distance = (version[0] - wanted[0]) * 1000 + version[1] - wanted[1]
    older = distance < 0
    return (abs(distance), int(older), tuple(-number for number in version))
