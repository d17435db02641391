"""Somebody who logs in at an OAuth server: keeps cookies, follows redirects, fills in the forms.

async with person_at_a_browser(cluster.ca_file) as person:
    await person.get(f"{hub.url}hub/oauth_login")
    await person.log_in("alice", "pw-alice")
    await person.approve()
"""

from __future__ import annotations

import contextlib
import re
import ssl
from collections.abc import AsyncIterator, Collection
from html import unescape
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import aiohttp

MOST_REDIRECTS = 15


class OAuthPerson:
    """A browser without scripts, and the page that it shows: `url`, `status`, `text`."""

    def __init__(self, session: aiohttp.ClientSession, ca_file: Path | str) -> None:
        self.session = session
        self.trust = ssl.create_default_context(cafile=str(ca_file))
        self.url = self.text = ""
        self.status = 0
        self.paths: list[str] = []  # of all pages on the way, the last one last

    @property
    def path(self) -> str:
        """Of the page that is shown."""
        return urlsplit(self.url).path

    async def get(self, url: str) -> OAuthPerson:
        """Open a page; each redirect is followed, to other servers too."""
        return await self.send("GET", url)

    async def send(
        self, method: str, url: str, form: Collection[tuple[str, str]] | None = None
    ) -> OAuthPerson:
        """Send a form, or nothing, and follow where the answer leads."""
        for _ in range(MOST_REDIRECTS):
            async with self.session.request(
                method, url, data=form, ssl=self.trust, allow_redirects=False
            ) as answer:
                self.url, self.status, self.text = url, answer.status, await answer.text()
                onward = answer.headers.get("Location")
            self.paths.append(self.path)
            if onward is None:
                return self
            method, url, form = "GET", urljoin(url, onward), None
        raise AssertionError(f"going round in circles: {self.paths}")

    async def submit(self, *more: tuple[str, str], **typed: str) -> OAuthPerson:
        """Send the form of the page with its hidden fields and what is typed or ticked."""
        action = re.search(r'<form[^>]*action="([^"]*)"', self.text)
        hidden = re.findall(r'type="hidden" name="([^"]*)" value="([^"]*)"', self.text)
        form = [*((name, unescape(value)) for name, value in hidden), *typed.items(), *more]
        url = urljoin(self.url, unescape(action[1])) if action else self.url
        return await self.send("POST", url, form)

    async def log_in(self, name: str, password: str) -> OAuthPerson:
        """Fill in the login page of the OAuth server."""
        return await self.submit(username=name, password=password)

    async def approve(self, *, allow: bool = True, untick: Collection[str] = ()) -> OAuthPerson:
        """Press a button of the page that asks for approval, with all scopes ticked but these."""
        scopes = re.findall(r'name="scope" value="([^"]*)"', self.text)
        ticked = [("scope", unescape(scope)) for scope in scopes if scope not in untick]
        return await self.submit(*ticked, ("approve" if allow else "deny", "x"))


@contextlib.asynccontextmanager
async def person_at_a_browser(ca_file: Path) -> AsyncIterator[OAuthPerson]:
    """A person with an empty cookie jar whose browser trusts this CA."""
    jar = aiohttp.CookieJar(unsafe=True)
    async with aiohttp.ClientSession(cookie_jar=jar) as session:
        yield OAuthPerson(session, ca_file)
