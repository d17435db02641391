"""A class is prepared: servers are started at a real hub, which fails in all ways."""

import asyncio
import contextlib
import logging
from datetime import UTC, datetime, timedelta

import pytest
import pytest_asyncio

from workshop_culler.config.settings import Settings
from workshop_culler.passes.metrics import Metrics
from workshop_culler.passes.sweep import Sweep
from workshop_culler.rules import prestart as rules
from workshop_culler.rules.limits import Limits
from workshop_culler.service.prestart import PrestartService
from workshop_culler.service.sessions import RefusedError, SessionService
from workshop_culler.service.state_store import StateStore
from workshop_kube.rules import answers

pytestmark = [pytest.mark.hub, pytest.mark.asyncio(loop_scope="module")]
LOG = logging.getLogger("test.prestart")


class Place:
    """A service over a real hub; `faults` are answers that it gives in the hub's place."""

    def __init__(self, client, path):
        self.hub, self.faults, self.asked = client, {}, []
        self.real_try, client._try = client._try, self._try
        self.path = path
        self.ahead = timedelta(0)
        self.news = asyncio.Event()
        self.service = self.make()

    def make(self):
        store = StateStore(self.path, LOG)
        store.read()
        self.work = Sweep(self.hub, Settings(general=Limits(idle=1)), LOG)
        sessions = SessionService(self.hub, self.work, store, Metrics(), LOG)
        made = PrestartService(sessions, LOG, self._sleep, lambda: datetime.now(UTC) + self.ahead)
        made.wake = self.news.set
        self.work.find_awaited = made.find_awaited
        return made

    async def _sleep(self, seconds):
        await asyncio.sleep(0)

    async def _try(self, method, path, query, body):
        self.asked.append((method, path))
        fault = self.faults.get((method, path), [])
        if fault:
            return fault.pop(0)
        return await self.real_try(method, path, query, body)

    async def until(self, find):
        async with asyncio.timeout(60):
            while not find(self.service.render()):
                self.news.clear()
                await self.news.wait()

    async def ask(self, **body):
        await self.service.ask(rules.make_prestart(body, "grace", self.service.now))


@pytest_asyncio.fixture(loop_scope="module")
async def place(culler_hub, tmp_path):
    async with culler_hub.client() as client:
        made = Place(client, tmp_path / "state.json")
        yield made
        await made.service.close()


def states(model):
    return {each["user"]: each["state"] for each in model["people"]} if model else {}


async def test_people_are_started_once_and_are_not_idle_before_their_class(place, culler_hub):
    for name in ("ada", "bob"):
        await culler_hub.add_user(name)
    await place.ask(people=["ada", "bob", "nobody"])
    await place.until(lambda m: m["ready"] == 2 and states(m)["nobody"] == "failed")
    assert await culler_hub.running() == ["ada", "bob"]
    assert place.service.render()["why"] == [
        "nobody: not known to this hub; whoever logs in once is known."
    ]
    # Idle for an hour by then, and still awaited; once the time is over, idleness ends them.
    server = (await place.hub.find_user("ada")).servers[0]
    until = place.service.asked.until
    assert not (await place.work.find_verdict(server, until - timedelta(seconds=1))).acts
    assert (await place.work.find_verdict(server, until)).acts
    # A culler that starts again starts nobody who has been ready, and who has left stays away.
    await culler_hub.stop_all()
    await place.service.close()
    place.service, place.asked = place.make(), []
    place.service.start()
    await place.until(lambda m: states(m)["nobody"] == "failed")
    assert place.service.render()["ready"] == 2
    assert ("POST", "/users/ada/server") not in place.asked
    assert await culler_hub.running() == []
    # What is taken back is over, and again is no error.
    await place.service.cancel()
    await place.service.cancel()
    assert place.service.render() is None
    assert place.make().asked is None


def answer(status, said=""):
    headers = {"x-jupyterhub-version": "6"}
    return answers.parse_answer(status, headers, f'{{"message": "{said}"}}'.encode())


TROUBLES = [
    answers.Answer(0, trouble="no answer from the hub"),
    answer(400, "ada is pending stop"),
    answer(409, "Conflict"),
    answer(429, "Too many users are starting"),
    answer(502),
    answer(503),
]


