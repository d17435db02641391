"""Whom a TLS connection trusts, and with which certificate it logs in."""

from __future__ import annotations

import os
import ssl
import tempfile
from collections.abc import Sequence
from pathlib import Path

from workshop_kube import errors
from workshop_kube.rules.kubeconfigs import Material

NOTHING = Material()


def make_context(
    files: Sequence[str] = (), data: str = "", *, verify: bool = True, system: bool = True
) -> ssl.SSLContext:
    """A context that trusts bundles of PEM: `files` and `data`, and the system's if `system`.

    Files that do not exist are passed over, so that a mounted bundle may be named outside a
    cluster, too. CredentialsError for one that holds no certificate.
    """
    # `Path.exists` raises where one may not look.
    found = [path for path in files if path and os.path.exists(path)]  # noqa: PTH110
    context = ssl.create_default_context() if system else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    # Python 3.13 began to refuse authorities without the key-usage extensions, and those of
    # clusters often lack them. The chain, the dates and the host name are still verified.
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    try:
        for path in found:
            context.load_verify_locations(cafile=path)
        if data:
            context.load_verify_locations(cadata=data)
    except (OSError, ValueError) as error:  # ssl.SSLError is an OSError
        where = ", ".join(found) or "the kubeconfig"
        raise errors.CredentialsError(f"{where}: no certificate can be read: {error}") from error
    if not verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def load_certificate(context: ssl.SSLContext, certificate: Material, key: Material) -> None:
    """Log in with a client's certificate, if there is one. CredentialsError when it is none."""
    if not (certificate.data or certificate.file):
        return
    try:
        if certificate.file and key.file:
            context.load_cert_chain(certificate.file, key.file)
            return
        # ssl reads nothing but files; this one is for its owner only (0600).
        with tempfile.NamedTemporaryFile("w", suffix=".pem") as pair:
            pair.write(f"{_read(certificate)}\n{_read(key)}")
            pair.flush()
            context.load_cert_chain(pair.name)
    except (OSError, ValueError) as error:
        raise errors.CredentialsError(f"the client's certificate is none: {error}") from error


def _read(material: Material) -> str:
    if material.file:
        return Path(material.file).read_text(encoding="utf-8")
    return material.data


class FileContext:
    """The context of bundles that may be replaced while we run: rebuilt when one was."""

    def __init__(
        self,
        *files: str,
        verify: bool = True,
        system: bool = True,
        certificate: Material = NOTHING,
        key: Material = NOTHING,
    ) -> None:
        self._files, self._verify, self._system = tuple(filter(None, files)), verify, system
        self._certificate, self._key = certificate, key
        self._stamps: tuple[tuple[int, int], ...] | None = None
        self._context: ssl.SSLContext | None = None

    def __call__(self) -> ssl.SSLContext:
        """The current context."""
        stamps = tuple(map(_read_stamp, (*self._files, self._certificate.file)))
        if self._context is None or stamps != self._stamps:
            made = make_context(self._files, verify=self._verify, system=self._system)
            load_certificate(made, self._certificate, self._key)
            self._stamps, self._context = stamps, made
        return self._context


def _read_stamp(path: str) -> tuple[int, int]:
    if not path:  # which is, to pathlib, the current folder
        return (0, 0)
    try:
        found = Path(path).stat()
    except OSError:
        return (0, 0)
    return (found.st_mtime_ns, found.st_ino)
