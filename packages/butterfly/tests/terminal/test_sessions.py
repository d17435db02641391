"""Sessions: who sees what, when the flow is paused, and how many there may be."""

import asyncio
import itertools

import pytest

from jupyterhub_butterfly.rules import history
from jupyterhub_butterfly.rules.sizes import Size
from jupyterhub_butterfly.terminal import sessions


class Viewer:
    """A browser's connection that takes output at the pace a test says."""

    pages = itertools.count()

    def __init__(self, page=None, slow=False):
        self.page = page or f"page{next(self.pages)}"
        self.slow = slow
        self.output = b""
        self.control = []
        self.ended = None
        self.waiting = []
        self.news = asyncio.Event()

    def send_output(self, data):
        self.output += data
        self.news.set()
        future = asyncio.get_running_loop().create_future()
        if self.slow:
            self.waiting.append(future)
        else:
            future.set_result(None)
        return future

    def send_control(self, message):
        self.control.append(message)

    def end(self, code, reason):
        self.ended = code
        self.news.set()

    def catch_up(self):
        for future in self.waiting:
            future.set_result(None)
        self.waiting, self.slow = [], False

    async def until(self, text, seconds=120):
        async with asyncio.timeout(seconds):
            while text not in self.output:
                self.news.clear()
                await self.news.wait()

    async def until_ended(self):
        async with asyncio.timeout(120):
            while self.ended is None:
                self.news.clear()
                await self.news.wait()


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


@pytest.fixture
async def make(request):
    """`make(**policy)`: all sessions of a server; the shell is a plain sh."""
    made = []

    def make(clock=None, on_activity=lambda kind: None, **policy):
        policy.setdefault("argv", ("/bin/sh",))
        env = {"PATH": "/usr/bin:/bin", "PS1": "$ ", "TERM": "dumb"}
        table = sessions.Sessions(
            sessions.Policy(env=env, cwd="/", **policy),
            on_activity=on_activity,
            clock=clock or Clock(),
        )
        made.append(table)
        return table

    yield make
    for table in made:
        table.close(1001, "test over")


async def opened(table, name="1", viewer=None):
    session, viewer = table.get_or_create(name), viewer or Viewer()
    session.attach(viewer)
    session.open()
    await viewer.until(b"$ ")
    return session, viewer


def type_(session, viewer, text):
    session.write(viewer.page, text)


async def test_two_browsers_share_one_shell(make):
    session, one = await opened(make())
    two = Viewer()
    session.attach(two)
    type_(session, two, b"echo to-both\n")
    await one.until(b"\nto-both")
    await two.until(b"\nto-both")
    assert session.viewers == 2


async def test_history_goes_to_its_own_sessions_browser_only(make):
    table = make()
    first, ada = await opened(table, "a")
    type_(first, ada, b"echo se''cret\n")
    await ada.until(b"secret")
    _, bob = await opened(table, "b")
    late = Viewer()
    first.attach(late)
    assert b"secret" in late.output
    assert b"secret" not in bob.output


async def test_a_page_that_comes_back_gets_what_it_missed_and_no_more(make):
    session, viewer = await opened(make())
    type_(session, viewer, b"echo be''fore\n")
    await viewer.until(b"before\r\n$ ")
    session.detach(viewer)
    witness = Viewer()
    session.attach(witness)
    type_(session, witness, b"echo mis''sed\n")
    await witness.until(b"missed\r\n$ ")
    back = Viewer(viewer.page)
    session.attach(back, len(viewer.output))
    assert b"missed" in back.output
    assert b"before" not in back.output
    again = Viewer(viewer.page)
    session.attach(again, len(viewer.output) + len(back.output))
    assert again.output == b""


async def test_a_page_whose_place_is_forgotten_starts_afresh(make):
    session, viewer = await opened(make(history_bytes=50))
    # Twice: what comes in one read is forgotten as one.
    for last in (b"1000", b"1001"):
        type_(session, viewer, b"seq %s\n" % last)
        await viewer.until(b"\n%s\r\n$ " % last)
    back = Viewer(viewer.page)
    session.attach(back, 3)
    assert back.output.startswith(history.RESET)
    assert back.output.endswith(b"$ ")
    assert len(back.output) < 60


async def test_a_page_of_an_earlier_server_starts_afresh_and_counts_on(make):
    session, _ = await opened(make())
    old = Viewer("old")
    session.attach(old, 5000)
    assert old.output.startswith(history.RESET)
    received = 5000 + len(old.output)
    type_(session, old, b"echo ne''w\n")
    await old.until(b"new\r\n$ ")
    session.detach(old)
    back = Viewer("old")
    session.attach(back, 5000 + len(old.output))
    assert back.output == b""
    assert received < 5000 + len(old.output)


