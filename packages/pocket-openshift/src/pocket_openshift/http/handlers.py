"""HTTP: who asks, for what, may they.

Then the endpoint or verb that answers, and the bytes of the answer.

With `nodes` the only module that knows the web library. One handler for all paths.
"""

from __future__ import annotations

import asyncio
import contextlib
import inspect
import json
import logging
from typing import Any
from urllib.parse import parse_qs

import yaml
from aiohttp import web
from aiohttp.typedefs import Handler
from multidict import CIMultiDict

from pocket_openshift.access import impersonation, rbac
from pocket_openshift.core import behaviour, control_plane, faults
from pocket_openshift.core.behaviour import Call, Reply, Stream
from pocket_openshift.http import (
    discovery,
    listing,
    nodes,
    openapi,
    patching,
    streams,
    tables,
    validation,
    verbs,
)
from pocket_openshift.vocabulary import bodies, errors, identity, paths, protobufs

log = logging.getLogger(__name__)
_YAML = ("application/yaml", "application/apply-patch+yaml")
MAX_BODY = 3 * 1024 * 1024
BODY_SECONDS = 60.0
_OBJECTS = ("application/json", "application/yaml", protobufs.MEDIA_TYPE)


NOT_FOUND = Reply("404 page not found\n", 404)


class DroppedError(Exception):
    """A fault cuts this connection."""


def parse_body(raw: bytes, content_type: str) -> Any:
    """The body of a request; a 400 for what cannot be read."""
    media_type = content_type.split(";")[0].strip()
    if not raw:
        return None
    try:
        if media_type == protobufs.MEDIA_TYPE or protobufs.is_protobuf(raw):
            return protobufs.decode(raw)
        return bodies.parse_yaml(raw) if media_type in _YAML else bodies.parse_json(raw)
    except (ValueError, yaml.YAMLError, RecursionError) as error:
        raise errors.bad_request(f"couldn't read the body of the request: {error}") from error


def make_app(plane: control_plane.ControlPlane) -> web.Application:
    """The API server."""

    # A middleware gets every request; routes would leave some to aiohttp.
    @web.middleware
    async def answer(request: web.Request, handler: Handler) -> web.StreamResponse:
        return await _Exchange(plane, request).answer()

    return web.Application(middlewares=[answer], client_max_size=MAX_BODY)


def _refuse(error: errors.StatusError) -> Reply:
    return Reply(error.body, error.code, error.headers)


