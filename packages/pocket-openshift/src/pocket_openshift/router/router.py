"""Forwards HTTP and websockets from one loopback port to pods, by the Host header.

Watches what it needs and decides each request by `rules/routing.py`.
"""

from __future__ import annotations

import asyncio
import contextlib
import datetime
import logging
import random
import ssl
from collections.abc import AsyncIterator, Coroutine, Mapping, Sequence
from typing import Any

import trustme

from pocket_openshift.router.rules import requests, routing
from workshop_kube import errors
from workshop_kube.client import Cluster
from workshop_kube.rules import times
from workshop_kube.rules.events import Changed, Listed

log = logging.getLogger(__name__)

NAME = "pocket"
HOST = "127.0.0.1"
HEAD_BYTES = 65536
HEAD_SECONDS = 60.0
CONNECT_SECONDS = 5.0
HANG_UP_SECONDS = 2.0
IDLE_SECONDS = 3600.0
CONNECTIONS = 2000
CHUNK = 65536
WATCHED: Mapping[str, tuple[str, str]] = {
    "services": ("v1", "Service"),
    "pods": ("v1", "Pod"),
    "endpoints": ("v1", "Endpoints"),
    "routes": ("route.openshift.io/v1", "Route"),
    "ingresses": ("networking.k8s.io/v1", "Ingress"),
}


