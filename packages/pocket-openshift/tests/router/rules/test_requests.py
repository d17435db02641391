import pytest
from hypothesis import given
from hypothesis import strategies as st

from pocket_openshift.router.rules import requests


def head(*lines):
    return "\r\n".join([*lines, "", ""]).encode("latin-1")


def test_a_head_is_read():
    read = requests.parse(head("GET /a?b HTTP/1.1", "Host: App.Example:8080", "X: y"))
    assert (read.host, read.port, read.path, read.body) == ("app.example", 8080, "/a?b", 0)
    assert not read.upgrade


@pytest.mark.parametrize(
    ("line", "body"),
    [("Content-Length: 5", 5), ("Transfer-Encoding: chunked", None), ("Upgrade: websocket", None)],
)
def test_how_much_follows(line, body):
    assert requests.parse(head("POST / HTTP/1.1", "Host: a", line)).body == body


@pytest.mark.parametrize(
    "lines",
    [
        ["GET / HTTP/1.1"],
        ["GET /", "Host: a"],
        ["GET / HTTP/1.1", "Host: a", "Host: b"],
        ["GET / HTTP/1.1", "Host: a/b"],
        ["GET / HTTP/1.1", "Host: a", " folded: x"],
        ["GET / HTTP/1.1", "Host: a", "Bad Name: x"],
        ["GET / HTTP/1.1", "Host: a", "Content-Length: 1", "Transfer-Encoding: chunked"],
        ["GET / HTTP/1.1", "Host: a", "Content-Length: 1", "Content-Length: 2"],
        ["GET / HTTP/1.1", "Host: a", "Content-Length: +1"],
        ["GET / HTTP/1.1", "Host: a", "X: y\nHost: b"],
        ["GET ftp://a/ HTTP/1.1", "Host: a"],
        ["G@T / HTTP/1.1", "Host: a"],
    ],
)
def test_what_two_readers_may_read_differently_is_refused(lines):
    with pytest.raises(requests.BadRequestError):
        requests.parse(head(*lines))


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(data):
    try:
        requests.parse(data + b"\r\n\r\n")
    except requests.BadRequestError:
        return


def test_the_pod_sees_one_request_and_who_asks():
    read = requests.parse(
        head(
            "GET http://a/x HTTP/1.1",
            "Host: a",
            "Connection: keep-alive",
            "X-Forwarded-For: 6.6.6.6",
        )
    )
    assert requests.render(read, "127.0.0.1", port=80, secure=True).split(b"\r\n") == [
        b"GET /x HTTP/1.1",
        b"Host: a",
        b"X-Forwarded-For: 127.0.0.1",
        b"X-Forwarded-Host: a",
        b"X-Forwarded-Port: 80",
        b"X-Forwarded-Proto: https",
        b"Connection: close",
        b"",
        b"",
    ]


def test_an_upgrade_stays_one():
    read = requests.parse(
        head("GET / HTTP/1.1", "Host: a", "Connection: Upgrade", "Upgrade: websocket")
    )
    assert b"\r\nConnection: upgrade\r\n" in requests.render(
        read, "127.0.0.1", port=80, secure=False
    )
