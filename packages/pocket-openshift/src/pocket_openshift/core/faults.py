"""A script of faults: what goes wrong, for which requests, how often.

Pure but for its own counters.

Tests add faults; the server asks `next_for` once a request. See docs/how-to/test-your-spawner.md.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from pocket_openshift.vocabulary import errors, kinds

FOREVER = 10**9
_VERBS = ("*", *kinds.ALL)
_RESOURCES = frozenset(
    ["*"]
    + [kind.plural for kind in kinds.KINDS]
    + [f"{kind.plural}/{part}" for kind in kinds.KINDS for part in kind.subresources]
)
# The OAuth server's, by their path without the first slash.
_PAGES = ("oauth/", "login", "logout", ".well-known/", "healthz")
_NUMBERS = ("times", "retry_after", "delay", "after_events", "stale", "review_cache")


@dataclass(slots=True)
class Fault:
    """One thing to go wrong.

    `verb` and `resource` choose requests ("*" is any; "pods/log" a subresource), `namespace`,
    `name` and `user` narrow it. `status` answers with that error; `retry_after` (seconds) adds
    the header, with 429 when no status is given. `drop` cuts the connection "before" anything is
    done or "after" it was committed. `delay` waits that many seconds first. For watches:
    `watch="silent"` sends nothing more, `watch="cut"` ends the connection after `after_events`
    events, `watch="expired"` sends a 410 event after them. `stale` answers a list with the state
    of that many seconds ago's version: the state before the last `stale` commits of the kind.

    `review_cache` lets a token mean for that many seconds what it meant when it was reviewed, for
    whoever `user` names: revoked tokens and changed groups act that much later, rights at once.
    """

    verb: str = "*"
    resource: str = "*"
    times: int = 1
    status: int | None = None
    message: str = ""
    retry_after: int | None = None
    drop: Literal["before", "after"] | None = None
    delay: float = 0.0
    watch: Literal["silent", "cut", "expired"] | None = None
    after_events: int = 0
    stale: int = 0
    review_cache: float = 0.0
    namespace: str | None = None
    name: str | None = None
    user: str | None = None
    seen: int = field(default=0, compare=False)

    def concerns(self, verb: str, resource: str, namespace: str, name: str, user: str) -> bool:
        """Whether it is meant for this request."""
        return (
            not self.review_cache
            and self.verb in ("*", verb)
            and self.resource in ("*", resource)
            and self.namespace in (None, namespace)
            and self.name in (None, name)
            and self.user in (None, user)
        )

    def as_error(self) -> errors.StatusError:
        """The answer that `status` and `retry_after` ask for."""
        code = self.status or 429
        if code == 429:
            error = errors.too_many_requests(self.retry_after or 1)
        else:
            error = errors.internal_error(self.message or f"a fault of the test: {code}", code)
        if self.retry_after is not None:
            error.headers["Retry-After"] = str(self.retry_after)
        return error


def problem_with(fault: Fault) -> str | None:
    """Why a fault could never happen as it is written, or None.

    One that never happens would make a test pass that tests nothing.
    """
    for name, value, known in (
        ("verb", fault.verb, _VERBS),
        ("drop", fault.drop, (None, "before", "after")),
        ("watch", fault.watch, (None, "silent", "cut", "expired")),
    ):
        if value not in known:
            return f"{name}={value!r}: it is one of {', '.join(map(str, known))}"
    if fault.resource not in _RESOURCES and not fault.resource.startswith(_PAGES):
        return f"resource={fault.resource!r}: no such resource; say the plural, such as pods/log"
    if fault.watch is not None and fault.verb != "watch":
        return f"watch={fault.watch!r} happens to watches, not to verb={fault.verb!r}"
    if fault.stale and fault.verb not in ("list", "*"):
        return f"stale={fault.stale} happens to lists, not to verb={fault.verb!r}"
    narrow = (fault.verb, fault.resource, fault.namespace, fault.name)
    if fault.review_cache and narrow != ("*", "*", None, None):
        return "review_cache happens to tokens, whatever they are used for: only user narrows it"
    negative = [name for name in _NUMBERS if (getattr(fault, name) or 0) < 0]
    return f"{negative[0]} may not be negative" if negative else None


class Faults:
    """The script. Faults are taken in the order they were added, each `times` times."""

    def __init__(self) -> None:
        self._script: list[Fault] = []

    def add(self, *, times: int | None = 1, **what: object) -> Fault:
        """Add a fault (see `Fault` for the words); `times=None` means until `clear`.

        Returns it: `.seen` counts. ValueError for one that could never happen.
        """
        fault = Fault(times=FOREVER if times is None else times, **what)  # type: ignore[arg-type]
        effects = (fault.status, fault.retry_after, fault.drop, fault.watch)
        amounts = (fault.delay, fault.stale, fault.review_cache)
        if not any(effect is not None for effect in effects) and not any(amounts):
            raise ValueError(
                "a fault needs one of status, retry_after, drop, delay, watch, stale, review_cache"
            )
        if fault.watch is not None and fault.verb == "*":
            fault.verb = "watch"
        if wrong := problem_with(fault):
            raise ValueError(wrong)
        self._script.append(fault)
        return fault

    def clear(self) -> None:
        """Nothing goes wrong any more."""
        self._script.clear()

    @property
    def has_pauses(self) -> bool:
        """Whether a request may have to wait."""
        return any(fault.delay and fault.seen < fault.times for fault in self._script)

    @contextlib.contextmanager
    def set_aside(self) -> Iterator[None]:
        """Nothing goes wrong within, and none of the script is used up."""
        script, self._script = self._script, []
        try:
            yield
        finally:
            self._script = script

    def next_for_page(self, verb: str, path: str) -> Fault | None:
        """The fault for a request to the OAuth server, counted.

        It is one that names its path ("oauth/token", "oauth/authorize", "login") as the resource.
        "*" is for the API only.
        """
        for fault in self._script:
            if fault.resource == path and fault.seen < fault.times and fault.verb in ("*", verb):
                fault.seen += 1
                return fault
        return None

    def next_for_review(self, user: str, age: float) -> Fault | None:
        """The fault that keeps a review of that age (seconds) for this user, counted, or None."""
        for fault in self._script:
            kept = age < fault.review_cache and fault.user in (None, user)
            if kept and fault.seen < fault.times:
                fault.seen += 1
                return fault
        return None

    def next_for(
        self, verb: str, resource: str, namespace: str, name: str, user: str
    ) -> Fault | None:
        """The fault for this request, counted, or None."""
        for fault in self._script:
            if fault.seen < fault.times and fault.concerns(verb, resource, namespace, name, user):
                fault.seen += 1
                return fault
        return None
