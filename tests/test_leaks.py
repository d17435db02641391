"""tests/support/leaks.py fails the test that leaves something open, and no other one."""

import socket
import subprocess
import sys
from pathlib import Path

import pytest

import leaks

pytestmark = pytest.mark.programs

SUPPORT = Path(leaks.__file__).parent
CONFTEST = """
import leaks

def pytest_configure(config):
    leaks.watch(config)
"""
TESTS = """
import asyncio, gc, socket, subprocess, sys

gc.disable()  # found by the plugin or not at all

class Knot:
    def __init__(self, held):
        self.held, self.me = held, self

{leaking}

def test_innocent():
    socket.socket().close()
"""
LEAKING = {
    "socket": ("def test_it(): Knot(socket.socket())", "unclosed <socket.socket"),
    "file": ("def test_it(): Knot(open(__file__))", "unclosed file"),
    "process": (
        "def test_it(): Knot(subprocess.Popen([sys.executable, '-c', 'input()'], stdin=-1))",
        "is still running",
    ),
    "coroutine": (
        """async def nothing(): pass
def test_it():
    open(__file__).close()
    Knot(nothing())""",
        "was never awaited",
    ),
    "transport": (
        """async def test_it():
            Knot(await asyncio.open_connection(sock=socket.create_connection(SERVER)))""",
        "unclosed transport",
    ),
    "task": (
        "async def test_it(): Knot(asyncio.create_task(asyncio.Event().wait()))",
        "a task still ran: <coroutine object Event.wait",
    ),
    "fixture": (
        """import pytest
@pytest.fixture
def thing():
    made = Knot(socket.socket())
    yield made
def test_it(thing): pass""",
        "unclosed <socket.socket",
    ),
}


def run(folder: Path, leaking: str) -> str:
    """What pytest says of a file with that test and an innocent one after it."""
    (folder / "conftest.py").write_text(CONFTEST)
    (folder / "test_them.py").write_text(TESTS.format(leaking=leaking))
    (folder / "pytest.ini").write_text(
        f"""[pytest]
asyncio_mode = auto
asyncio_default_fixture_loop_scope = function
pythonpath = {SUPPORT}
filterwarnings = error
"""
    )
    command = (sys.executable, "-m", "pytest", "-rA", "-p", "no:cacheprovider", str(folder))
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    return done.stdout + done.stderr


@pytest.mark.parametrize(("leaking", "said"), LEAKING.values(), ids=LEAKING)
def test_who_leaves_something_open_fails(tmp_path, leaking, said):
    with socket.create_server(("127.0.0.1", 0)) as server:
        out = run(tmp_path, leaking.replace("SERVER", repr(server.getsockname())))
    assert "ERROR test_them.py::test_it" in out
    assert said in out
    assert "PASSED test_them.py::test_innocent" in out
    assert "2 passed, 1 error" in out


def test_a_failed_tests_leak_is_nobody_elses(tmp_path):
    out = run(tmp_path, "def test_it():\n    held = Knot(socket.socket())\n    assert 0")
    assert "1 failed, 1 passed" in out


def test_who_closes_all_passes(tmp_path):
    out = run(tmp_path, "async def test_it(): await asyncio.create_task(asyncio.sleep(0))")
    assert "2 passed" in out


def test_a_socket_is_named_with_the_lines_that_opened_it():
    opened = leaks.OpenSockets()
    with socket.socket() as sock:
        opened.add(sock)
        (lines,) = opened.places().values()
    assert lines == []  # `add` is called by the audit hook, two frames below the one that opens
    assert opened.places() == {}
