"""The redirects that a service account registers.

They are addresses, or parts of them, in its annotations, and the Route or Ingress that they name.

Pure. `clients` gathers them; `registry` fetches what is named.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlunsplit

from pocket_openshift.oauth.rules import redirects

URI_ANNOTATION = "serviceaccounts.openshift.io/oauth-redirecturi."
REFERENCE_ANNOTATION = "serviceaccounts.openshift.io/oauth-redirectreference."


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
    parts = redirects.parse(uri)
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


# The addresses of a referenced object; empty when there is none.
Addresses = Callable[[Reference], Sequence[Address]]


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
    """The addresses of a Route: the hosts that admitted it.

    While no router runs, it is the host that it asks for.
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
    """The addresses of an Ingress: one for each rule with a host.

    They are https where the host is under `tls`.
    """
    spec = ingress.get("spec") or {}
    secure = {host for entry in spec.get("tls") or () for host in entry.get("hosts") or ()}
    return [
        Address(scheme="https" if rule["host"] in secure else "http", host=rule["host"])
        for rule in spec.get("rules") or ()
        if rule.get("host")
    ]
