"""Where an API server is and who we are to it: mounted accounts, kubeconfigs, KubeSpawner's client.

A connection is a value; what may change while we run (a mounted token, a rotated bundle of
authorities) is read again for each request.
"""

from __future__ import annotations

import os
import ssl
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from workshop_kube import errors
from workshop_kube.client import tls
from workshop_kube.rules import kubeconfigs

# The API server by the name that every pod can look up, where a program was not told its address:
# a service that a hub starts gets nothing of the hub's environment.
STANDARD_HOST, STANDARD_PORT = "kubernetes.default.svc", "443"
STANDARD_FOLDER = Path("/var/run/secrets/kubernetes.io/serviceaccount")

Authorization = Callable[[], Awaitable[str]]
MakeContext = Callable[[], ssl.SSLContext | None]


async def send_nothing() -> str:
    """The authorization of nobody."""
    return ""


def make_bearer(token: str) -> Authorization:
    """The authorization of whoever a token belongs to; nobody's for an empty one."""

    async def send_token() -> str:
        return f"Bearer {token}" if token else ""

    return send_token


def make_file_bearer(path: Path) -> Authorization:
    """The authorization of a mounted token, which the kubelet replaces about once an hour."""

    async def send_token() -> str:
        return f"Bearer {read_text(path)}"

    return send_token


@dataclass(frozen=True)
class Connection:
    """One API server and one login. `namespace` is where the account lives, or the context's."""

    server: str
    tls: MakeContext = field(default=tls.make_context, repr=False)
    authorization: Authorization = field(default=send_nothing, repr=False)
    namespace: str = "default"
    server_name: str = ""
    proxy: str = ""

    def with_token(self, token: str) -> Connection:
        """The same server, asked as the owner of a token ("" for nobody)."""
        return replace(self, authorization=make_bearer(token))


def read_text(path: Path) -> str:
    """The text of a mounted file, stripped. CredentialsError when there is none."""
    try:
        text = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", "") or "it is not text"
        raise errors.CredentialsError(f"{path} cannot be read: {reason}") from error
    if not text:
        raise errors.CredentialsError(f"{path} is empty")
    return text


def make_server_url(host: str, port: str) -> str:
    """The API server as pods are told it."""
    return f"https://[{host}]:{port}" if ":" in host else f"https://{host}:{port}"


def in_cluster(
    environ: Mapping[str, str] = os.environ, folder: Path = STANDARD_FOLDER, ca_file: str = ""
) -> Connection:
    """The account that is mounted into this pod; `ca_file` is trusted besides."""
    if not (folder / "token").is_file():
        raise errors.CredentialsError(f"this is no pod with an account: no token in {folder}")
    host = environ.get("KUBERNETES_SERVICE_HOST", "")
    port = environ.get("KUBERNETES_SERVICE_PORT", "") if host else ""
    return Connection(
        make_server_url(host or STANDARD_HOST, port or STANDARD_PORT),
        tls.FileContext(str(folder / "ca.crt"), ca_file),
        make_file_bearer(folder / "token"),
        read_text(folder / "namespace") if (folder / "namespace").is_file() else "default",
    )


async def load_kubeconfig(path: Path) -> Connection:
    """The current context of a kubeconfig. CredentialsError when it cannot be used.

    Where a plugin gives the token, kubernetes_asyncio calls it (the extra `[plugins]`).
    """
    login = read_kubeconfig(path)
    if login.needs_plugin:
        return await _load_by_library(path, login.namespace)
    return make_connection(login, path.parent)


def read_kubeconfig(path: Path) -> kubeconfigs.Login:
    """The current context of a kubeconfig, as it is written. CredentialsError if it is none."""
    import yaml

    try:
        return kubeconfigs.parse_kubeconfig(yaml.safe_load(path.read_text(encoding="utf-8")))
    except (OSError, yaml.YAMLError, UnicodeDecodeError, kubeconfigs.KubeconfigError) as error:
        raise errors.CredentialsError(f"{path} cannot be used as a kubeconfig: {error}") from error


