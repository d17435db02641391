"""What an observer sees of the cluster, as its administrator; nothing while it does not answer."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
import ssl
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any, Self
from urllib.parse import quote

import aiohttp
import yaml

from chaos.rules.invariants import Seen

SECONDS = 10.0
SESSIONS = "app=workshop,class=session"
RESERVE = "app=workshop,class=reserve"
# Where a session may leave something, by the path of all namespaces.
KINDS: Mapping[str, str] = {
    "project": "/api/v1/namespaces",
    "account": "/api/v1/serviceaccounts",
    "pod": "/api/v1/pods",
    "secret": "/api/v1/secrets",
    "service": "/api/v1/services",
    "claim": "/api/v1/persistentvolumeclaims",
    "binding": "/apis/rbac.authorization.k8s.io/v1/rolebindings",
    "cluster-binding": "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings",
    "route": "/apis/route.openshift.io/v1/routes",
}


class UnansweredError(Exception):
    """The API server did not answer, or not as it should: then nothing is known."""


class ClusterView:
    """The administrator's client."""

    def __init__(self, kubeconfig: Path) -> None:
        config = yaml.safe_load(kubeconfig.read_text())
        place = config["clusters"][0]["cluster"]
        user = config["users"][0]["user"]
        self.token: str = user["token"]
        self.server: str = place["server"]
        self.ca = read_ca(place)
        self._trust = ssl.create_default_context(cadata=self.ca)
        self._session: aiohttp.ClientSession | None = None

    @classmethod
    @contextlib.asynccontextmanager
    async def open(cls, kubeconfig: Path) -> AsyncIterator[Self]:
        """A client of the cluster of this file."""
        view = cls(kubeconfig)
        headers = {"Authorization": f"Bearer {view.token}"}
        timeout = aiohttp.ClientTimeout(total=SECONDS)
        async with aiohttp.ClientSession(headers=headers, timeout=timeout) as session:
            view._session = session
            yield view

    async def ask(self, method: str, path: str, body: object = None) -> tuple[int, Any]:
        """One request; status and body. UnansweredError where there is no answer."""
        assert self._session is not None
        kind = "application/merge-patch+json" if method == "PATCH" else "application/json"
        try:
            async with self._session.request(
                method,
                self.server + path,
                data=None if body is None else json.dumps(body),
                headers={"Content-Type": kind},
                ssl=self._trust,
            ) as answer:
                return answer.status, json.loads(await answer.text() or "null")
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            raise UnansweredError(f"{method} {path}: {error!r}") from error

    async def create(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """Make an object, or have the one that there is."""
        status, made = await self.ask("POST", path, body)
        if status == 409:
            status, made = await self.ask("GET", f"{path}/{body['metadata']['name']}")
        if status not in (200, 201):
            raise UnansweredError(f"POST {path}: {status} {made}")
        return dict(made)

    async def list(self, kind: str, selector: str = "") -> list[dict[str, Any]]:
        """All objects of a kind of the table."""
        path = KINDS[kind] + (f"?labelSelector={quote(selector)}" if selector else "")
        status, body = await self.ask("GET", path)
        if status != 200:
            raise UnansweredError(f"GET {path}: {status}")
        return list(body["items"])

    async def find(self, selector: str) -> dict[str, dict[str, Any]]:
        """All that has such labels, as "kind/namespace/name"."""
        lists = await asyncio.gather(*(self.list(kind, selector) for kind in KINDS))
        pairs = zip(KINDS, lists, strict=True)
        return {name_of(kind, item): item for kind, items in pairs for item in items}


def read_ca(place: Mapping[str, Any]) -> str:
    """The authority of a kubeconfig's cluster, which holds it or says where it is."""
    if data := place.get("certificate-authority-data"):
        return base64.b64decode(data).decode()
    return Path(place["certificate-authority"]).read_text()


def name_of(kind: str, item: Mapping[str, Any]) -> str:
    """An object as a person names it."""
    metadata = item["metadata"]
    return f"{kind}/{metadata.get('namespace', '')}/{metadata['name']}"


def see(kind: str, item: Mapping[str, Any]) -> Seen:
    """An object as the invariants look at it."""
    metadata = item["metadata"]
    version, ends = metadata["resourceVersion"], "deletionTimestamp" in metadata
    return Seen(name_of(kind, item), metadata["uid"], version, ends)
