"""The only room that talks to the Kubernetes API.

Verbs over plain manifests: ensure, get, find, delete. Each is bounded in time, asks again when the
API is busy or silent, and is safe to run twice. Called by steps.py and spawner.py.
"""

import asyncio
import contextlib
import json
import logging
import random
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlencode
from weakref import WeakKeyDictionary

import aiohttp

from workshop_spawner import errors, labels

from . import answers, kinds
from .answers import Answer

Manifest = Mapping[str, Any]

MOST_CONFLICTS = 5
"""So often is an object read and changed anew when somebody else has changed it meanwhile."""

_LEARNED: WeakKeyDictionary[Any, dict[tuple[str, str], kinds.Kind]] = WeakKeyDictionary()


class Cluster:
    """The API as the hub's account sees it, by way of a kubernetes_asyncio ApiClient.

    `timeout` bounds one try and `patience` a whole verb, in seconds. With a `token` the API is
    asked as somebody else: the user whose token it is.
    """

    def __init__(
        self,
        client: Any,
        *,
        timeout: float = 10,
        patience: float = 30,
        log: Any = None,
        token: str = "",
    ) -> None:
        self._client = client
        self._token = token
        self._timeout = timeout
        self._patience = patience
        self._log = log or logging.getLogger(__name__)

    @property
    def client(self) -> Any:
        """What talks to the API; one for each hub."""
        return self._client

    def with_patience(self, seconds: float) -> "Cluster":
        """The same API, asked for no longer than `seconds`."""
        patience = min(seconds, self._patience)
        return Cluster(
            self._client,
            timeout=self._timeout,
            patience=patience,
            log=self._log,
            token=self._token,
        )

    async def create(self, manifest: Manifest) -> bool:
        """Make the object; whether it was made now - one of this name may be there already."""
        what = f"create {_render(manifest)}"
        path = await self._path(manifest, collection=True)
        answer = await self.request("POST", path, manifest, what=what)
        if answer.status != 409:
            _expect(answer, what)
        return answer.status != 409

    async def ensure(self, manifest: Manifest) -> dict[str, Any]:
        """Make the object, or adopt the one that an earlier try of this very session made.

        Returns it as the API shows it. NameTakenError when the name belongs to another session,
        ForbiddenError, PermanentError or TemporaryError when it cannot be made.
        """
        what = f"create {_render(manifest)}"
        place = await self._path(manifest, collection=True)
        answer = await self.request("POST", place, manifest, what=what)
        if answer.status == 409 and answer.reason in ("AlreadyExists", ""):
            return await self._adopt(manifest, what)
        if answer.status == 403 and "exceeded quota" in answer.message:
            # Quota is judged before the name: what is full may be full with this very object.
            with contextlib.suppress(errors.NameTakenError):
                return await self._adopt(manifest, what)
        return dict(_expect(answer, what, (manifest.get("roleRef") or {}).get("name", "")))

    async def _adopt(self, manifest: Manifest, what: str) -> dict[str, Any]:
        found = await self.get(manifest)
        if found is None or not labels.is_same_owner(found["metadata"], manifest["metadata"]):
            raise errors.NameTakenError("A name is taken; please try again.", f"{what}: not ours.")
        if "deletionTimestamp" in found["metadata"]:
            raise errors.NameTakenError("A name is taken; please try again.", f"{what}: ending.")
        self._log.info("Adopted what an earlier try made: %s", what)
        return found

    async def converge(self, manifest: Manifest) -> dict[str, Any]:
        """Make the object, or change the one that is there to what the manifest says."""
        what = f"change {_render(manifest)}"
        for _ in range(MOST_CONFLICTS):
            found = await self.ensure(manifest)
            wanted = {k: v for k, v in manifest.items() if k not in ("metadata", "status")}
            if is_part_of(wanted, {**found, **_head(manifest)}):
                return found
            if manifest.get("roleRef") and manifest["roleRef"] != found.get("roleRef"):
                # A binding's role cannot be changed.
                await self.delete({**found, **_head(manifest)})
                continue
            version = found["metadata"]["resourceVersion"]
            changed = {**manifest, "metadata": {**manifest["metadata"], "resourceVersion": version}}
            answer = await self.request("PUT", await self._path(manifest), changed, what=what)
            if answer.status != 409:
                return dict(_expect(answer, what))
        raise errors.TemporaryError(
            "The cluster cannot do this just now.", f"{what}: somebody else changes it, too"
        )

    async def merge(self, manifest: Manifest, change: Manifest) -> dict[str, Any]:
        """Change parts of the object that the manifest names (a JSON merge patch).

        With `metadata.resourceVersion` in the change, only if nobody else has changed it:
        NameTakenError when somebody has.
        """
        what = f"change {_render(manifest)}"
        answer = await self.request(
            "PATCH",
            await self._path(manifest),
            change,
            what=what,
            content_type="application/merge-patch+json",
        )
        if answer.status == 409:
            raise errors.NameTakenError("Somebody else was faster; please try again.", what)
        return dict(_expect(answer, what))

    async def may(self, attributes: Mapping[str, str]) -> bool:
        """Whether our account has a right (the `resourceAttributes` of an access review)."""
        review = {
            "apiVersion": "authorization.k8s.io/v1",
            "kind": "SelfSubjectAccessReview",
            "spec": {"resourceAttributes": dict(attributes)},
        }
        what = f"ask for the right {dict(attributes)}"
        path = await self._path(review, collection=True)
        answer = await self.request("POST", path, review, what=what)
        return bool(_expect(answer, what)["status"]["allowed"])

    async def has_api(self, version: str) -> bool:
        """Whether the cluster has this group and version; False only when it says so itself."""
        what = f"look for {version}"
        answer = await self.request("GET", f"/apis/{version}", what=what)
        if answer.status == 404:
            return False
        _expect(answer, what)
        return True

    async def is_namespaced(self, manifest: Manifest) -> bool:
        """Whether objects of this kind live in namespaces."""
        known = await self._learn(manifest)
        return known[(manifest["apiVersion"], manifest["kind"])].namespaced

    async def _learn(self, manifest: Manifest) -> Mapping[tuple[str, str], kinds.Kind]:
        """The table of kinds, with this one in it: PermanentError when the API has none such."""
        learned = _LEARNED.setdefault(self._client, dict(kinds.TABLE))
        version, kind = manifest["apiVersion"], manifest["kind"]
        if (version, kind) not in learned:
            path = f"/apis/{version}" if "/" in version else f"/api/{version}"
            answer = await self.request("GET", path, what=f"look for the kinds of {version}")
            if answer.status != 404:
                learned |= kinds.read_discovery(version, _expect(answer, f"read {path}"))
        if (version, kind) not in learned:
            raise errors.PermanentError(
                f"The cluster has no {kind} ({version}).", f"{_render(manifest)}: unknown kind"
            )
        return learned

    async def _path(self, manifest: Manifest, collection: bool = False) -> str:
        return kinds.find_path(manifest, collection, await self._learn(manifest))

    async def get(self, manifest: Manifest) -> dict[str, Any] | None:
        """Read the object that the manifest names; None only when the API says it is gone."""
        what = f"get {_render(manifest)}"
        answer = await self.request("GET", await self._path(manifest), what=what)
        return None if _is_gone(answer) else dict(_expect(answer, what))

    async def find(
        self, api_version: str, kind: str, namespace: str = "", selector: str = ""
    ) -> list[dict[str, Any]]:
        """List objects by label selector, page by page."""
        reference = make_reference(api_version, kind, "", namespace)
        path = await self._path(reference, collection=True)
        found: list[dict[str, Any]] = []
        query = {"labelSelector": selector, "limit": "500"}
        while True:
            answer = await self.request("GET", path, query=query, what=f"list {kind} {selector}")
            body = _expect(answer, f"list {kind} {selector}")
            found += [{**item, "apiVersion": api_version, "kind": kind} for item in body["items"]]
            following = (body.get("metadata") or {}).get("continue")
            if not following:
                return found
            query["continue"] = following

    async def delete(self, found: Manifest, grace: int | None = None) -> None:
        """Delete this very object (its metadata carry the uid) and, in the background, its own.

        An object of the same name that is not this one is left alone; one already gone is fine.
        """
        what = f"delete {_render(found)}"
        options: dict[str, Any] = {
            "apiVersion": "v1",
            "kind": "DeleteOptions",
            "propagationPolicy": "Background",
            "preconditions": {"uid": found["metadata"]["uid"]},
        }
        if grace is not None:
            options["gracePeriodSeconds"] = grace
        answer = await self.request("DELETE", await self._path(found), options, what=what)
        if answer.status == 403 and found["kind"] == "Namespace":
            # A project that we requested: its admin may delete it as a Project.
            project = {**found, "apiVersion": "project.openshift.io/v1", "kind": "Project"}
            other = await self.request("DELETE", await self._path(project), options, what=what)
            answer = answer if other.status == 403 else other
        if _is_gone(answer) or answer.status == 409:
            self._log.info("Nothing left to %s", what)
            return
        _expect(answer, what)

    async def delete_if_of(self, manifest: Manifest, session_id: str) -> None:
        """Delete the object that the manifest names, if it was made by the session of this id."""
        found = await self.get(manifest)
        if found is not None and labels.is_of_session(found["metadata"], session_id):
            await self.delete(
                {**found, "apiVersion": manifest["apiVersion"], "kind": manifest["kind"]}
            )

    async def find_self(self) -> str:
        """The name of the account or user whose rights these are.

        OpenShift's `users/~` where the review is not served (before Kubernetes 1.28) or the scopes
        of the token do not cover it.
        """
        what = "ask whose token this is"
        review = {"apiVersion": "authentication.k8s.io/v1", "kind": "SelfSubjectReview"}
        path = await self._path(review, collection=True)
        answer = await self.request("POST", path, review, what=what)
        if answer.status in (403, 404):
            path = await self._path(make_reference("user.openshift.io/v1", "User", "~"))
            other = await self.request("GET", path, what=what)
            if other.status < 300:
                return str(other.body["metadata"]["name"])
        return str(_expect(answer, what)["status"]["userInfo"]["username"])

    async def request(
        self,
        method: str,
        path: str,
        body: Manifest | None = None,
        *,
        query: Mapping[str, str] | None = None,
        what: str,
        content_type: str = "application/json",
    ) -> Answer:
        """Ask until there is an answer that another try would not change.

        TemporaryError when patience ends first.
        """
        url = f"{path}?{urlencode({k: v for k, v in query.items() if v})}" if query else path
        give_up = time.monotonic() + self._patience
        attempt = 1
        while True:
            answer = await self._try(method, url, body, content_type)
            if answer is not None and not answers.judge_retry(answer, method):
                return answer
            # Jitter needs no secrecy.
            wait = answers.judge_wait(answer, attempt, random.uniform(0.5, 1))  # noqa: S311
            if time.monotonic() + wait > give_up:
                raise answers.make_error(answer, what)
            status = "no answer" if answer is None else answer.status
            self._log.warning("%s: %s; asking again in %.1f s", what, status, wait)
            await asyncio.sleep(wait)
            attempt += 1

    async def _try(
        self, method: str, path: str, body: Manifest | None, content_type: str
    ) -> Answer | None:
        """One request; None when no whole answer came in time."""
        headers = {"Accept": "application/json", "Content-Type": content_type}
        settings = await self._client.configuration.auth_settings()
        for setting in settings.values():
            headers[setting["key"]] = setting["value"]
        if self._token:
            headers["authorization"] = f"Bearer {self._token}"
        try:
            response = await self._client.rest_client.request(
                method,
                self._client.configuration.host + path,
                headers=headers,
                body=body,
                _preload_content=False,
                _request_timeout=self._timeout,
            )
            async with response:
                text = await response.text()
        except (TimeoutError, aiohttp.ClientError, OSError) as error:
            self._log.debug("No answer to %s %s: %s", method, path, error)
            return None
        body = _parse(text)
        if body is None and response.status < 300:
            # The page of something that stands before the API, or before what is left of it.
            self._log.warning("%s %s: the answer is not the API's: %.60r", method, path, text)
            return None
        lower = {key.lower(): value for key, value in response.headers.items()}
        return Answer(response.status, lower, body or {"message": text[:500]})


