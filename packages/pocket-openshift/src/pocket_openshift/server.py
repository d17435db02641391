"""Composition: which behaviours a cluster has, its sockets, its start and stop.

**Where things plug in.**

- A reaction, an admission check or an endpoint is a `behaviours.Behaviour` in a file of its own;
  add its class to
  `BEHAVIOURS` below. Order matters: defaults and checks run in that order. `plane` (a
  `control_plane.ControlPlane`) gives it `plane.store`, `plane.settings` (URLs, subdomain, CA),
  `plane.authorization.permit(user, act)`, `plane.user_of(token)`,
  `plane.authentication.add(function)`, `plane.run_beside(coroutine)`.
- The OAuth server is an aiohttp application: `oauth/app.py` has `make_app(plane)`, served on
  `plane.settings.oauth_url`. What it needs in the API (`users/~`, `useroauthaccesstokens`,
  tokens -> users) are the behaviours in `oauth.app.BEHAVIOURS`.
- The node agent is *not* composed here: it is a client of the API (`node/`), started beside by
  `testing.PocketCluster`
  (`start_node`) or `pocket-openshift node` with a kubeconfig. For logs, exec and attach, the API
  server connects to the address of the pod's Node object (`status.addresses` InternalIP,
  `status.daemonEndpoints.kubeletEndpoint.Port`, http) at
  `/containerLogs/NAMESPACE/POD/CONTAINER?follow=true&...` with the bearer token in the Node's
  annotation `pocket-openshift/log-token`, as it would ask a kubelet (`resources/logs.py`).
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from pocket_openshift import certificates, loopback_server
from pocket_openshift.core import control_plane, persistence
from pocket_openshift.core.behaviour import Behaviour
from pocket_openshift.core.settings import Settings
from pocket_openshift.http import handlers
from pocket_openshift.oauth import app as oauth_app
from pocket_openshift.resources import (
    accounts,
    builds,
    config_objects,
    defaults,
    endpoints,
    events,
    execs,
    image_streams,
    legacy_roles,
    limits,
    logs,
    namespaces,
    owners,
    pod_security,
    pods,
    projects,
    quotas,
    reviews,
    roles,
    routes,
    services,
    templates,
    validation,
    workloads,
)

BEHAVIOURS: list[Callable[[control_plane.ControlPlane], Behaviour]] = [
    validation.Validation,  # first: what makes no sense is refused before others look at it
    namespaces.Namespaces,
    roles.Roles,
    legacy_roles.LegacyRoles,
    config_objects.Contents,
    defaults.Defaults,
    events.Events,
    accounts.Accounts,
    pods.Pods,
    logs.Logs,
    execs.Execs,
    projects.Projects,
    reviews.Reviews,
    services.Services,
    endpoints.Endpoints,
    limits.Limits,
    pod_security.PodSecurity,
    owners.Owners,
    image_streams.ImageStreams,
    workloads.Workloads,
    builds.Builds,
    routes.Routes,
    templates.Templates,
    *oauth_app.BEHAVIOURS,
    quotas.Quotas,  # last: counts only what all others let pass
]

# A command of `exec` is in the URL, a token in a header.
HEAD_BYTES = 65536
IDLE_SECONDS = 600.0


@dataclass(frozen=True, slots=True)
class ListenAddress:
    """Where to listen. Port 0 picks a free one. `oauth_host` is the name that browsers use."""

    host: str = "127.0.0.1"
    port: int = 0
    oauth_port: int = 0
    oauth_host: str = "localhost"


class Server:
    """A cluster that listens. Made, started and stopped on one event loop."""

    def __init__(self, place: ListenAddress | None = None, folder: Path | None = None) -> None:
        self.place = place or ListenAddress()
        self._state_file = persistence.StateFile(folder) if folder else None
        self.authority = certificates.Authority(folder)
        settings = Settings(ca_pem=self.authority.pem)
        self.plane = control_plane.ControlPlane(settings, BEHAVIOURS)
        if self._state_file is not None:
            self.plane.restore(self._state_file)
        self._servers: list[loopback_server.LoopbackServer] = []

    async def start(self) -> None:
        """Bind, make what must exist, answer. OSError when a port is taken."""
        sockets = _listen(self.place.host, self.place.port, self.place.oauth_port)
        port, oauth_port = (bound.getsockname()[1] for bound in sockets)
        settings = self.plane.settings
        settings.url = f"https://{_in_url(self.place.host)}:{port}"
        settings.oauth_url = f"https://{self.place.oauth_host}:{oauth_port}"
        self.plane.start()
        tls = self.authority.server_context(self.place.host, self.place.oauth_host)
        apps = (handlers.make_app(self.plane), oauth_app.make_app(self.plane))
        for app, bound in zip(apps, sockets, strict=True):
            serving = loopback_server.LoopbackServer(
                app,
                auto_decompress=False,
                keepalive_timeout=IDLE_SECONDS,
                max_field_size=HEAD_BYTES,
                max_line_size=HEAD_BYTES,
            )
            self._servers.append(serving)
            await serving.serve(bound, tls)

    async def stop(self) -> None:
        """End watches, close connections."""
        self.plane.stop()
        await asyncio.gather(*(server.close() for server in self._servers))
        if self._state_file is not None:
            self._state_file.close()


def _listen(host: str, *ports: int) -> list[socket.socket]:
    """A listening socket for each port, or none at all."""
    bound: list[socket.socket] = []
    try:
        for port in ports:
            family = _family(host)
            bound.append(socket.create_server((host, port), family=family))
    except OSError:
        for one in bound:
            one.close()
        raise
    return bound


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET


def _in_url(host: str) -> str:
    return f"[{host}]" if ":" in host else host
