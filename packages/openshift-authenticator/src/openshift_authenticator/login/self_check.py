"""At start-up and before a login: will the cluster send people back to this hub?

Finds the hub's callback address, asks the OAuth server by a probe,
and keeps what stands in the way, with the line that mends it.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Any, Protocol

from openshift_authenticator import errors
from openshift_authenticator.cluster import client, credentials
from openshift_authenticator.cluster.rules import accounts
from openshift_authenticator.login.rules import redirects
from workshop_kube.openshift_login import endpoints

log = logging.getLogger(__name__)

# Pauses at start-up while the cluster does not answer, in seconds.
DELAYS = (1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 60.0, 60.0)


# How many addresses that are not the hub's are told in the log.
MOST_STRANGERS = 20


class Finder(Protocol):
    """Where to log in; see discovery.Discovery."""

    async def find(self) -> endpoints.Endpoints:
        """The endpoints; raises errors.LoginError."""


class SelfCheck:
    """What is known about the callback and about what is wrong with it.

    `make_request` tells what the hub would ask for with a given callback.
    """

    def __init__(
        self,
        api: client.Cluster,
        finder: Finder,
        make_request: Callable[[str], redirects.Request],
    ) -> None:
        self._api = api
        self._finder = finder
        self._make_request = make_request
        self.callback = ""
        self.problem: errors.Problem | None = None
        self._passed: set[str] = set()
        self._strangers: set[str] = set()

    async def run_at_start(self, account: accounts.Account | None, folder: str, base: str) -> None:
        """Find the callback if it is not known, and check it; goes on while nobody answers."""
        for delay in (*DELAYS, None):
            try:
                if not self.callback and account:
                    self.callback = await self.find_callback(account, folder, base)
                if self.callback:
                    await self.check(self.callback)
                else:
                    await self._finder.find()
            except errors.ClusterError as error:
                self._report(error.problem)
                if delay is None:
                    return
                await asyncio.sleep(delay)
            except errors.LoginError as error:
                return self._report(error.problem)
            else:
                return None

    async def find_callback(self, account: accounts.Account, folder: str, base: str) -> str:
        """The callback that the service account registers, itself or by a Route; empty if unknown.

        Needs the right to get the account (and the Route); without it the address is taken from
        the browser's first request.
        """
        try:
            token = credentials.read_token(folder)
            path = f"/api/v1/namespaces/{account.namespace}/serviceaccounts/{account.name}"
            annotations = _read_annotations(await self._api.get_object(path, token))
            if found := redirects.find_registered(annotations):
                return found
            if not (name := redirects.find_route(annotations)):
                return ""
            path = f"/apis/route.openshift.io/v1/namespaces/{account.namespace}/routes/{name}"
            return redirects.make_route_callback(await self._api.get_object(path, token), base)
        except errors.ClusterError as error:
            if error.temporary:
                raise
            log.info("The callback is taken from the first request: %s", error)
            return ""

    async def check(self, callback: str) -> errors.Problem | None:
        """Probe the OAuth server, unless it took this callback before; answers what is wrong.

        The verdict is about this callback only: a callback may be guessed from a Host header,
        and nobody shall keep others out by sending a wrong one. Raises errors.LoginError when
        nothing can be found out.
        """
        if callback in self._passed:
            self.problem = None
            return None
        request = self._make_request(callback)
        where = await self._finder.find()
        answer = await self._api.probe(redirects.make_probe(where.authorize, request))
        location = answer.headers.get("location", "")
        problem = redirects.find_probe_problem(answer.status, location, answer.document, request)
        if problem is None:
            self._pass(callback)
        elif request.guessed and self._passed:
            self._report_unregistered(callback)
        else:
            self._report(problem)
        return problem

    def _pass(self, callback: str) -> None:
        log.info("The cluster's OAuth server sends people back to %s", callback)
        self.problem = None
        # Callbacks guessed from requests come from their Host header: remember few.
        if len(self._passed) < 20:
            self._passed.add(callback)

    def _report_unregistered(self, callback: str) -> None:
        # People do log in under another address, so this is one request's trouble, or its mischief.
        if len(self._strangers) < MOST_STRANGERS and callback not in self._strangers:
            self._strangers.add(callback)
            log.warning("A browser asked for this hub as %.200s, which is not registered", callback)

    def _report(self, problem: errors.Problem) -> None:
        if problem != self.problem:
            log.error("Nobody can log in yet. %s", problem)
        self.problem = problem


def _read_annotations(document: dict[str, Any]) -> dict[str, Any]:
    metadata = document.get("metadata")
    annotations = metadata.get("annotations") if isinstance(metadata, dict) else None
    return annotations if isinstance(annotations, dict) else {}
