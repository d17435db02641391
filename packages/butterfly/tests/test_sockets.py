"""The two sockets of a page, against the running server: odd frames, floods, coming back."""

import asyncio
import contextlib
import os

import aiohttp
import pytest

from jupyterhub_butterfly import sockets

BOTH = pytest.mark.parametrize("kind", ["ws", "ctl"])


async def close_code(socket):
    """Read to the end; the code with which the server closed."""
    async with asyncio.timeout(120):
        async for _ in socket:
            pass
    return socket.close_code


@BOTH
@pytest.mark.parametrize("data", [b"", b"\xff\xfe", b"echo hi\n"])
async def test_binary_frames_close_the_socket_and_the_server_lives(person, kind, data):
    async with person.terminal() as terminal:
        await terminal.run("true")
        async with person.connect(kind, page="odd") as odd:
            await odd.send_bytes(data)
            assert await close_code(odd) == 1003
        assert await terminal.run("echo alive") == "alive"


@BOTH
async def test_empty_frames_are_ignored(person, kind):
    async with person.terminal() as terminal:
        socket = terminal.shell if kind == "ws" else terminal.ctl
        for _ in range(100):
            await socket.send_str("")
        assert await terminal.run("echo alive") == "alive"


@pytest.mark.parametrize(
    ("text", "code"),
    [("nonsense", 1007), ("[]", 1007), ('"open"', 1007), ("{" * 4000, 1007), ("x" * 5000, 1003)],
    ids=["no JSON", "a list", "a string", "deep", "long"],
)
async def test_odd_control_messages_close_the_socket(person, text, code):
    async with person.terminal() as terminal:
        async with person.connect("ctl", page="odd") as odd:
            await odd.send_str(text)
            assert await close_code(odd) == code
        assert await terminal.run("echo alive") == "alive"


@pytest.mark.parametrize(
    "message",
    [
        {"cmd": "nothing"},
        {},
        {"cmd": ["open"]},
        {"cmd": "size"},
        {"cmd": "size", "cols": "80", "rows": None},
        {"cmd": "size", "cols": 0, "rows": 0},
        {"cmd": "size", "cols": -1, "rows": 10**30},
        {"cmd": "open", "cols": 1e300, "rows": {}},
    ],
    ids=str,
)
async def test_control_messages_without_sense_are_ignored(person, message):
    async with person.terminal() as terminal:
        await terminal.ctl.send_json(message)
        assert await terminal.run("stty size") == "24 80"


async def test_an_oversized_frame_closes_the_socket_and_the_server_lives(person):
    async with person.terminal() as terminal:
        await terminal.run("true")
        async with person.connect("ws", page="odd") as odd:
            with contextlib.suppress(ConnectionError):  # closed while we still send
                await odd.send_str("x" * (sockets.LARGEST_FRAME + 1))
            assert await close_code(odd) in {1009, 1006}
        assert await terminal.run("echo alive") == "alive"


async def test_ten_thousand_columns_are_clamped(person):
    async with person.terminal(cols=10_000, rows=10_000) as terminal:
        assert await terminal.run("stty size") == "500 1000"


async def test_utf8_comes_through_both_ways(person):
    words = "naïve ✓ 日本語 😀"
    async with person.terminal() as terminal:
        assert await terminal.run(f"echo '{words}' | tr -d x") == words


async def test_the_clients_reconnect_interrupt_does_not_reach_the_shell(person):
    async with person.terminal() as terminal:
        await terminal.run("true")
        await terminal.type("echo go; read word; echo sur''vived by $word\r")
        await terminal.until(r"go\r\n")
        async with person.connect("ws", page="again") as again:
            await again.send_str("\x03\n")
            await again.send_str("luck\n")
            await terminal.until("survived by luck")


async def test_a_real_interrupt_does(person):
    async with person.terminal() as terminal:
        await terminal.run("true")
        trap = "trap 'echo inter''rupted; exit' INT; echo star''ted; while :; do sleep 0.1; done"
        await terminal.type(f'sh -c "{trap}"\r')
        await terminal.until("started")
        await terminal.type("\x03")
        await terminal.until("interrupted")


async def test_coming_back_to_the_same_shell_with_what_was_missed(person):
    page = os.urandom(8).hex()
    async with person.terminal(page=page) as terminal:
        shell = await terminal.run("echo $$")
        received = 0
    async with person.terminal(page="count") as terminal:
        await terminal.type("(sleep 0.3; echo la''ter) &\r")
    async with person.terminal(page=page, have=received) as terminal:
        await terminal.until("later")
        assert await terminal.run("echo $$") == shell


