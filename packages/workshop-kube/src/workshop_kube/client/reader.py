"""Looking at the cluster: objects, lists, watches, rights and names."""

from __future__ import annotations

import builtins
import copy
from collections.abc import AsyncGenerator
from types import TracebackType
from typing import Any, Self

from workshop_kube import errors
from workshop_kube.client import discovery, watches
from workshop_kube.client.api import Api
from workshop_kube.client.connections import Connection
from workshop_kube.client.transport import Transport
from workshop_kube.rules import answers, kinds, manifests, retries, reviews
from workshop_kube.rules.calls import JSON, METADATA_LIST, Call
from workshop_kube.rules.manifests import Manifest, Object


class Reader:
    """One API server as one account; use as an async context manager, or `close` it.

    A `pool` that is given is shared and not closed. `options` are those of `Api`: `patience`,
    `log`, `clock`, `sleep`.
    """

    def __init__(
        self, connection: Connection, pool: Transport | None = None, **options: Any
    ) -> None:
        self.pool = pool or Transport()
        self.api = Api(connection, self.pool, **options)
        self._owns_pool = pool is None
        self._discovery = discovery.Discovery()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Close what connections are its own."""
        if self._owns_pool:
            await self.pool.close()

    @property
    def server(self) -> str:
        """The address of the API server."""
        return self.api.connection.server

    def as_owner_of(self, token: str, patience: retries.Patience | None = None) -> Self:
        """The same cluster, asked by somebody else ("" for nobody); closing it does nothing."""
        return self._with_api(self.api.as_owner_of(token)).with_patience(patience)

    def with_patience(self, patience: retries.Patience | None) -> Self:
        """The same cluster, asked so long (None: as long as before); closing it does nothing."""
        return self._with_api(self.api.with_patience(patience or self.api.patience))

    def _with_api(self, api: Api) -> Self:
        other = copy.copy(self)
        other._owns_pool, other.api = False, api
        return other

    async def send(self, call: Call) -> answers.Answer:
        """Any other request of the API; an error of ours when it is refused."""
        return await self.api.send(call)

    # Read

    async def get(self, reference: Manifest, subresource: str = "") -> Object:
        """The object that a manifest names. GoneError when the API says it is not there."""
        what = f"get {manifests.render_name(reference)}"
        path = await self.find_path(reference, subresource)
        return answers.read_object(await self.send(Call("GET", path, what)))

    async def find(self, reference: Manifest) -> Object | None:
        """The object that a manifest names; None only when the API says it is not there."""
        try:
            return await self.get(reference)
        except errors.GoneError:
            return None

    async def list(
        self,
        api_version: str,
        kind: str,
        namespace: str = "",
        *,
        selector: str = "",
        fields: str = "",
        metadata_only: bool = False,
    ) -> builtins.list[Object]:
        """All objects of a kind, in all namespaces if none is named, page by page.

        With `metadata_only` no secret ever crosses the wire.
        """
        found = await self._discovery.find_kind(self.api, api_version, kind)
        selectors = {"labelSelector": selector, "fieldSelector": fields}
        accept = METADATA_LIST if metadata_only else JSON
        items, _ = await watches.list_pages(self.api, found.path(namespace), selectors, accept)
        return [watches.name_kind(found, item) for item in items]

    async def watch(
        self,
        api_version: str,
        kind: str,
        namespace: str = "",
        *,
        selector: str = "",
        fields: str = "",
    ) -> AsyncGenerator[watches.Change, None]:
        """List, then every change, for ever; Listed again whenever changes may have been missed."""
        found = await self._discovery.find_kind(self.api, api_version, kind)
        selectors = {"labelSelector": selector, "fieldSelector": fields}
        changes = watches.follow(self.api, found, found.path(namespace), selectors)
        try:
            async for change in changes:
                yield change
        finally:
            await changes.aclose()

    # Rights and names

    async def may(self, **attributes: str) -> bool:
        """Whether we have a right: `verb`, `group`, `resource`, `namespace`, `name` ..."""
        what = f"ask for the right {attributes}"
        answer = await self._review(reviews.make_access_review(attributes), what)
        try:
            return reviews.parse_access_review(answers.read_object(answer))
        except ValueError as error:
            raise errors.UnknownError(what, str(error), status=answer.status) from error

    async def whoami(self) -> reviews.Identity:
        """Who we are; by `users/~` where there is no SelfSubjectReview (before Kubernetes 1.28).

        And where the scopes of the token do not cover that review.
        """
        what = "ask who we are"
        try:
            answer = await self._review(reviews.SELF_REVIEW, what)
            parse = reviews.parse_self_review
        except errors.KubeError as error:
            if error.status != 403 and not answers.is_no_such_api(error):
                raise
            answer = await self._get_user(what, error)
            parse = reviews.parse_user
        try:
            return parse(answers.read_object(answer))
        except ValueError as error:
            raise errors.UnknownError(what, str(error), status=answer.status) from error

    async def get_openshift_user(self) -> Object:
        """The OpenShift User whose token it is (`users/~`), which the scope user:info allows."""
        return answers.read_object(
            await self.send(Call("GET", reviews.USER_PATH, "ask who this is"))
        )

    async def _get_user(self, what: str, first: errors.KubeError) -> answers.Answer:
        """The answer of `users/~`; the `first` refusal where that is refused, too."""
        try:
            return await self.send(Call("GET", reviews.USER_PATH, what))
        except (errors.ForbiddenError, errors.RefusedError, errors.UnknownError):
            raise first from None

    async def _review(self, review: Manifest, what: str) -> answers.Answer:
        path = await self.find_path(review, is_collection=True)
        return await self.send(Call("POST", path, what, review))

    # Kinds

    async def has_api(self, api_version: str) -> bool:
        """Whether the cluster has a group and version; False only when it says so itself."""
        return await self._discovery.has_version(self.api, api_version)

    async def is_namespaced(self, manifest: Manifest) -> bool:
        """Whether objects of this kind live in namespaces. RefusedError for an unknown kind."""
        head = manifests.find_head(manifest)
        found = await self._discovery.find_kind(self.api, head["apiVersion"], head["kind"])
        return found.is_namespaced

    async def list_kinds(self, *verbs: str) -> tuple[builtins.list[kinds.Kind], builtins.list[str]]:
        """Every namespaced kind that can be asked these verbs, and the groups that are broken."""
        return await self._discovery.list_kinds(self.api, *verbs)

    async def find_path(
        self, manifest: Manifest, subresource: str = "", *, is_collection: bool = False
    ) -> str:
        """The path of an object, or of the collection that it belongs to."""
        head, metadata = manifests.find_head(manifest), manifest.get("metadata") or {}
        kind = await self._discovery.find_kind(self.api, head["apiVersion"], head["kind"])
        if is_collection:
            return kind.path(metadata.get("namespace") or "")
        return kind.path(metadata.get("namespace") or "", metadata["name"], subresource)
