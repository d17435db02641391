"""`<prefix>proxy/<port>/<path>`: pages and websockets of a program in the session itself.

At `<prefix>proxy/absolute/<port>/<path>` the program is asked for the whole path: it knows its
base itself.

Behind the same gate as the terminal; `rules.proxying` decides. Nothing else connects to the
session's own ports, and this to no other host. Not jupyter-server-proxy: it is an extension of
Jupyter Server, which would come with it.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from typing import TYPE_CHECKING, Any, cast

from tornado import http1connection, iostream, web, websocket

from jupyterhub_butterfly.base_handlers import PageHandler
from jupyterhub_butterfly.rules import origins, proxying
from jupyterhub_butterfly.sockets import LARGEST_FRAME, GatedSocket

if TYPE_CHECKING:
    import aiohttp

log = logging.getLogger(__name__)

PATTERN = r"proxy/((?:absolute/)?[0-9]{1,5})(/.*)?"

CONNECT_SECONDS = 5.0
# How long a program may say nothing in the middle of an answer: event streams are quiet for long.
SILENT_SECONDS = 3600.0
# Requests and sockets at once; more wait for CONNECT_SECONDS, then are refused.
MOST_CONNECTIONS = 256
BUFFER = 64 * 1024
LARGEST_BODY = 1024**3


class UnreachableError(Exception):
    """The program does not answer; `status` is ours to the browser, the message a sentence."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status


class Proxy:
    """Connections to the ports of this session: which are allowed, and the client for them."""

    def __init__(self, ports: str, ip: str) -> None:
        self.allowed = proxying.parse_ports(ports)
        self.addresses = proxying.make_addresses(ip)
        self.own_port = 0
        self._session: aiohttp.ClientSession | None = None
        self._starting = asyncio.Lock()

    def find_target(self, target: str) -> proxying.ProxyTarget:
        """Return an allowed target. Raises 404 with a sentence for any other."""
        found = proxying.find_target(target, self.allowed, self.own_port)
        if found is None:
            port = target.removeprefix(proxying.ABSOLUTE)
            raise web.HTTPError(404, f"Port {port} is not served here (ButterflyApp.proxy_ports).")
        return found

    async def session(self) -> aiohttp.ClientSession:
        """Return the client. Its library is imported by the first who needs it, in a thread."""
        async with self._starting:
            if self._session is None:
                loop = asyncio.get_running_loop()
                aiohttp = await loop.run_in_executor(None, _import_client)
                self._session = aiohttp.ClientSession(
                    connector=aiohttp.TCPConnector(limit=MOST_CONNECTIONS, force_close=True),
                    cookie_jar=aiohttp.DummyCookieJar(),
                    timeout=aiohttp.ClientTimeout(
                        total=None, connect=CONNECT_SECONDS, sock_read=SILENT_SECONDS
                    ),
                    auto_decompress=False,
                    read_bufsize=BUFFER,
                    skip_auto_headers=("User-Agent", "Accept", "Accept-Encoding", "Content-Type"),
                )
        return self._session

    async def close(self) -> None:
        """Let go of all connections."""
        if self._session is not None:
            await self._session.close()

    async def connect(self, port: int, attempt: Callable[[aiohttp.ClientSession, str], Any]) -> Any:
        """Make an attempt at each address until one accepts. Raises `UnreachableError`."""
        session = await self.session()
        import aiohttp

        for address in self.addresses:
            try:
                return await attempt(session, proxying.make_host(address, port))
            except aiohttp.ClientConnectorError:
                continue
            except aiohttp.ConnectionTimeoutError as error:
                raise UnreachableError(
                    503, f"Port {port} takes no more connections now. Try again in a moment."
                ) from error
            except aiohttp.WSServerHandshakeError as error:
                raise UnreachableError(
                    502, f"The program on port {port} takes no websocket here ({error.status})."
                ) from error
            except TimeoutError as error:
                raise UnreachableError(
                    504, f"The program on port {port} does not answer."
                ) from error
            except (aiohttp.ClientError, ValueError) as error:
                log.info("No proper answer from port %d: %s", port, type(error).__name__)
                raise UnreachableError(
                    502, f"The program on port {port} answers with something that is not HTTP."
                ) from error
        raise UnreachableError(
            502,
            f"Nothing listens on port {port}. Start something there in the terminal, for example: "
            f"python3 -m http.server {port}",
        )


