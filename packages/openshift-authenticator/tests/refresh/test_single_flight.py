"""One at a time for a user, a bounded number in all."""

import asyncio

import pytest

from openshift_authenticator.refresh import single_flight


async def test_callers_of_one_user_share_one_run():
    flights, runs, go = single_flight.SingleFlight(5), [], asyncio.Event()

    async def work():
        runs.append(1)
        await go.wait()
        return {"name": "alice"}

    callers = [asyncio.create_task(flights.run("alice", work)) for _ in range(20)]
    await asyncio.sleep(0)
    go.set()
    results = await asyncio.gather(*callers)
    assert len(runs) == 1
    assert [first for _, first in results].count(True) == 1
    assert all(result == {"name": "alice"} for result, _ in results)


async def test_the_next_run_is_a_new_one():
    flights, runs = single_flight.SingleFlight(5), []

    async def work():
        runs.append(1)

    await flights.run("alice", work)
    await flights.run("alice", work)
    assert len(runs) == 2


async def test_a_failure_reaches_all_and_is_not_kept():
    flights = single_flight.SingleFlight(5)

    async def fail():
        raise ValueError("no")

    async def work():
        return True

    results = await asyncio.gather(
        *(flights.run("a", fail) for _ in range(3)), return_exceptions=True
    )
    assert [type(result) for result in results] == [ValueError] * 3
    assert await flights.run("a", work) == (True, True)


async def test_a_caller_that_gives_up_does_not_start_it_again():
    flights, runs, go = single_flight.SingleFlight(5), [], asyncio.Event()

    async def work():
        runs.append(1)
        await go.wait()
        return True

    caller = asyncio.create_task(flights.run("alice", work))
    await asyncio.sleep(0)
    caller.cancel()
    with pytest.raises(asyncio.CancelledError):
        await caller
    second = asyncio.create_task(flights.run("alice", work))
    await asyncio.sleep(0)
    go.set()
    assert await second == (True, False)
    assert len(runs) == 1


async def test_two_hundred_users_are_let_through_ten_by_ten():
    flights, inside, most = single_flight.SingleFlight(10), 0, 0

    async def work():
        nonlocal inside, most
        async with flights.limiter:
            inside += 1
            most = max(most, inside)
            await asyncio.sleep(0)
            inside -= 1
        return True

    await asyncio.gather(*(flights.run(f"user-{number}", work) for number in range(200)))
    assert most == 10
