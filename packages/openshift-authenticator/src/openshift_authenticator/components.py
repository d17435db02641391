"""Puts the components together as the settings want them; called once by authenticator.py."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from openshift_authenticator.cluster import client, credentials, discovery, trust
from openshift_authenticator.config.settings import ClusterSettings
from openshift_authenticator.login import self_check
from openshift_authenticator.login.rules import redirects
from openshift_authenticator.refresh import revocation, single_flight


@dataclass
class Components:
    """What one authenticator works with."""

    api: client.Cluster
    finder: discovery.Discovery
    checker: self_check.SelfCheck
    revoker: revocation.Revoker
    single_flight: single_flight.SingleFlight
    tasks: set[asyncio.Task[Any]] = field(default_factory=set)

    def begin(self, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        """Let `work` go on beside the hub; it is kept from being forgotten half-way."""
        task = asyncio.get_running_loop().create_task(work)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)
        return task

    async def close_at_the_end(self) -> None:
        """Close the connections when the hub, which cancels all that goes on beside it, ends."""
        try:
            await asyncio.Event().wait()
        finally:
            await self.api.close()


def make_components(
    settings: ClusterSettings,
    finder: self_check.Finder,
    make_request: Callable[[str], redirects.Request],
) -> Components:
    """Components by the settings; `finder` and `make_request` are the authenticator's."""
    api = _make_cluster(settings)
    return Components(
        api=api,
        finder=discovery.Discovery(api),
        checker=self_check.SelfCheck(api, finder, make_request),
        revoker=revocation.Revoker(api, lambda: _read_own_token(settings)),
        single_flight=single_flight.SingleFlight(settings.concurrent_refreshes),
    )


def _make_cluster(settings: ClusterSettings) -> client.Cluster:
    in_cluster = str(Path(settings.service_account_dir, "ca.crt"))
    verify = settings.validate_server_cert
    api_tls = trust.make_context(in_cluster, settings.api_ca_file, verify=verify)
    oauth_tls = trust.make_context(in_cluster, settings.oauth_ca_file, verify=verify)
    return client.Cluster(settings.openshift_url, api_tls, oauth_tls, settings.request_timeout)


def _read_own_token(settings: ClusterSettings) -> str:
    return credentials.read_token(settings.service_account_dir) if settings.has_account else ""
