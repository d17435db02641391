"""The only client to the Kubernetes API: list what carries our labels, delete by UID.

`passes/` calls it. Lists ask for metadata alone, so no secret ever crosses the wire.
kubernetes_asyncio (the extra `[kubernetes]`) finds and refreshes credentials and verifies TLS.
"""

from __future__ import annotations

import asyncio
import email.utils
import json
import logging
import os
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Self

import aiohttp

from workshop_culler.clients import retries
from workshop_culler.errors import (
    ApiError,
    ChangedError,
    GoneError,
    PermanentError,
    StartError,
    TemporaryError,
)
from workshop_culler.rules import kinds
from workshop_culler.rules.models import ObjectMeta
from workshop_culler.rules.times import parse_time

METADATA_LIST = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1"
METADATA = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1"
PAGE = 500
IN_CLUSTER = Path("/var/run/secrets/kubernetes.io/serviceaccount")


class Cluster:
    """An open connection to one cluster; use as an async context manager.

    `now` is the cluster's clock at its last answer, None until it said so.
    """

    def __init__(
        self,
        log: logging.Logger,
        *,
        concurrency: int = 10,
        timeout: float = 30,
        sleep: retries.Sleep = asyncio.sleep,
    ) -> None:
        self.log = log
        self.requests = 0
        self.now: datetime | None = None
        self._limit = asyncio.Semaphore(max(concurrency, 1))
        self._timeout = timeout
        self._sleep = sleep
        self._client: Any = None

    async def __aenter__(self) -> Self:
        self._client = await _connect()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._client.close()

    async def whoami(self) -> str:
        """Who we are to the cluster, as `system:serviceaccount:<namespace>:<name>` or a user."""
        path = "/apis/authentication.k8s.io/v1/selfsubjectreviews"
        body = {"apiVersion": "authentication.k8s.io/v1", "kind": "SelfSubjectReview"}
        answer = await self._call("POST", path, body=body)
        return str(answer["status"]["userInfo"]["username"])

    async def list_objects(
        self, kind: kinds.Kind, selector: str, namespace: str = ""
    ) -> list[ObjectMeta]:
        """All objects of a kind with these labels, page by page; metadata only."""
        query: dict[str, Any] = {"limit": PAGE}
        if selector:
            query["labelSelector"] = selector
        items: list[ObjectMeta] = []
        while True:
            accept = f"{METADATA_LIST},application/json"
            page = await self._call("GET", kind.path(namespace), query=query, accept=accept)
            items += [make_meta(kind.plural, item) for item in page.get("items") or ()]
            query["continue"] = (page.get("metadata") or {}).get("continue")
            if not query["continue"]:
                return items

    async def get_object(self, kind: kinds.Kind, namespace: str, name: str) -> ObjectMeta:
        """One object as it is now; raises GoneError after a firm 404."""
        accept = f"{METADATA},application/json"
        return make_meta(
            kind.plural, await self._call("GET", kind.path(namespace, name), accept=accept)
        )

    async def delete_object(self, item: ObjectMeta) -> None:
        """Delete exactly the object that was judged: same UID, unchanged since.

        Raises ChangedError if it is another one by now; one already gone is fine.
        """
        body = {
            "apiVersion": "v1",
            "kind": "DeleteOptions",
            "propagationPolicy": "Background",
            "preconditions": {"uid": item.uid, "resourceVersion": item.version},
        }
        try:
            await self._call("DELETE", _path(item), body=body)
        except GoneError:
            return

    async def remove_finalizers(self, kind: kinds.Kind, item: ObjectMeta) -> None:
        """Take the finalizers off exactly this object; one already gone is fine."""
        patch = [
            {"op": "test", "path": "/metadata/uid", "value": item.uid},
            {"op": "replace", "path": "/metadata/finalizers", "value": []},
        ]
        path = kind.path(item.namespace, item.name)
        try:
            await self._call("PATCH", path, body=patch, content="application/json-patch+json")
        except GoneError:
            return

    async def annotate_object(
        self, item: ObjectMeta, annotations: Mapping[str, str | None]
    ) -> ObjectMeta:
        """Set annotations of exactly this object (None removes one).

        Raises ChangedError or GoneError.
        """
        metadata = {"uid": item.uid, "annotations": dict(annotations)}
        answer = await self._call(
            "PATCH",
            _path(item),
            body={"metadata": metadata},
            content="application/merge-patch+json",
        )
        return make_meta(item.kind, answer)

    async def list_kinds(self) -> tuple[list[kinds.Kind], list[str]]:
        """Every namespaced kind that can be listed and patched, and the groups that are broken.

        A broken (aggregated) API group is skipped: it must not keep the others from us.
        """
        found = _read_kinds(await self._call("GET", "/api/v1"), "", "v1")
        broken: list[str] = []
        groups = (await self._call("GET", "/apis")).get("groups") or ()
        for group in groups:
            version = (group.get("preferredVersion") or {}).get("groupVersion", "")
            if "/" not in version:
                broken.append(f"{group.get('name')} (it names no version)")
                continue
            try:
                resources = await self._call("GET", f"/apis/{version}")
            except ApiError as error:
                broken.append(f"{version} ({error})")
                continue
            found += _read_kinds(resources, *version.rsplit("/", 1))
        return found, broken

    async def _call(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, Any] | None = None,
        body: object = None,
        accept: str = "application/json",
        content: str = "application/json",
    ) -> Any:
        what = f"{method} {path}"
        query = {key: value for key, value in (query or {}).items() if value}
        headers = {"Accept": accept, "Content-Type": content}

        async def call() -> Any:
            async with self._limit:
                return await self._try(what, method, path, query, headers, body)

        return await retries.retry(call, what, self._sleep, self.log)

    async def _try(self, what: str, method: str, path: str, *parts: Any) -> Any:
        query, headers, body = parts
        self.requests += 1
        try:
            answer = await self._client.call_api(
                path,
                method,
                query_params=query,
                header_params=dict(headers),
                body=body,
                auth_settings=["BearerToken"],
                _preload_content=False,
                _request_timeout=self._timeout,
            )
            text = await answer.read()
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise TemporaryError(f"{what}: no answer: {type(error).__name__}") from error
        if date := answer.headers.get("Date"):
            self._read_clock(date)
        return _read_answer(what, answer.status, answer.headers, text)

    def _read_clock(self, date: str) -> None:
        self.now = email.utils.parsedate_to_datetime(date)


