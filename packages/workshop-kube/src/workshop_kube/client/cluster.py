"""The cluster in verbs over plain manifests. Each is bounded in time and safe to run twice."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from workshop_kube import errors, labels
from workshop_kube.client.reader import Reader
from workshop_kube.rules import answers, manifests
from workshop_kube.rules.calls import MERGE_PATCH, Call
from workshop_kube.rules.manifests import Manifest, Object

# How often a change is repeated, on the object read again, when somebody else changed it meanwhile.
MOST_CONFLICTS = 5

IsSame = Callable[[Mapping[str, Any], Mapping[str, Any]], bool]


class Cluster(Reader):
    """A `Reader` that makes, changes and deletes objects, too."""

    async def create(self, manifest: Manifest, subresource: str = "") -> Object:
        """Make an object. ExistsError when one of this name is there.

        When an answer was lost, what is there is compared with what was to be made.
        """
        metadata = manifest.get("metadata") or {}
        call = Call(
            "POST",
            await self.find_path(manifest, subresource, is_collection=not subresource),
            f"create {manifests.render_name(manifest)}",
            manifest,
            role=(manifest.get("roleRef") or {}).get("name", ""),
            is_repeatable="name" in metadata or "generateName" not in metadata,
        )
        try:
            return answers.read_object(await self.send(call))
        except errors.ExistsError as error:
            found = await self._find_made(manifest) if error.is_unsure else None
            if found is None or not manifests.is_result_of(manifest, found):
                raise
            return found

    async def _find_made(self, manifest: Manifest) -> Object | None:
        """What an earlier try has made; None where one may not look, or there is no looking."""
        try:
            return await self.find(manifest)
        except (errors.ForbiddenError, errors.UnknownError):
            return None

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

        What the manifest does not say stays, but for keys of data and of a quota. A binding to
        another role is recreated. Labels and annotations come along, but are no reason by
        themselves: the right to change may be missing.
        """
        for left in reversed(range(MOST_CONFLICTS)):
            found = await self.ensure(manifest, is_same)
            if manifests.is_up_to_date(manifest, found):
                return found
            if manifests.has_other_role(manifest, found):
                await self.delete_exactly({**found, **manifests.find_head(manifest)})
                continue
            patch = manifests.make_patch(manifest, found["metadata"]["resourceVersion"], found)
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
        path = await self.find_path(reference, subresource)
        call = Call("PATCH", path, what, patch, content_type=MERGE_PATCH)
        return answers.read_object(await self.send(call))

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
            await self.send(Call("DELETE", await self.find_path(found), what, body))
        except errors.ForbiddenError:
            if found["kind"] != "Namespace":
                raise
            # A project that we requested: its admin may delete it as a Project.
            project = {**found, "apiVersion": "project.openshift.io/v1", "kind": "Project"}
            try:
                await self.send(Call("DELETE", await self.find_path(project), what, body))
                return
            except (errors.ForbiddenError, errors.UnknownError):
                pass
            raise