@pytest.mark.parametrize("trouble", TROUBLES, ids=lambda one: str(one.status))
async def test_a_hub_in_trouble_is_asked_until_it_answers(place, culler_hub, trouble):
    await culler_hub.add_user("ada")
    where = ("POST", "/users/ada/server")
    place.faults[where] = [trouble] * 5
    seen = []
    place.service.wake = lambda: (seen.append(place.service.render()), place.news.set())
    await place.ask(people=["ada"])
    await place.until(lambda m: m["ready"] == 1)
    assert place.asked.count(where) == 6
    whys = {why for model in seen for why in model["why"]}
    assert len(whys) == 1, whys
    assert await culler_hub.running() == ["ada"]


async def test_a_start_that_fails_is_tried_three_times_and_says_why(place, culler_hub):
    await culler_hub.add_user("ada")
    where = ("POST", "/users/ada/server")
    place.faults[where] = [answer(500, "There is no room.")] * 9
    await place.ask(people=["ada"])
    await place.until(lambda m: states(m)["ada"] == "failed" and place.asked.count(where) == 3)
    async with asyncio.timeout(60):
        await asyncio.wait([place.service._task])
    assert place.asked.count(where) == 3
    assert place.service.render()["why"] == ["ada: There is no room."]


async def test_a_culler_without_the_scope_says_so(place, culler_hub):
    await culler_hub.add_user("ada")
    place.faults[("POST", "/users/ada/server")] = [answer(403)] * 9
    await place.ask(people=["ada"])
    await place.until(lambda m: states(m)["ada"] == "failed")
    (why,) = place.service.render()["why"]
    assert "add the scope servers" in why


async def test_places_are_the_hubs_and_one_without_them_says_so(place, culler_hub):
    with pytest.raises(RefusedError, match="This hub holds no places ready"):
        await place.ask(places=3)
    assert place.service.render() is None
    assert place.make().asked is None
    path = "/workshop/prestart"
    place.faults[("PUT", path)] = [answer(409, "No place can be held ready here: x.")]
    with pytest.raises(RefusedError, match="No place can be held ready here: x"):
        await place.ask(places=3)
    held = b'{"asked": {"used": 1}, "ready": %d, "why": ["It pulls."]}'
    headers = {"x-jupyterhub-version": "6"}
    told = [answers.parse_answer(200, headers, held % ready) for ready in (1, 2, 3)]
    place.faults[("PUT", path)] = told[:2]
    place.faults[("GET", path)] = [answer(503)] * 3 + told[2:] * 1000
    await place.ask(places=3)
    assert place.service.render()["ready"] == 1
    await place.until(lambda m: m["ready"] == 3)
    assert place.service.render()["places"] == {"wanted": 3, "ready": 3, "used": 1}
    place.faults[("DELETE", path)] = [answer(200)]
    await place.service.cancel()
    assert ("DELETE", path) in place.asked


async def test_one_that_is_killed_between_note_and_hub_asks_the_hub_again(place):
    put = ("PUT", "/workshop/prestart")

    async def never(*_):
        await asyncio.Event().wait()

    place.hub.hold_places = never
    asking = asyncio.create_task(place.ask(places=3))
    async with asyncio.timeout(30):
        while not place.path.exists():
            await asyncio.sleep(0)
    asking.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await asking
    del place.hub.hold_places
    place.faults[put] = [answer(200)]
    place.service = place.make()
    place.service.start()
    async with asyncio.timeout(30):
        while put not in place.asked:
            await asyncio.sleep(0)


async def test_nothing_begins_before_its_time(place, culler_hub):
    await culler_hub.add_user("ada")
    at = datetime.now(UTC) + timedelta(hours=1)
    await place.ask(people=["ada"], at=at.isoformat())
    await asyncio.sleep(0)
    assert ("GET", "/users/ada") not in place.asked
    assert states(place.service.render()) == {"ada": "waiting"}
    place.ahead = timedelta(minutes=46)
    await place.until(lambda m: m["ready"] == 1)
