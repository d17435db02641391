"""What a watch says."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workshop_kube.rules import events


def line(kind, item):
    return json.dumps({"type": kind, "object": item}).encode()


def test_a_change():
    change = events.parse_event(line("ADDED", {"metadata": {"resourceVersion": "7"}}))
    assert (change.kind, change.version) == ("ADDED", "7")


def test_a_refusal():
    answer = events.parse_event(line("ERROR", {"kind": "Status", "code": 410, "reason": "Expired"}))
    assert (answer.status, answer.reason) == (410, "Expired")


@pytest.mark.parametrize("text", [b"{}", b"[]", b"7", b'{"type": "ADDED", "object": {}}', b"{"])
def test_what_is_no_event(text):
    with pytest.raises(ValueError):  # noqa: PT011 - the message is Python's or ours
        events.parse_event(text)


@given(st.lists(st.binary(max_size=5).map(lambda b: b.replace(b"\n", b"")), max_size=5), st.data())
def test_lines_are_whole_however_they_come(lines, data):
    whole = b"".join(each + b"\n" for each in lines)
    cut = data.draw(st.integers(0, len(whole)))
    first, rest = events.split_lines(b"", whole[:cut])
    second, rest = events.split_lines(rest, whole[cut:])
    assert (first + second, rest) == (lines, b"")


def test_a_line_without_an_end_is_refused(monkeypatch):
    monkeypatch.setattr(events, "LONGEST_EVENT", 10)
    with pytest.raises(ValueError, match="more than 10 bytes"):
        events.split_lines(b"12345678", b"90a")
