"""The CA made at start and the servers' certificate from it. Clients verify TLS by the CA file."""

from __future__ import annotations

import ssl
from pathlib import Path

import trustme

NAMES = (
    "127.0.0.1",
    "localhost",
    "kubernetes",
    "kubernetes.default",
    "kubernetes.default.svc",
    "openshift.default.svc",
)


class Authority:
    """A CA for this cluster, kept in `folder` over restarts when one is given."""

    def __init__(self, folder: Path | None = None) -> None:
        self._ca = _load(folder) if folder else trustme.CA()

    @property
    def pem(self) -> str:
        """The CA's certificate, for kubeconfigs and kube-root-ca.crt."""
        return self._ca.cert_pem.bytes().decode()

    def server_context(self, *hosts: str) -> ssl.SSLContext:
        """A TLS context for a server that is called by these names or addresses."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        self._ca.issue_cert(*dict.fromkeys((*NAMES, *hosts))).configure_cert(context)
        return context


def _load(folder: Path) -> trustme.CA:
    certificate, key = folder / "ca.crt", folder / "ca.key"
    if certificate.exists() and key.exists():
        return trustme.CA.from_pem(certificate.read_bytes(), key.read_bytes())
    ca = trustme.CA()
    key.touch(mode=0o600)
    key.write_bytes(ca.private_key_pem.bytes())
    certificate.write_bytes(ca.cert_pem.bytes())
    return ca
