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


async def test_a_code_is_right_or_wrong(checks, hub):
    assert await checks.check("right", OTHER, hub.is_good)
    assert not await guess(checks, hub)


async def test_a_crowd_of_guesses_from_one_address_keeps_no_other_address_waiting(checks, hub):
    for number in range(wrong_codes.FREE_CODES):
        await guess(checks, hub, number=number)
    crowd = [asyncio.ensure_future(guess(checks, hub, number=n)) for n in range(500)]
    await asyncio.sleep(0)
    asked = len(hub.asked)
    assert await checks.check("right", OTHER, hub.is_good)
    assert len(hub.asked) - asked <= code_checks.MOST_CHECKS
    await asyncio.gather(*crowd)


async def test_what_waits_is_bounded(checks, hub):
    for number in range(wrong_codes.FREE_CODES):
        await guess(checks, hub, number=number)
    crowd = [asyncio.ensure_future(guess(checks, hub, number=n)) for n in range(3000)]
    for _ in range(3):  # who made room is told
        await asyncio.sleep(0)
    assert checks.waiting <= code_checks.MOST_IN_LINE + 1
    await asyncio.gather(*crowd)
    assert checks.waiting == 0
    assert len(checks.wrong) == 1


async def test_the_right_code_gets_in_from_the_guessers_address_in_its_turn(checks, hub):
    for number in range(wrong_codes.FREE_CODES):
        await guess(checks, hub, number=number)
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
    for number in range(wrong_codes.FREE_CODES):
        await guess(checks, hub, number=number)
    before = hub.now
    assert await checks.check("right", GUESSER, hub.is_good)
    assert hub.now == before


async def test_a_code_that_was_taken_back_is_wrong(checks, hub):
    assert await checks.check("right", OTHER, hub.is_good)

    async def is_good(code):
        return False

    assert not await checks.check("right", OTHER, is_good)
