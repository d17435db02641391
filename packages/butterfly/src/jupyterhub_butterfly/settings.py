"""What the hub's environment tells a single-user server, parsed once into one value.

The environment is passed in. The variables are those of `Spawner.get_env` in JupyterHub.
"""

from __future__ import annotations

import json
import urllib.parse
from collections.abc import Mapping
from dataclasses import dataclass, field

# Variables that are worth something to a thief; `environment` keeps them from shells, `app` takes
# them out of os.environ once they are parsed.
SECRET_VARIABLES = ("JUPYTERHUB_API_TOKEN", "JPY_API_TOKEN")


class SettingsError(Exception):
    """The environment does not describe a hub that we can serve safely; the message says why."""


@dataclass(frozen=True)
class HubSettings:
    """Everything that the hub said, typed. URLs and paths as the hub wrote them.

    `prefix` is the path of this server from "/" to "/"; `ip` and `port` are where to bind;
    `access_scopes` is never empty: with none, JupyterHub's client would let every user in.
    `landing` is the page below `prefix` that is shown first; empty where the hub names none.
    """

    user: str
    server_name: str
    prefix: str
    ip: str
    port: int
    api_url: str
    api_token: str = field(repr=False)
    client_id: str
    access_scopes: frozenset[str]
    activity_url: str = ""
    base_url: str = "/"
    hub_host: str = ""
    public_url: str = ""
    callback_url: str = ""
    keyfile: str = ""
    certfile: str = ""
    client_ca: str = ""
    landing: str = ""

    @property
    def cookie_name(self) -> str:
        """Name of the login cookie, for logs and tests."""
        return self.client_id

    @property
    def hub_url(self) -> str:
        """Where the hub's own pages are, as a browser sees it: a path, or an address; with "/"."""
        return f"{self.hub_host}{self.base_url}hub/"

    @property
    def start_url(self) -> str:
        """Where the person whose server this is starts a new one."""
        words = ("spawn", self.user, self.server_name) if self.server_name else ("spawn",)
        return self.hub_url + "/".join(urllib.parse.quote(word, safe="") for word in words)


def has_hub(environ: Mapping[str, str]) -> bool:
    """Tell whether a hub started this process."""
    return "JUPYTERHUB_SERVICE_PREFIX" in environ or "JUPYTERHUB_API_TOKEN" in environ


def parse_hub(environ: Mapping[str, str]) -> HubSettings:
    """Parse the hub's variables. Raises `SettingsError` when one is missing or makes no sense."""
    url = urllib.parse.urlsplit(environ.get("JUPYTERHUB_SERVICE_URL", ""))
    port = _parse_port(url)
    prefix = make_prefix(_need(environ, "JUPYTERHUB_SERVICE_PREFIX"))
    return HubSettings(
        user=environ.get("JUPYTERHUB_USER", ""),
        server_name=environ.get("JUPYTERHUB_SERVER_NAME", ""),
        prefix=prefix,
        ip=url.hostname or "127.0.0.1",
        port=port,
        api_url=_need(environ, "JUPYTERHUB_API_URL"),
        api_token=_need(environ, "JUPYTERHUB_API_TOKEN"),
        client_id=_need(environ, "JUPYTERHUB_CLIENT_ID"),
        access_scopes=_parse_scopes(environ),
        activity_url=environ.get("JUPYTERHUB_ACTIVITY_URL", ""),
        base_url=make_prefix(environ.get("JUPYTERHUB_BASE_URL") or "/"),
        hub_host=environ.get("JUPYTERHUB_HOST", ""),
        public_url=environ.get("JUPYTERHUB_PUBLIC_URL", ""),
        callback_url=environ.get("JUPYTERHUB_OAUTH_CALLBACK_URL", ""),
        keyfile=environ.get("JUPYTERHUB_SSL_KEYFILE", ""),
        certfile=environ.get("JUPYTERHUB_SSL_CERTFILE", ""),
        client_ca=environ.get("JUPYTERHUB_SSL_CLIENT_CA", ""),
        landing=environ.get("JUPYTERHUB_DEFAULT_URL", "").removeprefix(prefix).lstrip("/"),
    )


def make_prefix(path: str) -> str:
    """Return the path from "/" to "/", as every other module expects it."""
    return "/" + path.strip("/") + "/" if path.strip("/") else "/"


def _need(environ: Mapping[str, str], name: str) -> str:
    value = environ.get(name, "")
    if not value:
        raise SettingsError(
            f"{name} is missing from the environment. A hub sets it for the servers that it "
            "starts; to run without a hub choose another ButterflyApp.mode."
        )
    return value


def _parse_port(url: urllib.parse.SplitResult) -> int:
    try:
        return url.port or 8888
    except ValueError as error:
        raise SettingsError(f"JUPYTERHUB_SERVICE_URL has no usable port: {error}.") from error


def _parse_scopes(environ: Mapping[str, str]) -> frozenset[str]:
    name = "JUPYTERHUB_OAUTH_ACCESS_SCOPES"
    text = environ.get(name) or environ.get("JUPYTERHUB_OAUTH_SCOPES") or "[]"
    try:
        scopes = json.loads(text)
    except ValueError as error:
        raise SettingsError(f"{name} is not a JSON list: {error}.") from error
    if not isinstance(scopes, list) or not all(isinstance(s, str) and s for s in scopes):
        raise SettingsError(f"{name} must be a JSON list of scope names.")
    if not scopes:
        raise SettingsError(
            f"{name} is missing or empty: every user of the hub would get into this terminal, so "
            "it does not start. JupyterHub sets it; do not remove it in Spawner.environment."
        )
    return frozenset(scopes)
