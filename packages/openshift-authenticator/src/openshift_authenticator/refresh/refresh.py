"""Refresh somebody's login: read what is known, ask the cluster, do what refresh.py decides.

Called by authenticator.refresh_user, inside the turnstile.
"""

from __future__ import annotations

import asyncio
import logging
from typing import Any, Protocol

from openshift_authenticator import errors
from openshift_authenticator.login import browser_sessions
from openshift_authenticator.login.rules import login_record
from openshift_authenticator.refresh import rules, single_flight

log = logging.getLogger(__name__)

QUEUE_TIMEOUTS = 3
"""How long a refresh waits for its turn, in request_timeouts: all of a class come at once."""


class Host(Protocol):
    """What is needed of the authenticator."""

    weather: rules.Weather
    request_timeout: float

    @property
    def limits(self) -> rules.Limits:
        """The settings that refresh.py wants to know."""

    @property
    def gate(self) -> single_flight.Turnstile:
        """Where refreshes pass."""

    def now(self) -> float:
        """Seconds since the epoch."""

    async def make_model(self, state: dict[str, Any]) -> dict[str, Any]:
        """Ask the cluster anew with the token of ``state``; raises errors.LoginError."""

    async def judge_model(self, model: dict[str, Any]) -> bool:
        """Do the rules still let this person in?"""


async def renew(host: Host, user: Any) -> bool | dict[str, Any]:
    """True, False or a new model: what Authenticator.refresh_user answers."""
    state = await user.get_auth_state() or {}
    memory = rules.read_memory(state)
    verdict = rules.judge_before(memory, host.weather, host.limits, host.now())
    if verdict is not rules.Verdict.ASK:
        return _conclude(verdict, user)
    verdict, model = await _ask(host, user, state)
    if login_record.read_token(await user.get_auth_state()) != login_record.read_token(state):
        return True  # they logged in again meanwhile, and that is the newer truth
    return model if model is not None else _conclude(verdict, user)


async def _ask(
    host: Host, user: Any, state: dict[str, Any]
) -> tuple[rules.Verdict, dict[str, Any] | None]:
    memory = rules.read_memory(state)
    try:
        async with asyncio.timeout(host.request_timeout * QUEUE_TIMEOUTS):
            await host.gate.slot.acquire()
    except TimeoutError:
        # That many people are no trouble of the cluster's.
        log.warning("The login of %s could not be checked: too many others wait", user.name)
        return rules.judge_trouble(memory, host.limits, host.now()), None
    try:
        return await _ask_now(host, user, state, memory)
    finally:
        host.gate.slot.release()


async def _ask_now(
    host: Host, user: Any, state: dict[str, Any], memory: rules.Memory
) -> tuple[rules.Verdict, dict[str, Any] | None]:
    # Those before us in the queue may have found the cluster in trouble.
    verdict = rules.judge_before(memory, host.weather, host.limits, host.now())
    if verdict is not rules.Verdict.ASK:
        return verdict, None
    try:
        async with asyncio.timeout(host.request_timeout):
            model = await host.make_model(state)
    except (errors.LoginError, TimeoutError) as error:
        return _judge_error(host, user, memory, error), None
    host.weather = rules.after_success()
    old, new = login_record.read_uid(state, None), login_record.read_uid(model["auth_state"], None)
    if old and old != new:
        return rules.Verdict.LOGIN_AGAIN, None
    if not await host.judge_model(model):
        return rules.Verdict.REFUSED, None
    return rules.Verdict.KEEP, model


def _judge_error(host: Host, user: Any, memory: rules.Memory, error: Exception) -> rules.Verdict:
    status = 403 if isinstance(error, errors.Refused) else getattr(error, "status", None)
    if status is None or status == 429 or status >= 500:
        retry_after = error.retry_after if isinstance(error, errors.ClusterError) else None
        host.weather = rules.after_failure(host.weather, host.now(), retry_after)
    verdict = rules.judge_failure(status, memory, host.limits, host.now())
    reason = str(error) or "the cluster took too long"
    log.warning("The login of %s could not be checked (%s): %s", user.name, verdict.value, reason)
    return verdict


def _conclude(verdict: rules.Verdict, user: Any) -> bool:
    if verdict is rules.Verdict.REFUSED:
        ended = browser_sessions.end_browser_sessions(user)
        log.warning("%s may not enter any more; %d browser sessions ended", user.name, ended)
    return verdict is rules.Verdict.KEEP
