"""The culler as a service of a test's hub, as docs/how-to/session-clock.md configures it."""

from __future__ import annotations

SCOPES = (
    *("list:users", "read:users:activity", "read:users:groups", "read:servers"),
    "delete:servers",
)


def make_config(port: int, *options: str, max_age: int = 250) -> str:
    """Lines for the hub's configuration: its pages at this port, and no limit but an age."""
    words = ["-m", "workshop_culler", "--timeout=0", f"--max-age={max_age}", *options]
    role = {"name": "workshop-culler", "services": ["workshop-culler"], "scopes": list(SCOPES)}
    return f"""
import sys
c.JupyterHub.services.append({{
    "name": "workshop-culler",
    "command": [sys.executable, *{words!r}],
    "url": "http://127.0.0.1:{port}",
}})
c.JupyterHub.load_roles.append({role!r})
"""
