"""Log in with OpenShift, without a hub: the pod's own service account is the OAuth client.

For the image alone in a project (OAUTH_SERVICE_ACCOUNT): only who may administer the project enters,
that is who may create role bindings in it. `openshift_client` asks the cluster.
https://docs.redhat.com/en/documentation/openshift_container_platform/latest/html/authentication_and_authorization/using-service-accounts-as-oauth-client
"""  # noqa: E501 - an address

from __future__ import annotations

import asyncio
import collections
import hashlib
import hmac
import json
import logging
import secrets
import time
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tornado import httputil, web

from jupyterhub_butterfly import error_pages, settings
from jupyterhub_butterfly.auth import RefusedError, UnansweredError, Visitor, standalone
from jupyterhub_butterfly.auth.openshift_client import Account, OpenShiftClient
from jupyterhub_butterfly.rules import openshift_answers
from jupyterhub_butterfly.shell import kubeconfig
from workshop_kube.openshift_login import cookies, tokens, tolerance

log = logging.getLogger(__name__)

LOGIN_COOKIE = "terminal-login"
STATE_COOKIE = "terminal-login-state"
RECHECK_SECONDS = 300.0
# Sockets of one login that are checked within this time are checked by one question.
AT_ONCE_SECONDS = 0.5
MOST_LOGINS = 1000
MOST_SPENT = 10_000
SCOPE = "user:info user:check-access"


@dataclass
class Login:
    """One person's login, kept in this process; `asking` is the question under way."""

    name: str
    token: str = field(repr=False)
    checked_at: float
    asking: asyncio.Task[bool] | None = None


def find_account(environ: Mapping[str, str]) -> Account:
    """Find the mounted account. Raises `SettingsError` with what is missing."""
    folder = Path(environ.get("SERVICE_ACCOUNT_DIR") or kubeconfig.STANDARD_FOLDER)
    host = environ.get("KUBERNETES_SERVICE_HOST", "")
    name = environ.get("OAUTH_SERVICE_ACCOUNT", "")
    try:
        namespace = (folder / "namespace").read_text().strip()
    except OSError:
        namespace = ""
    if not (name and host and namespace and (folder / "token").is_file()):
        raise settings.SettingsError(
            "ButterflyApp.mode = 'openshift' needs OAUTH_SERVICE_ACCOUNT, and that account's token "
            f"and namespace mounted in {folder}, in a pod of the cluster."
        )
    port = environ.get("KUBERNETES_SERVICE_PORT", "443")
    return Account(folder, namespace, name, kubeconfig.make_server_url(host, port))


def find_ca_file(environ: Mapping[str, str]) -> str:
    """The bundle that OAUTH_CA_FILE names, empty for none. Raises `SettingsError` if it is none."""
    path = environ.get("OAUTH_CA_FILE", "")
    try:
        good = not path or "BEGIN CERTIFICATE" in Path(path).read_text()
    except (OSError, UnicodeDecodeError):
        good = False
    if not good:
        raise settings.SettingsError(f"OAUTH_CA_FILE: {path} is no readable file of certificates.")
    return path