async def test_a_replay_asks_no_questions(make):
    session, viewer = await opened(make())
    type_(session, viewer, b"printf 'a\\033[6nb\\033[c'; echo do''ne\n")
    await viewer.until(b"done")
    assert b"\x1b[6n" in viewer.output
    late = Viewer()
    session.attach(late)
    assert b"\x1b[6n" not in late.output
    assert b"\x1b[c" not in late.output


async def test_the_flow_is_held_while_a_browser_is_slow_and_goes_on(make):
    session, viewer = await opened(make())
    viewer.slow = True
    type_(session, viewer, b"yes | head -c 3000000; echo do''ne\n")
    async with asyncio.timeout(120):
        while not session.paused:
            await asyncio.sleep(0.01)
    held = len(viewer.output)
    assert held < sessions.HIGH_WATER + 3 * 64 * 1024
    await asyncio.sleep(0.1)  # nothing comes: there is no event to wait for
    assert len(viewer.output) == held
    viewer.catch_up()
    await viewer.until(b"done")
    assert viewer.output.count(b"y\r\n") == 1_500_000


async def test_a_browser_that_takes_nothing_is_let_go_and_the_others_go_on(make):
    clock = Clock()
    table = make(clock)
    session, one = await opened(table)
    stuck = Viewer(slow=True)
    session.attach(stuck)
    type_(session, one, b"yes | head -c 3000000; echo do''ne\n")
    async with asyncio.timeout(120):
        while not session.paused:
            await asyncio.sleep(0.01)
    clock.now += sessions.STALLED + 1
    table.sweep()
    assert stuck.ended == 1013
    await one.until(b"done")


async def test_a_browser_may_pause_the_flow_for_a_while_only(make):
    clock = Clock()
    table = make(clock)
    session, viewer = await opened(table)
    session.pause(viewer, True)
    assert session.paused
    session.pause(viewer, False)
    assert not session.paused
    session.pause(viewer, True)
    clock.now += sessions.STALLED + 1
    table.sweep()
    assert viewer.ended == 1013
    assert not session.paused


async def test_when_the_shell_ends_its_browsers_are_told_and_the_name_is_free(make):
    table = make()
    session, viewer = await opened(table)
    type_(session, viewer, b"exit\n")
    await viewer.until_ended()
    assert viewer.ended == 4000
    assert table.get("1") is None
    again, _ = await opened(table)
    assert again is not session


async def test_there_are_no_more_sessions_than_allowed(make):
    table = make(max_sessions=2)
    first, viewer = await opened(table, "a")
    await opened(table, "b")
    with pytest.raises(sessions.SessionLimitError, match="2 terminals"):
        table.get_or_create("c")
    assert table.get_or_create("a") is first
    type_(first, viewer, b"exit\n")
    await viewer.until_ended()
    table.get_or_create("c")


async def test_unused_sessions_end_and_used_ones_stay(make):
    clock = Clock()
    table = make(clock, idle_seconds=60)
    left, viewer = await opened(table, "left")
    left.detach(viewer)
    await opened(table, "watched")
    clock.now += 61
    table.sweep()
    assert [session.name for session in table] == ["watched"]


async def test_a_session_without_shell_or_browser_is_no_session(make):
    table = make()
    session, viewer = table.get_or_create("x"), Viewer()
    session.attach(viewer)
    session.detach(viewer)
    table.release(session)
    assert len(table) == 0


async def test_the_last_active_browser_gives_the_size(make):
    session, one = await opened(make())
    two = Viewer()
    session.attach(two)
    session.resize(one.page, Size(100, 30))
    session.resize(two.page, Size(60, 20))
    assert session.size == Size(60, 20)
    type_(session, one, b"stty size\n")
    await one.until(b"30 100")
    assert two.control[-1] == {"cmd": "size", "cols": 100, "rows": 30}
    session.leave(one.page)
    assert session.size == Size(60, 20)


async def test_a_shell_that_cannot_start_is_an_error_and_no_session(make):
    session = make(argv=("/no/such/shell",)).get_or_create("1")
    viewer = Viewer()
    session.attach(viewer)
    session.open()
    await viewer.until_ended()
    assert b"/no/such/shell" in viewer.output


async def test_activity_is_told_apart(make):
    kinds = []
    session, viewer = await opened(make(on_activity=kinds.append))
    assert set(kinds) == {"output"}
    type_(session, viewer, b"x")
    assert "input" in kinds


@pytest.mark.parametrize("allowed", [False, True])
async def test_butterflys_own_sequences_pass_only_where_they_are_allowed(make, allowed):
    session, one = await opened(make(allow_escapes=allowed))
    type_(session, one, b"printf '<\\033P;HTML|<b>hi</b>\\033\\\\>do''ne\\n'\n")
    await one.until(b">done")
    assert (b"<\x1bP;HTML|<b>hi</b>\x1b\\>done" in one.output) is allowed
