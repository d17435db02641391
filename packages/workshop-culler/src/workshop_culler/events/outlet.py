"""All of the events: looks at the sessions now and then, writes down what happened, sends it.

`app.py` makes one where a destination is configured. Whatever goes wrong here ends no pass, and
delays none.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import sqlite3
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from workshop_culler.errors import ApiError, StartError
from workshop_culler.events.queue import EventQueue, problem_with_place
from workshop_culler.events.receivers import EventLog, Receiver, Webhook, read_secrets
from workshop_culler.events.rules.changes import FindWhy, SeenSession
from workshop_culler.events.rules.cloud_events import BadSecretError
from workshop_culler.events.rules.destinations import Destination
from workshop_culler.events.sender import Count, Sender
from workshop_culler.rules.times import render_time

LOOK_SECONDS = 5.0
# Reports of a class come at once; so much later all that came is looked at together.
LEAST_SECONDS = 0.2


@dataclass
class Look:
    """How to look: the sessions as they are (raises ApiError), and why one has ended."""

    find_sessions: Callable[[], Awaitable[list[SeenSession]]]
    find_why: FindWhy


@dataclass
class Outlet:
    """The running outlet: one looker, and a sender for each destination."""

    queue: EventQueue
    look: Look
    receivers: Sequence[Receiver]
    log: logging.Logger
    count: Count
    measure: Callable[[Mapping[str, int], int], None]
    seconds: float = LOOK_SECONDS
    _wake: asyncio.Event = field(default_factory=asyncio.Event)
    _tasks: list[asyncio.Task[None]] = field(default_factory=list)
    _senders: list[Sender] = field(default_factory=list)
    _dropped: int = 0

    def start(self) -> None:
        """Begin to look and to send."""
        self.queue.add_destinations([each.name for each in self.receivers])
        self._senders = [Sender(self.queue, each, self.log, self.count) for each in self.receivers]
        works = [self._watch(), *(self._send(each) for each in self._senders)]
        self._tasks = [asyncio.create_task(work) for work in works]

    def wake(self) -> None:
        """Look soon: something was told or changed here."""
        self._wake.set()

    async def _watch(self) -> None:
        while True:
            self._wake.clear()
            try:
                await self.look_once()
            except ApiError as error:
                self.log.debug("Looking for events: %s", error)
            except Exception:
                # The loop's edge: what goes wrong in one look is found by the next one.
                self.log.exception("Looking for events")
            await asyncio.sleep(LEAST_SECONDS)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), self.seconds)

    async def look_once(self) -> None:
        """Look, and write down what happened since; raises ApiError where the hub does not say."""
        seen = await self.look.find_sessions()
        now = datetime.now(UTC)
        told = await asyncio.to_thread(
            self.queue.record, seen, render_time(now) or "", time.time(), self.look.find_why
        )
        if self.queue.dropped > self._dropped:
            self.log.error("%d events are lost: the queue is full", self.queue.dropped)
            self._dropped = self.queue.dropped
        waiting = await asyncio.to_thread(self._count_waiting)
        self.measure(waiting, self.queue.dropped)
        if told:
            for sender in self._senders:
                sender.news.set()

    def _count_waiting(self) -> dict[str, int]:
        return {each.name: self.queue.count_waiting(each.name) for each in self.receivers}

    async def _send(self, sender: Sender) -> None:
        while True:
            try:
                await sender.run()
            except Exception:
                # The loop's edge: a full disk, say. The event is still in the queue.
                self.log.exception("Sending events to %s", sender.receiver.name)
                await asyncio.sleep(self.seconds)

    async def close(self) -> None:
        """Stop; what was not delivered stays in the queue."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for receiver in self.receivers:
            await receiver.close()
        self.queue.close()


def open_queue(path: Path, source: str) -> EventQueue:
    """The queue in this file; raises StartError where it cannot be kept."""
    why: object = problem_with_place(path)
    try:
        if not why:
            return EventQueue(path, source)
    except (sqlite3.Error, OSError, ValueError, TypeError) as error:
        why = error
    raise StartError(f"event_queue: {path} cannot be used: {why}")


def make_receivers(hooks: Sequence[Destination], log_path: str) -> list[Receiver]:
    """The receivers; raises StartError for what cannot work."""
    for hook in hooks:
        try:
            read_secrets(Path(hook.secret_file))
        except (OSError, BadSecretError) as error:
            raise StartError(f"webhooks: the secret_file of {hook.name!r}: {error}") from error
    if log_path and log_path != "-" and (why := problem_with_place(Path(log_path))):
        raise StartError(f"event_log: {log_path} cannot be written: {why}")
    made: list[Receiver] = [Webhook(hook) for hook in hooks]
    return [*made, EventLog(log_path)] if log_path else made