class _Exchange:
    """One request and its answer."""

    def __init__(self, plane: control_plane.ControlPlane, request: web.Request) -> None:
        self.plane = plane
        self.request = request
        self.path, _, self._query_text = request.raw_path.partition("?")
        self.user = identity.ANONYMOUS
        self.target: paths.RequestTarget | None = None
        self._query: dict[str, str] = {}
        self._raw = b""
        self._warnings: list[str] = []

    async def answer(self) -> web.StreamResponse:
        """What the caller is sent; cancelled when the caller has left."""
        work = self._find_reply()
        try:
            # A real server does what it was asked for also when the caller no longer waits.
            paused = self.plane.faults.has_pauses
            reply = await (asyncio.shield(self.plane.run_beside(work)) if paused else work)
            return await self._send(reply)
        except (DroppedError, ConnectionResetError):
            if self.request.transport is not None:
                self.request.transport.abort()
            return web.Response()

    async def _find_reply(self) -> Reply:
        try:
            self._raw = await self._read()
            reply = await self._answer()
        except errors.StatusError as error:
            reply = _refuse(error)
        except (DroppedError, ConnectionResetError):
            self._record(0)
            raise
        except Exception:
            log.exception("%s %s failed", self.request.method, self.path)
            text = "Internal error occurred: see the server's log"
            reply = _refuse(errors.internal_error(text))
        # Before it is sent, so that who has the answer finds the record.
        if reply.websocket is None:
            self._record(reply.status)
        # The query may hold a token.
        log.debug("%s %s %s", self.request.method, self.path, reply.status)
        return reply

    async def _read(self) -> bytes:
        if not self.request.body_exists:
            return b""
        try:
            async with asyncio.timeout(BODY_SECONDS):
                return await self.request.read()
        except web.HTTPRequestEntityTooLarge as error:
            raise errors.too_large(MAX_BODY) from error
        except (web.RequestPayloadError, TimeoutError) as error:
            raise DroppedError from error

    def _record(self, status: int) -> None:
        """Note the request; a connection that a fault cut has status 0."""
        if (target := self.target) is not None:
            place = (target.verb, target.resource, target.namespace, target.name)
            self.plane.note(behaviour.Record(self.user.name, *place, status))

    def _authenticate(self) -> identity.User:
        scheme, _, token = self.request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token.strip():
            return identity.ANONYMOUS
        user = self.plane.user_of(token.strip())
        if user is None:
            raise errors.unauthorized()
        return self._impersonated(user)

    def _impersonated(self, user: identity.User) -> identity.User:
        """`kubectl --as`: the caller must be allowed to impersonate that user and those groups."""
        name = self.request.headers.get("Impersonate-User")
        written = map(str.title, self.request.headers)
        asked = [header for header in written if header.startswith("Impersonate-")]
        if wrong := impersonation.problem_with_headers(asked):
            raise errors.bad_request(wrong)
        if not name:
            return user
        groups = tuple(self.request.headers.getall("Impersonate-Group", ()))
        for act in impersonation.acts(name, groups):
            self._permit(user, act)
        return impersonation.user_of(name, groups)

    def _permit(self, user: identity.User, act: rbac.Act) -> None:
        verdict = self.plane.authorization.permit(user, act)
        if verdict.allowed:
            return
        if act.path:
            raise errors.denied_path(user.name, act.verb, act.path)
        raise errors.denied(
            errors.Denied(
                user.name,
                act.verb,
                act.group,
                act.resource,
                act.subresource,
                act.namespace,
                act.name,
                verdict.reason,
            )
        )

    async def _answer(self) -> Reply:
        lists = self._parse_query()
        self._query = query = {name: values[-1] for name, values in lists.items()}
        self.target = target = paths.parse(self.request.method, self.path, query)
        self.user = self._authenticate()
        if target is None:
            return self._document()
        act = rbac.Act(
            target.verb,
            target.group,
            target.plural,
            target.subresource,
            target.namespace,
            target.name,
        )
        fault = await self._inject_fault(target)
        self._permit(self.user, act)
        if target.kind is None:
            return NOT_FOUND
        reply = await self._dispatch(self._call(target, query, lists), fault)
        if fault is not None and fault.drop == "after":
            raise DroppedError
        return reply

    def _parse_query(self) -> dict[str, list[str]]:
        """All values of the query's parameters; a 400 for bytes that are no text."""
        try:
            return parse_qs(self._query_text, keep_blank_values=True, errors="strict")
        except UnicodeDecodeError as error:
            raise errors.bad_request(f"a parameter of the query is no text: {error}") from error

    def _call(
        self, target: paths.RequestTarget, query: dict[str, str], lists: dict[str, list[str]]
    ) -> Call:
        if target.kind is None:
            raise errors.no_such_resource()
        content_type = self.request.headers.get("Content-Type", "application/json")
        body = None
        if target.verb not in ("get", "list", "watch") and target.subresource != "proxy":
            body = self._read_body(target, content_type)
        validation.check_options(target.verb, query)
        call = Call(
            user=self.user,
            target=target,
            kind=target.kind,
            query=query,
            body=body,
            headers=self.request.headers,
            lists=lists,
            raw=self._raw,
        )
        self._warnings = call.warnings
        if body is not None and target.verb in ("create", "update"):
            call.body = validation.checked(call, body)
        return call

    def _read_body(self, target: paths.RequestTarget, content_type: str) -> Any:
        raw, is_object = self._raw, target.verb in ("create", "update")
        media_type = content_type.split(";")[0].strip()
        if is_object and raw and not target.subresource and media_type not in _OBJECTS:
            raise errors.unsupported_media_type(_OBJECTS)
        try:
            return parse_body(raw, content_type)
        except errors.StatusError:
            why = bodies.problem_with_json(raw)
            if target.kind is None or "json" not in media_type or why is None:
                raise
            if is_object:
                raise errors.unrecognized(target.kind, why, raw) from None
            if target.verb == "patch":
                raise errors.bad_request(patching.wrong_form(media_type, why)) from None
            raise

    async def _inject_fault(self, target: paths.RequestTarget) -> faults.Fault | None:
        fault = self.plane.faults.next_for(
            target.verb, target.resource, target.namespace, target.name, self.user.name
        )
        if fault is None:
            return None
        self.plane.tell()
        if fault.delay:
            await self.plane.pause(fault.delay)
        if fault.drop == "before":
            raise DroppedError
        if fault.status is not None or fault.retry_after is not None:
            raise fault.as_error()
        return fault

    async def _dispatch(self, call: Call, fault: faults.Fault | None) -> Reply:
        verb, target = call.target.verb, call.target
        resource = call.kind.resource + (f"/{target.subresource}" if target.subresource else "")
        for endpoint in self.plane.endpoints_for(verb, resource):
            answer = endpoint(call)
            reply = await answer if inspect.isawaitable(answer) else answer
            if reply is not None:
                return reply
        self._check_verb(call)
        if verb == "watch":
            return streams.watch(self.plane, call, fault)
        if fault is not None and fault.stale and verb == "list":
            return listing.stale_list(self.plane, call, fault.stale)
        return verbs.VERBS[verb](self.plane, call)

    def _check_verb(self, call: Call) -> None:
        target = call.target
        known: tuple[str, ...] = call.kind.verbs
        if target.subresource:
            known = call.kind.subresources.get(target.subresource, ())
            if not known:
                raise errors.no_such_resource()
            if target.subresource not in verbs.STORED_PARTS:
                # Listed, and no endpoint answered: the verbs would act on the whole object, which
                # the right to a part of it does not allow.
                raise errors.not_served(call.kind, target.subresource)
        if (
            target.verb not in known
            or not call.kind.stored
            or target.verb not in (*verbs.VERBS, "watch")
        ):
            raise errors.method_not_allowed(call.kind)
        if call.kind.namespaced and not target.namespace and target.verb not in ("list", "watch"):
            raise errors.method_not_allowed(call.kind)

    def _document(self) -> Reply:
        """Paths that are no resource: discovery, health, OpenAPI."""
        path = self.path.rstrip("/") or "/"
        if not path.startswith("/.well-known"):
            self._permit(self.user, rbac.Act(self.request.method.lower(), path=path))
        settings = self.plane.settings
        found = openapi.document(path) or discovery.document(path, settings.url, settings.oauth_url)
        return NOT_FOUND if found is None else Reply(found)

    async def _send(self, reply: Reply) -> web.StreamResponse:
        if reply.stream is not None:
            return await self._stream(reply, reply.stream)
        if reply.websocket is None:
            return self._make_response(reply)
        try:
            return await nodes.pass_on(self.request, reply.websocket)
        except errors.StatusError as error:
            return self._make_response(_refuse(error))

    async def _stream(self, reply: Reply, blocks: Stream) -> web.StreamResponse:
        headers = {"Content-Type": "application/json", **reply.headers}
        response = web.StreamResponse(status=reply.status, headers=headers)
        await response.prepare(self.request)
        if self.target is not None and self.target.verb == "watch" and self._wants_table():
            blocks = tables.stream(blocks, self.target, self._include())
        async with contextlib.aclosing(blocks):
            async for block in blocks:
                await response.write(block)
        return response

    def _wants_table(self) -> bool:
        return tables.wanted(self.request.headers.get("Accept", ""))

    def _include(self) -> str:
        return self._query.get("includeObject", "Metadata")

    def _make_response(self, reply: Reply) -> web.Response:
        body = reply.body
        if reply.status < 300 and self.target is not None and self._wants_table():
            body = tables.from_answer(body, self.target, self._include()) or body
        kind = "text/plain; charset=utf-8" if isinstance(body, str) else "application/json"
        headers = CIMultiDict({"Content-Type": kind, **reply.headers})
        for text in self._warnings:
            headers.add("Warning", errors.warning_header(text))
        if isinstance(body, (dict, list)):
            body = json.dumps(body, separators=(",", ":"))
        if isinstance(body, str):
            body = body.encode()
        return web.Response(body=body or b"", status=reply.status, headers=headers)
