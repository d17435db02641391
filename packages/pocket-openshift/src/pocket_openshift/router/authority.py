"""Certificates for the router's HTTPS, made as hosts are asked for."""

from __future__ import annotations

import ssl
from collections.abc import Callable

import trustme

# A wildcard route has any number of hosts.
MOST_CERTIFICATES = 1000


class Authority:
    """A fresh authority; `is_served` says for which hosts it issues certificates."""

    def __init__(self, is_served: Callable[[str], bool]) -> None:
        self._is_served = is_served
        self._authority = trustme.CA(organization_name="pocket-openshift router")
        self._made: dict[str, ssl.SSLContext] = {}

    @property
    def pem(self) -> str:
        """Its certificate, for clients."""
        return self._authority.cert_pem.bytes().decode()

    def make_context(self) -> ssl.SSLContext:
        """A context for a server, which shows each client the host that it asks for."""
        context = self._issue("localhost")
        context.sni_callback = self._choose
        return context

    def _choose(
        self, connection: ssl.SSLObject, name: str | None, _context: ssl.SSLContext
    ) -> None:
        if name and name not in self._made and self._is_served(name):
            if len(self._made) >= MOST_CERTIFICATES:
                self._made.clear()
            self._made[name] = self._issue(name)
        if name in self._made:
            connection.context = self._made[name]

    def _issue(self, name: str) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._authority.issue_cert(name).configure_cert(context)
        return context
