"""The servers that the benchmark compares: how each is started, entered and spoken to.

`bench_terminal` measures them. Those with `behind_hub` are started by a real hub and entered by its
login; the others are what they are, servers that let anybody in.
"""

from __future__ import annotations

import contextlib
import html
import importlib.util
import json
import re
import shutil
import sys
from collections.abc import AsyncIterator

import aiohttp
import psutil

# How long a server may be silent before it is taken for broken. The machine may be busy.
SILENT_SECONDS = 30


class Line:
    """One terminal's connection: text in, bytes out."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.socket = socket
        self.largest = 0

    async def send(self, text: str) -> None:
        """Type."""
        await self.socket.send_str(text)

    async def read(self) -> bytes:
        """Return the next piece of output."""
        message = await self.socket.receive(timeout=SILENT_SECONDS)
        data = message.data.encode() if isinstance(message.data, str) else message.data
        if not isinstance(data, bytes):
            raise ConnectionError(f"the terminal closed: {message}")
        self.largest = max(self.largest, len(data))
        return self.unwrap(data)

    def unwrap(self, data: bytes) -> bytes:
        """Return the output in a message."""
        return data

    async def until(self, mark: bytes) -> int:
        """Read up to a mark; returns how many bytes came."""
        tail, count = b"", 0
        while mark not in tail:
            data = await self.read()
            count += len(data)
            tail = tail[-200:] + data
        return count


class TtydLine(Line):
    """ttyd puts a letter before each message."""

    async def send(self, text: str) -> None:
        """As in the base class."""
        await self.socket.send_bytes(b"0" + text.encode())

    def unwrap(self, data: bytes) -> bytes:
        """As in the base class."""
        return data[1:] if data[:1] == b"0" else b""


class JupyterLine(Line):
    """jupyter-server-terminals speak JSON lists."""

    async def send(self, text: str) -> None:
        """As in the base class."""
        await self.socket.send_str(json.dumps(["stdin", text]))

    def unwrap(self, data: bytes) -> bytes:
        """As in the base class."""
        kind, *rest = json.loads(data)
        return rest[0].encode() if kind == "stdout" else b""


def origin_of(base: str) -> str:
    """Return scheme, host and port of a URL."""
    return "/".join(base.split("/")[:3])


class Peer:
    """A terminal server."""

    name = ""
    behind_hub = False
    health = "/"  # any answer below 500 here means that it is up
    first_page = "/"  # where a browser would enter

    def find(self) -> str | None:
        """Return what is missing here, if anything is."""
        return None

    def command(self, port: int) -> list[str]:
        """Return the command that serves on a port; a hub tells the port by the environment."""
        raise NotImplementedError

    def servers(self, process: psutil.Process) -> list[psutil.Process]:
        """Return the processes that serve: not the shells."""
        return [process]

    def connect(
        self, http: aiohttp.ClientSession, base: str, name: str
    ) -> contextlib.AbstractAsyncContextManager[Line]:
        """Open a terminal. Raises `NotImplementedError` for a server without any."""
        raise NotImplementedError


class Ours(Peer):
    """Our own, behind a hub."""

    name = "ours"
    behind_hub = True
    health = "/api"
    first_page = "/terminal/session/one"

    def command(self, port: int) -> list[str]:
        """As in the base class."""
        package = [sys.executable, "-m", "jupyterhub_butterfly", "--ButterflyApp.extensions=[]"]
        return [*package, "--ButterflyApp.shell=['/bin/sh','-i']"]

    @contextlib.asynccontextmanager
    async def connect(
        self, http: aiohttp.ClientSession, base: str, name: str
    ) -> AsyncIterator[Line]:
        """As in the base class."""
        async with http.get(f"{base}/terminal/session/{name}") as page:
            found = re.search(r'data-terminal="([^"]*)"', await page.text())
        if found is None:
            raise ConnectionError(f"no terminal page at {page.url}, but {page.status}")
        ticket = json.loads(html.unescape(found[1]))["ticket"]
        offers = ["butterfly", f"ticket.{ticket}", f"page.bench{name}"]
        options = {"protocols": offers, "headers": {"Origin": origin_of(base)}, "max_msg_size": 0}
        async with (
            http.ws_connect(f"{base}/ws/session/{name}", **options) as shell,
            http.ws_connect(f"{base}/ctl/session/{name}", **options) as ctl,
        ):
            await ctl.send_json({"cmd": "open", "cols": 80, "rows": 24})
            yield Line(shell)


class Ttyd(Peer):
    """ttyd, in C."""

    name = "ttyd"

    def find(self) -> str | None:
        """As in the base class."""
        return None if shutil.which("ttyd") else "ttyd is not installed"

    def command(self, port: int) -> list[str]:
        """As in the base class."""
        return ["ttyd", "-p", str(port), "-i", "127.0.0.1", "-W", "/bin/sh", "-i"]

    @contextlib.asynccontextmanager
    async def connect(
        self, http: aiohttp.ClientSession, base: str, name: str
    ) -> AsyncIterator[Line]:
        """As in the base class."""
        async with http.ws_connect(f"{base}/ws", protocols=["tty"], max_msg_size=0) as socket:
            await socket.send_bytes(b'{"columns":80,"rows":24}')
            yield TtydLine(socket)


class Butterfly(Peer):
    """Butterfly's own server, with its security off, as it was run before."""

    name = "butterfly"

    def find(self) -> str | None:
        """As in the base class."""
        found = shutil.which("butterfly.server.py")
        return None if found else "Butterfly's server is not installed"

    def command(self, port: int | str) -> list[str]:
        """As in the base class."""
        script = shutil.which("butterfly.server.py") or "butterfly.server.py"
        return [
            *(sys.executable, script, "--unsecure", "--host=127.0.0.1", f"--port={port}"),
            "--i-hereby-declare-i-dont-want-any-security-whatsoever",
            *("--motd=", "--shell=/bin/sh"),
        ]

    def headers(self, base: str) -> dict[str, str]:
        """Return what a socket is opened with."""
        return {"Origin": origin_of(base)}

    @contextlib.asynccontextmanager
    async def connect(
        self, http: aiohttp.ClientSession, base: str, name: str
    ) -> AsyncIterator[Line]:
        """As in the base class."""
        options = {"max_msg_size": 0, "headers": self.headers(base)}
        async with (
            http.ws_connect(f"{base}/ws/session/{name}", **options) as shell,
            http.ws_connect(f"{base}/ctl/session/{name}", **options) as ctl,
        ):
            await ctl.send_json({"cmd": "open"})
            await ctl.send_json({"cmd": "size", "cols": 80, "rows": 24})
            yield Line(shell)


