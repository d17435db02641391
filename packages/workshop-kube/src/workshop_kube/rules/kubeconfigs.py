"""Kubeconfig files: the current context of one, as a plain value."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

NO_VERIFYING = "insecure-skip-tls-verify is not accepted: give certificate-authority-data instead"


class KubeconfigError(ValueError):
    """The file cannot be used; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Material:
    """PEM text, or the file that holds it."""

    data: str = ""
    file: str = ""


@dataclass(frozen=True, slots=True)
class Login:
    """Where the API server is and who logs in. `needs_plugin` says that a program gives the token.

    Files are as they are written: relative to the folder of the kubeconfig.
    """

    server: str
    authority: Material = Material()
    certificate: Material = Material()
    key: Material = field(default=Material(), repr=False)
    token: str = field(default="", repr=False)
    token_file: str = ""
    namespace: str = "default"
    server_name: str = ""
    proxy: str = ""
    needs_plugin: bool = False


def parse_kubeconfig(document: object) -> Login:
    """The current context. KubeconfigError when it cannot be used."""
    if not isinstance(document, dict):
        raise KubeconfigError("it holds no mapping")
    try:
        return _parse(document)
    except (KeyError, TypeError, AttributeError, UnicodeDecodeError) as error:
        raise KubeconfigError(f"it lacks a part of a kubeconfig: {error}") from error


def _parse(document: Mapping[str, Any]) -> Login:
    context = _find_named(document, "context", document.get("current-context") or "")
    cluster = _find_named(document, "cluster", context["cluster"])
    user = _find_named(document, "user", context["user"]) if context.get("user") else {}
    if cluster.get("insecure-skip-tls-verify"):
        raise KubeconfigError(NO_VERIFYING)
    return Login(
        str(cluster["server"]).rstrip("/"),
        _parse_material(cluster, "certificate-authority"),
        _parse_material(user, "client-certificate"),
        _parse_material(user, "client-key"),
        user.get("token") or "",
        user.get("tokenFile") or "",
        context.get("namespace") or "default",
        cluster.get("tls-server-name") or "",
        cluster.get("proxy-url") or "",
        bool(user.get("exec") or user.get("auth-provider") or user.get("username")),
    )


def _find_named(document: Mapping[str, Any], kind: str, name: str) -> Mapping[str, Any]:
    for entry in document.get(f"{kind}s") or ():
        if entry["name"] == name:
            return entry[kind] or {}
    raise KubeconfigError(f"there is no {kind} named {name!r}: set current-context")


def _parse_material(entry: Mapping[str, Any], name: str) -> Material:
    data = entry.get(f"{name}-data")
    try:
        text = base64.b64decode(data, validate=True).decode() if data else ""
    except ValueError as error:
        raise KubeconfigError(f"{name}-data is not base64") from error
    return Material(text, "" if data else entry.get(name) or "")