async def test_little_comes_after_ctrl_c_in_a_flood(person):
    async with person.terminal() as terminal:
        await terminal.run("true")
        await terminal.type("yes\r")
        await terminal.until("(y\r\n){1000}")
        for _ in range(50):
            await terminal.shell.receive()
        terminal.seen = ""
        await terminal.type("\x03")
        prompt = await terminal.until(r"\^C[^y]*[#$] ")
        # What lay unread on its way, which a person waits for; how long that takes, the bench says.
        assert prompt.end() < 2**20


async def test_messages_stay_small_in_a_flood_and_nothing_is_lost(person):
    async with person.terminal() as terminal:
        await terminal.run("stty -echo -onlcr")
        await terminal.type("head -c 20000000 /dev/zero | tr '\\0' z; echo E''ND\r")
        got, largest, tail = 0, 0, ""
        while "END" not in tail:
            message = await terminal.shell.receive(timeout=120)
            largest = max(largest, len(message.data.encode()))
            got += message.data.count("z")
            tail = tail[-10:] + message.data
        assert got == 20_000_000
        assert largest <= 64 * 1024


async def test_a_paste_of_ten_megabytes_arrives_whole(person):
    async with person.terminal() as terminal:
        await terminal.run("true")
        count = 10 * 1024 * 1024
        await terminal.type(f"stty raw -echo; echo re''ady; head -c {count} | wc -c; stty sane\r")
        await terminal.until("ready")
        await terminal.type("0123456789abcdef" * (count // 16))
        await terminal.until(str(count), seconds=120)
        assert await terminal.run("echo alive") == "alive"


async def held_up(server):
    """Wait until the one program of a server has written a lot and cannot write on."""
    written, looks = 0, 0
    async with asyncio.timeout(120):
        while looks < 10:
            await asyncio.sleep(0.05)
            (program,) = server.children()
            before, written = written, program.io_counters().write_chars
            stuck = written == before > 500_000 and program.status() == "sleeping"
            looks = looks + 1 if stuck else 0


async def test_a_slow_browser_bounds_what_waits(server, person):
    psutil = pytest.importorskip("psutil")
    process = psutil.Process(server.pid)
    async with person.terminal() as terminal:
        await terminal.run("true")
        before = process.memory_info().rss
        await terminal.type("exec yes\r")
        await held_up(process)
        assert process.memory_info().rss - before < 10 * 1024 * 1024


async def test_binary_junk_is_survived(person):
    async with person.terminal() as terminal:
        await terminal.run("true")
        await terminal.type("head -c 300000 /dev/urandom; printf '\\033c'; echo EN''D\r")
        await terminal.until("END", seconds=120)


async def test_what_a_file_says_is_never_typed(person, tmp_path):
    evil = tmp_path / "evil.txt"
    evil.write_bytes(
        b"\x1bP;PROMPT|touch /tmp/pwned\r\x1b\\\x1bP;HTML|<img src=x onerror=x>\x1b\\ok"
    )
    async with person.terminal() as terminal:
        shown = await terminal.run(f"cat {evil}")
    assert shown == "ok"


async def test_too_many_sessions_are_refused_in_words(server_factory, person_factory):
    server = await server_factory("--ButterflyApp.max_sessions=1")
    person = person_factory(server.url)
    await person.open_terminal("/")
    async with person.terminal() as terminal:
        await terminal.run("true")
        async with person.connect("ws", "2", page="p") as refused:
            assert await close_code(refused) == sockets.FULL


async def test_keep_alives_want_no_answer(server_factory, person_factory, monkeypatch):
    """Frames from the server, yes; pings, whose pongs a proxy takes for activity, no."""
    code = "import jupyterhub_butterfly.app as a; a.KEEP_ALIVE_SECONDS = 0.05; a.main()"
    server = await server_factory("--ButterflyApp.client=butterfly", code=code)
    person = person_factory(server.url)
    await person.open_terminal("/")
    async with person.connect("ws", page="p", autoping=False) as shell:
        for _ in range(5):
            message = await shell.receive(timeout=120)
            assert (message.type, message.data) == (aiohttp.WSMsgType.TEXT, "")
    async with person.connect("ctl", page="p", autoping=False) as ctl:
        assert (await ctl.receive(timeout=120)).json() == {"cmd": "keepalive"}
