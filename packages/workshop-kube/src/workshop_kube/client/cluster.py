"""The cluster in verbs over plain manifests. Each is bounded in time and safe to run twice."""

from __future__ import annotations

import builtins
import copy
from collections.abc import AsyncGenerator, Callable, Mapping
from types import TracebackType
from typing import Any, Self

from workshop_kube import errors, labels
from workshop_kube.client import discovery, watches
from workshop_kube.client.api import Api
from workshop_kube.client.connections import Connection
from workshop_kube.client.transport import Transport
from workshop_kube.rules import answers, kinds, manifests, retries, reviews
from workshop_kube.rules.calls import JSON, MERGE_PATCH, METADATA_LIST, Call
from workshop_kube.rules.manifests import Manifest, Object

# So often is an object read and changed anew when somebody else has changed it meanwhile.
MOST_CONFLICTS = 5

IsSame = Callable[[Mapping[str, Any], Mapping[str, Any]], bool]


class Cluster:
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
        other = copy.copy(self)
        other._owns_pool = False
        other.api = self.api.as_owner_of(token, patience)
        return other

    async def send(self, call: Call) -> answers.Answer:
        """Any other request of the API; an error of ours when it is refused."""
        return await self.api.send(call)

    # Read

    async def get(self, reference: Manifest, subresource: str = "") -> Object:
        """The object that a manifest names. GoneError when the API says it is not there."""
        what = f"get {manifests.render_name(reference)}"
        path = await self._find_path(reference, subresource)
        return _read(await self.send(Call("GET", path, what)))

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

    # Write

    async def create(self, manifest: Manifest, subresource: str = "") -> Object:
        """Make an object. ExistsError when one of this name is there.

        When an answer was lost, what is there is compared with what was to be made.
        """
        metadata = manifest.get("metadata") or {}
        call = Call(
            "POST",
            await self._find_path(manifest, subresource, is_collection=not subresource),
            f"create {manifests.render_name(manifest)}",
            manifest,
            role=(manifest.get("roleRef") or {}).get("name", ""),
            is_repeatable="name" in metadata or "generateName" not in metadata,
        )
        try:
            return _read(await self.send(call))
        except errors.ExistsError as error:
            found = await self.find(manifest) if error.is_unsure else None
            if found is None or not manifests.is_result_of(manifest, found):
                raise
            return found

    async def ensure(self, manifest: Manifest, is_same: IsSame = labels.is_same_owner) -> Object:
        """Make an object, or adopt the one of this name if `is_same` of their metadata says so.

        ExistsError when the name belongs to somebody else, or the object is ending.
        """
        try:
            return await self.create(manifest)
        except errors.ExistsError as error:
            found = await self._find_adoptable(manifest, is_same)
            if found is None:
                raise
            self.api.log.info("Adopted what an earlier try made: %s", error.what)
            return found
        except errors.RefusedError as error:
            # Quota is counted before the name: what is full may be full with this very object.
            is_quota = "exceeded quota" in error.message
            found = await self._find_adoptable(manifest, is_same) if is_quota else None
            if found is None:
                raise
            return found

    async def _find_adoptable(self, manifest: Manifest, is_same: IsSame) -> Object | None:
        found = await self.find(manifest)
        if found is None or "deletionTimestamp" in found["metadata"]:
            return None
        return found if is_same(found["metadata"], manifest["metadata"]) else None

    async def converge(self, manifest: Manifest, is_same: IsSame = labels.is_same_owner) -> Object:
        """Make an object, or change the one that is there to what the manifest says.

        What the manifest does not say stays. A binding to another role is made anew. Labels and
        annotations come along, but are no reason by themselves: the right to change may be missing.
        """
        for left in reversed(range(MOST_CONFLICTS)):
            found = await self.ensure(manifest, is_same)
            if manifests.is_up_to_date(manifest, found):
                return found
            if manifests.has_other_role(manifest, found):
                await self.delete_exactly({**found, **_head(manifest)})
                continue
            patch = manifests.make_patch(manifest, found["metadata"]["resourceVersion"])
            try:
                return await self.change(manifest, patch)
            except (errors.ConflictError, errors.GoneError):
                if not left:
                    raise
        what = f"change {manifests.render_name(manifest)}"
        raise errors.ConflictError(what, "somebody else changes it, too", status=409)

    async def change(self, reference: Manifest, patch: Manifest, subresource: str = "") -> Object:
        """Change parts of an object (a JSON merge patch). GoneError when it is not there.

        With `metadata.uid` or `metadata.resourceVersion` in the patch, only that very object:
        ConflictError when it is another one by now, or somebody has changed it.
        """
        what = f"change {manifests.render_name(reference)}"
        path = await self._find_path(reference, subresource)
        call = Call("PATCH", path, what, patch, content_type=MERGE_PATCH)
        return _read(await self.send(call))

    async def delete_exactly(
        self, found: Manifest, *, is_unchanged: bool = False, grace: int | None = None
    ) -> bool:
        """Delete this very object (by its UID) and, in the background, what it owns.

        False when it is gone already. With `is_unchanged` only if nobody has changed it since:
        ConflictError when somebody has.
        """
        metadata = found["metadata"]
        conditions = {"uid": metadata["uid"]}
        if is_unchanged:
            conditions["resourceVersion"] = metadata["resourceVersion"]
        body: Object = {"apiVersion": "v1", "kind": "DeleteOptions"}
        body |= {"propagationPolicy": "Background", "preconditions": conditions}
        body |= {} if grace is None else {"gracePeriodSeconds": grace}
        try:
            await self._delete(found, body)
        except errors.GoneError:
            return False
        except errors.ConflictError:
            if is_unchanged:
                raise
            return False  # another object has its name, or it is ending already
        return True

    async def _delete(self, found: Manifest, body: Manifest) -> None:
        what = f"delete {manifests.render_name(found)}"
        try:
            await self.send(Call("DELETE", await self._find_path(found), what, body))
        except errors.ForbiddenError:
            if found["kind"] != "Namespace":
                raise
            # A project that we requested: its admin may delete it as a Project.
            project = {**found, "apiVersion": "project.openshift.io/v1", "kind": "Project"}
            try:
                await self.send(Call("DELETE", await self._find_path(project), what, body))
                return
            except (errors.ForbiddenError, errors.UnknownError):
                pass
            raise

    # Rights and names

    async def may(self, **attributes: str) -> bool:
        """Whether we have a right: `verb`, `group`, `resource`, `namespace`, `name` ..."""
        what = f"ask for the right {attributes}"
        answer = await self._review(reviews.make_access_review(attributes), what)
        try:
            return reviews.parse_access_review(_read(answer))
        except ValueError as error:
            raise errors.UnknownError(what, str(error), status=answer.status) from error

    async def whoami(self) -> reviews.Identity:
        """Who we are; of a cluster without SelfSubjectReview (before 1.28), by `users/~`."""
        what = "ask who we are"
        try:
            answer = await self._review(reviews.SELF_REVIEW, what)
            parse = reviews.parse_self_review
        except errors.KubeError as error:
            if not answers.is_no_such_api(error):
                raise
            answer = await self.send(Call("GET", reviews.USER_PATH, what))
            parse = reviews.parse_user
        try:
            return parse(_read(answer))
        except ValueError as error:
            raise errors.UnknownError(what, str(error), status=answer.status) from error

    async def get_openshift_user(self) -> Object:
        """The OpenShift User whose token it is (`users/~`), which the scope user:info allows."""
        return _read(await self.send(Call("GET", reviews.USER_PATH, "ask who this is")))

    async def _review(self, review: Manifest, what: str) -> answers.Answer:
        path = await self._find_path(review, is_collection=True)
        return await self.send(Call("POST", path, what, review))

    # Kinds

    async def has_api(self, api_version: str) -> bool:
        """Whether the cluster has a group and version; False only when it says so itself."""
        return await self._discovery.has_version(self.api, api_version)

    async def is_namespaced(self, manifest: Manifest) -> bool:
        """Whether objects of this kind live in namespaces. RefusedError for an unknown kind."""
        head = _head(manifest)
        found = await self._discovery.find_kind(self.api, head["apiVersion"], head["kind"])
        return found.is_namespaced

    async def list_kinds(self, *verbs: str) -> tuple[builtins.list[kinds.Kind], builtins.list[str]]:
        """Every namespaced kind that can be asked these verbs, and the groups that are broken."""
        return await self._discovery.list_kinds(self.api, *verbs)

    async def _find_path(
        self, manifest: Manifest, subresource: str = "", *, is_collection: bool = False
    ) -> str:
        head, metadata = _head(manifest), manifest.get("metadata") or {}
        kind = await self._discovery.find_kind(self.api, head["apiVersion"], head["kind"])
        if is_collection:
            return kind.path(metadata.get("namespace") or "")
        return kind.path(metadata.get("namespace") or "", metadata["name"], subresource)


def _head(manifest: Manifest) -> dict[str, str]:
    return {"apiVersion": manifest["apiVersion"], "kind": manifest["kind"]}


def _read(answer: answers.Answer) -> Object:
    return dict(answer.document or {})