def _import_client() -> Any:
    import aiohttp

    return aiohttp


def base_of(handler: web.RequestHandler, target: proxying.ProxyTarget) -> str:
    """Return the path under which the browser sees the program, without a slash at its end."""
    return f"{handler.settings['prefix']}proxy/{target.path}"


def url_of(
    handler: web.RequestHandler, scheme: str, netloc: str, target: proxying.ProxyTarget
) -> Any:
    """Return the URL at the program, its path and query just as the browser wrote them."""
    import yarl

    rest = handler.request.uri or ""
    if not target.absolute:
        rest = rest[len(base_of(handler, target)) :]
    return yarl.URL(f"{scheme}://{netloc}{rest}", encoded=True)


def request_headers(handler: web.RequestHandler, netloc: str, target: proxying.ProxyTarget) -> Any:
    """Return the headers for the program."""
    import multidict

    request = handler.request
    made = proxying.make_request_headers(
        request.headers.get_all(),
        netloc=netloc,
        prefix=base_of(handler, target),
        proto=request.protocol,
        host=request.host,
    )
    return multidict.CIMultiDict(made)


@web.stream_request_body
class ProxyPage(PageHandler):
    """One request to the program, bodies passed on in both directions as they come."""

    job: asyncio.Task[None] | None = None

    @property
    def proxy(self) -> Proxy:
        """What all requests share."""
        return self.settings["proxy"]

    def set_default_headers(self) -> None:
        """For our own answers: they may come before the body is read, which ends a connection."""
        super().set_default_headers()
        self.set_header("Connection", "close")

    def check_xsrf_cookie(self) -> None:
        """Go by what the browser says of the request's source: see `proxying.is_own_request`."""
        request, allowed = self.request, self.settings.get("allowed_origins", ())
        if not proxying.is_own_request(
            request.method or "", request.headers, request.host, allowed
        ):
            raise web.HTTPError(403, "This request comes from another site's page.")

    async def prepare(self) -> None:
        """Let in, check the port, and begin to pass the request on."""
        await super().prepare()
        if self._finished:
            return
        if not self.visitor.by_token:
            self.check_xsrf_cookie()
        self.target = self.proxy.find_target(self.path_args[0])
        headers = self.request.headers
        if headers.get("Upgrade", "").lower() == "websocket":
            return
        if not self.path_args[1]:
            query = f"?{self.request.query}" if self.request.query else ""
            self.redirect(f"{base_of(self, self.target)}/{query}")
            return
        connection = cast(http1connection.HTTP1Connection, self.request.connection)
        connection.set_max_body_size(LARGEST_BODY)
        self.body: asyncio.Queue[bytes] = asyncio.Queue(1)
        self.has_body = "Transfer-Encoding" in headers or headers.get("Content-Length", "0") != "0"
        self.job = asyncio.create_task(self._forward())

    async def data_received(self, chunk: bytes) -> None:
        """Pass a piece of the body on; waits until the program has taken the one before."""
        if self.job is None:
            return
        put = asyncio.ensure_future(self.body.put(chunk))
        await asyncio.wait({put, self.job}, return_when=asyncio.FIRST_COMPLETED)
        put.cancel()  # no effect when done; else the program has answered without reading on

    async def pass_on(self, target: str, rest: str | None) -> None:
        """The body is complete: wait for the rest of the answer."""
        if self.job is None:
            self._become_socket(target, rest)
            return
        await self.data_received(b"")
        await asyncio.wait({self.job})
        if self.job.cancelled():  # the browser has gone
            self._auto_finish = False
            return
        try:
            self.job.result()
        except UnreachableError as trouble:
            raise web.HTTPError(trouble.status, str(trouble)) from trouble

    get = head = post = put = patch = delete = options = pass_on

    def _become_socket(self, target: str, rest: str | None) -> None:
        self._auto_finish = False  # the other handler answers
        self.application.get_handler_delegate(
            self.request, ProxySocket, path_args=[target.encode(), (rest or "").encode()]
        ).execute()

    def on_connection_close(self) -> None:
        """The browser has gone: so does our connection to the program."""
        if self.job is not None:
            self.job.cancel()

    async def _read_body(self) -> AsyncIterator[bytes]:
        while chunk := await self.body.get():
            yield chunk

    async def _forward(self) -> None:
        import aiohttp

        async def attempt(session: aiohttp.ClientSession, netloc: str) -> aiohttp.ClientResponse:
            return await session.request(
                self.request.method or "GET",
                url_of(self, "http", netloc, self.target),
                headers=request_headers(self, netloc, self.target),
                data=self._read_body() if self.has_body else None,
                allow_redirects=False,
            )

        async with await self.proxy.connect(self.target.port, attempt) as answer:
            try:
                await self._answer(answer)
            except iostream.StreamClosedError:
                return
            except (aiohttp.ClientError, TimeoutError) as error:
                # Half an answer must not look like a whole one.
                log.info("Port %d broke off its answer: %s", self.target.port, type(error).__name__)
                cast(http1connection.HTTP1Connection, self.request.connection).close()

    async def _answer(self, answer: aiohttp.ClientResponse) -> None:
        for name in list(self._headers):  # our policy is for our pages, not for the program's
            self.clear_header(name)
        self.set_status(answer.status, answer.reason or None)
        for name, value in proxying.make_answer_headers(
            answer.headers.items(),
            prefix=base_of(self, self.target),
            port=self.target.port,
            addresses=self.proxy.addresses,
        ):
            self.add_header(name, value)
        if self.is_guest:
            self.add_header("Content-Security-Policy", proxying.FOR_GUESTS)
        await self.flush()
        async for chunk in answer.content.iter_any():
            self.write(chunk)
            await self.flush()


