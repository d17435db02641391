"""The programs of a run of chaos: started again when they are killed, a find when they end."""

import asyncio
import contextlib
import sys

import pytest

from chaos.api_server import Script
from chaos.parts import Part, ViolationError
from pocket_openshift.core import faults
from waiting import until_so

SERVE = "import signal; print('serving', flush=True); signal.pause()"
END = "print('serving', flush=True); input(); print('the end', flush=True); raise SystemExit(3)"


@pytest.fixture
async def start(tmp_path):
    """`part, told = await start("-c", PROGRAM)`: what it complains of comes to `told`."""
    async with contextlib.AsyncExitStack() as stack:

        async def begin(program, **more):
            told = asyncio.get_running_loop().create_future()
            part = Part("part", [sys.executable, "-c", program], "serving", tmp_path, **more)
            stack.push_async_callback(part.stop)
            await part.start(told.set_result)
            return part, told

        yield begin


async def test_a_part_that_is_killed_is_started_again(start):
    part, told = await start(SERVE)
    first = part.pid
    part.kill(spared=lambda process: False)
    assert not part.is_up.is_set()
    async with asyncio.timeout(60):
        await part.is_up.wait()
    assert part.pid != first
    assert part.starts == 2
    assert part.log.read_text() == "serving\nserving\n"
    assert not told.done()


async def test_a_part_that_ends_by_itself_is_a_find(start):
    part, told = await start(END)
    part.write("")
    async with asyncio.timeout(60):
        error = await told
    assert isinstance(error, ViolationError)
    assert str(error).startswith("part ended by itself with 3: ")
    with pytest.raises(ViolationError, match="part does not run"):
        _ = part.pid


async def test_a_part_may_end_for_the_reason_that_it_is_allowed(start):
    part, told = await start(END, may_end="the end")
    part.write("")
    await until_so(lambda: part.starts >= 2 and part.is_up.is_set())
    assert not told.done()


async def test_a_part_that_does_not_come_up_and_may_not_give_up(start):
    _, told = await start("raise SystemExit('no')", may_give_up=False)
    assert str(await told).startswith("part did not start (1): no")


def test_faults_come_and_go_by_their_name():
    script = faults.Faults()
    obeys = Script(script)
    obeys.obey(b'{"add": "a", "fault": {"verb": "get", "status": 500, "times": null}}')
    obeys.obey(b'{"add": "a", "fault": {"verb": "list", "status": 429, "times": null}}')
    obeys.obey(b'{"add": "b", "fault": {"verb": "list", "status": 503, "times": null}}')
    assert script.next_for("get", "pods", "n", "", "u").status == 500
    obeys.obey(b'{"remove": "a"}')
    obeys.obey(b'{"remove": "nobody"}')
    assert script.next_for("get", "pods", "n", "", "u") is None
    assert script.next_for("list", "pods", "n", "", "u").status == 503
