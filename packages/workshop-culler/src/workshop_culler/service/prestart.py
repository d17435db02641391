"""Prepare a class: start the servers of named people, and have the hub hold places ready.

What was asked for is in the state file, who was ready in it too: a culler that starts again goes on
and starts nobody a second time. The hub notes the places by itself.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

from workshop_culler.errors import ApiError, GoneError
from workshop_culler.rules import prestart
from workshop_culler.rules.models import Server
from workshop_culler.rules.prestart import PersonState, PlacesState, Prestart, Progress
from workshop_culler.service.sessions import RefusedError, SessionService

# Starts that are under way side by side.
AT_ONCE = 10
# Starts that may fail for one person; where the hub does not answer, it is tried until the end.
TRIES = 3
# Seconds between two tries, growing; and between two looks at the places that the hub holds.
PAUSE, LONGEST_PAUSE = 5.0, 60.0
LOOK_AGAIN = 3.0
# Seconds that one start is followed; then it is looked at again.
FOLLOWED = 600.0
QUICK = 10.0
FORBIDDEN, BROKEN = 403, 500
NO_SCOPE = (
    "The hub does not let the culler start servers: add the scope servers to the role of the "
    "service in its load_roles."
)
NO_PLACES = "This hub holds no places ready: its spawner is not WorkshopSpawner. Name the people."
NO_ANSWER = "The hub does not answer at the moment; it is asked again."

Sleep = Callable[[float], Awaitable[Any]]


class PrestartService:
    """One class at a time; the next one that is asked for takes its place."""

    def __init__(
        self,
        session_service: SessionService,
        log: logging.Logger,
        sleep: Sleep = asyncio.sleep,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.session_service = session_service
        self.log = log
        self.wake: Callable[[], None] = lambda: None
        self._sleep = sleep
        self._clock = clock
        self._places = PlacesState()
        self._people: dict[str, PersonState] = {}
        self._task: asyncio.Task[None] | None = None
        self._changing = asyncio.Lock()

    @property
    def asked(self) -> Prestart | None:
        """What is asked for; None where nothing is, or it is over."""
        kept = self.session_service.store.prestart
        return kept if kept and self.now < kept.until else None

    @property
    def now(self) -> datetime:
        """The time, as this machine has it: the hub's is that of its last answer."""
        return self._clock()

    def start(self) -> None:
        """Go on with what was asked for before a restart."""
        if self.asked is not None:
            self._begin(self.asked)

    def find_awaited(self, server: Server) -> datetime | None:
        """Until when idleness does not end this server."""
        return prestart.find_awaited_until(self.asked, server.user, server.name)

    def render(self) -> dict[str, Any] | None:
        """How far it is, as JSON; None where nothing is asked for."""
        return prestart.render_progress(
            self.asked, Progress(self._places, dict(self._people)), self.now
        )

    async def ask(self, asked: Prestart) -> None:
        """Prepare this class, and none that was asked for before; RefusedError, ApiError."""
        async with self._changing:
            before = self.session_service.store.prestart
            if self._task is not None and prestart.is_repeated(asked, before, self.now):
                return
            before_done = self.session_service.store.prestart_done
            same = before is not None and before.until == asked.until
            done = before_done if same else frozenset()
            await self.close()
            # First the note: should we be killed now, the culler after us asks the hub.
            await self._save(asked, done)
            try:
                await self._hold_places(asked, before)
            except (ApiError, RefusedError):
                await self._save(before, before_done)
                self.start()
                raise
            self._begin(asked)

    async def cancel(self) -> None:
        """Start nobody more and hold no place; servers that run go on. Again is no error."""
        async with self._changing:
            before = self.session_service.store.prestart
            if before is not None and before.places:
                with contextlib.suppress(GoneError):
                    await self.session_service.hub.cancel_places()
            await self.close()
            await self._save(None, frozenset())
        self.wake()

    async def close(self) -> None:
        """Stop preparing; what was asked for stays written down."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
            self._task = None
        self._people, self._places = {}, PlacesState()

    async def _save(self, asked: Prestart | None, done: frozenset[str]) -> None:
        await self.session_service.store.keep_prestart(asked, done, self.now)

    def _begin(self, asked: Prestart) -> None:
        self._people = {
            name: PersonState(prestart.READY) for name in self.session_service.store.prestart_done
        }
        self._task = asyncio.create_task(self._run(asked))
        self.wake()

    async def _hold_places(self, asked: Prestart, before: Prestart | None) -> None:
        hub = self.session_service.hub
        try:
            if asked.places:
                model = await hub.hold_places(prestart.make_places_request(asked))
                self._places = prestart.read_places(model)
            elif before is not None and before.places:
                await hub.cancel_places()
        except GoneError as error:
            if asked.places:
                raise RefusedError(NO_PLACES) from error
        except ApiError as error:
            raise make_refusal(error) from error

    async def _run(self, asked: Prestart) -> None:
        try:
            while self.now < asked.begins:
                await self._sleep(min(30.0, (asked.begins - self.now).total_seconds()))
            await asyncio.gather(self._start_people(asked), self._follow_places(asked))
        except Exception:
            # The task's edge: nobody waits for it.
            self.log.exception("Preparing a class")

    async def _start_people(self, asked: Prestart) -> None:
        turns = asyncio.Semaphore(AT_ONCE)
        done = self.session_service.store.prestart_done
        names = prestart.list_to_start(asked, done)
        await asyncio.gather(*(self._start_person(asked, name, turns) for name in names))

    async def _start_person(self, asked: Prestart, name: str, turns: asyncio.Semaphore) -> None:
        """Start a server, and again a few times where that fails."""
        failures = tries = 0
        while self.now < asked.until:
            async with turns:
                state = await self._try_to_start(name)
            failures += state.state == prestart.FAILED
            if state.state == prestart.READY:
                done = self.session_service.store.prestart_done | {name}
                await self._save(asked, done)
                self.log.info("prestart user=%s ready", name)
            self._tell(name, state)
            if state.state == prestart.READY or failures >= TRIES or not state.why:
                return
            pause = min(LONGEST_PAUSE, PAUSE * 2**tries)
            tries += 1
            await self._sleep(pause * (0.75 + random.random() / 2))  # noqa: S311 - jitter

    async def _try_to_start(self, name: str) -> PersonState:
        """One try. A failure of the hub leaves the person waiting; one of the start is theirs."""
        hub = self.session_service.hub
        try:
            user = await hub.find_user(name)
            servers = [each for each in user.servers or () if not each.name]
            if servers and servers[0].ready:
                return PersonState(prestart.READY)
            self._tell(name, PersonState(prestart.STARTING))
            if await hub.start_server(name):
                return PersonState(prestart.READY)
            failure = await hub.follow_start(name, FOLLOWED)
        except GoneError:
            return PersonState(
                prestart.FAILED, "not known to this hub; whoever logs in once is known."
            )
        except ApiError as error:
            self.log.warning("prestart user=%s: %s", name, error)
            if error.status == FORBIDDEN:
                return PersonState(prestart.FAILED, NO_SCOPE)
            if error.status == BROKEN:
                return await self._explain(name, error)
            return PersonState(prestart.WAITING, error.said or NO_ANSWER)
        return PersonState(prestart.FAILED, failure) if failure else PersonState(prestart.READY)

    async def _explain(self, name: str, error: ApiError) -> PersonState:
        """Why a start has failed while the hub was answering."""
        with contextlib.suppress(ApiError):
            if failure := await self.session_service.hub.follow_start(name, QUICK):
                return PersonState(prestart.FAILED, failure)
        return PersonState(prestart.FAILED, error.said or "The hub's log says why.")

    def _tell(self, name: str, state: PersonState) -> None:
        if self._people.get(name) != state:
            self._people[name] = state
            self.wake()

    async def _follow_places(self, asked: Prestart) -> None:
        """See how far the places are; the hub is asked for them once more, as it may be new."""
        is_held = False
        while asked.places and self.now < asked.until:
            before = self._places
            try:
                if is_held:
                    model = await self.session_service.hub.find_places()
                else:
                    model = await self.session_service.hub.hold_places(
                        prestart.make_places_request(asked)
                    )
                is_held = True
                self._places = prestart.read_places(model)
            except ApiError as error:
                self.log.warning("prestart places=%s: %s", asked.places, error)
                why = NO_PLACES if isinstance(error, GoneError) else NO_ANSWER
                self._places = PlacesState(before.ready, before.used, (why,))
            if self._places != before:
                self.wake()
            await self._sleep(LOOK_AGAIN)


def make_refusal(error: ApiError) -> ApiError | RefusedError:
    """What the hub has refused, for who has asked; what may pass stays what it is."""
    if error.status == FORBIDDEN:
        return RefusedError(NO_SCOPE)
    return RefusedError(error.said) if error.status in (400, 409) and error.said else error
