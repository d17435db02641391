"""What a part of the cluster that acts by itself is: defaults, checks, reactions, endpoints.

`server.BEHAVIOURS` lists them. To add one: write a class in a file of its own in `resources/` or
`oauth/`, put it in the list.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

from pocket_openshift.access.authorization import Authorization
from pocket_openshift.access.tokens import Signer
from pocket_openshift.core import store
from pocket_openshift.core.authentication import Authentication
from pocket_openshift.core.faults import Faults
from pocket_openshift.core.settings import Settings
from pocket_openshift.core.watching import Watching
from pocket_openshift.vocabulary import identity, kinds, paths

Object = store.Object
Result = TypeVar("Result")
Stream = AsyncGenerator[bytes, None]


@dataclass(slots=True)
class Call:
    """One request after authentication and authorization, as endpoints and admission see it.

    `body` is parsed JSON (or YAML); for a patch it is the patch. `query` has one value a name,
    `lists` all of them.
    """

    user: identity.User
    target: paths.RequestTarget
    kind: kinds.Kind
    query: Mapping[str, str] = field(default_factory=dict)
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    lists: Mapping[str, list[str]] = field(default_factory=dict)
    raw: bytes = b""
    warnings: list[str] = field(default_factory=list)

    def warn(self, text: str) -> None:
        """Tell the caller something, whatever the answer is; once, as the real server does."""
        if text not in self.warnings:
            self.warnings.append(text)

    @property
    def namespace(self) -> str:
        """The namespace in the URL, '' for the cluster's own."""
        return self.target.namespace

    @property
    def name(self) -> str:
        """The name in the URL, '' for a collection."""
        return self.target.name

    @property
    def dry_run(self) -> bool:
        """Whether nothing is to be kept."""
        deletes = self.target.verb in ("delete", "deletecollection")
        options = self.body if deletes and isinstance(self.body, dict) else {}
        return "dryRun" in self.query or bool(options.get("dryRun"))


@dataclass(frozen=True, slots=True)
class NodeCall:
    """What is to be had of a node: where, and the token that its agent asks for."""

    node: str
    url: str
    token: str

    @property
    def headers(self) -> dict[str, str]:
        """Who asks."""
        return {"Authorization": f"Bearer {self.token}"}


@dataclass(slots=True)
class Reply:
    """An answer: `body` is an object, text or bytes.

    `stream` (if set) is sent piece by piece instead; `websocket` (if set) is where the caller's
    websocket is passed on to.
    """

    body: Any = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    stream: Stream | None = None
    websocket: NodeCall | None = None


Endpoint = Callable[[Call], "Reply | Awaitable[Reply | None] | None"]


@dataclass(frozen=True, slots=True)
class Record:
    """One request that was answered, for tests that count calls."""

    user: str
    verb: str
    resource: str
    namespace: str
    name: str
    status: int


class Plane(Protocol):
    """What a behaviour, and the verbs of HTTP, may use of the control plane."""

    settings: Settings
    store: store.Store
    watching: Watching
    faults: Faults
    authentication: Authentication
    authorization: Authorization

    @property
    def signer(self) -> Signer:
        """What signs the tokens of service accounts."""

    @property
    def behaviours(self) -> Sequence[Behaviour]:
        """All of them, in the order in which they are asked."""

    def user_of(self, token: str) -> identity.User | None:
        """The user of a bearer token, or None."""

    def admit(self, call: Call, kind: kinds.Kind, obj: Object, old: Object | None) -> None:
        """Fill in and check an object that is about to be written."""

    def ensure(self, resource: str, obj: Object) -> Object:
        """Create an object unless it is there, as the cluster itself."""

    def run_beside(self, work: Coroutine[Any, Any, Result]) -> asyncio.Task[Result]:
        """Run something on the loop that is cancelled when the cluster stops."""

    def note(self, record: Record) -> None:
        """Remember a request that was answered, and tell the observers."""

    def tell(self) -> None:
        """Tell the observers that a fault happened."""

    async def pause(self, seconds: float) -> None:
        """Wait within a request; ConnectionResetError once the cluster stops."""

    def call_later(self, seconds: float, function: Callable[[], None]) -> None:
        """Call a function on the loop after a while, unless the cluster has stopped."""


class Behaviour:
    """Override what you need.

    Everything runs on the server's loop and, but for endpoints, must not wait.

    `resources` names the kinds ("pods", "routes.route.openshift.io") that `default`, `validate`
    and `changed` are called for; ("*",) is all of them.
    """

    resources: tuple[str, ...] = ()

    def __init__(self, plane: Plane) -> None:
        self.plane = plane
        self.store = plane.store

    def default(self, call: Call, obj: Object, old: Object | None) -> None:
        """Fill in an object before it is checked; change `obj` in place.

        `old` is None when it is new.
        """

    def validate(self, call: Call, obj: Object, old: Object | None) -> None:
        """Raise a `errors.StatusError` when the object may not be (validation and admission)."""

    def counted(self, change: store.Change) -> None:
        """Count a commit before the watches are told and anything reacts to it; writes nothing."""

    def changed(self, change: store.Change) -> None:
        """Something of `resources` was committed.

        Called in order, after the watches were told; may write to the store.
        """

    def started(self) -> None:
        """Once, before the first request; make what must exist."""

    def stopped(self) -> None:
        """Once, when the server stops."""

    def endpoints(self) -> dict[str, Endpoint]:
        """Answers of one's own: "VERB RESOURCE" -> function.

        RESOURCE is `kind.resource`, with a subresource after a slash: "create
        tokenreviews.authentication.k8s.io", "create serviceaccounts/token", "get
        users.user.openshift.io". They come before the store's own verbs; one that answers None
        lets the store answer. Access has been checked.
        """
        return {}