class OpenShiftGate(standalone.StandaloneGate):
    """Admits who administers the project, as the cluster says."""

    mode = "openshift"

    def __init__(
        self,
        cluster: OpenShiftClient,
        secret: bytes,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(secret)
        self.cluster = cluster
        self.clock = clock
        self._logins: collections.OrderedDict[str, Login] = collections.OrderedDict()
        self._spent: collections.OrderedDict[str, None] = collections.OrderedDict()
        self._failures = 0
        self._quiet_until = 0.0
        self._tasks: set[asyncio.Task[Any]] = set()

    async def start(self) -> None:
        """Say what the cluster must know of us."""
        account = self.cluster.account
        log.info(
            "Log in at the cluster as %s; its redirect must be registered: oc annotate sa %s "
            "serviceaccounts.openshift.io/oauth-redirecturi.terminal=<this URL>/oauth_callback",
            account.client_id,
            account.name,
        )

    async def admit(self, handler: web.RequestHandler) -> Visitor | None:
        """Find the login of this browser; ask the cluster again when it is old."""
        key = self._key(handler)
        login = self._logins.get(key) if key else None
        if key is None or login is None:
            return None
        if not await self.confirm(login, RECHECK_SECONDS):
            self._drop(key)
            return None
        return Visitor(login.name, hashlib.sha256(key.encode()).hexdigest())

    async def begin_login(self, handler: web.RequestHandler) -> None:
        """Send the browser to the cluster's login."""
        endpoints = await self.cluster.discover()
        verifier, state = secrets.token_urlsafe(48), secrets.token_urlsafe(24)
        kept = json.dumps({"state": state, "verifier": verifier, "next": handler.request.uri})
        for name in cookies.find_surplus(STATE_COOKIE, handler.cookies):
            handler.clear_cookie(name, path=handler.settings["prefix"])
        cookie = cookies.make_cookie_name(STATE_COOKIE, state, time.time())
        self._set_cookie(handler, cookie, kept, max_age=cookies.LIFETIME_SECONDS)
        query = {
            "client_id": self.cluster.account.client_id,
            "redirect_uri": self._callback_url(handler),
            "response_type": "code",
            "scope": SCOPE,
            "state": state,
            "code_challenge": tokens.make_challenge(verifier),
            "code_challenge_method": "S256",
        }
        handler.redirect(httputil.url_concat(endpoints.authorize, query))

    async def finish_login(self, handler: web.RequestHandler) -> str:
        """Take the code that the browser brought; returns where to go on. Raises `RefusedError`."""
        if error := handler.get_query_argument("error", ""):
            # OpenShift does not always send the state along with an error.
            description = handler.get_query_argument("error_description", "")
            raise RefusedError(openshift_answers.explain_error(error, description))
        kept = self._take_kept(handler)
        code = handler.get_query_argument("code", "")
        if not code:
            raise RefusedError(
                "The cluster's login sent you back without a code. Open the terminal."
            )
        token = await self.cluster.exchange(code, kept["verifier"], self._callback_url(handler))
        login = Login(await self.cluster.get_name(token), token, self.clock())
        if not await self.cluster.may_enter(token):
            self._begin(self.cluster.revoke(token))
            project = self.cluster.account.namespace
            raise RefusedError(f"{login.name} does not administer the project {project}.")
        self._remember(handler, login)
        log.info("%s logged in", login.name)
        return openshift_answers.find_return_path(kept["next"], handler.settings["prefix"])

    def _take_kept(self, handler: web.RequestHandler) -> dict[str, str]:
        """Take the browser's half of the login, good once."""
        state = handler.get_query_argument("state", "")
        cookie = cookies.find_cookie(STATE_COOKIE, state, handler.cookies)
        days = cookies.LIFETIME_SECONDS / 86400
        kept = openshift_answers.read_kept(handler.get_signed_cookie(cookie, max_age_days=days))
        if not kept or not hmac.compare_digest(state.encode(), kept["state"].encode()):
            raise RefusedError("This login was not begun in this browser. Open the terminal again.")
        handler.clear_cookie(cookie, path=handler.settings["prefix"])
        if state in self._spent:
            raise RefusedError("This login was used before. Open the terminal again.")
        self._spent[state] = None
        while len(self._spent) > MOST_SPENT:
            self._spent.popitem(last=False)
        return kept

    async def still_valid(self, handler: web.RequestHandler) -> bool:
        """Ask the cluster about the login of a long-lived socket."""
        login = self._logins.get(self._key(handler) or "")
        return login is not None and await self.confirm(login, AT_ONCE_SECONDS)

    def log_out(self, handler: web.RequestHandler) -> None:
        """Forget the login of this browser, and give its token back."""
        self._drop(self._key(handler) or "")
        handler.clear_cookie(LOGIN_COOKIE, path=handler.settings["prefix"])

    def form_binding(self, handler: web.RequestHandler) -> str:
        """Bind the tokens of forms to the login of this browser."""
        return f"form:{self._key(handler)}"

    def routes(self) -> list[tuple[str, type[web.RequestHandler], dict[str, Any]]]:
        """Return from the cluster, and the way out."""
        return [
            (r"oauth_callback", Callback, {"gate": self}),
            (r"logout", Logout, {"gate": self}),
        ]

    async def confirm(self, login: Login, age: float) -> bool:
        """Whether a login holds, as known for at most `age` seconds; one question at a time."""
        if self.clock() - login.checked_at <= age:
            return True
        if login.asking is None or login.asking.done():
            login.asking = self._begin(self._ask(login))
        return await asyncio.shield(login.asking)

    async def _ask(self, login: Login) -> bool:
        now = self.clock()
        if now < self._quiet_until:
            return tolerance.is_tolerated(login.checked_at, now)
        try:
            allowed = await self.cluster.may_enter(login.token)
        except RefusedError:
            return False
        except UnansweredError as trouble:
            log.warning("The login of %s could not be checked: %s", login.name, trouble)
            if self.clock() >= self._quiet_until:
                self._failures += 1
                self._quiet_until = self.clock() + tolerance.make_pause(self._failures)
            return tolerance.is_tolerated(login.checked_at, self.clock())
        self._failures, self._quiet_until = 0, 0.0
        login.checked_at = self.clock()
        return allowed

    def _begin(self, work: Coroutine[Any, Any, bool | None]) -> Any:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    def _drop(self, key: str) -> None:
        login = self._logins.pop(key, None)
        if login is not None:
            self._begin(self.cluster.revoke(login.token))

    def _remember(self, handler: web.RequestHandler, login: Login) -> None:
        key = secrets.token_urlsafe(32)
        self._logins[key] = login
        while len(self._logins) > MOST_LOGINS:
            self._drop(next(iter(self._logins)))
        self._set_cookie(handler, LOGIN_COOKIE, key, max_age=24 * 3600)

    def _key(self, handler: web.RequestHandler) -> str | None:
        value = handler.get_signed_cookie(LOGIN_COOKIE, max_age_days=1)
        return value.decode() if value else None

    def _callback_url(self, handler: web.RequestHandler) -> str:
        request = handler.request
        return f"{request.protocol}://{request.host}{handler.settings['prefix']}oauth_callback"

    def _set_cookie(self, handler: web.RequestHandler, name: str, value: str, max_age: int) -> None:
        handler.set_signed_cookie(
            name,
            value,
            expires_days=None,
            max_age=max_age,
            path=handler.settings["prefix"],
            httponly=True,
            secure=handler.request.protocol == "https",
            samesite="Lax",
        )


class Callback(error_pages.LogsNoQuery, web.RequestHandler):
    """The cluster sends the browser back here."""

    def initialize(self, gate: OpenShiftGate) -> None:
        """Keep the gate."""
        self.gate = gate

    async def get(self) -> None:
        """Finish the login, or say why not."""
        try:
            self.redirect(await self.gate.finish_login(self))
        except RefusedError as refusal:
            raise web.HTTPError(403, str(refusal)) from refusal
        except UnansweredError as trouble:
            raise web.HTTPError(503, str(trouble)) from trouble

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """Say it in a sentence."""
        error = kwargs.get("exc_info", (None, None, None))[1]
        sentence = error.log_message if isinstance(error, web.HTTPError) else None
        prefix = self.settings["prefix"]
        sentence = sentence or self._reason
        # The address holds a code that is good once: not again.
        self.finish(error_pages.render_page(status_code, sentence, prefix, again=False))


class Logout(web.RequestHandler):
    """Forgets the login and closes its sockets."""

    def initialize(self, gate: OpenShiftGate) -> None:
        """Keep the gate."""
        self.gate = gate

    async def get(self) -> None:
        """Log out."""
        try:
            visitor = await self.gate.admit(self)
        except UnansweredError:
            visitor = None
        if visitor is not None:
            self.settings["sockets"].close_login(visitor.binding)
        self.gate.log_out(self)
        self.finish("You are logged out.\n")
