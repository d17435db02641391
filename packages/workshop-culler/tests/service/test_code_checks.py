import asyncio
import contextlib

import pytest

from workshop_culler.rules import wrong_codes
from workshop_culler.service import code_checks
from workshop_culler.service.code_checks import CodeChecks, TooManyError

GUESSER, OTHER = "203.0.113.5", "198.51.100.7"


class Time:
    """Time that moves when somebody sleeps, and the hub's word on codes."""

    def __init__(self):
        self.now = 0.0
        self.asked = []

    def clock(self):
        return self.now

    async def sleep(self, seconds):
        await asyncio.sleep(0)
        self.now += seconds / 1000  # many sleep side by side

    async def is_good(self, code):
        self.asked.append(code)
        return code == "right"


@pytest.fixture
async def hub():
    return Time()


@pytest.fixture
async def checks(hub):
    made = CodeChecks(hub.clock, hub.sleep)
    yield made
    await made.close()


async def guess(checks, hub, address=GUESSER, number=0):
    with contextlib.suppress(TooManyError):
        return await checks.check(f"wrong{number}", address, hub.is_good)


async def make_slow(checks, hub):
    """Guess until the guesser's codes are looked at one by one: a little leaks meanwhile."""
    for number in range(wrong_codes.FREE_CODES + 1):
        await guess(checks, hub, number=number)
    assert checks.wrong.is_slow(GUESSER, hub.now)


async def test_a_code_is_right_or_wrong(checks, hub):
    assert await checks.check("right", OTHER, hub.is_good)
    assert not await guess(checks, hub)


async def test_a_crowd_of_guesses_from_one_address_keeps_no_other_address_waiting(checks, hub):
    await make_slow(checks, hub)
    crowd = [asyncio.ensure_future(guess(checks, hub, number=n)) for n in range(500)]
    await asyncio.sleep(0)
    asked = len(hub.asked)
    assert await checks.check("right", OTHER, hub.is_good)
    assert len(hub.asked) - asked <= code_checks.MOST_CHECKS
    await asyncio.gather(*crowd)


async def test_what_waits_is_bounded(checks, hub):
    await make_slow(checks, hub)
    crowd = [asyncio.ensure_future(guess(checks, hub, number=n)) for n in range(3000)]
    for _ in range(3):  # who made room is told
        await asyncio.sleep(0)
    assert checks.waiting <= code_checks.MOST_IN_LINE + 1
    await asyncio.gather(*crowd)
    assert checks.waiting == 0
    assert len(checks.wrong) == 1


async def test_codes_of_one_address_are_looked_at_one_by_one(checks, hub):
    await make_slow(checks, hub)
    asked, before = len(hub.asked), hub.now
    crowd = [asyncio.ensure_future(guess(checks, hub, number=n)) for n in range(20)]
    await asyncio.gather(*crowd)
    assert len(hub.asked) - asked == 20
    assert hub.now - before >= 20 * code_checks.PAUSE_SECONDS / 1000, "a pause before each"


async def test_a_line_that_is_full_sends_somebody_away(checks, hub):
    await make_slow(checks, hub)
    codes = [f"wrong{n}" for n in range(code_checks.MOST_IN_LINE + 10)]
    tries = [checks.check(code, GUESSER, hub.is_good) for code in codes]
    ends = await asyncio.gather(*tries, return_exceptions=True)
    assert sum(isinstance(end, TooManyError) for end in ends) == 10


async def test_the_hub_is_asked_for_few_at_once(checks, hub):
    running, most = 0, 0

    async def is_good(code):
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.sleep(0)
        running -= 1
        return False

    await asyncio.gather(*(checks.check("x", f"10.0.0.{n}", is_good) for n in range(100)))
    assert most == code_checks.MOST_CHECKS


async def test_nobody_is_sent_away_because_many_others_wait(checks, hub, monkeypatch):
    monkeypatch.setattr(code_checks, "MOST_IN_ALL", 5)
    tries = [checks.check("wrong", f"10.0.0.{n}", hub.is_good) for n in range(50)]
    assert await asyncio.gather(*tries) == [False] * 50


async def test_the_right_code_gets_in_from_the_guessers_address_in_its_turn(checks, hub):
    await make_slow(checks, hub)
    crowd = [asyncio.ensure_future(guess(checks, hub, number=n)) for n in range(20)]
    assert await checks.check("right", GUESSER, hub.is_good)
    await asyncio.gather(*crowd)


async def test_a_flood_from_everywhere_makes_slow_and_keeps_nobody_out(checks, hub):
    addresses = [f"10.{n // 250}.{n % 250}.1" for n in range(wrong_codes.FREE_CODES_OF_ALL + 50)]
    await asyncio.gather(*(guess(checks, hub, address) for address in addresses))
    assert checks.wrong.is_flooded(hub.now)
    crowd = [asyncio.ensure_future(guess(checks, hub, f"11.0.{n}.1")) for n in range(250)]
    assert await checks.check("right", OTHER, hub.is_good)
    await asyncio.gather(*crowd)


async def test_a_code_that_was_right_before_is_not_slowed_down(checks, hub):
    assert await checks.check("right", GUESSER, hub.is_good)
    await make_slow(checks, hub)
    before = hub.now
    assert await checks.check("right", GUESSER, hub.is_good)
    assert hub.now == before


async def test_a_code_that_was_taken_back_is_wrong(checks, hub):
    assert await checks.check("right", OTHER, hub.is_good)

    async def is_good(code):
        return False

    assert not await checks.check("right", OTHER, is_good)
