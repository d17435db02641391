"""The state behind the pages: who may log in, who is logged in, what the cluster keeps.

`app` makes the web application over it; the handlers call it.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from urllib.parse import urlsplit

from pocket_openshift.core.behaviour import Behaviour
from pocket_openshift.core.control_plane import ControlPlane
from pocket_openshift.oauth import registry
from pocket_openshift.oauth.rules import clients, identity_provider, sessions, tokens


@dataclass(frozen=True, slots=True)
class LoginResult:
    """What came of a password: the person, or why not and how long to wait (seconds).

    Why not is the login page's word.
    """

    person: tokens.Person | None = None
    reason: str = ""
    wait: float = 0.0


class OAuthServer(Behaviour):
    """Everything behind the pages. The API believes its tokens from the moment it is made."""

    def __init__(self, plane: ControlPlane) -> None:
        super().__init__(plane)
        self.registry = registry.Registry(plane)
        self.sessions = sessions.Sessions()
        self.throttle = identity_provider.Throttle()
        self.people = identity_provider.People()
        self._checks = asyncio.Semaphore(4)
        plane.authentication.add(self.registry.user_of)

    def started(self) -> None:
        """The clients that every cluster has; some of their addresses are this server's."""
        for client in clients.make_own(self.issuer, tokens.make_token()):
            self.registry.keep_client(client)

    @property
    def issuer(self) -> str:
        """The URL of this server, as clients and browsers reach it."""
        return self.plane.settings.oauth_url

    @property
    def port(self) -> int:
        """The port in that URL."""
        return urlsplit(self.issuer).port or 443

    def add(self, person: identity_provider.Person) -> None:
        """Let a person log in from now on, and set the groups."""
        self.people.add(person)
        self.registry.set_groups(person.name, person.groups)

    async def log_in(self, name: str, password: str) -> LoginResult:
        """Check a password, off the loop and no more than a few at a time.

        Make the User at the first login.
        """
        async with self._checks:
            wait = self.throttle.wait(name, time.monotonic())
            if wait:
                return LoginResult(reason="throttled", wait=wait)
            right = await asyncio.to_thread(self.people.check, name, password)
        if not right:
            self.throttle.failed(name, time.monotonic())
            return LoginResult(reason="access_denied")
        self.throttle.succeeded(name)
        try:
            return LoginResult(self.registry.ensure_user(name))
        except registry.UnmappedError as error:
            return LoginResult(reason=error.reason)
