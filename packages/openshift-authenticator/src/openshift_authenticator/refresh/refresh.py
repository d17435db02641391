"""Refresh somebody's login: read what is known, ask the cluster, do what refresh.py decides."""

from __future__ import annotations

import asyncio
import logging
from typing import Any, Protocol

from openshift_authenticator import errors
from openshift_authenticator.login import browser_sessions
from openshift_authenticator.login.rules import login_record
from openshift_authenticator.refresh import rules, single_flight

log = logging.getLogger(__name__)

# How long a refresh waits for its turn, in request_timeouts: all of a class come at once.
QUEUE_TIMEOUTS = 3


class LoggedInUser(browser_sessions.BrowserUser, Protocol):
    """What is needed of the hub's user."""

    name: str

    async def get_auth_state(self) -> dict[str, Any] | None:
        """What the hub keeps of the login, decrypted."""


class RefreshHost(Protocol):
    """What is needed of the authenticator."""

    circuit: rules.CircuitBreaker
    request_timeout: float

    @property
    def limits(self) -> rules.RefreshLimits:
        """The settings that refresh.py wants to know."""

    @property
    def single_flight(self) -> single_flight.SingleFlight:
        """Where refreshes pass."""

    def clock(self) -> float:
        """Seconds since the epoch."""

    async def make_model(self, state: dict[str, Any]) -> dict[str, Any]:
        """Ask the cluster again with the token of `state`; raises errors.LoginError."""

    async def still_admits(self, model: dict[str, Any]) -> bool:
        """Do the rules still let this person in?"""


async def renew(host: RefreshHost, user: LoggedInUser) -> bool | dict[str, Any]:
    """True, False or a new model: what Authenticator.refresh_user answers."""
    state = await user.get_auth_state() or {}
    record = rules.read_record(state)
    verdict = rules.decide_before(record, host.circuit, host.limits, host.clock())
    if verdict is not rules.RefreshVerdict.ASK:
        return _conclude(verdict, user)
    verdict, model = await _ask(host, user, state)
    if login_record.read_token(await user.get_auth_state()) != login_record.read_token(state):
        return True  # they logged in again meanwhile, and that is the newer truth
    return model if model is not None else _conclude(verdict, user)


async def _ask(
    host: RefreshHost, user: LoggedInUser, state: dict[str, Any]
) -> tuple[rules.RefreshVerdict, dict[str, Any] | None]:
    record = rules.read_record(state)
    try:
        async with asyncio.timeout(host.request_timeout * QUEUE_TIMEOUTS):
            await host.single_flight.limiter.acquire()
    except TimeoutError:
        # That many people are no trouble of the cluster's.
        log.warning("The login of %s could not be checked: too many others wait", user.name)
        return rules.decide_unconfirmed(record, host.limits, host.clock()), None
    try:
        return await _ask_now(host, user, state, record)
    finally:
        host.single_flight.limiter.release()


async def _ask_now(
    host: RefreshHost, user: LoggedInUser, state: dict[str, Any], record: rules.LoginRecord
) -> tuple[rules.RefreshVerdict, dict[str, Any] | None]:
    # Those before us in the queue may have found the cluster in trouble.
    verdict = rules.decide_before(record, host.circuit, host.limits, host.clock())
    if verdict is not rules.RefreshVerdict.ASK:
        return verdict, None
    try:
        async with asyncio.timeout(host.request_timeout):
            model = await host.make_model(state)
    except (errors.LoginError, TimeoutError) as error:
        return _note_failure(host, user, record, error), None
    host.circuit = rules.after_success()
    old, new = login_record.read_uid(state, None), login_record.read_uid(model["auth_state"], None)
    if old and old != new:
        return rules.RefreshVerdict.LOGIN_AGAIN, None
    if not await host.still_admits(model):
        return rules.RefreshVerdict.REFUSED, None
    return rules.RefreshVerdict.KEEP, model


def _note_failure(
    host: RefreshHost, user: LoggedInUser, record: rules.LoginRecord, error: Exception
) -> rules.RefreshVerdict:
    status = 403 if isinstance(error, errors.RefusedError) else getattr(error, "status", None)
    if status is None or status == 429 or status >= 500:
        retry_after = error.retry_after if isinstance(error, errors.ClusterError) else None
        host.circuit = rules.after_failure(host.circuit, host.clock(), retry_after)
    verdict = rules.decide_after_failure(status, record, host.limits, host.clock())
    reason = str(error) or "the cluster took too long"
    log.warning("The login of %s could not be checked (%s): %s", user.name, verdict.value, reason)
    return verdict


def _conclude(verdict: rules.RefreshVerdict, user: LoggedInUser) -> bool:
    if verdict is rules.RefreshVerdict.REFUSED:
        ended = browser_sessions.end_browser_sessions(user)
        log.warning("%s may not enter any more; %d browser sessions ended", user.name, ended)
    return verdict is rules.RefreshVerdict.KEEP
