"""The open port: who is heard, for how long, and what is closed when."""

import contextlib
import socket
import threading
import time

import pytest

from workshop_launch import listener
from workshop_launch.listener import Listener
from workshop_launch.rules import requests


class Waiting:
    """A listener in a thread, on a port of its own."""

    def __init__(self, decide=lambda body: {"BODY": body.decode()}, seconds=0):
        self.server = socket.create_server(("127.0.0.1", 0))
        self.address = self.server.getsockname()
        self.lines = []
        self.now = 0.0
        self.found = None
        self._listener = Listener(self.server, decide, lambda: self.now, self.lines.append)
        self._thread = threading.Thread(target=self._wait, args=(seconds,))

    def _wait(self, seconds):
        self.found = self._listener.wait(seconds)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        if self._thread.is_alive():
            with contextlib.suppress(OSError):
                self.ask(make_post(b"end"))
        self._thread.join(10)
        assert not self._thread.is_alive()

    def connect(self):
        return socket.create_connection(self.address, timeout=10)

    def ask(self, request):
        with self.connect() as client:
            client.sendall(request)
            return read(client)

    def join(self):
        self._thread.join(10)
        assert not self._thread.is_alive()
        return self.found


def read(client):
    """All that the other side says until it closes."""
    said = b""
    while piece := client.recv(65536):
        said += piece
    return said


def make_post(body):
    head = f"POST {requests.PATH} HTTP/1.1\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


def refuse(body):
    return {"OK": "1"} if body == b"end" else "no"


def test_a_hand_over_is_taken_and_the_port_is_free():
    with Waiting() as waiting:
        assert b"200 OK" in waiting.ask(b"GET / HTTP/1.1\r\n\r\n")
        assert b"204" in waiting.ask(make_post(b"hello"))
        assert waiting.join() == {"BODY": "hello"}
        with socket.create_server(waiting.address):
            pass


def test_the_port_is_closed_before_the_answer_is_sent():
    with Waiting() as waiting, waiting.connect() as client:
        client.sendall(make_post(b"hello"))
        assert b"204" in client.recv(4096)
        with pytest.raises(ConnectionRefusedError):
            waiting.connect().close()


def test_what_is_refused_is_told_and_the_next_is_heard():
    with Waiting(refuse) as waiting:
        assert b"403" in waiting.ask(make_post(b"wrong"))
        assert b"413" in waiting.ask(
            b"POST /workshop-launch HTTP/1.1\r\nContent-Length: 999999\r\n\r\n"
        )
        assert b"204" in waiting.ask(make_post(b"end"))
    assert waiting.lines == [
        "refused a request: no",
        "refused a request: it is longer than 262144 bytes",
    ]


def test_who_is_slow_holds_up_nobody_and_is_cut_off():
    with Waiting() as waiting, waiting.connect() as slow:
        slow.sendall(make_post(b"hello")[:-2])
        assert b"200" in waiting.ask(b"GET / HTTP/1.1\r\n\r\n")
        waiting.now = listener.REQUEST_SECONDS + 1
        assert b"200" in waiting.ask(b"GET / HTTP/1.1\r\n\r\n")  # the turn that sees the time
        assert read(slow) == b""
    assert "refused a request: it took too long" in waiting.lines


def test_of_many_who_say_nothing_the_oldest_makes_room():
    with contextlib.ExitStack() as stack:
        waiting = stack.enter_context(Waiting())
        silent = [
            stack.enter_context(waiting.connect()) for _ in range(listener.MOST_CONNECTIONS + 3)
        ]
        assert b"200" in waiting.ask(b"GET / HTTP/1.1\r\n\r\n")
        assert read(silent[0]) == b""
        assert b"204" in waiting.ask(make_post(b"hello"))
        assert waiting.join() == {"BODY": "hello"}
        assert read(silent[-1]) == b"", "every connection is closed, not only the one"


def test_of_two_hand_overs_at_once_one_is_taken():
    with Waiting() as waiting, waiting.connect() as one, waiting.connect() as other:
        first, second = make_post(b"one"), make_post(b"two")
        one.sendall(first[:-1])
        other.sendall(second[:-1])
        assert b"200" in waiting.ask(b"GET / HTTP/1.1\r\n\r\n")
        other.sendall(second[-1:])
        assert b"204" in read(other)
        with contextlib.suppress(OSError):
            one.sendall(first[-1:])
            assert read(one) == b""
        assert waiting.join() == {"BODY": "two"}


def test_nobody_who_comes_in_time():
    server = socket.create_server(("127.0.0.1", 0))
    assert Listener(server, refuse, time.monotonic, print).wait(0.01) is None
    assert server.fileno() == -1


def test_who_hangs_up_is_forgotten():
    with Waiting() as waiting:
        for _ in range(3 * listener.MOST_CONNECTIONS):
            waiting.connect().close()
        assert b"200" in waiting.ask(b"GET / HTTP/1.1\r\n\r\n")
