"""Login at the cluster, without a hub: the pod's own service account is the OAuth client.

For the image alone in a project (OAUTH_SERVICE_ACCOUNT): only who may administer the project enters,
that is who may create role bindings in it; the cluster is asked. A door to the network.
https://docs.redhat.com/en/documentation/openshift_container_platform/latest/html/authentication_and_authorization/using-service-accounts-as-oauth-client
"""  # noqa: E501 - an address

from __future__ import annotations

import base64
import collections
import dataclasses
import hashlib
import hmac
import json
import logging
import pathlib
import secrets
import ssl
import time
import typing
import urllib.parse

from tornado import httpclient, httputil, web

from jupyterhub_butterfly import kubeconfig, settings, tickets

from . import Refused, Unanswered, Visitor
from .none import check_form

log = logging.getLogger(__name__)

LOGIN_COOKIE = "terminal-login"
STATE_COOKIE = "terminal-login-state"
STATE_SECONDS = 600
REQUEST_SECONDS = 10.0
RECHECK_SECONDS = 300.0
MOST_LOGINS = 1000
SCOPE = "user:info user:check-access"


@dataclasses.dataclass(frozen=True)
class Account:
    """The pod's account: where it is mounted, what it is called, where its API is."""

    folder: pathlib.Path
    namespace: str
    name: str
    api_url: str

    @property
    def client_id(self) -> str:
        """What the OAuth server calls it."""
        return f"system:serviceaccount:{self.namespace}:{self.name}"


@dataclasses.dataclass
class Login:
    """One person's login, kept in this process."""

    name: str
    token: str = dataclasses.field(repr=False)
    checked_at: float


def find_account(environ: typing.Mapping[str, str]) -> Account:
    """Find the mounted account. Raises `SettingsError` with what is missing."""
    folder = pathlib.Path(environ.get("SERVICE_ACCOUNT_DIR") or kubeconfig.STANDARD_FOLDER)
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


def make_review(namespace: str) -> dict[str, typing.Any]:
    """Make the question whether somebody administers a project."""
    attributes = {
        "namespace": namespace,
        "verb": "create",
        "group": "rbac.authorization.k8s.io",
        "resource": "rolebindings",
    }
    return {
        "apiVersion": "authorization.k8s.io/v1",
        "kind": "SelfSubjectAccessReview",
        "spec": {"resourceAttributes": attributes},
    }


def make_challenge(verifier: str) -> str:
    """Return the PKCE challenge (S256) of a verifier."""
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


