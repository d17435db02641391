"""Where a login may send the browser: matching a redirect against what a client registered, and
what a service account registers by its annotations.

Pure. `requests` matches; `clients` gathers a service account's addresses.
"""

from __future__ import annotations

import json
import posixpath
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import SplitResult, parse_qsl, urlencode, urljoin, urlsplit, urlunsplit

URI_ANNOTATION = "serviceaccounts.openshift.io/oauth-redirecturi."
REFERENCE_ANNOTATION = "serviceaccounts.openshift.io/oauth-redirectreference."
_LOOPBACK = ("127.0.0.1", "[::1]")


def _parse(uri: str) -> SplitResult | None:
    try:
        parts = urlsplit(uri)
        parts.port  # noqa: B018 - reading it is what checks the number
    except ValueError:
        return None
    return parts


def _plain(uri: str) -> bool:
    """Whether an address can stand in a header as it is, and means the same to all who read it."""
    return all("!" <= character <= "~" and character != "\\" for character in uri)


def _path(path: str) -> str:
    """A path with its dots resolved, so that `/hub/../x` is seen as the `/x` that it is."""
    clean = posixpath.normpath("/" + path.lstrip("/"))
    return clean + "/" if path.endswith(("/", "/.", "/..")) and clean != "/" else clean


def _same_place(base: SplitResult, wanted: SplitResult) -> bool:
    """Same scheme, host and port; a loopback address registered without a port takes any (RFC 8252,
    7.3).
    """
    if base.scheme == "http" and base.netloc in _LOOPBACK:
        return wanted.scheme == "http" and wanted.netloc.rpartition(":")[0] == base.netloc
    return (base.scheme, base.netloc) == (wanted.scheme, wanted.netloc)


def matches(registered: str, asked: str) -> bool:
    """Whether a redirect is the registered one, or below its path. Scheme, host and port must be
    the same.
    """
    base, wanted = _parse(registered), _parse(asked)
    if not base or not wanted or not wanted.scheme or not registered or not _plain(asked):
        return False
    if "#" in registered or "#" in asked:
        return False
    if asked == registered:
        return True
    if not _same_place(base, wanted):
        return False
    base_path, wanted_path = _path(base.path), _path(wanted.path)
    return wanted_path == base_path or wanted_path.startswith(base_path.rstrip("/") + "/")


def choose(registered: Sequence[str], asked: str) -> str | None:
    """The redirect to use: the one asked for if it is allowed, or the only registered one if none
    is asked for.
    """
    if not asked:
        return registered[0] if len(registered) == 1 else None
    return asked if any(matches(uri, asked) for uri in registered) else None


def with_query(uri: str, values: Mapping[str, str]) -> str:
    """A redirect with more query parameters, in the order of their names as the real server writes
    them.
    """
    parts = urlsplit(uri)
    query = dict(parse_qsl(parts.query, keep_blank_values=True)) | dict(values)
    return urlunsplit(parts._replace(query=urlencode(sorted(query.items()))))


def stays_here(then: str) -> bool:
    """Whether a `then` parameter leads to a page of this server and nowhere else."""
    parts = _parse(then)
    if parts is None or parts.scheme or parts.netloc:
        return False
    return then.startswith("/") and not then.startswith("//") and _plain(then)


AUTHORIZE = "/oauth/authorize?"


def resume(page: str, then: str) -> str | None:
    """Where a login goes on after the page at a path; `then` may be relative to it. None when that
    is not a request for a code at this server.
    """
    try:
        whole = urljoin(page, then)
    except ValueError:
        return None
    return whole if stays_here(whole) and whole.startswith(AUTHORIZE) else None


@dataclass(frozen=True, slots=True)
class Address:
    """The parts of a redirect URI; a part that is empty is not said."""

    scheme: str = ""
    host: str = ""
    port: str = ""
    path: str = ""

    def overridden(self, by: Address) -> Address:
        """The same address, but for the parts that another one says."""
        said = {
            part: value
            for part in ("scheme", "host", "port", "path")
            if (value := getattr(by, part))
        }
        return replace(self, **said)

    def as_uri(self) -> str | None:
        """The URI, or None while scheme or host are missing."""
        if not self.scheme or not self.host:
            return None
        host = f"[{self.host}]" if ":" in self.host else self.host
        netloc = f"{host}:{self.port}" if self.port else host
        path = self.path if not self.path or self.path.startswith("/") else "/" + self.path
        return urlunsplit((self.scheme, netloc, path, "", ""))


def _address(uri: str) -> Address | None:
    parts = _parse(uri)
    if parts is None:
        return None
    return Address(parts.scheme, parts.hostname or "", str(parts.port or ""), parts.path)


@dataclass(frozen=True, slots=True)
class Reference:
    """The object that a service account takes its host from: a Route, or an Ingress."""

    kind: str
    name: str


def _reference(text: str) -> Reference | None:
    try:
        found = json.loads(text)["reference"]
        return Reference(str(found["kind"]), str(found["name"]))
    except (ValueError, KeyError, TypeError):
        return None


Addresses = Callable[[Reference], Sequence[Address]]
"""The addresses of a referenced object; empty when there is none."""


def of_annotations(annotations: Mapping[str, str], addresses: Addresses) -> tuple[str, ...]:
    """The redirect URIs that a service account registers, sorted.

    `oauth-redirecturi.X` is an address or a part of one; `oauth-redirectreference.X` names a Route
    (or Ingress) that gives the parts which the former leaves out.
    """
    own = _named(annotations, URI_ANNOTATION, _address)
    referenced = _named(annotations, REFERENCE_ANNOTATION, _reference)
    uris = set()
    for name in own.keys() | referenced.keys():
        reference = referenced.get(name)
        bases = addresses(reference) if reference else [Address()]
        uris |= {base.overridden(own.get(name) or Address()).as_uri() for base in bases}
    return tuple(sorted(uri for uri in uris if uri))


def _named(
    annotations: Mapping[str, str], prefix: str, parse: Callable[[str], Any]
) -> dict[str, Any]:
    return {
        key.removeprefix(prefix): parse(value)
        for key, value in annotations.items()
        if key.startswith(prefix)
    }


def of_route(route: Mapping[str, Any]) -> list[Address]:
    """The addresses of a Route: the hosts that admitted it, or the host it asks for while no router
    runs.
    """
    spec = route.get("spec") or {}
    base = Address(scheme="https" if spec.get("tls") else "http", path=spec.get("path") or "")
    admitted = [
        ingress["host"]
        for ingress in (route.get("status") or {}).get("ingress") or ()
        if ingress.get("host") and _admitted(ingress)
    ]
    hosts = admitted or [spec.get("host") or ""]
    return [replace(base, host=host) for host in hosts]


def _admitted(ingress: Mapping[str, Any]) -> bool:
    return any(
        condition.get("type") == "Admitted" and condition.get("status") == "True"
        for condition in ingress.get("conditions") or ()
    )


def of_ingress(ingress: Mapping[str, Any]) -> list[Address]:
    """The addresses of an Ingress: one for each rule with a host; https where the host is under
    `tls`.
    """
    spec = ingress.get("spec") or {}
    secure = {host for entry in spec.get("tls") or () for host in entry.get("hosts") or ()}
    return [
        Address(scheme="https" if rule["host"] in secure else "http", host=rule["host"])
        for rule in spec.get("rules") or ()
        if rule.get("host")
    ]
