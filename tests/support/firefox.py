"""A headless Firefox for tests, driven by WebDriver BiDi over its own websocket.

Playwright brings a Firefox of its own and cannot drive the machine's; this asks for no driver. Only
what our tests need: https://w3c.github.io/webdriver-bidi/
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp

START_SECONDS = 90
PREFERENCES = {
    "datareporting.policy.dataSubmissionEnabled": False,
    "app.normandy.enabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "browser.shell.checkDefaultBrowser": False,
}
# https://www.w3.org/TR/webdriver2/#keyboard-actions
KEYS = {
    **{"Enter": "\ue007", "Control": "\ue009", "Shift": "\ue008", "Insert": "\ue016"},
    **{"Tab": "\ue004", "Escape": "\ue00c", "F6": "\ue036", "Home": "\ue011", "End": "\ue010"},
    **{"ArrowLeft": "\ue012", "ArrowUp": "\ue013", "ArrowRight": "\ue014", "ArrowDown": "\ue015"},
}

CENTRE = """selector => {
  const element = document.querySelector(selector);
  element.scrollIntoView({block: "nearest", behavior: "instant"});
  const box = element.getBoundingClientRect();
  return [Math.round(box.x + box.width / 2), Math.round(box.y + box.height / 2)];
}"""


class Firefox:
    """One window."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket
        self._number = 0
        self.context = ""

    async def command(self, method: str, **params: Any) -> Any:
        """Send a command and wait for its result; fails with Firefox's words."""
        self._number += 1
        await self._socket.send_json({"id": self._number, "method": method, "params": params})
        async with asyncio.timeout(120):
            while (found := await self._socket.receive_json()).get("id") != self._number:
                pass
        assert found["type"] == "success", found.get("message")
        return found["result"]

    async def begin(self) -> None:
        """Begin a session with the first window."""
        await self.command("session.new", capabilities={})
        tree = await self.command("browsingContext.getTree")
        self.context = tree["contexts"][0]["context"]

    async def open(self, url: str) -> None:
        """Open a page and wait until it is loaded."""
        await self.command(
            "browsingContext.navigate", context=self.context, url=url, wait="complete"
        )

    async def evaluate(self, expression: str) -> Any:
        """Evaluate JavaScript in the page; returns what JSON can carry."""
        found = await self.command(
            "script.evaluate",
            expression=f"Promise.resolve({expression}).then(v => JSON.stringify(v ?? null))",
            target={"context": self.context},
            awaitPromise=True,
            userActivation=True,
        )
        assert found["type"] == "success", found
        return json.loads(found["result"]["value"])

    async def until(self, expression: str, seconds: float = 20) -> None:
        """Wait until the expression is true, looked at with each frame that the page draws."""
        loop = (
            "new Promise((done, lost) => { const end = Date.now() + %d; const look = () => "
            "(%s) ? done(true) : Date.now() > end ? lost(Error('never')) : setTimeout(look, 30); "
            "look(); })"
        )
        await self.evaluate(loop % (seconds * 1000, expression))

    async def press(self, *keys: str) -> None:
        """Press keys together: "Control", "Shift", "c"."""
        names = [KEYS.get(key, key) for key in keys]
        down = [{"type": "keyDown", "value": name} for name in names]
        up = [{"type": "keyUp", "value": name} for name in reversed(names)]
        await self._act({"type": "key", "id": "keys", "actions": [*down, *up]})

    async def type(self, text: str) -> None:
        """Type text, a key after the other."""
        for letter in text:
            await self.press("Enter" if letter == "\n" else letter)

    async def double_click(self, x: int, y: int) -> None:
        """Click twice, as to select a word."""
        click = [{"type": "pointerDown", "button": 0}, {"type": "pointerUp", "button": 0}]
        move = {"type": "pointerMove", "x": x, "y": y}
        await self._act({"type": "pointer", "id": "mouse", "actions": [move, *click, *click]})

    async def click(self, selector: str) -> None:
        """Click in the middle of the first element that fits.

        A headless Firefox has no window that is in front: a button hears no key in it.
        """
        x, y = await self.evaluate(f"({CENTRE})({json.dumps(selector)})")
        click = [{"type": "pointerDown", "button": 0}, {"type": "pointerUp", "button": 0}]
        move = {"type": "pointerMove", "x": x, "y": y}
        await self._act({"type": "pointer", "id": "mouse", "actions": [move, *click]})

    async def resize(self, width: int, height: int) -> None:
        """Make the page as wide and high as this, in pixels."""
        size = {"width": width, "height": height}
        await self.command("browsingContext.setViewport", context=self.context, viewport=size)

    async def screenshot(self, path: Path) -> None:
        """Save a picture of the page."""
        import base64

        found = await self.command("browsingContext.captureScreenshot", context=self.context)
        await asyncio.to_thread(path.write_bytes, base64.b64decode(found["data"]))

    async def _act(self, source: dict[str, Any]) -> None:
        await self.command("input.performActions", context=self.context, actions=[source])


@contextlib.asynccontextmanager
async def start_firefox(program: str, folder: Path) -> AsyncIterator[Firefox]:
    """Start a Firefox with a profile of its own in `folder`; it ends with the context."""
    lines = [f"user_pref({json.dumps(k)}, {json.dumps(v)});" for k, v in PREFERENCES.items()]
    await asyncio.to_thread((folder / "user.js").write_text, "\n".join(lines))
    process = await asyncio.create_subprocess_exec(
        *(program, "--headless", "--no-remote", "--profile", str(folder)),
        *("--remote-debugging-port", "0", "about:blank"),
        env={**os.environ, "HOME": str(folder)},
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    assert process.stderr is not None
    try:
        address = await asyncio.wait_for(_find_address(process.stderr), START_SECONDS)
        drain = asyncio.create_task(process.stderr.read())
        async with (
            aiohttp.ClientSession() as session,
            session.ws_connect(f"{address}/session", max_msg_size=0) as socket,
        ):
            firefox = Firefox(socket)
            await firefox.begin()
            yield firefox
    finally:
        process.terminate()
        await process.wait()
    await drain


async def _find_address(lines: asyncio.StreamReader) -> str:
    said = ""
    while line := (await lines.readline()).decode(errors="replace"):
        said += line
        if found := re.search(r"WebDriver BiDi listening on (ws://\S+)", line):
            return found.group(1)
    raise AssertionError(f"Firefox did not start:\n{said}")
