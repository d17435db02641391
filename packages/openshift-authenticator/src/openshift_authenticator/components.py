"""Puts the components together as the settings want them; called once by authenticator.py."""

from __future__ import annotations

import asyncio
import os
import ssl
from collections.abc import Coroutine
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from openshift_authenticator.cluster import client, credentials, discovery, trust
from openshift_authenticator.login import self_check
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
        """Let ``work`` go on beside the hub; it is kept from being forgotten half-way."""
        task = asyncio.get_running_loop().create_task(work)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)
        return task


def make_components(auth: Any) -> Components:
    """Components for the authenticator ``auth``."""
    http = client.HttpClient(_Roots(auth).context_for, auth.request_timeout)
    api = client.Cluster(auth.openshift_url, http)
    return Components(
        api=api,
        finder=discovery.Discovery(auth.openshift_url, http),
        checker=self_check.SelfCheck(api, auth, auth.make_request),
        revoker=revocation.Revoker(api, lambda: _read_own_token(auth)),
        single_flight=single_flight.SingleFlight(auth.concurrent_refreshes),
    )


def _read_own_token(auth: Any) -> str:
    return credentials.read_token(auth.service_account_dir) if auth.account else ""


class _Roots:
    """Chooses the certificate authorities: the API's bundle for the API, the other for the rest."""

    def __init__(self, auth: Any) -> None:
        self._trust = trust.Trust()
        in_cluster = os.path.join(auth.service_account_dir, "ca.crt")
        self._api_host = urlsplit(auth.openshift_url).netloc
        self._api = trust.make_roots(in_cluster, auth.api_ca_file, verify=auth.validate_server_cert)
        self._oauth = trust.make_roots(
            in_cluster, auth.oauth_ca_file, verify=auth.validate_server_cert
        )

    def context_for(self, url: str) -> ssl.SSLContext:
        is_api = urlsplit(url).netloc == self._api_host
        return self._trust.context_for(self._api if is_api else self._oauth)
