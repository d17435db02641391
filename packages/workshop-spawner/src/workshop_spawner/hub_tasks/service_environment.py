"""What services that the hub starts are told by their environment: which hub it is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Protocol

HUB_ID = "WORKSHOP_HUB_ID"


class Service(Protocol):
    """What is needed of a service of JupyterHub's."""

    environment: Mapping[str, str]


def tell_services(services: Iterable[Service], hub_id: str) -> None:
    """Tell services that are still to be started the hub's id; the culler goes by it.

    What an administrator has said stays.
    """
    for service in services:
        service.environment = {HUB_ID: hub_id, **service.environment}
