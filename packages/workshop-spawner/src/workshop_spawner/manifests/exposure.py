"""Ports of a session that are reached from outside: Service and Route or Ingress a port.

Without a host of its own a port is reached through the session's own server, behind the hub's
login: `/user/<name>/proxy/<port>/`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from workshop_kube import labels
from workshop_spawner.model import naming, session_labels
from workshop_spawner.model.session import Session

PROXY = "proxy"
ROUTE = "route"
INGRESS = "ingress"


@dataclass(frozen=True)
class Exposed:
    """Which ports, and how: by `route` or `ingress` under a domain, or by `proxy` only."""

    ports: tuple[int, ...] = ()
    by: str = PROXY
    domain: str = ""
    annotations: dict[str, str] = field(default_factory=dict)
    ingress_class: str = ""

    @property
    def hosts(self) -> tuple[int, ...]:
        """The ports that routers reach by host names of their own."""
        return () if self.by == PROXY else self.ports


def make_host(session: Session, port: int, domain: str) -> str:
    """The host name of a port: one DNS label, never the same for two sessions."""
    return f"{naming.make_name(session.account, f'{port}')}.{domain}"


def make_objects(session: Session, exposed: Exposed) -> tuple[dict[str, Any], ...]:
    """The Service, and a Route or an Ingress for each port; none where the proxy serves."""
    if not exposed.ports or exposed.by == PROXY:
        return ()
    make = make_route if exposed.by == ROUTE else make_ingress
    return (
        make_service(session, exposed),
        *(make(session, exposed, port) for port in exposed.ports),
    )


def make_service(session: Session, exposed: Exposed) -> dict[str, Any]:
    """The Service of this very session's pod."""
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": session_labels.make_metadata(session, session.account, session.hub.namespace),
        "spec": {
            "selector": {labels.SESSION: session.id},
            "ports": [
                {"name": f"{port}-tcp", "port": port, "targetPort": port, "protocol": "TCP"}
                for port in exposed.ports
            ],
        },
    }


def _make_metadata(session: Session, exposed: Exposed, port: int) -> dict[str, Any]:
    name = naming.make_name(session.account, f"{port}")
    metadata = session_labels.make_metadata(session, name, session.hub.namespace)
    metadata["annotations"] = {**exposed.annotations, **metadata["annotations"]}
    return metadata


def make_route(session: Session, exposed: Exposed, port: int) -> dict[str, Any]:
    """An OpenShift Route: TLS at the edge, plain HTTP is sent on to it."""
    return {
        "apiVersion": "route.openshift.io/v1",
        "kind": "Route",
        "metadata": _make_metadata(session, exposed, port),
        "spec": {
            "host": make_host(session, port, exposed.domain),
            "to": {"kind": "Service", "name": session.account, "weight": 100},
            "port": {"targetPort": f"{port}-tcp"},
            "tls": {"termination": "edge", "insecureEdgeTerminationPolicy": "Redirect"},
        },
    }


def make_ingress(session: Session, exposed: Exposed, port: int) -> dict[str, Any]:
    """An Ingress, for clusters without Routes; TLS with the controller's own certificate."""
    host = make_host(session, port, exposed.domain)
    backend = {"service": {"name": session.account, "port": {"number": port}}}
    path = {"path": "/", "pathType": "Prefix", "backend": backend}
    spec: dict[str, Any] = {
        "rules": [{"host": host, "http": {"paths": [path]}}],
        "tls": [{"hosts": [host]}],
    }
    if exposed.ingress_class:
        spec["ingressClassName"] = exposed.ingress_class
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "Ingress",
        "metadata": _make_metadata(session, exposed, port),
        "spec": spec,
    }
