"""Lines on the progress page."""

from __future__ import annotations

import asyncio

from workshop_spawner.start.progress import Journal, merge


async def collect(source):
    return [line async for line in source]


async def test_who_follows_late_gets_everything():
    journal = Journal()
    journal.expect(2)
    journal.say("one")
    reading = asyncio.ensure_future(collect(journal.follow()))
    await asyncio.sleep(0)
    journal.say("two")
    journal.close()
    lines = await reading
    assert [line["message"] for line in lines] == ["one", "two"]
    assert await collect(journal.follow()) == lines


async def test_the_bar_never_reaches_the_end_nor_goes_back():
    journal = Journal()
    journal.expect(3)
    for n in range(20):
        journal.say(f"{n}")
    journal.close()
    bars = [line["progress"] for line in await collect(merge(journal.follow()))]
    assert bars == sorted(bars)
    assert bars[-1] <= 90


async def test_lines_of_two_sources_are_merged_as_they_come():
    one, two = Journal(), Journal()
    merged = merge(one.follow(), two.follow())
    one.say("a")
    assert (await anext(merged))["message"] == "a"
    two.say("b")
    assert (await anext(merged))["message"] == "b"
    one.close()
    two.say("c")
    two.close()
    assert [line["message"] for line in await collect(merged)] == ["c"]


async def test_a_reader_that_leaves_leaves_nothing_behind():
    journal = Journal()
    journal.say("a")
    merged = merge(journal.follow())
    await anext(merged)
    before = len(asyncio.all_tasks())
    await merged.aclose()
    assert len(asyncio.all_tasks()) < before


async def test_a_source_that_breaks_does_not_end_the_others():
    async def broken():
        raise OSError
        yield {}

    journal = Journal()
    merged = merge(broken(), journal.follow())
    journal.say("still here")
    journal.close()
    assert [line["message"] for line in await collect(merged)] == ["still here"]