class Router:
    """A router. `open` listens, `run` follows the cluster for ever."""

    def __init__(self, api: Cluster, *, port: int = 0, tls_port: int | None = None) -> None:
        self._api = api
        self.port, self.tls_port = port, tls_port
        self._objects: dict[str, dict[str, dict[str, Any]]] = {kind: {} for kind in WATCHED}
        self._servers: list[asyncio.Server] = []
        self._connections: set[asyncio.Task[None]] = set()
        self._writing: set[asyncio.Task[None]] = set()
        self._listed = {kind: asyncio.Event() for kind in WATCHED}
        self._authority: trustme.CA | None = None
        self._rules: dict[str, list[routing.Rule]] | None = None
        self._tables: routing.Tables | None = None

    async def open(self) -> None:
        """Listen on loopback; port 0 picks a free one."""
        self.port = await self._listen(self.port, None)
        if self.tls_port is not None:
            tls = await asyncio.to_thread(self._make_tls)
            self.tls_port = await self._listen(self.tls_port, tls)

    async def _listen(self, port: int, tls: ssl.SSLContext | None) -> int:
        server = await asyncio.start_server(self._accept, HOST, port, limit=HEAD_BYTES, ssl=tls)
        self._servers.append(server)
        return int(server.sockets[0].getsockname()[1])

    async def close(self) -> None:
        """Stop listening and cut what is open."""
        for server in self._servers:
            server.close()
        tasks = [*self._connections, *self._writing]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    # --- certificates

    def _make_tls(self) -> ssl.SSLContext:
        """A certificate of a fresh authority for each host that is asked for."""
        self._authority = trustme.CA(organization_name="pocket-openshift router")
        made: dict[str, ssl.SSLContext] = {}

        def choose(connection: ssl.SSLObject, name: str | None, _context: ssl.SSLContext) -> None:
            if name and name not in made and self._knows(name):
                made[name] = self._issue(name)
            if name in made:
                connection.context = made[name]

        context = self._issue("localhost")
        context.sni_callback = choose
        return context

    def _knows(self, name: str) -> bool:
        name = name.lower()
        return name in self.tables.rules or "*." + name.partition(".")[2] in self.tables.rules

    def _issue(self, name: str) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        if self._authority:
            self._authority.issue_cert(name).configure_cert(context)
        return context

    @property
    def ca_pem(self) -> str:
        """The authority's certificate, for clients; empty without TLS."""
        return self._authority.cert_pem.bytes().decode() if self._authority else ""

    # --- what is in the cluster

    @property
    def tables(self) -> routing.Tables:
        """The cluster as last heard of."""
        if self._rules is None:
            routes = [*self._objects["routes"].values()]
            self._rules = routing.make_rules(routes, self._objects["ingresses"].values())
        if self._tables is None:
            services, pods, endpoints = (
                self._objects[kind].values() for kind in ("services", "pods", "endpoints")
            )
            self._tables = routing.make_tables(services, pods, endpoints, self._rules)
        return self._tables

    async def run(self) -> None:
        """Follow every kind for ever; a kind that the cluster does not have or show is left out."""
        await asyncio.gather(*(self._follow(kind) for kind in WATCHED))

    async def ready(self) -> None:
        """Wait until every kind was listed once."""
        await asyncio.gather(*(event.wait() for event in self._listed.values()))

    async def _follow(self, kind: str) -> None:
        try:
            async with contextlib.aclosing(self._api.watch(*WATCHED[kind])) as news:
                async for one in news:
                    self._hear(kind, one)
                    self._listed[kind].set()
        except errors.KubeError as error:
            log.warning("Requests are forwarded without %s: %s", kind, error)
            self._listed[kind].set()

    def _hear(self, kind: str, news: Listed | Changed) -> None:
        items = self._objects[kind]
        self._tables = None
        if kind in ("routes", "ingresses"):
            self._rules = None
        if isinstance(news, Listed):
            items.clear()
            items.update({item["metadata"]["uid"]: item for item in news.items})
        elif news.kind == "DELETED":
            items.pop(news.item["metadata"]["uid"], None)
        else:
            items[news.item["metadata"]["uid"]] = news.item
        if kind == "routes":
            self._admit()

    def _admit(self) -> None:
        """Write into each route whether it has its host."""
        routes = self._objects["routes"].values()
        winners = routing.find_winners(routes)
        now = times.render_time(datetime.datetime.now(datetime.UTC))
        for route in routes:
            admitted = route["metadata"]["uid"] in winners
            status = routing.make_admission(route, NAME, now, admitted=admitted)
            if status:
                self._beside(self._write_admission(route, status))

    async def _write_admission(self, route: Mapping[str, Any], status: dict[str, Any]) -> None:
        metadata = route["metadata"]
        version = {"uid": metadata["uid"], "resourceVersion": metadata["resourceVersion"]}
        try:
            await self._api.change(route, {"metadata": version, "status": status}, "status")
        except errors.KubeError as error:  # 409: a newer version is on its way to us
            log.debug("The status of a route was not written: %s", error)

    def _beside(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._writing.add(task)
        task.add_done_callback(self._writing.discard)

    # --- requests

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is None:
            return
        self._connections.add(task)
        try:
            if len(self._connections) > CONNECTIONS:
                await _answer(writer, routing.Refusal(503, "Too many connections; try again."))
            else:
                await self._serve(reader, writer)
        except (OSError, EOFError, TimeoutError, ssl.SSLError) as error:
            log.debug("A connection ended: %s", error)
        finally:
            await _hang_up(writer)
            self._connections.discard(task)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        secure = writer.get_extra_info("ssl_object") is not None
        try:
            async with asyncio.timeout(HEAD_SECONDS):
                head = requests.parse(await reader.readuntil(b"\r\n\r\n"))
        except requests.BadRequestError as error:
            await _answer(writer, routing.Refusal(400, f"Bad request: {error}."))
            return
        except asyncio.LimitOverrunError:
            await _answer(writer, routing.Refusal(431, "The request's headers are too large."))
            return
        request = routing.Request(head.host, head.port, head.path, secure)
        chosen = routing.choose(self.tables, request)
        if isinstance(chosen, routing.Refusal):
            await _answer(writer, self._with_port(chosen))
            return
        await self._forward(head, chosen, (reader, writer), secure=secure)

    def _with_port(self, refusal: routing.Refusal) -> routing.Refusal:
        """A redirect to HTTPS goes to the port that we have for it."""
        if not refusal.location or not self.tls_port:
            return refusal
        host, _, path = refusal.location.removeprefix("https://").partition("/")
        return routing.Refusal(
            refusal.status, refusal.text, f"https://{host}:{self.tls_port}/{path}"
        )

    async def _forward(
        self,
        head: requests.Head,
        backends: Sequence[routing.Backend],
        client: tuple[asyncio.StreamReader, asyncio.StreamWriter],
        *,
        secure: bool,
    ) -> None:
        reader, writer = client
        behind = await _connect(backends)
        if behind is None:
            await _answer(writer, routing.Refusal(503, "The pod does not accept connections."))
            return
        pod_reader, pod_writer = behind
        try:
            peer = writer.get_extra_info("peername")[0]
            own = (self.tls_port if secure else self.port) or 0
            pod_writer.write(requests.render(head, peer, port=own, secure=secure))
            asking = asyncio.create_task(_ask(reader, pod_writer, head.body))
            try:
                await _pump(pod_reader, writer, None)
            finally:
                asking.cancel()
                await asyncio.gather(asking, return_exceptions=True)
        finally:
            await _hang_up(pod_writer)


@contextlib.asynccontextmanager
async def serving(
    api: Cluster, *, port: int = 0, tls_port: int | None = None
) -> AsyncIterator[Router]:
    """A router that listens and follows the cluster, closed at the end."""
    router = Router(api, port=port, tls_port=tls_port)
    await router.open()
    following = asyncio.create_task(router.run())
    try:
        await router.ready()
        yield router
    finally:
        following.cancel()
        await asyncio.gather(following, return_exceptions=True)
        await router.close()


async def _connect(
    backends: Sequence[routing.Backend],
) -> tuple[asyncio.StreamReader, asyncio.StreamWriter] | None:
    """A connection to one of the pods, any of them first; None when none accepts."""
    for backend in random.sample(backends, len(backends)):
        with contextlib.suppress(OSError, TimeoutError):
            async with asyncio.timeout(CONNECT_SECONDS):
                return await asyncio.open_connection(backend.address, backend.port)
    return None


async def _ask(reader: asyncio.StreamReader, pod: asyncio.StreamWriter, body: int | None) -> None:
    """Pass on the body; what a client sends beyond goes nowhere, and its end is the end."""
    await _pump(reader, pod, body)
    if body is not None:
        while await reader.read(CHUNK):
            pass
        pod.close()


async def _pump(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, length: int | None
) -> None:
    """Copy until the end, or so many bytes."""
    left = length
    while left is None or left > 0:
        async with asyncio.timeout(IDLE_SECONDS):
            data = await reader.read(CHUNK if left is None else min(CHUNK, left))
        if not data:
            break
        if left is not None:
            left -= len(data)
        writer.write(data)
        await writer.drain()
    if left is None and writer.can_write_eof():
        with contextlib.suppress(OSError):
            writer.write_eof()


async def _hang_up(writer: asyncio.StreamWriter) -> None:
    """Close, and wait a little until it is so; a peer that does not answer is cut off."""
    writer.close()
    try:
        async with asyncio.timeout(HANG_UP_SECONDS):
            await writer.wait_closed()
    except (OSError, TimeoutError, ssl.SSLError):
        writer.transport.abort()


async def _answer(writer: asyncio.StreamWriter, refusal: routing.Refusal) -> None:
    """A small page of our own, in plain text."""
    body = (refusal.text + "\n").encode()
    reasons = {302: "Found", 400: "Bad Request", 431: "Request Header Fields Too Large"}
    head = [
        f"HTTP/1.1 {refusal.status} {reasons.get(refusal.status, 'Service Unavailable')}",
        "Content-Type: text/plain; charset=utf-8",
        f"Content-Length: {len(body)}",
        "Connection: close",
        "X-Content-Type-Options: nosniff",
    ]
    if refusal.location:
        head.append("Location: " + refusal.location)
    writer.write("\r\n".join([*head, "", ""]).encode("latin-1", "replace") + body)
    await writer.drain()