def make_connection(login: kubeconfigs.Login, folder: Path) -> Connection:
    """The connection of a kubeconfig's context; its relative paths are below `folder`."""
    authority, files = _place(login.authority, folder), (folder, login.token_file)
    has_own = bool(authority.data or authority.file)
    made = None
    if login.server.startswith("https:"):
        made = tls.make_context([authority.file], authority.data, system=not has_own)
        certificate, key = _place(login.certificate, folder), _place(login.key, folder)
        tls.load_certificate(made, certificate, key)
    return Connection(
        login.server,
        lambda: made,
        make_file_bearer(Path(*files)) if login.token_file else make_bearer(login.token),
        login.namespace,
        login.server_name,
        login.proxy,
    )


def _place(material: kubeconfigs.Material, folder: Path) -> kubeconfigs.Material:
    return replace(material, file=str(folder / material.file)) if material.file else material


async def _load_by_library(path: Path, namespace: str) -> Connection:
    try:
        from kubernetes_asyncio import client, config
    except ImportError as error:
        raise errors.CredentialsError(
            f"{path}: a plugin gives the token, which needs kubernetes_asyncio: "
            "pip install workshop-kube[plugins]"
        ) from error
    configuration = client.Configuration()
    try:
        await config.load_kube_config(str(path), client_configuration=configuration)
    except config.ConfigException as error:
        raise errors.CredentialsError(f"{path}: {error}") from error
    return from_configuration(configuration, namespace)


class Configuration(Protocol):
    """What is read of a `kubernetes_asyncio.client.Configuration`."""

    host: str | None
    ssl_ca_cert: str | None
    verify_ssl: bool
    cert_file: str | None
    key_file: str | None
    proxy: str | None

    async def auth_settings(self) -> Mapping[str, Mapping[str, Any]]:
        """The headers by which it logs in."""


def from_configuration(configuration: Configuration, namespace: str = "default") -> Connection:
    """The connection of a `kubernetes_asyncio.client.Configuration`, such as KubeSpawner's."""
    server = (configuration.host or "").rstrip("/")
    bundle, verify = configuration.ssl_ca_cert or "", bool(configuration.verify_ssl)
    certificate = kubeconfigs.Material(file=configuration.cert_file or "")
    key = kubeconfigs.Material(file=configuration.key_file or "")

    async def authorize() -> str:
        settings = (await configuration.auth_settings()).values()
        found = (one["value"] for one in settings if one["key"].lower() == "authorization")
        return next(found, "")

    return Connection(
        server,
        tls.FileContext(bundle, verify=verify, system=not bundle, certificate=certificate, key=key),
        authorize,
        namespace,
        getattr(configuration, "tls_server_name", "") or "",
        configuration.proxy or find_proxy(server),
    )


def find_proxy(server: str) -> str:
    """The proxy that the environment names for a server, as kubernetes_asyncio looks for it."""
    parts = urlsplit(server)
    return "" if proxy_bypass(parts.hostname or "") else getproxies().get(parts.scheme, "")


async def find_connection(
    environ: Mapping[str, str] = os.environ, folder: Path = STANDARD_FOLDER
) -> Connection:
    """KUBECONFIG if it is set, else the mounted account, else ~/.kube/config."""
    named = [Path(part) for part in environ.get("KUBECONFIG", "").split(os.pathsep) if part]
    if not named and (folder / "token").is_file():
        return in_cluster(environ, folder)
    # Not Path's: it fails for a user without a line in /etc/passwd, which this one reads.
    home = environ.get("HOME") or os.path.expanduser("~")  # noqa: ASYNC240, PTH111
    candidates = named or [Path(home, ".kube", "config")]
    for path in candidates:
        if path.is_file():
            return await load_kubeconfig(path)
    raise errors.CredentialsError(
        f"no credentials for a cluster: no file {candidates[0]}. "
        "Set KUBECONFIG, or run in a pod with a service account"
    )