class ProxySocket(GatedSocket):
    """A websocket to the program: messages both ways, each waiting for the one before."""

    program: aiohttp.ClientWebSocketResponse | None = None
    job: asyncio.Task[None] | None = None

    async def prepare(self) -> None:
        """Let in, then open the other side, so that its refusal is ours."""
        await super().prepare()
        proxy: Proxy = self.settings["proxy"]
        self.target = proxy.find_target(self.path_args[0])

        async def attempt(
            session: aiohttp.ClientSession, netloc: str
        ) -> aiohttp.ClientWebSocketResponse:
            return await session.ws_connect(
                url_of(self, "http", netloc, self.target),
                headers=request_headers(self, netloc, self.target),
                protocols=self.offers,
                max_msg_size=LARGEST_FRAME,
            )

        try:
            self.program = await proxy.connect(self.target.port, attempt)
        except UnreachableError as trouble:
            raise web.HTTPError(trouble.status, str(trouble)) from trouble

    def _check_page(self) -> None:
        """A page of the program has no ticket of ours; its Origin must be ours without fail."""
        allowed = self.settings.get("allowed_origins", ())
        if not origins.is_own_origin(
            self.request.headers.get("Origin"), self.request.host, allowed
        ):
            raise web.HTTPError(403, "This socket is opened by another site's page.")

    def check_xsrf_cookie(self) -> None:
        """Sockets are checked by `_check_page`."""

    def select_subprotocol(self, subprotocols: list[str]) -> str | None:
        """Select what the program selected."""
        return self.program.protocol if self.program is not None else None

    def open(self, *_: str) -> None:
        """Begin to pass messages on."""
        self.checked_at = asyncio.get_running_loop().time()
        self.set_nodelay(True)
        self.settings["sockets"].add(self)
        self.job = asyncio.create_task(self._read_program())

    async def on_message(self, message: str | bytes) -> None:
        """Pass a message of the browser on."""
        if self.program is None or self.program.closed:
            return
        try:
            if isinstance(message, bytes):
                await self.program.send_bytes(message)
            else:
                await self.program.send_str(message)
        except ConnectionError:
            self.close(1001, "the program has gone")

    async def _read_program(self) -> None:
        if self.program is None:
            return
        try:
            async for message in self.program:
                if not isinstance(message.data, str | bytes):  # its connection broke
                    break
                await self.write_message(message.data, binary=isinstance(message.data, bytes))
            self.close(proxying.make_close_code(self.program.close_code))
        except websocket.WebSocketClosedError:
            return

    def on_close(self) -> None:
        """The browser has gone, or was sent away."""
        super().on_close()
        if self.job is not None:
            self.job.cancel()
        self._leave_program()

    def on_finish(self) -> None:
        """The handshake is over; where it failed, `on_close` is not called."""
        if self.get_status() != 101:
            self._leave_program()

    def _leave_program(self) -> None:
        if self.program is not None:
            self.leaving = asyncio.ensure_future(self.program.close())
