"""A cluster for tests, with or without pytest: `with PocketCluster() as cluster: ...`.

The server runs in a thread with a loop of its own, so synchronous clients work beside it.
Everything here may be called from any thread.
"""

from __future__ import annotations

import asyncio
import copy
import functools
import http.client
import json
import re
import shutil
import ssl
import tempfile
import threading
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, TypeVar, Unpack
from urllib.parse import urlsplit

from pocket_openshift import kubeconfigs, server
from pocket_openshift.access import tokens
from pocket_openshift.core import behaviour, control_plane, faults
from pocket_openshift.oauth import app as oauth_app
from pocket_openshift.oauth.rules import identity_provider
from pocket_openshift.vocabulary import errors, identity, kinds

if TYPE_CHECKING:
    from pocket_openshift.node import background  # needs time to import, and not every test

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Answer:
    """What the server answered: `body` is parsed JSON where it is JSON, else text.

    `warnings` has the texts of all `Warning` headers.
    """

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Any = None
    warnings: tuple[str, ...] = ()


class PocketCluster:
    """A fresh cluster on loopback, gone with the `with` block.

    `token_cache_seconds` is how long a revoked token goes on working (10 in a real API server),
    `namespace_seconds` how long a namespace that was deleted keeps its content (5 in a real
    cluster, 0 here so that tests are quick). `data` keeps the state in a folder.
    """

    def __init__(
        self,
        *,
        token_cache_seconds: float = 10.0,
        namespace_seconds: float = 0.0,
        data: Path | None = None,
    ) -> None:
        self._data = data
        self._token_cache_seconds = token_cache_seconds
        self._namespace_seconds = namespace_seconds
        self._folder = Path(tempfile.mkdtemp(prefix="pocket-openshift-"))
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._files = 0
        self._nodes: list[background.BackgroundNode] = []

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Serve; returns once it answers."""
        ready: Future[server.Server] = Future()
        self._thread = threading.Thread(
            target=self._run, args=(ready,), daemon=True, name="pocket-openshift"
        )
        self._thread.start()
        self._server = ready.result(timeout=30)
        self._ssl = ssl.create_default_context(cadata=self._server.authority.pem)
        self.ca_file = self._folder / "ca.crt"
        self.ca_file.write_text(self._server.authority.pem)
        self.kubeconfig = self.kubeconfig_for(self.admin_token)

    def _run(self, ready: Future[server.Server]) -> None:
        async def serve() -> None:
            self._loop = asyncio.get_running_loop()
            self._stopping = asyncio.Event()
            try:
                made = server.Server(folder=self._data)
                made.plane.settings.token_cache_seconds = self._token_cache_seconds
                made.plane.settings.namespace_seconds = self._namespace_seconds
                await made.start()
            except BaseException as error:  # noqa: BLE001 - handed to the thread that waits for it
                ready.set_exception(error)
                return
            ready.set_result(made)
            await self._stopping.wait()
            await made.stop()

        asyncio.run(serve())

    def stop(self) -> None:
        """Stop node agents and the server, and remove what was written."""
        for node in reversed(self._nodes):
            node.stop()
        self._nodes.clear()
        if self._loop is not None and self._thread is not None and self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._stopping.set)
            self._thread.join(timeout=15)
        shutil.rmtree(self._folder, ignore_errors=True)

    def run(self, function: Callable[[], Result]) -> Result:
        """Call a function on the server's loop and wait for its result."""
        if self._loop is None:
            raise RuntimeError("the cluster is not running")
        result: Future[Result] = Future()

        def call() -> None:
            try:
                result.set_result(function())
            except BaseException as error:  # noqa: BLE001 - handed to the caller
                result.set_exception(error)

        self._loop.call_soon_threadsafe(call)
        return result.result(timeout=30)

    @property
    def plane(self) -> control_plane.ControlPlane:
        """The control plane behind; touch it only by `run`."""
        return self._server.plane

    @property
    def url(self) -> str:
        """The API server."""
        return self.plane.settings.url

    @property
    def oauth_url(self) -> str:
        """The OAuth server."""
        return self.plane.settings.oauth_url

    @property
    def admin_token(self) -> str:
        """A token of `system:admin`, who is in `system:masters`."""
        return self.plane.authentication.admin_token

    @property
    def faults(self) -> faults.Faults:
        """The script of faults."""
        return self.plane.faults

    @property
    def requests(self) -> list[behaviour.Record]:
        """The requests answered so far, oldest first."""
        return list(self.plane.requests)

    async def until(
        self, true: Callable[[], Awaitable[Result] | Result], seconds: float = 60.0
    ) -> Result:
        """Wait until `true()` is true, and return what it said.

        It is called now and after each change, each fault, and each request of anybody but the
        administrator, so that a test waits for what happens and not for time. A coroutine function
        is awaited. TimeoutError, with the last requests, after so many seconds.
        """
        loop, news = asyncio.get_running_loop(), asyncio.Event()

        def tell(told: object) -> None:
            if not (isinstance(told, behaviour.Record) and told.user == identity.ADMIN.name):
                loop.call_soon_threadsafe(news.set)

        watched = (self.plane.store.listeners, self.plane.observers)
        self.run(lambda: [each.append(tell) for each in watched])
        try:
            async with asyncio.timeout(seconds) as limit:
                while True:
                    news.clear()
                    said = true()
                    result = await said if isinstance(said, Awaitable) else said
                    if result:
                        return result
                    await news.wait()
        except TimeoutError:
            if not limit.expired():
                raise  # it is that of `true` itself
            last = "\n".join(map(str, self.requests[-10:]))
            raise TimeoutError(f"not so within {seconds} s; the last requests:\n{last}") from None
        finally:
            self.run(lambda: [each.remove(tell) for each in watched])

    def kubeconfig_for(self, token: str, namespace: str = "default") -> Path:
        """A kubeconfig file for a token."""
        self._files += 1
        config = kubeconfigs.make_kubeconfig(self.url, self._server.authority.pem, token, namespace)
        return kubeconfigs.write(self._folder / f"kubeconfig-{self._files}", config)

    def token(self, namespace: str, account: str, seconds: int = 3600) -> str:
        """A token of a service account that exists; unlike a TokenRequest's it may be short."""

        def issue() -> str:
            found = self.plane.store.get(kinds.named("serviceaccounts"), namespace, account)
            claims = tokens.Claims(
                namespace,
                account,
                found["metadata"]["uid"],
                tokens.new_token_id(),
                (self.plane.settings.audience,),
                int(time.time()) + seconds,
            )
            return self.plane.signer.issue(claims)

        return self.run(issue)

    def forget_tokens(self) -> None:
        """End the ten seconds of grace of revoked tokens now."""
        self.run(self.plane.authentication.forget)

    def compact(self) -> None:
        """Forget the past, as etcd's compaction: watches from older versions get 410."""
        self.run(lambda: self.plane.watching.forget_before(self.plane.store.version))

    def request(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        token: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """One request to the API server, as admin unless a token is given (`""` is anonymous)."""
        sent = {"Content-Type": "application/json", **(headers or {})}
        token = self.admin_token if token is None else token
        if token:
            sent["Authorization"] = f"Bearer {token}"
        data = body if isinstance(body, (bytes, str, type(None))) else json.dumps(body)
        place = urlsplit(self.url)
        connection = http.client.HTTPSConnection(
            place.hostname or "", place.port, context=self._ssl, timeout=60
        )
        try:
            connection.request(method, path, data, sent)
            response = connection.getresponse()
            raw = response.read()
        finally:
            connection.close()
        return _answer(path, response, raw)

    def apply(self, *objects: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Create or replace objects as admin, with all checks. RuntimeError when one is refused."""
        return [self._apply(copy.deepcopy(dict(obj))) for obj in objects]

    def _apply(self, obj: dict[str, Any]) -> dict[str, Any]:
        path, name = collection_path(obj), obj["metadata"].get("name", "")
        answer = self.request("POST", path, obj)
        if answer.status == 409 and answer.body.get("reason") == "AlreadyExists":
            answer = self.request("PUT", f"{path}/{name}", obj)
        if answer.status not in (200, 201):
            raise RuntimeError(f"{obj.get('kind')} {name} was refused: {answer.body}")
        return answer.body

    def add_user(self, name: str, password: str, groups: Iterable[str] = ()) -> None:
        """A user who can log in at the OAuth server."""
        person = identity_provider.LoginUser(name, password, tuple(groups))
        self.run(lambda: oauth_app.server_of(self.plane).add(person))

    def start_node(
        self,
        *,
        router_port: int | None = None,
        router_tls_port: int | None = None,
        **options: Unpack[background.NodeOptions],
    ) -> background.BackgroundNode:
        """Run pods as local processes until the cluster stops; see `pocket_openshift.node`.

        With `router_port` (0 picks one) a router runs beside: `.router.port`, `.router.tls_port`.
        """
        from pocket_openshift.node import background
        from pocket_openshift.router import router

        beside = None
        if router_port is not None:
            beside = functools.partial(router.serving, port=router_port, tls_port=router_tls_port)
        node = background.start(self.kubeconfig, beside, **options)
        self._nodes.append(node)
        return node


def _answer(path: str, response: http.client.HTTPResponse, raw: bytes) -> Answer:
    warnings = response.headers.get_all("Warning") or []
    return Answer(
        response.status,
        dict(response.headers.items()),
        _parsed(path, response, raw),
        tuple(errors.text_of_warning(value) for value in warnings),
    )


def _parsed(path: str, response: http.client.HTTPResponse, raw: bytes) -> object:
    """JSON where it is JSON; the events of a watch as a list."""
    if not response.headers.get("Content-Type", "").startswith("application/json") or not raw:
        return raw.decode()
    if response.status == 200 and re.search(r"[?&]watch=(1|true)\b", path):
        return [json.loads(line) for line in raw.splitlines()]
    return json.loads(raw)


def collection_path(obj: Mapping[str, Any]) -> str:
    """The URL of an object's collection; ValueError for a kind that is not served."""
    kind = kinds.of_object(dict(obj))
    if kind is None:
        raise ValueError(f"no such kind: {obj.get('apiVersion')} {obj.get('kind')}")
    root = f"/apis/{kind.group}/{kind.version}" if kind.group else f"/api/{kind.version}"
    if not kind.namespaced:
        return f"{root}/{kind.plural}"
    return f"{root}/namespaces/{obj['metadata'].get('namespace', 'default')}/{kind.plural}"
