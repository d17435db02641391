"""One person's requests to an API server: from a kubeconfig, bounded in time, tried again where
that is safe.

The verbs get a `Session`; they see parsed objects and `CommandError`, whose message is for people.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pocket_openshift.cli import manifests
from pocket_openshift.client import api_resources, kubeconfig

TIMEOUT = 30.0
TRIES = 4
LONGEST_WAIT = 10.0
APPLY = "application/apply-patch+yaml"
TABLE = "application/json;as=Table;v=v1;g=meta.k8s.io,application/json"
_TEMPORARY = (429, 500, 502, 503, 504)
Object = dict[str, Any]


class CommandError(Exception):
    """What a person is told instead of a result. `status` is the HTTP status, 0 when there was no
    answer.
    """

    def __init__(self, message: str, status: int = 0, reason: str = "") -> None:
        super().__init__(message)
        self.status, self.reason = status, reason


class Refused(CommandError):
    """A refusal that came after a try without an answer: that try may have been carried out."""

    def __init__(self, error: CommandError) -> None:
        super().__init__(str(error), error.status, error.reason)


@dataclass(frozen=True, slots=True)
class Answer:
    """A good answer."""

    status: int
    body: Any


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options that all verbs have."""
    parser.add_argument(
        "--kubeconfig",
        type=Path,
        help="the API server and who we are (default: $KUBECONFIG, else ~/.kube/config)",
    )
    parser.add_argument(
        "-n", "--namespace", default="", help="the project (default: that of the kubeconfig)"
    )


def find_kubeconfig(given: Path | None, environment: Mapping[str, str]) -> Path:
    """The file to use; CommandError when there is none."""
    if given is not None:
        return given
    named = [Path(part) for part in environment.get("KUBECONFIG", "").split(os.pathsep) if part]
    candidates = named or [Path.home() / ".kube" / "config"]
    for path in candidates:
        if path.is_file():
            return path
    raise CommandError(
        f"no kubeconfig at {candidates[0]}: give --kubeconfig FILE, or set KUBECONFIG "
        "(`pocket-openshift serve --kubeconfig FILE` writes one)"
    )


