"""May this server be stopped, and why? Verdicts over values and a time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from workshop_culler.rules.ends import NO_EXTENSION, Ends, Extension, find_ends
from workshop_culler.rules.limits import Limits
from workshop_culler.rules.models import Action, CullVerdict, Server, keep
from workshop_culler.rules.times import span


def decide_server(
    server: Server,
    limits: Limits,
    now: datetime,
    *,
    extension: Extension = NO_EXTENSION,
    idle_suspended: bool = False,
    idle_from: datetime | None = None,
) -> CullVerdict:
    """Stop or keep one active server, with the reason in words.

    `idle_suspended` suspends the idle rule alone: after a start of ours or a jump of the
    clock, when sessions have not yet had the time to report what people do. Until `idle_from` it
    does not end this one: it was started for a class whose people have still to come.
    """
    if server.pending == "stop":
        return keep("is stopping already")
    if limits.exempt:
        return keep(f"exempt by {limits.policy}")
    ends = find_ends(server, limits, extension, idle_from)
    rule = _due_rule(ends, now, idle_suspended=idle_suspended)
    if rule:
        reason = f"{_due_reason(server, rule, now)} ({limits.policy})"
        return CullVerdict(Action.STOP, reason, rule, now)
    return keep(_keep_reason(server, limits, ends, now), ends.first)


def _due_rule(ends: Ends, now: datetime, *, idle_suspended: bool) -> str:
    if ends.age and now >= ends.age:
        return "age"
    if ends.pending and now >= ends.pending:
        return "pending"
    if ends.idle and now >= ends.idle and not idle_suspended:
        return "idle"
    return ""


def _due_reason(server: Server, rule: str, now: datetime) -> str:
    since = server.last_activity if rule == "idle" else server.started
    for_long = f" for {span(now - since)}" if since else ""
    words = {"age": "running", "pending": f"pending {server.pending}", "idle": "idle"}
    return f"{words[rule]}{for_long}"


def _keep_reason(server: Server, limits: Limits, ends: Ends, now: datetime) -> str:
    if ends.first is None:
        why = "no time is known" if not server.started else "no rule applies"
        return f"{why} ({limits.policy})"
    if now >= ends.first:
        return "idle, but the idle rule is on hold until sessions had time to report"
    return f"ends in {span(ends.first - now)} ({limits.policy})"


Hook = Callable[..., Any]


def decide_with_hook(verdict: CullVerdict, answer: object) -> CullVerdict:
    """The verdict once the hook has answered: it decides idleness and nothing else."""
    if answer and not verdict.acts:
        return CullVerdict(Action.STOP, "the cull_arbiter_hook said so", "hook", verdict.due)
    if not answer and verdict.rule == "idle":
        return keep("the cull_arbiter_hook keeps it", verdict.due)
    return verdict
