"""People with accounts, who log in through the OAuth server at a hub of their own.

It runs only where the schedule stops the OAuth server. That hub has another application's
sessions, none, and keeps what it knows in SQLite; whoever comes logs in, sees the hub's home, goes.
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import aiohttp

import oauth_person
from chaos.cluster_view import ClusterView
from chaos.parts import Part, ViolationError
from chaos.rules.error_pages import problem_with_error
from ports import HeldPort

USER, PASSWORD = "alice", "pw-of-alice-the-first"
CLIENT, SECRET = "chaos-hub", "s3cret-of-the-chaos-hub"
OAUTH = "/apis/oauth.openshift.io/v1/oauthclients"
PATIENCE_SECONDS = 100.0
PAUSE_SECONDS = 1.0
CONFIG = """
c.JupyterHub.bind_url = "http://127.0.0.1:{public}"
c.JupyterHub.hub_bind_url = "http://127.0.0.1:{hub}"
c.ConfigurableHTTPProxy.api_url = "http://127.0.0.1:{proxy}"
c.JupyterHub.db_url = "sqlite:///{folder}/hub.sqlite"
c.JupyterHub.cookie_secret_file = "{folder}/cookie_secret"
c.ConfigurableHTTPProxy.pid_file = "{folder}/proxy.pid"
c.JupyterHub.log_level = "DEBUG"
c.JupyterHub.authenticator_class = "openshift-cluster"
c.JupyterHub.spawner_class = "simple"
c.Authenticator.allow_all = True
c.OpenShiftAuthenticator.openshift_url = "{api}"
c.OpenShiftAuthenticator.api_ca_file = "{folder}/ca.crt"
c.OpenShiftAuthenticator.oauth_ca_file = "{folder}/ca.crt"
c.OpenShiftAuthenticator.client_id = "{client}"
c.OpenShiftAuthenticator.client_secret_file = "{folder}/secret"
"""


@dataclass
class Logins:
    """What people have seen of the login."""

    done: int = 0
    shown: list[str] = field(default_factory=list)


def make_part(folder: Path, ports: Mapping[str, HeldPort], view: ClusterView) -> Part:
    """The hub of those with accounts."""
    own = folder / "accounts"
    own.mkdir()
    (own / "ca.crt").write_text(view.ca)
    names = {name: held.port for name, held in ports.items()}
    (own / "secret").write_text(SECRET)
    told = CONFIG.format(**names, folder=own, api=view.server, client=CLIENT)
    config = own / "jupyterhub_config.py"
    config.write_text(told)
    command = [sys.executable, "-m", "jupyterhub", "-f", str(config)]
    env = {
        "JUPYTERHUB_CRYPT_KEY": "0123456789abcdef" * 4,
        "SERVICE_ACCOUNT_DIR": str(own / "none"),
    }
    return Part("accounts", command, "JupyterHub is now running", own, env)


async def register(view: ClusterView, url: str) -> None:
    """The client that the OAuth server knows that hub by."""
    about = {
        "metadata": {"name": CLIENT},
        "secret": SECRET,
        "grantMethod": "auto",
        "redirectURIs": [f"{url}hub/oauth_callback"],
    }
    await view.create(OAUTH, about)


async def come_and_go(url: str, ca_file: Path, logins: Logins, goes_on: Callable[[], bool]) -> None:
    """One login after the other; ViolationError for what must not be."""
    begin = time.monotonic()
    while goes_on():
        try:
            async with asyncio.timeout(20), oauth_person.person_at_a_browser(ca_file) as person:
                if await log_in(person, url, logins):
                    logins.done += 1
                    begin = time.monotonic()
        except (aiohttp.ClientError, TimeoutError, AssertionError, OSError):
            pass  # nobody answers: what a browser says of that is its own
        if time.monotonic() - begin > PATIENCE_SECONDS:
            raise ViolationError(f"nobody could log in for {PATIENCE_SECONDS:.0f} s")
        await asyncio.sleep(PAUSE_SECONDS)  # as somebody who comes a moment later


async def log_in(person: oauth_person.OAuthPerson, url: str, logins: Logins) -> bool:
    """From the hub to its home page; False where a page said that it does not go on."""
    await person.get(f"{url}hub/oauth_login?next=/hub/home")
    if person.path == "/login":
        await person.log_in(USER, PASSWORD)
    if urlsplit(person.url).netloc != urlsplit(url).netloc:
        return False  # an error of the OAuth server's
    if person.status >= 400:
        # All of the hub's and of its proxy's errors are pages, whatever else they are.
        if problem := problem_with_error(person.status, "text/html", person.text):
            raise ViolationError(f"{USER} was shown, at {person.path}: {problem}")
        logins.shown.append(f"{person.status} at {person.path}")
    return person.status == 200 and person.path == "/hub/home"