class Session:
    """A connection that is kept; use it in a `with` block."""

    def __init__(
        self,
        connection: kubeconfig.Connection,
        namespace: str = "",
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._to, self._sleep = connection, sleep
        self.namespace = namespace or connection.namespace
        self._server = urlsplit(connection.server)
        self._tls = kubeconfig.make_ssl(connection)
        self._http: http.client.HTTPConnection | None = None
        self._known: dict[str, list[api_resources.Resource]] = {}

    @classmethod
    def of(cls, args: argparse.Namespace) -> Session:
        """The session that the options ask for."""
        try:
            connection = kubeconfig.load(find_kubeconfig(args.kubeconfig, os.environ))
        except kubeconfig.KubeconfigError as error:
            raise CommandError(str(error)) from error
        return cls(connection, args.namespace)

    def __enter__(self) -> Session:
        return self

    def __exit__(self, *_: object) -> None:
        self._close()

    def _close(self) -> None:
        if self._http is not None:
            self._http.close()
            self._http = None

    def _connect(self) -> http.client.HTTPConnection:
        if self._http is None:
            host, port = self._server.hostname or "", self._server.port
            if self._tls is None:
                self._http = http.client.HTTPConnection(host, port, timeout=TIMEOUT)
            else:
                self._http = http.client.HTTPSConnection(
                    host, port, timeout=TIMEOUT, context=self._tls
                )
        return self._http

    def _once(
        self, method: str, path: str, data: bytes | None, headers: Mapping[str, str]
    ) -> tuple[int, http.client.HTTPMessage, bytes]:
        token = self._to.bearer()
        sent = {**headers, "Authorization": f"Bearer {token}"} if token else dict(headers)
        connection = self._connect()
        connection.request(method, self._server.path + path, data, sent)
        response = connection.getresponse()
        return response.status, response.headers, response.read()

    def request(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        content_type: str = "application/json",
        accept: str = "application/json",
    ) -> Answer:
        """One request, tried a few times while the server is busy or silent. CommandError when it
        is refused.

        A request may so be carried out twice: a refusal after a try that may have worked is a
        `Refused`.
        """
        data = None if body is None else json.dumps(body).encode()
        headers = {"Content-Type": content_type, "Accept": accept}
        unsure, failure = False, CommandError("the server did not answer")
        for left in reversed(range(TRIES)):
            wait = min(LONGEST_WAIT, 0.2 * 2 ** (TRIES - left))
            try:
                status, answered, raw = self._once(method, path, data, headers)
            except (OSError, http.client.HTTPException) as error:
                self._close()
                unsure = True
                failure = CommandError(f"{self._to.server} does not answer: {error or 'no reason'}")
            else:
                if status < 400:
                    return Answer(status, _parse(raw))
                failure = make_error(status, raw)
                if status not in _TEMPORARY:
                    raise Refused(failure) if unsure else failure
                unsure = unsure or status != 429
                wait = min(LONGEST_WAIT, _seconds(answered.get("Retry-After"), wait))
            if left:
                self._sleep(wait)
        raise failure

    # What the server has

    def _resources_at(self, root: str) -> list[api_resources.Resource]:
        if root not in self._known:
            self._known[root] = api_resources.parse(root, self.request("GET", root).body)
        return self._known[root]

    def resource_of(self, obj: Mapping[str, Any]) -> api_resources.Resource:
        """The resource of an object with `apiVersion` and `kind`."""
        version, kind = str(obj.get("apiVersion") or ""), str(obj.get("kind") or "")
        root = f"/apis/{version}" if "/" in version else f"/api/{version}"
        try:
            found = api_resources.of_kind(self._resources_at(root), kind)
        except CommandError as error:
            if error.status != 404:
                raise
            found = None
        if found is None:
            raise CommandError(f"the server has no kind {kind!r} in {version!r}")
        return found

    def resources_named(self, words: str) -> list[api_resources.Resource]:
        """The resources that a list of words means; `all` is those of that category."""
        found: list[api_resources.Resource] = []
        for word in words.split(","):
            found += self._all() if word == "all" else [self.resource_named(word)]
        return found

    def _all(self) -> list[api_resources.Resource]:
        listed = [one for root in self._roots() for one in self._resources_at(root)]
        return [one for one in listed if "all" in one.categories]

    def _roots(self) -> list[str]:
        groups = self.request("GET", "/apis").body.get("groups") or ()
        found = [f"/apis/{group['preferredVersion']['groupVersion']}" for group in groups]
        return ["/api/v1", *found]

    def resource_named(self, word: str) -> api_resources.Resource:
        """The resource that a person means by `pods`, `po` or `routes.route.openshift.io`."""
        for root in self._roots():
            found = api_resources.named(self._resources_at(root), word)
            if found is not None:
                return found
        raise CommandError(f"the server has no kind of objects called {word!r}")

    def path(self, resource: api_resources.Resource, namespace: str = "", name: str = "") -> str:
        """The URL of an object, or of all; in the session's project unless another is named."""
        return resource.path(namespace or self.namespace, name)


def _parse(raw: bytes) -> Any:
    try:
        return json.loads(raw) if raw else {}
    except ValueError as error:
        raise CommandError(f"the server's answer is not JSON: {raw[:80]!r}") from error


def make_error(status: int, raw: bytes) -> CommandError:
    """The refusal of an answer; a Status says it in its own words."""
    try:
        body = json.loads(raw)
        return CommandError(str(body["message"]), status, str(body.get("reason", "")))
    except (ValueError, KeyError, TypeError):
        return CommandError(f"the server answered {status}", status)


def _seconds(text: str | None, default: float) -> float:
    try:
        return max(0.0, float(text or default))
    except ValueError:
        return default


def main(verb: Callable[[Session, argparse.Namespace], int], args: argparse.Namespace) -> int:
    """Run a verb; what went wrong is one line on stderr and the exit code 1."""
    try:
        with Session.of(args) as session:
            return verb(session, args)
    except (CommandError, manifests.ManifestError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
