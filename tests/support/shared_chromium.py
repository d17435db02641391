"""One Chromium for all tests of a process: each is given contexts of its own in it.

To launch a browser for each test costs a second of CPU, and there are some 150 of them. A context
shares neither cookies nor storage nor cache with another one
(https://playwright.dev/python/docs/browser-contexts).
"""

from __future__ import annotations

import atexit
import importlib.util
import json
import os
import shutil
import subprocess
from pathlib import Path

SCRIPT = Path(__file__).with_name("chromium_server.js")
# First the same engine without windows, at half of the CPU, which Playwright takes by itself too:
# https://playwright.dev/python/docs/browsers#chromium-headless-shell
PROGRAMS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
]


class SharedChromium:
    """A browser that is launched when it is first asked for, and again when it has died."""

    def __init__(self) -> None:
        self._program: subprocess.Popen[str] | None = None
        self._address = ""

    def address(self) -> str:
        """Where Playwright's `connect` finds it."""
        if self._program is None or self._program.poll() is not None:
            self.stop()
            self._program, self._address = launch()
        return self._address

    def stop(self) -> None:
        """End it, and wait until it has ended."""
        if self._program is not None:
            self._program.communicate()  # closes its standard input first
            self._program = None


def find_program() -> str | None:
    """The machine's own Chromium, where it has one."""
    return next(filter(None, map(shutil.which, PROGRAMS)), None)


def find_driver() -> Path:
    """The folder of Playwright's Node and library, in the installed Python package."""
    spec = importlib.util.find_spec("playwright")
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent / "driver"


def launch() -> tuple[subprocess.Popen[str], str]:
    """A server of a new browser, and its address."""
    driver = find_driver()
    node = os.environ.get("PLAYWRIGHT_NODEJS_PATH") or driver / "node"
    options = {"executablePath": find_program(), "args": FLAGS, "host": "127.0.0.1"}
    program = subprocess.Popen(
        [node, SCRIPT, driver / "package", json.dumps(options)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert program.stdout is not None
    address = program.stdout.readline().strip()
    if not address:
        program.communicate()
        raise RuntimeError("Chromium did not start; what it said is above.")
    return program, address


SHARED = SharedChromium()
atexit.register(SHARED.stop)
