"""What the cluster does by itself: one file a reaction, each a `Behaviour`.

`server.BEHAVIOURS` lists them. To add one: write a class in a file of its own here (or in
`oauth/`), put it in the list.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pocket_openshift import identity, kinds, paths, store

if TYPE_CHECKING:
    from pocket_openshift.control_plane import ControlPlane

Object = store.Object


@dataclass(slots=True)
class Call:
    """One request after authentication and authorization, as endpoints and admission see it.

    `body` is parsed JSON (or YAML); for a patch it is the patch. `query` has one value a name,
    `lists` all of them.
    """

    user: identity.User
    target: paths.Target
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
        return "dryRun" in self.query


@dataclass(slots=True)
class Reply:
    """An answer: `body` is an object, text or bytes; `stream` (if set) is sent piece by piece
    instead; `tunnel` (if set) is joined with the caller's connection.
    """

    body: Any = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    stream: AsyncIterator[bytes] | None = None
    tunnel: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None


Endpoint = Callable[[Call], "Reply | Awaitable[Reply | None] | None"]


class Behaviour:
    """Override what you need; everything runs on the server's loop and, but for endpoints, must
    not wait.

    `resources` names the kinds ("pods", "routes.route.openshift.io") that `default`, `validate`
    and `changed` are called for; ("*",) is all of them.
    """

    resources: tuple[str, ...] = ()

    def __init__(self, plane: ControlPlane) -> None:
        self.plane = plane
        self.store = plane.store

    def default(self, call: Call, obj: Object, old: Object | None) -> None:
        """Fill in an object before it is checked; change `obj` in place. `old` is None when it is
        new.
        """

    def validate(self, call: Call, obj: Object, old: Object | None) -> None:
        """Raise a `statuses.StatusError` when the object may not be (validation and admission)."""

    def changed(self, change: store.Change) -> None:
        """Something of `resources` was committed. Called in order, after the watches were told;
        may write to the store.
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
