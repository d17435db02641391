"""The class that JupyterHub loads: short hooks; the components beside it do the work.

`c.JupyterHub.authenticator_class = "openshift-cluster"`. Built on oauthenticator's base; each
override names the step of the base that it replaces. The settings are in config/traits.py.
"""

from __future__ import annotations

import asyncio
import logging
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from jupyterhub.handlers import BaseHandler
from jupyterhub.user import User
from jupyterhub.utils import get_browser_protocol
from oauthenticator.oauth2 import guess_callback_uri
from traitlets import Instance, default

from openshift_authenticator import errors
from openshift_authenticator.cluster import credentials
from openshift_authenticator.cluster.rules import tokens
from openshift_authenticator.components import Components, make_components
from openshift_authenticator.config import reading, traits
from openshift_authenticator.login import access_reviews, handlers, login_state
from openshift_authenticator.login.rules import access, identity, login_record, redirects
from openshift_authenticator.refresh import refresh, rules, single_flight
from workshop_kube.openshift_login import endpoints

if TYPE_CHECKING:
    from jupyterhub.app import JupyterHub

# How long a logout waits for the cluster to revoke tokens.
FORGET_SECONDS = 2.0


class OpenShiftAuthenticator(traits.AuthenticatorTraits):
    """Log in with the account of an OpenShift cluster."""

    user_auth_state_key = login_record.STATE_KEY
    login_handler = handlers.LoginHandler
    callback_handler = handlers.CallbackHandler
    logout_handler = handlers.LogoutHandler

    components = Instance(Components)
    replay_cache = Instance(login_state.ReplayCache, ())
    circuit = Instance(rules.CircuitBreaker, ())
    where = Instance(endpoints.Endpoints, allow_none=True)
    clock = staticmethod(time.time)

    @default("components")
    def _components_default(self) -> Components:
        # What the components log goes where the hub logs, in its format.
        logging.getLogger(__package__).parent = self.log
        return make_components(reading.read_cluster_settings(self), self, self.make_request)

    @property
    def limits(self) -> rules.RefreshLimits:
        """The settings that refresh.py wants to know."""
        return rules.RefreshLimits(self.auth_refresh_age, self.refresh_tolerance)

    @property
    def single_flight(self) -> single_flight.SingleFlight:
        """One refresh at a time for each user."""
        return self.components.single_flight

    # The way there ----------------------------------------------------------------------------

    def get_handlers(self, app: JupyterHub) -> list[tuple[str, type]]:
        """Called once by JupyterHub as it starts; begins the self-check beside it."""
        checker = self.components.checker
        public = getattr(app, "public_url", "")
        checker.callback = self.oauth_callback_url or (
            redirects.make_callback(public, app.base_url) if public else ""
        )
        work = checker.run_at_start(self.account, self.service_account_dir, app.base_url)
        self.components.begin(work)
        self.components.begin(self.components.close_at_the_end())
        return [*super().get_handlers(app), (r"/openshift-login", handlers.StatusHandler)]

    async def find(self) -> endpoints.Endpoints:
        """Where to log in: as configured, or as the cluster says."""
        if self.authorize_url and self.token_url:
            issuer = self.authorize_url
            self.where = endpoints.Endpoints(issuer, self.authorize_url, self.token_url)
        else:
            self.where = await self.components.finder.find()
        return self.where

    def get_callback_url(self, handler: BaseHandler | None = None) -> str:
        """The callback: configured, found by the self-check, or taken from the request."""
        if self.oauth_callback_url or self.components.checker.callback or handler is None:
            return self.oauth_callback_url or self.components.checker.callback
        protocol = get_browser_protocol(handler.request)
        return guess_callback_uri(protocol, handler.request.host, handler.hub.server.base_url)

    def make_request(self, callback: str) -> redirects.Request:
        """What is asked of the OAuth server."""
        known = (self.oauth_callback_url, self.components.checker.callback)
        return redirects.Request(
            self.client_id, callback, tuple(self.scope), guessed=callback not in known
        )

    async def prepare_login(self, handler: BaseHandler) -> None:
        """Called by the login page before it sends the browser away; raises errors.LoginError."""
        callback = self.get_callback_url(handler)
        await self.find()
        if problem := await self.components.checker.check(callback):
            raise errors.MisconfiguredError.of(problem)

    # The way back -----------------------------------------------------------------------------

    def build_access_tokens_request_params(
        self, handler: handlers.CallbackHandler, data: object = None
    ) -> dict[str, str]:
        """Replaces the base's: reads the secret each time, and always sends PKCE's verifier."""
        callback = self.get_callback_url(handler)
        return {
            "grant_type": "authorization_code",
            "code": handler.get_argument("code"),
            "redirect_uri": callback,
            "code_verifier": handler.get_verifier(),
            "client_id": self.client_id,
            "client_secret": self._read_secret(),
        }

    def _read_secret(self) -> str:
        if self.client_secret_file:
            return credentials.read_text(self.client_secret_file, "the OAuth client's secret")
        return self.client_secret or credentials.read_token(self.service_account_dir)

    async def get_token_info(self, handler: BaseHandler, params: dict[str, str]) -> dict[str, Any]:
        """Replaces the base's: exchange the code; raises errors.LoginError."""
        where = await self.find()
        answer = await self.components.api.exchange_code(where.token, params)
        request = self.make_request(params["redirect_uri"])
        document = redirects.parse_exchange(answer.status, answer.document, request)
        return {**document, "obtained_at": self.clock()}

    async def token_to_user(self, token_info: dict[str, Any]) -> dict[str, Any]:
        """Replaces the base's: the user document of the token's owner; raises errors.LoginError."""
        try:
            return await self.components.api.get_user(token_info["access_token"])
        except errors.ClusterError as error:
            raise access.explain_refusal(error, token_info, "user:info") from error

    def user_info_to_username(self, user_info: dict[str, Any]) -> str:
        """Replaces the base's: the cluster's name, as it spells it; raises errors.LoginError."""
        name = identity.read_user(user_info).name
        if why := identity.problem_with_name(name):
            raise errors.RefusedError(f"Your cluster account cannot be used with this hub: {why}.")
        return name

    def normalize_username(self, username: str) -> str:
        """Keeps the case: to the cluster, Alice and alice are two people."""
        return self.username_map.get(username, username)

    def validate_username(self, username: str) -> bool:
        """Refuses names that the hub or an address cannot hold."""
        return not identity.problem_with_name(username) and super().validate_username(username)

    def build_auth_state_dict(
        self, token_info: dict[str, Any], user_info: dict[str, Any]
    ) -> dict[str, Any]:
        """Adds to the base's when the token ends and when the cluster last confirmed it."""
        return {
            **super().build_auth_state_dict(token_info, user_info),
            "expires_at": tokens.read_expiry(token_info),
            "checked_at": self.clock(),
        }

    async def get_user_groups(self, auth_state: dict[str, Any]) -> set[str]:
        """Replaces the base's: the groups that people made, without system:..."""
        return set(identity.read_user(auth_state[login_record.STATE_KEY]).groups)

    async def update_auth_model(self, auth_model: dict[str, Any]) -> dict[str, Any]:
        """Adds to the model what the person may do in the cluster, and whether they are admin."""
        state = auth_model["auth_state"]
        found = await access_reviews.ask_access(
            self.components.api, state["token_response"], *self._checks()
        )
        state["openshift_rights"] = {"enter": found.enter, "administer": found.administer}
        auth_model["admin"] = self._decide_entry(auth_model).admin
        auth_model["user_info"] = login_record.make_user_info(state)
        return auth_model

    def _checks(self) -> tuple[tuple[access.Check, ...], ...]:
        account = self.account
        namespace = account.namespace if account else ""
        lists = (self.allowed_access, self.admin_access)
        return tuple(access.make_checks(checks, namespace) for checks in lists)

    # Who may enter ----------------------------------------------------------------------------

    @property
    def rules(self) -> identity.Rules:
        """The settings on who may enter and who is admin."""
        return identity.Rules(
            allow_all=self.allow_all,
            allowed_users=frozenset(self.allowed_users),
            blocked_users=frozenset(self.blocked_users),
            admin_users=frozenset(self.admin_users),
            allowed_groups=frozenset(self.allowed_groups),
            admin_groups=frozenset(self.admin_groups),
            admin_by_access=bool(self.admin_access),
        )

    def _decide_entry(self, model: dict[str, Any]) -> identity.EntryVerdict:
        state = model["auth_state"]
        person = identity.read_user(state[login_record.STATE_KEY])
        may = identity.AccessAnswers(**state.get("openshift_rights", {}))
        return identity.decide_entry(replace(person, name=model["name"]), may, self.rules)

    async def check_allowed(self, username: str, auth_model: dict[str, Any] | None) -> bool:
        """Replaces the base's: the same rules, and a sentence for whoever is not let in."""
        if auth_model is None:
            return False
        entry = self._decide_entry(auth_model)
        if entry.allowed:
            self.log.info("%s may enter: %s", username, entry.why)
            return True
        sentence = f"You are known to the cluster as {username}, but may not use this hub."
        raise handlers.refuse(403, f"{sentence} {self.custom_403_message}")

    async def run_post_auth_hook(
        self, handler: BaseHandler, auth_model: dict[str, Any]
    ) -> dict[str, Any]:
        """The last step of a login: is it the person that the hub knows by this name?"""
        user = handler.find_user(auth_model["name"])
        known = (await user.get_auth_state() or {}) if user else {}
        old = login_record.read_uid(known, getattr(user, "user_info", None))
        new = login_record.read_uid(auth_model["auth_state"], None)
        if not identity.is_same_person(old, new):
            raise self._refuse_stranger(auth_model["name"])
        model = await super().run_post_auth_hook(handler, auth_model)
        ends = tokens.render_time(model["auth_state"].get("expires_at") or 0)
        self.log.info(
            "The OpenShift token of %s ends at %s", model["name"], ends or "no known time"
        )
        return self._retire_tokens(known, model)

    def _refuse_stranger(self, name: str) -> errors.RefusedError:
        self.log.error(
            "The cluster account %s is not the one that the hub knows by this name (another UID). "
            "To let the new one in, delete the user %s at /hub/admin, with what it owns.",
            name,
            name,
        )
        return errors.RefusedError(
            f"The hub already has a user {name}, who was another person: the cluster account was "
            "deleted and made again. Ask the hub's admin to delete the old user.",
            code="another-uid",
        )

    # The token --------------------------------------------------------------------------------

    @property
    def keeps_tokens(self) -> bool:
        """Is there anything to do with a token after the login?"""
        wanted = self.sessions_act_as_user or self.auth_refresh_age > 0
        return self.enable_auth_state and wanted

    def _retire_tokens(self, old: dict[str, Any], model: dict[str, Any]) -> dict[str, Any]:
        state = model["auth_state"]
        if not self.keeps_tokens:
            self.components.begin(self._revoke(login_record.read_tokens(state), state))
            return {**model, "auth_state": login_record.without_token(state)}
        # Somebody's running session may still use the token that it was given.
        kept = login_record.MOST_OLDER if self.sessions_act_as_user else 0
        older = login_record.read_tokens(old)
        self.components.begin(self._revoke(older[kept:], old))
        return {**model, "auth_state": {**state, login_record.OLDER_KEY: older[:kept]}}

    async def _revoke(self, found: list[str], state: dict[str, Any]) -> None:
        scope = login_record.read_scope(state)
        await asyncio.gather(*(self.components.revoker.revoke(token, scope) for token in found))

    async def forget(self, user: User) -> None:
        """Give back the user's tokens; called at logout and when the user is deleted.

        A cluster that takes its time does not hold up the logout: the work goes on beside it.
        """
        state = await user.get_auth_state() or {}
        if found := login_record.read_tokens(state):
            await user.save_auth_state(login_record.without_token(state))
            work = self.components.begin(self._revoke(found, state))
            await asyncio.wait({work}, timeout=FORGET_SECONDS)

    async def delete_user(self, user: User) -> None:
        """Called by JupyterHub as it deletes a user."""
        await self.forget(user)
        super().delete_user(user)

    # The refresh ------------------------------------------------------------------------------

    async def refresh_user(
        self, user: User, handler: BaseHandler | None = None, **kwargs: object
    ) -> bool | dict[str, Any]:
        """Replaces the base's: True, False or a new model; one at a time for each user."""
        if not self.keeps_tokens:
            return True
        if self.refresh_user_hook is not None:
            refreshed = await self._call_refresh_user_hook(user, await user.get_auth_state())
            if refreshed is not None:
                return refreshed
        if not hasattr(handler, "_token_authenticated") and handler is not None:
            # JupyterHub 6.1 reads it when we answer False, but sets it for API tokens only.
            handler._token_authenticated = False
        result, first = await self.single_flight.run(user.name, lambda: refresh.renew(self, user))
        # Whoever waited for another's refresh has nothing left to save.
        return result if first else bool(result)

    async def make_model(self, state: dict[str, Any]) -> dict[str, Any]:
        """The model that the token of `state` gives now; raises errors.LoginError."""
        model = await self._token_to_auth_model(state["token_response"])
        model["auth_state"][login_record.OLDER_KEY] = login_record.read_tokens(state)[1:]
        return model

    async def still_admits(self, model: dict[str, Any]) -> bool:
        """Do the rules still let this person in?"""
        return self._decide_entry(model).allowed

    def render_status(self) -> dict[str, Any]:
        """What an admin may know of the hub's side of a login."""
        checker = self.components.checker
        return {
            "openshift_url": self.openshift_url,
            "client_id": self.client_id,
            "redirect_uri": checker.callback,
            "scope": list(self.scope),
            "problem": checker.problem.as_dict() if checker.problem else None,
        }
