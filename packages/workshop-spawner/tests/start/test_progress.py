"""Lines on the progress page."""

from __future__ import annotations

import asyncio

from workshop_spawner.start.progress import Progress, merge


async def collect(source):
    return [line async for line in source]


async def test_who_follows_late_gets_everything():
    progress = Progress()
    progress.expect(2)
    progress.add("one")
    reading = asyncio.ensure_future(collect(progress.follow()))
    await asyncio.sleep(0)
    progress.add("two")
    progress.close()
    lines = await reading
    assert [line["message"] for line in lines] == ["one", "two"]
    assert await collect(progress.follow()) == lines


async def test_the_bar_never_reaches_the_end_nor_goes_back():
    progress = Progress()
    progress.expect(3)
    for n in range(20):
        progress.add(f"{n}")
    progress.close()
    bars = [line["progress"] for line in await collect(merge(progress.follow()))]
    assert bars == sorted(bars)
    assert bars[-1] <= 90


async def test_lines_of_two_sources_are_merged_as_they_come():
    one, two = Progress(), Progress()
    merged = merge(one.follow(), two.follow())
    one.add("a")
    assert (await anext(merged))["message"] == "a"
    two.add("b")
    assert (await anext(merged))["message"] == "b"
    one.close()
    two.add("c")
    two.close()
    assert [line["message"] for line in await collect(merged)] == ["c"]


async def test_a_reader_that_leaves_leaves_nothing_behind():
    progress = Progress()
    progress.add("a")
    merged = merge(progress.follow())
    await anext(merged)
    before = len(asyncio.all_tasks())
    await merged.aclose()
    assert len(asyncio.all_tasks()) < before


async def test_a_source_that_breaks_does_not_end_the_others():
    async def broken():
        raise OSError
        yield {}

    progress = Progress()
    merged = merge(broken(), progress.follow())
    progress.add("still here")
    progress.close()
    assert [line["message"] for line in await collect(merged)] == ["still here"]