class NativeProxy(Butterfly):
    """Butterfly's own server behind jhsingle-native-proxy, which does the hub's login."""

    name = "jhsingle-native-proxy"
    behind_hub = True

    def find(self) -> str | None:
        """As in the base class."""
        found = shutil.which(self.name)
        return super().find() if found else f"{self.name} is not installed"

    def command(self, port: int | str) -> list[str]:
        """As in the base class."""
        options = ["--ip=127.0.0.1", "--ready-timeout=60", "--websocket-max-message-size=67108864"]
        return [self.name, *options, "--", *super().command("{port}")]

    def headers(self, base: str) -> dict[str, str]:
        """No Origin: the proxy takes only that of the first page, which came by the hub's port."""
        return {}

    def servers(self, process: psutil.Process) -> list[psutil.Process]:
        """Butterfly starts a Python for each shell, which becomes the shell."""
        return [process, *(p for p in process.children() if "butterfly" in " ".join(p.cmdline()))]


class Jupyter(Peer):
    """jupyter-server with its terminals (terminado)."""

    name = "jupyter-server"
    health = "/api"

    def find(self) -> str | None:
        """As in the base class."""
        found = importlib.util.find_spec("jupyter_server_terminals")
        return None if found else "jupyter-server-terminals is not installed"

    def command(self, port: int) -> list[str]:
        """As in the base class."""
        return [
            *(sys.executable, "-m", "jupyter_server", f"--ServerApp.port={port}", "--no-browser"),
            *("--ServerApp.ip=127.0.0.1", "--IdentityProvider.token=", "--allow-root"),
            *("--ServerApp.disable_check_xsrf=True", "--ServerApp.password="),
            "--ServerApp.terminado_settings={'shell_command': ['/bin/sh', '-i']}",
        ]

    @contextlib.asynccontextmanager
    async def connect(
        self, http: aiohttp.ClientSession, base: str, name: str
    ) -> AsyncIterator[Line]:
        """As in the base class."""
        async with http.post(f"{base}/api/terminals") as made:
            number = (await made.json())["name"]
        url = f"{base}/terminals/websocket/{number}"
        async with http.ws_connect(url, max_msg_size=0, headers={"Origin": base}) as socket:
            yield JupyterLine(socket)


class SingleUser(Peer):
    """JupyterHub's own notebook server: its start and memory only."""

    name = "jupyterhub-singleuser"
    behind_hub = True
    health = "/api"
    first_page = "/lab"

    def find(self) -> str | None:
        """As in the base class."""
        return None if shutil.which(self.name) else f"{self.name} is not installed"

    def command(self, port: int) -> list[str]:
        """As in the base class."""
        return [self.name, "--allow-root"]


ALL: list[Peer] = [Ours(), Ttyd(), Butterfly(), Jupyter(), NativeProxy(), SingleUser()]


def find_peers(wanted: list[str] | None) -> list[Peer]:
    """Return ours and the peers that are installed here, or of those the wanted ones."""
    found = []
    for peer in ALL:
        missing = peer.find()
        if missing:
            print(f"{peer.name}: {missing}, left out", file=sys.stderr)
        elif peer.name == "ours" or not wanted or peer.name in wanted:
            found.append(peer)
    return found
