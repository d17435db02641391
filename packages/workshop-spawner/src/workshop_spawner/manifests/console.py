"""OpenShift's web console beside the session: a container of its pod, with its login.

The console itself asks nobody who they are, so it listens on the pod's loopback only; a browser
reaches it through the session's own server, which lets in who may enter.
"""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from workshop_spawner.manifests import pods

CONTAINER = "console"
PORT = 10083
COMMAND = ("/opt/bridge/bin/bridge", "--public-dir=/opt/bridge/static")
TOKEN_FILE = f"{pods.ACCOUNT_DIR}/token"

# $1 is the file with the session's token, $2 the seconds between two looks at it; the rest is the
# console. It takes a token only when it starts, and only by environment - its own, not the pod's -
# so it is started again when the token was renewed.
SCRIPT = """\
set -u
file="$1" pause="$2"
shift 2
look() {
  while sleep "$pause"; do
    now="$(cat "$file" 2>/dev/null)" || continue
    if [ "$now" != "$1" ]; then kill "$2"; return; fi
  done
}
while :; do
  token="$(cat "$file" 2>/dev/null)" || token=""
  if [ -z "$token" ]; then sleep 1; continue; fi
  BRIDGE_K8S_AUTH_BEARER_TOKEN="$token" "$@" &
  console=$!
  look "$token" "$console" &
  looking=$!
  trap 'kill "$console" "$looking" 2>/dev/null; exit 143' TERM INT
  wait "$console"
  code=$?
  kill "$looking" 2>/dev/null
  if [ "$(cat "$file" 2>/dev/null)" = "$token" ]; then exit "$code"; fi
done
"""
PAUSE = 20


@dataclass(frozen=True)
class Console:
    """What the administrator decides about the console."""

    image: str
    memory: str = ""
    branding: str = "openshift"
    command: tuple[str, ...] = COMMAND


def make_path(base: str) -> str:
    """Where a browser finds the console; `base` is that of the session's server (`/user/x/`)."""
    return f"{base.rstrip('/')}/proxy/absolute/{PORT}/"


def add(pod: Mapping[str, Any], console: Console, base: str) -> dict[str, Any]:
    """The pod with the console in it, as restricted as the session's own container."""
    made = deepcopy(dict(pod))
    containers = made["spec"]["containers"]
    containers.append(_make_container(console, base, containers[0].get("securityContext")))
    return made


def _make_container(
    console: Console, base: str, security: Mapping[str, Any] | None
) -> dict[str, Any]:
    script = ["/bin/sh", "-c", SCRIPT, CONTAINER, TOKEN_FILE, f"{PAUSE}", *console.command]
    container: dict[str, Any] = {
        "name": CONTAINER,
        "image": console.image,
        "command": script,
        "env": [{"name": name, "value": text} for name, text in _make_env(console, base).items()],
    }
    if security:
        container["securityContext"] = deepcopy(security)
    if console.memory:
        sizes = {"memory": console.memory}
        container["resources"] = {"requests": sizes, "limits": dict(sizes)}
    return container


def _make_env(console: Console, base: str) -> dict[str, str]:
    """The console's settings: each `--flag-name` of it may be given as BRIDGE_FLAG_NAME.

    The session's server asks it as `http://127.0.0.1:<port>`, Origin and all, so that is its
    address; what does not know a setting (they differ by version) does not look at it.
    """
    own = f"http://127.0.0.1:{PORT}"
    return {
        "BRIDGE_LISTEN": own,
        "BRIDGE_BASE_ADDRESS": own,
        "BRIDGE_BASE_PATH": make_path(base),
        "BRIDGE_K8S_MODE": "in-cluster",
        "BRIDGE_K8S_AUTH": "bearer-token",
        "BRIDGE_USER_AUTH": "disabled",
        "BRIDGE_USER_SETTINGS_LOCATION": "localstorage",
        "BRIDGE_BRANDING": console.branding,
    }
