"""The little of HTTP that the launcher speaks."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workshop_launch.rules.handover import LARGEST_MESSAGE
from workshop_launch.rules.requests import Refusal, Request, parse_request, render_answer


def post(body=b"sealed", length=None, path="/workshop-launch", more=""):
    length = len(body) if length is None else length
    head = f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Length: {length}\r\n{more}\r\n"
    return head.encode() + body


@given(st.binary(max_size=100), st.data())
def test_a_hand_over_is_read_in_any_pieces(body, data):
    whole = post(body)
    cut = data.draw(st.integers(0, len(whole) - 1))
    assert parse_request(whole[:cut]) is None
    assert parse_request(whole) == Request(body)


@given(st.binary(max_size=300))
def test_any_bytes_are_a_request_a_refusal_or_not_yet_one(read):
    found = parse_request(read)
    assert found is None or isinstance(found, Request | Refusal)


@pytest.mark.parametrize("line", ["GET / HTTP/1.1", "HEAD /user/x/api HTTP/1.0"])
def test_a_question_is_one_on_any_path(line):
    assert parse_request(f"{line}\r\n\r\n".encode()) == Request()


REFUSED = [
    (b"nonsense\r\n\r\n", 400),
    (b"POST /workshop-launch FTP/1.1\r\n\r\n", 400),
    (b"PUT /workshop-launch HTTP/1.1\r\n\r\n", 405),
    (b"\r\n\r\n", 400),
    (b"POST /workshop-launch HTTP/1.1\r\n\r\n", 411),
    (post(path="/other"), 404),
    (post(length="six"), 400),
    (post(length="-1"), 400),
    (post(length="9" * 30), 400),
    (post(more="Content-Length: 5\r\n"), 411),
    (post(more="Transfer-Encoding: chunked\r\n"), 411),
    (post(length=LARGEST_MESSAGE + 1), 413),
    (post(b"too long", length=3), 400),
    (b"x" * 9000, 431),
    (b"GET / HTTP/1.1\r\nX: " + b"x" * 9000 + b"\r\n\r\n", 431),
]


@pytest.mark.parametrize(("read", "status"), REFUSED, ids=range(len(REFUSED)))
def test_what_is_refused(read, status):
    found = parse_request(read)
    assert isinstance(found, Refusal)
    assert found.status == status
    assert render_answer(found.status, found.reason).startswith(f"HTTP/1.1 {status} ".encode())


def test_an_answer_without_a_body_says_no_length():
    assert b"Content-Length" not in render_answer(204)
    assert render_answer(200, "waiting").endswith(b"\r\n\r\nwaiting\n")
