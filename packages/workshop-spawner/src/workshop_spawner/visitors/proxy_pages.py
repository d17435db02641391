"""What the hub's proxy shows by itself: a hub that is starting, or being started again.

The proxy comes up before the hub has told it anything (404) and outlives it (503). JupyterHub has
it fetch its error pages from the hub, which is just what is not there then; so it is started
without that, and with a page that says "one moment" and goes on by itself (error.html: what it
shows for any status that has no page of its own).
"""

from __future__ import annotations

import sys
from pathlib import Path

from workshop_spawner.visitors.hub_objects import StartingHub

FOLDER = Path(__file__).parents[1] / "proxy_pages"
PROGRAM = Path(__file__).with_name("proxy_command.py")
OPTIONS = ("--error-path", "--error-target")


def show_pages(app: StartingHub) -> bool:
    """Have the proxy that the hub starts show our pages, unless it was given others."""
    command = getattr(app.proxy, "command", None)
    if not app.proxy.should_start or not command:
        return False
    if any(word.split("=")[0] in OPTIONS for word in command):
        return False
    app.proxy.command = [sys.executable, str(PROGRAM), *command, "--error-path", str(FOLDER)]
    return True
