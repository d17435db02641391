"""HTTP: who asks, for what, may they.

Then the endpoint or verb that answers, and the bytes of the answer.

The only module besides `server` that imports tornado for the API. One catch-all handler.
"""

from __future__ import annotations

import asyncio
import inspect
import json
import logging
from collections.abc import AsyncIterator
from typing import Any

import tornado.iostream
import tornado.web
import yaml

from pocket_openshift.access import impersonation, rbac
from pocket_openshift.core import behaviour, control_plane, faults
from pocket_openshift.core.behaviour import Call, Reply
from pocket_openshift.http import (
    discovery,
    listing,
    openapi,
    patching,
    streams,
    tables,
    tunnels,
    validation,
    verbs,
)
from pocket_openshift.vocabulary import bodies, errors, identity, paths, protobufs

log = logging.getLogger(__name__)
_YAML = ("application/yaml", "application/apply-patch+yaml")
_OBJECTS = ("application/json", "application/yaml", protobufs.MEDIA_TYPE)


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


class ApiHandler(tornado.web.RequestHandler):
    """Every path of the API server."""

    SUPPORTED_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")

    def initialize(self, plane: control_plane.ControlPlane) -> None:
        """Called by tornado, with the plane of the route."""
        self.plane = plane
        self.user = identity.ANONYMOUS
        self.target: paths.Target | None = None
        self._pump: asyncio.Future[None] | None = None
        self._recorded = False
        self._warnings: list[str] = []

    async def _serve(self, *_: str) -> None:
        try:
            await self._answer()
        except errors.StatusError as error:
            self._send(Reply(error.body, error.code, error.headers))
        except (DroppedError, ConnectionResetError):
            self._hang_up()
        except tornado.iostream.StreamClosedError:
            pass
        except Exception:
            log.exception("%s %s failed", self.request.method, self.request.path)
            self._send_failure()

    get = head = post = put = patch = delete = options = _serve

    def _send_failure(self) -> None:
        if not self._headers_written:
            error = errors.internal_error("Internal error occurred: see the server's log")
            self._send(Reply(error.body, error.code))

    def _hang_up(self) -> None:
        self._record(0)
        stream = self.request.connection.stream  # type: ignore[union-attr]
        stream.close()
        self._finished = True

    def _record(self, status: int) -> None:
        """Note the request before its answer is sent, so that who has the answer finds it.

        A connection that a fault cut has status 0.
        """
        target = self.target
        if target is None or self._recorded:
            return
        self._recorded = True
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
        asked = [header for header in self.request.headers if header.startswith("Impersonate-")]
        if wrong := impersonation.problem_with_headers(asked):
            raise errors.bad_request(wrong)
        if not name:
            return user
        groups = tuple(self.request.headers.get_list("Impersonate-Group"))
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

    async def _answer(self) -> None:
        lists = self._query()
        query = {name: values[-1] for name, values in lists.items()}
        self.target = paths.parse(self.request.method or "GET", self.request.path, query)
        self.user = self._authenticate()
        if self.target is None:
            self._document()
            return
        target = self.target
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
            self._not_found()
            return
        reply = await self._dispatch(self._call(target, query, lists), fault)
        if fault is not None and fault.drop == "after":
            raise DroppedError
        await self._reply(reply)

    def _query(self) -> dict[str, list[str]]:
        """All values of the query's parameters; a 400 for bytes that are no text."""
        found = self.request.query_arguments
        try:
            return {name: [value.decode() for value in values] for name, values in found.items()}
        except UnicodeDecodeError as error:
            raise errors.bad_request(f"a parameter of the query is no text: {error}") from error

    def _call(
        self, target: paths.Target, query: dict[str, str], lists: dict[str, list[str]]
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
            raw=self.request.body,
        )
        self._warnings = call.warnings
        if body is not None and target.verb in ("create", "update"):
            call.body = validation.checked(call, body)
        return call

    def _read_body(self, target: paths.Target, content_type: str) -> Any:
        raw, is_object = self.request.body, target.verb in ("create", "update")
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

    async def _inject_fault(self, target: paths.Target) -> faults.Fault | None:
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

    def _document(self) -> None:
        """Paths that are no resource: discovery, health, OpenAPI."""
        path = self.request.path.rstrip("/") or "/"
        verb = (self.request.method or "GET").lower()
        if not path.startswith("/.well-known"):
            self._permit(self.user, rbac.Act(verb, path=path))
        settings = self.plane.settings
        found = openapi.document(path) or discovery.document(path, settings.url, settings.oauth_url)
        if found is None:
            self._not_found()
        else:
            self._send(Reply(found))

    def _not_found(self) -> None:
        self._record(404)
        self.set_status(404)
        self.set_header("Content-Type", "text/plain; charset=utf-8")
        self.finish("404 page not found\n")

    async def _reply(self, reply: Reply) -> None:
        if reply.tunnel is not None:
            await tunnels.join(self.detach(), reply.tunnel)
            return
        if reply.stream is None:
            self._send(reply)
            return
        self._record(reply.status)
        self.set_status(reply.status)
        self.set_header("Content-Type", "application/json")
        for name, value in reply.headers.items():
            self.set_header(name, value)
        await self.flush()
        accept = self.request.headers.get("Accept", "")
        lines = reply.stream
        if self.target is not None and self.target.verb == "watch" and tables.wanted(accept):
            lines = tables.stream(lines, self.target, self._include())
        self._pump = asyncio.ensure_future(self._send_blocks(lines))
        await asyncio.wait([self._pump])
        if self._pump.cancelled():
            return
        self._pump.result()
        self.finish()

    def _include(self) -> str:
        found = self.request.query_arguments.get("includeObject") or [b"Metadata"]
        return found[-1].decode(errors="replace")

    async def _send_blocks(self, blocks: AsyncIterator[bytes]) -> None:
        async for block in blocks:
            self.write(block)
            await self.flush()

    def on_connection_close(self) -> None:
        """A caller that went away ends its watch at once."""
        if self._pump is not None:
            self._pump.cancel()

    def _send(self, reply: Reply) -> None:
        body = reply.body
        target, accept = self.target, self.request.headers.get("Accept", "")
        if reply.status < 300 and target is not None and tables.wanted(accept):
            body = tables.from_answer(body, target, self._include()) or body
        self._record(reply.status)
        self.set_status(reply.status)
        self.set_header(
            "Content-Type",
            "text/plain; charset=utf-8" if isinstance(body, str) else "application/json",
        )
        for name, value in reply.headers.items():
            self.set_header(name, value)
        for text in self._warnings:
            self.add_header("Warning", errors.warning_header(text))
        if isinstance(body, (dict, list)):
            body = json.dumps(body, separators=(",", ":"))
        self.finish(body or b"")

    def compute_etag(self) -> None:
        """Answers of the API carry none."""
        return None

    def log_exception(self, *args: Any) -> None:
        """`_serve` logs."""
