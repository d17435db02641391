"""From the queue to one destination: in order, one at a time, until each has its receipt.

A destination that hangs or fails has its own sender, and delays no other.
"""

from __future__ import annotations

import asyncio
import logging
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from workshop_culler.events.queue import EventQueue, QueuedEvent
from workshop_culler.events.receivers import Receiver
from workshop_culler.events.rules import deliveries
from workshop_culler.events.rules.deliveries import Outcome

Count = Callable[[str, str], None]


@dataclass
class Sender:
    """Sends to one receiver. `count` is told the destination and what came of each event."""

    queue: EventQueue
    receiver: Receiver
    log: logging.Logger
    count: Count
    sleep: Callable[[float], Awaitable[object]] = asyncio.sleep
    clock: Callable[[], float] = time.time
    news: asyncio.Event = field(default_factory=asyncio.Event)
    _trouble: str = ""

    async def run(self) -> None:
        """Send until cancelled."""
        while True:
            self.news.clear()
            event = await asyncio.to_thread(self.queue.find_next, self.receiver.name)
            if event is None:
                await self.news.wait()
            else:
                await self._send(event)

    async def _send(self, event: QueuedEvent) -> None:
        name = self.receiver.name
        outcome = await self._try(event) if self.receiver.is_for(event.type) else None
        # Killed here, the event is sent once more, with the same id.
        await asyncio.to_thread(self.queue.pass_on, name, event.seq)
        if outcome:
            self.count(name, outcome)

    async def _try(self, event: QueuedEvent) -> Outcome:
        tries = 0
        while True:
            tries += 1
            attempt = await self.receiver.deliver(event)
            verdict = deliveries.decide_delivery(
                attempt,
                tries,
                self.clock() - event.made,
                random.random(),  # noqa: S311 - jitter needs no secrecy
            )
            self._tell(event, verdict.outcome, attempt.trouble)
            if verdict.outcome is not Outcome.RETRY:
                return verdict.outcome
            self.count(self.receiver.name, verdict.outcome)
            await self.sleep(verdict.wait)

    def _tell(self, event: QueuedEvent, outcome: Outcome, trouble: str) -> None:
        """One line when a destination begins to fail, one when it is well again."""
        name = self.receiver.name
        if outcome is Outcome.GIVEN_UP:
            self.log.error("event %s given up for %s: %s", event.id, name, trouble)
        elif outcome is Outcome.RETRY and trouble != self._trouble:
            self.log.warning("events wait for %s: %s; trying again", name, trouble)
        elif outcome is Outcome.DELIVERED and self._trouble:
            self.log.info("events reach %s again", name)
        self._trouble = "" if outcome is Outcome.DELIVERED else trouble
