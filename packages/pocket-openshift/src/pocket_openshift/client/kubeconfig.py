"""A kubeconfig file as one plain value."""

from __future__ import annotations

import base64
import dataclasses
import ssl
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml


class KubeconfigError(ValueError):
    """The file cannot be used; the message says why and what to do."""


@dataclasses.dataclass(frozen=True)
class Connection:
    """Where the API server is and who we are. Certificates are PEM; `token_file` is read anew for
    each request.
    """

    server: str
    ca: str | None = None
    token: str | None = dataclasses.field(default=None, repr=False)
    token_file: Path | None = None
    certificate: str | None = None
    key: str | None = dataclasses.field(default=None, repr=False)
    namespace: str = "default"

    def bearer(self) -> str | None:
        """The token to send, or None."""
        return self.token_file.read_text().strip() if self.token_file else self.token


def load(path: Path) -> Connection:
    """The current context of a kubeconfig file. KubeconfigError when it cannot be used."""
    try:
        document = yaml.safe_load(path.read_text())
    except (OSError, yaml.YAMLError, UnicodeDecodeError) as error:
        raise KubeconfigError(f"{path} cannot be read as a kubeconfig: {error}") from error
    if not isinstance(document, dict):
        raise KubeconfigError(f"{path} is no kubeconfig: it holds no mapping")
    try:
        return make_connection(document, path.parent)
    except KubeconfigError as error:
        raise KubeconfigError(f"{path}: {error}") from error
    except (KeyError, TypeError, AttributeError, OSError) as error:
        raise KubeconfigError(f"{path} lacks a part of a kubeconfig: {error}") from error


def make_connection(document: Mapping[str, Any], folder: Path) -> Connection:
    """The current context of a parsed kubeconfig; relative paths are below `folder`."""
    context = _named(document, "contexts", document.get("current-context") or "", "context")
    cluster = _named(document, "clusters", context["cluster"], "cluster")
    user = (
        _named(document, "users", context.get("user") or "", "user") if context.get("user") else {}
    )
    if cluster.get("insecure-skip-tls-verify"):
        raise KubeconfigError(
            "insecure-skip-tls-verify is not accepted: give certificate-authority-data instead"
        )
    if user.get("exec") or user.get("auth-provider"):
        raise KubeconfigError(
            "log-in plugins are not supported: give the user a token or a client certificate"
        )
    token_file = user.get("tokenFile")
    return Connection(
        cluster["server"].rstrip("/"),
        _pem(cluster, "certificate-authority", folder),
        user.get("token"),
        folder / token_file if token_file else None,
        _pem(user, "client-certificate", folder),
        _pem(user, "client-key", folder),
        context.get("namespace") or "default",
    )


def _named(document: Mapping[str, Any], group: str, name: str, kind: str) -> Mapping[str, Any]:
    for entry in document.get(group) or []:
        if entry["name"] == name:
            return entry[kind] or {}
    raise KubeconfigError(f"there is no {kind} named {name!r}: set current-context")


def _pem(entry: Mapping[str, Any], name: str, folder: Path) -> str | None:
    if entry.get(name + "-data"):
        return base64.b64decode(entry[name + "-data"]).decode()
    return (folder / entry[name]).read_text() if entry.get(name) else None


def make_ssl(connection: Connection) -> ssl.SSLContext | None:
    """The TLS settings, always verifying; None for a server without TLS (loopback only)."""
    if not connection.server.startswith("https:"):
        return None
    context = ssl.create_default_context(cadata=connection.ca)
    if connection.certificate and connection.key:
        with tempfile.NamedTemporaryFile(
            "w", suffix=".pem"
        ) as pair:  # 0600; ssl reads nothing but files
            pair.write(connection.certificate + "\n" + connection.key)
            pair.flush()
            context.load_cert_chain(pair.name)
    return context