async def _connect() -> Any:
    """A client with the pod's own account when in a cluster, else with KUBECONFIG."""
    try:
        from kubernetes_asyncio import client, config
    except ImportError as error:
        raise StartError(
            "clean_cluster: needs kubernetes_asyncio: "
            "pip install jupyterhub-workshop-culler[kubernetes]"
        ) from error
    settings = client.Configuration()
    try:
        if "KUBECONFIG" not in os.environ and (IN_CLUSTER / "token").exists():
            config.load_incluster_config(client_configuration=settings)  # type: ignore[no-untyped-call]
        else:
            # Its own default is read when it is imported, not now.
            path = os.environ.get("KUBECONFIG") or None
            await config.load_kube_config(path, client_configuration=settings)
    except config.ConfigException as error:
        raise StartError(
            f"clean_cluster: no credentials for a cluster: {error}. "
            "Set KUBECONFIG, or run in a pod with a service account"
        ) from error
    return client.ApiClient(settings)


def _path(item: ObjectMeta) -> str:
    return kinds.BY_PLURAL[item.kind].path(item.namespace, item.name)


def make_meta(kind: str, model: Mapping[str, Any]) -> ObjectMeta:
    """A item from an object's metadata."""
    meta = model.get("metadata") or {}
    return ObjectMeta(
        kind=kind,
        name=meta.get("name", ""),
        namespace=meta.get("namespace") or "",
        uid=meta.get("uid", ""),
        version=meta.get("resourceVersion", ""),
        created=parse_time(meta.get("creationTimestamp")),
        deleting=parse_time(meta.get("deletionTimestamp")),
        labels=meta.get("labels") or {},
        annotations=meta.get("annotations") or {},
        finalizers=tuple(meta.get("finalizers") or ()),
    )


def _read_kinds(answer: Mapping[str, Any], group: str, version: str) -> list[kinds.Kind]:
    wanted = {"list", "patch"}
    return [
        kinds.Kind(each["name"], group, version)
        for each in answer.get("resources") or ()
        if each.get("namespaced")
        and "/" not in each["name"]
        and wanted <= set(each.get("verbs") or ())
    ]


def _read_answer(what: str, status: int, headers: Mapping[str, str], text: bytes) -> Any:
    try:
        body = json.loads(text) if text else {}
    except ValueError:
        body = None
    if 200 <= status < 300:
        if not isinstance(body, dict):
            # A list that is a page of something before the API would be an empty cluster.
            raise TemporaryError(f"{what}: the answer is not the API's", status)
        return body
    body = body if isinstance(body, dict) else {}
    reason = body.get("reason", "")
    why = f"{what}: the cluster answered {status} {reason} {_message(body)}".rstrip()
    if status == 404 and reason == "NotFound" and body.get("kind") == "Status":
        raise GoneError(why, status)
    if status in (409, 422):
        # 422 is how a failed `test` of a JSON patch comes back: it is another object by now.
        raise ChangedError(why, status)
    if status != 429 and status < 500:
        raise PermanentError(why, status)
    error = TemporaryError(why, status)
    error.wait = retries.read_retry_after(headers.get("Retry-After"))
    raise error


def _message(body: Mapping[str, Any]) -> str:
    return str(body.get("message", ""))[:256]
