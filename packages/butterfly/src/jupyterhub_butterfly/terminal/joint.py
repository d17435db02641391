"""The one guest of this server, if there is one: what each side is told, and the limits of time.

`join_sockets` brings the guest, `sockets` the person's answers. What may follow on what is decided
in `rules.joining`.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Protocol

from jupyterhub_butterfly.rules import joining
from jupyterhub_butterfly.rules.joining import Deed, Join, Side, State

log = logging.getLogger(__name__)

BUSY = "Somebody else is here, or asks to be. Try again later."
PESTERING = "They said no several times. Talk to them first, and ask in a few minutes."


class BusyError(Exception):
    """There is a guest already; the message is a sentence."""


class GuestPage(Protocol):
    """The guest's connection."""

    def changed(self, join: Join) -> None:
        """Show where it stands; at the end, go."""


class Joint:
    """Holds the guest.

    Args:
        tell: Sends a message to all pages of the session's person.
        note: Tells the instructors' service what came of it.
        clock: Seconds that only grow.

    """

    def __init__(
        self,
        tell: Callable[[dict[str, Any]], None],
        note: Callable[[str, State], None] = lambda guest, state: None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._tell, self._note, self._clock = tell, note, clock
        self._join: Join | None = None
        self._page: GuestPage | None = None
        self._number = 0
        # The limits of the question that is open, and of the whole.
        self._question_limit: asyncio.TimerHandle | None = None
        self._limit: asyncio.TimerHandle | None = None
        self._refusals: list[float] = []
        # Connections of which it is not known yet whose they are.
        self.unknown = 0

    @property
    def view(self) -> dict[str, Any] | None:
        """What a page of the person that has just come is told."""
        return joining.render_view(self._join) if self._join else None

    def ask(self, page: GuestPage, guest: str, *, may_type: bool) -> Join:
        """Ask the person for a guest. Raises `BusyError`."""
        if self._join is not None:
            raise BusyError(BUSY)
        if joining.is_pestering(self._refusals, self._clock()):
            raise BusyError(PESTERING)
        self._number += 1
        self._page = page
        self._limit = self._begin_limit(joining.LONGEST_SECONDS, Deed.END)
        join = Join(guest, may_type, self._number)
        self._set(join)
        return join

    def answer(self, message: dict[str, Any]) -> None:
        """Do what the person's page asks for; what makes no sense now is ignored."""
        if self._join is not None:
            deed = joining.parse_deed(message, self._join.number)
            if deed is not None:
                self._do(Side.PERSON, deed)

    def act(self, page: GuestPage, deed: Deed) -> None:
        """Do what the guest asks for, if this page is the guest's."""
        if page is self._page:
            self._do(Side.GUEST, deed)

    def may_type(self, page: GuestPage) -> bool:
        """Whether this page's keys are for the terminal now."""
        return page is self._page and self._join is not None and self._join.state is State.TYPING

    def may_see(self, page: GuestPage) -> bool:
        """Whether this page is shown the terminals now."""
        return page is self._page and self._join is not None and joining.is_shown(self._join)

    def _do(self, side: Side, deed: Deed) -> None:
        before = self._join
        if before is None:
            return
        after = joining.decide_next(before, side, deed)
        if after == before:
            return
        if deed is Deed.REFUSE:
            self._refusals = [*self._refusals[1 - joining.MOST_REFUSALS :], self._clock()]
            if joining.is_pestering(self._refusals, self._clock()):
                after = replace(after, may_type=False)
        log.info("Guest %s: %s (%s by the %s)", after.guest, after.state, deed, side)
        self._set(after)

    def _set(self, join: Join) -> None:
        page, self._join = self._page, join
        _cancel(self._question_limit)
        if joining.is_question(join):
            self._question_limit = self._begin_limit(joining.QUESTION_SECONDS, Deed.REFUSE)
        if join.state is State.ENDED:
            self._join = self._page = None
            _cancel(self._limit)
        if page is not None:
            page.changed(join)
        self._note(join.guest, join.state)
        self._tell(joining.render_view(join))

    def _begin_limit(self, seconds: float, deed: Deed) -> asyncio.TimerHandle:
        return asyncio.get_running_loop().call_later(seconds, self._do, Side.TIME, deed)


def _cancel(limit: asyncio.TimerHandle | None) -> None:
    if limit is not None:
        limit.cancel()
