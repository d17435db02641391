"""The culler as a service of a test's hub, as docs/how-to/session-clock.md configures it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

SCOPES = (
    *("list:users", "read:users:activity", "read:users:groups", "read:servers"),
    "delete:servers",
)
# A hub whose servers have the dashboard with these notes, and in which grace is an admin.
DASHBOARD = """
import sys
c.JupyterHub.authenticator_class = "dummy"
c.Authenticator.allow_all = True
c.Authenticator.admin_users = {{"grace"}}
c.JupyterHub.spawner_class = "simple"
c.Spawner.cmd = [sys.executable, "-m", "jupyterhub_butterfly"]
c.Spawner.environment = {{
    "WORKSHOP_CULLER_URL": c.JupyterHub.bind_url + "services/workshop-culler/",
    "WORKSHOP_FOLDER": "{folder}", "KUBEDASHBOARD": "/dev/null",
}}
"""
# What an instructor's login carries on to the page.
SEEN = """
c.JupyterHub.services[-1] |= {
    "oauth_client_allowed_scopes": ["read:servers", "delete:servers"], "oauth_no_confirm": True,
}
"""
# Runs "$@" with one option until there is a file, and with another one from then on.
CHANGE = """
file=$0 before=$1 after=$2; shift 2
"$@" "$before" & trap "kill $!; exit" TERM INT
until [ -e "$file" ]; do sleep 0.1; done
kill $!; wait $!; exec "$@" "$after"
"""


def make_config(port: int, *options: str, max_age: int = 250) -> str:
    """Lines for the hub's configuration: its pages at this port, and no limit but an age."""
    return _make_service(port, (), "--timeout=0", f"--max-age={max_age}", *options)


def make_changing_config(port: int, file: Path, before: str, after: str, *options: str) -> str:
    """Those of a culler that has the option `before`, and `after` once there is this file.

    So that a limit is reached when a page is open, however long that takes on a busy machine.
    """
    return _make_service(port, ("sh", "-c", CHANGE, str(file), before, after), *options)


def _make_service(port: int, first: Sequence[str], *options: str) -> str:
    words = ["-m", "workshop_culler", *options]
    role = {"name": "workshop-culler", "services": ["workshop-culler"], "scopes": list(SCOPES)}
    return f"""
import sys
c.JupyterHub.services.append({{
    "name": "workshop-culler",
    "command": [*{first!r}, sys.executable, *{words!r}],
    "url": "http://127.0.0.1:{port}",
}})
c.JupyterHub.load_roles.append({role!r})
"""