class OpenShiftGate:
    """Admits who administers the project, as the cluster says."""

    mode = "openshift"

    def __init__(
        self, account: Account, secret: bytes, clock: typing.Callable[[], float] = time.monotonic
    ) -> None:
        self.account = account
        self.secret = secret
        self._clock = clock
        self._logins: collections.OrderedDict[str, Login] = collections.OrderedDict()
        self._ssl = ssl.create_default_context()
        if (account.folder / "ca.crt").is_file():
            self._ssl.load_verify_locations(account.folder / "ca.crt")

    async def start(self) -> None:
        """Say what the cluster must know of us."""
        log.info(
            "Log in at the cluster as %s; its redirect must be registered: oc annotate sa %s "
            "serviceaccounts.openshift.io/oauth-redirecturi.terminal=<this URL>/oauth_callback",
            self.account.client_id,
            self.account.name,
        )

    async def admit(self, handler: web.RequestHandler) -> Visitor | None:
        """Find the login of this browser; ask the cluster again when it is old."""
        key = self._key(handler)
        login = self._logins.get(key) if key else None
        if key is None or login is None:
            return None
        if self._clock() - login.checked_at > RECHECK_SECONDS and not await self._check(login):
            self._logins.pop(key, None)
            return None
        return Visitor(login.name, hashlib.sha256(key.encode()).hexdigest())

    async def begin_login(self, handler: web.RequestHandler) -> None:
        """Send the browser to the cluster's login."""
        endpoints = await self._discover()
        verifier, state = secrets.token_urlsafe(48), secrets.token_urlsafe(24)
        kept = json.dumps({"state": state, "verifier": verifier, "next": handler.request.uri})
        self._set_cookie(handler, STATE_COOKIE, kept, max_age=STATE_SECONDS)
        query = {
            "client_id": self.account.client_id,
            "redirect_uri": self._callback_url(handler),
            "response_type": "code",
            "scope": SCOPE,
            "state": state,
            "code_challenge": make_challenge(verifier),
            "code_challenge_method": "S256",
        }
        handler.redirect(httputil.url_concat(endpoints["authorization_endpoint"], query))

    async def finish_login(self, handler: web.RequestHandler) -> str:
        """Take the code that the browser brought; returns where to go on. Raises `Refused`."""
        kept = json.loads(handler.get_signed_cookie(STATE_COOKIE, max_age_days=1) or b"{}")
        handler.clear_cookie(STATE_COOKIE, path=handler.settings["prefix"])
        state = handler.get_query_argument("state", "")
        if not kept or not hmac.compare_digest(state.encode(), kept["state"].encode()):
            raise Refused("This login was not begun in this browser. Open the terminal again.")
        code = handler.get_query_argument("code", "")
        if not code:
            reason = handler.get_query_argument("error_description", "no code came back")
            raise Refused(f"The cluster did not log you in: {reason[:200]}")
        token = await self._exchange(code, kept["verifier"], self._callback_url(handler))
        user = await self._call("GET", "/apis/user.openshift.io/v1/users/~", token)
        login = Login(str(user["metadata"]["name"]), token, self._clock())
        if not await self._check(login):
            raise Refused(f"{login.name} does not administer the project {self.account.namespace}.")
        self._remember(handler, login)
        log.info("%s logged in", login.name)
        target = str(kept["next"])
        return target if target.startswith(handler.settings["prefix"]) else "/"

    async def still_valid(self, handler: web.RequestHandler) -> bool:
        """Ask the cluster about the login of a long-lived socket."""
        login = self._logins.get(self._key(handler) or "")
        return login is not None and await self._check(login)

    def log_out(self, handler: web.RequestHandler) -> None:
        """Forget the login of this browser."""
        self._logins.pop(self._key(handler) or "", None)
        handler.clear_cookie(LOGIN_COOKIE, path=handler.settings["prefix"])

    def xsrf_token(self, handler: web.RequestHandler) -> bytes:
        """Return a token bound to this login."""
        return tickets.make_ticket(self.secret, f"form:{self._key(handler)}").encode()

    def check_xsrf(self, handler: web.RequestHandler) -> None:
        """Refuse a form or script that does not carry it, or that comes from elsewhere."""
        check_form(handler, self.xsrf_token(handler))

    def routes(self) -> list[tuple[str, type[web.RequestHandler], dict[str, typing.Any]]]:
        """Return from the cluster, and the way out."""
        return [
            (r"oauth_callback", Callback, {"gate": self}),
            (r"logout", Logout, {"gate": self}),
        ]

    async def _check(self, login: Login) -> bool:
        path = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"
        try:
            answer = await self._call(
                "POST", path, login.token, make_review(self.account.namespace)
            )
        except Refused:
            return False
        login.checked_at = self._clock()
        return answer.get("status", {}).get("allowed") is True

    async def _discover(self) -> dict[str, str]:
        found = await self._call("GET", "/.well-known/oauth-authorization-server", None)
        for key in ("authorization_endpoint", "token_endpoint"):
            if urllib.parse.urlsplit(str(found.get(key))).scheme != "https":
                raise Unanswered(f"The cluster names no {key}. Is this OpenShift?")
        return found

    async def _exchange(self, code: str, verifier: str, callback: str) -> str:
        endpoints = await self._discover()
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": callback,
            "code_verifier": verifier,
            "client_id": self.account.client_id,
            "client_secret": (self.account.folder / "token").read_text().strip(),
        }
        body = urllib.parse.urlencode(form)
        answer = await self._fetch(endpoints["token_endpoint"], method="POST", body=body)
        token = answer.get("access_token")
        if not isinstance(token, str) or not token:
            raise Refused("The cluster gave no token for this login. Open the terminal again.")
        return token

    async def _call(
        self, method: str, path: str, token: str | None, body: typing.Any = None
    ) -> dict[str, typing.Any]:
        headers = {"Accept": "application/json", "Content-Type": "application/json"}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        return await self._fetch(
            self.account.api_url + path,
            method=method,
            headers=headers,
            body=None if body is None else json.dumps(body),
        )

    async def _fetch(self, url: str, **options: typing.Any) -> dict[str, typing.Any]:
        """Fetch JSON. Raises `Refused` on 400, 401 and 403, `Unanswered` on all other trouble."""
        request = httpclient.HTTPRequest(
            url,
            ssl_options=self._ssl,
            connect_timeout=REQUEST_SECONDS,
            request_timeout=REQUEST_SECONDS,
            follow_redirects=False,
            **options,
        )
        try:
            answer = await httpclient.AsyncHTTPClient().fetch(request)
            found = json.loads(answer.body)
        except httpclient.HTTPError as error:
            if error.code in {400, 401, 403}:
                raise Refused("The cluster refused this login.") from error
            raise Unanswered(f"The cluster answers with {error.code}. Try again.") from error
        except (OSError, ValueError) as error:
            raise Unanswered("The cluster does not answer. Try again in a moment.") from error
        return found if isinstance(found, dict) else {}

    def _remember(self, handler: web.RequestHandler, login: Login) -> None:
        key = secrets.token_urlsafe(32)
        self._logins[key] = login
        while len(self._logins) > MOST_LOGINS:
            self._logins.popitem(last=False)
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


class Callback(web.RequestHandler):
    """The cluster sends the browser back here."""

    def initialize(self, gate: OpenShiftGate) -> None:
        """Keep the gate."""
        self.gate = gate

    async def get(self) -> None:
        """Finish the login, or say why not."""
        try:
            self.redirect(await self.gate.finish_login(self))
        except Refused as refusal:
            raise web.HTTPError(403, str(refusal)) from refusal
        except Unanswered as trouble:
            raise web.HTTPError(503, str(trouble)) from trouble

    def write_error(self, status_code: int, **kwargs: typing.Any) -> None:
        """Say it in a sentence."""
        from jupyterhub_butterfly import pages

        error = kwargs.get("exc_info", (None, None, None))[1]
        sentence = error.log_message if isinstance(error, web.HTTPError) else None
        prefix = self.settings["prefix"]
        self.finish(pages.render_error(status_code, sentence or self._reason, prefix))


class Logout(web.RequestHandler):
    """Forgets the login and closes its sockets."""

    def initialize(self, gate: OpenShiftGate) -> None:
        """Keep the gate."""
        self.gate = gate

    async def get(self) -> None:
        """Log out."""
        try:
            visitor = await self.gate.admit(self)
        except Unanswered:
            visitor = None
        if visitor is not None:
            self.settings["sockets"].close_login(visitor.binding)
        self.gate.log_out(self)
        self.finish("You are logged out.\n")
