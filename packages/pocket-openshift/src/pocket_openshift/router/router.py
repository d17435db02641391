"""The router: watches what leads to pods, and has `proxy.py` pass on requests by `rules/`."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Coroutine, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from pocket_openshift.router import authority, proxy
from pocket_openshift.router.rules import routing
from workshop_kube import errors
from workshop_kube.client import Cluster
from workshop_kube.rules import times
from workshop_kube.rules.events import Changed, Listed
from workshop_kube.rules.manifests import Manifest, Object

log = logging.getLogger(__name__)

NAME = "pocket"
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
        self._objects: dict[str, dict[str, Object]] = {kind: {} for kind in WATCHED}
        self._proxy = proxy.Proxy(self.choose)
        self._writing: set[asyncio.Task[None]] = set()
        self._listed = {kind: asyncio.Event() for kind in WATCHED}
        self._authority: authority.Authority | None = None
        self._rules: dict[str, list[routing.Rule]] | None = None
        self._tables: routing.Tables | None = None

    async def open(self) -> None:
        """Listen on loopback; port 0 picks a free one."""
        self.port = await self._proxy.listen(self.port)
        if self.tls_port is not None:
            self._authority = await asyncio.to_thread(authority.Authority, self.is_served)
            tls = self._authority.make_context()
            self.tls_port = await self._proxy.listen(self.tls_port, tls)

    async def close(self) -> None:
        """Stop listening and cut what is open."""
        await self._proxy.close()
        for task in self._writing:
            task.cancel()
        await asyncio.gather(*self._writing, return_exceptions=True)

    @property
    def ca_pem(self) -> str:
        """The authority's certificate, for clients; empty without TLS."""
        return self._authority.pem if self._authority else ""

    def is_served(self, host: str) -> bool:
        """Whether a route or ingress is for a host."""
        host = host.lower()
        return host in self.tables.rules or "*." + host.partition(".")[2] in self.tables.rules

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
        now = times.render_time(datetime.now(UTC))
        for route in routes:
            admitted = route["metadata"]["uid"] in winners
            status = routing.make_admission(route, NAME, now, admitted=admitted)
            if status:
                self._beside(self._write_admission(route, status))

    async def _write_admission(self, route: Manifest, status: Object) -> None:
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

    def choose(self, request: routing.Request) -> Sequence[routing.Backend] | routing.Refusal:
        """The pods that may answer a request, or what to say instead."""
        chosen = routing.choose(self.tables, request)
        return self._with_port(chosen) if isinstance(chosen, routing.Refusal) else chosen

    def _with_port(self, refusal: routing.Refusal) -> routing.Refusal:
        """A redirect to HTTPS goes to the port that we have for it."""
        if not refusal.location or not self.tls_port:
            return refusal
        host, _, path = refusal.location.removeprefix("https://").partition("/")
        return routing.Refusal(
            refusal.status, refusal.text, f"https://{host}:{self.tls_port}/{path}"
        )


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