def make_reference(api_version: str, kind: str, name: str, namespace: str = "") -> dict[str, Any]:
    """A manifest that only names an object."""
    metadata = {"name": name, **({"namespace": namespace} if namespace else {})}
    return {"apiVersion": api_version, "kind": kind, "metadata": metadata}


def _parse(text: str) -> Mapping[str, Any] | None:
    """The object that an answer of the API is; None for anything else."""
    try:
        body = json.loads(text)
    except ValueError:
        return None
    return body if isinstance(body, dict) else None


def is_part_of(wanted: Any, found: Any) -> bool:
    """Whether all that is wanted is there; what the API adds by itself does not matter."""
    if isinstance(wanted, Mapping):
        return isinstance(found, Mapping) and all(
            is_part_of(value, found.get(key)) for key, value in wanted.items()
        )
    if isinstance(wanted, list | tuple):
        return (
            isinstance(found, list | tuple)
            and len(wanted) == len(found)
            and all(map(is_part_of, wanted, found))
        )
    return bool(wanted == found)


def _head(manifest: Manifest) -> dict[str, Any]:
    return {"apiVersion": manifest["apiVersion"], "kind": manifest["kind"]}


def _expect(answer: Answer, what: str, role: str = "") -> Mapping[str, Any]:
    if answer.status < 300:
        return answer.body
    raise answers.make_error(answer, what, role)


def _is_gone(answer: Answer) -> bool:
    """Only a 404 that is the API's own word (a Status) means gone, not one of a proxy."""
    return answer.status == 404 and answer.body.get("kind") == "Status"


def _render(manifest: Manifest) -> str:
    metadata = manifest["metadata"]
    where = f" in {metadata['namespace']}" if metadata.get("namespace") else ""
    return f"{manifest['kind']} {quote(metadata['name'])}{where}"
