"""Work on a long page grows with its length, whatever its author left open."""

import time

import pytest

from workshop_dashboard.rules import render, variables

SHORT, LONG = 1 << 16, 1 << 20
OPEN = ["<!-- ", '<a "', "<a '", "<a b ", "<iframe ", "<"]
OPEN_FRAMES = ["<iframe", "<iframe src='", "<iframe src=a ", "<iframe> "]


def work(read, text: str) -> float:
    """Return the least processor time of three readings of a text, in seconds."""
    times = []
    for _ in range(3):
        start = time.process_time()
        read(text)
        times.append(time.process_time() - start)
    return min(times)


def is_linear(read, head: str, piece: str) -> bool:
    """Sixteen times the length is 16 times the work; it was 256 times."""
    short, long = (work(read, head + piece * (size // len(piece))) for size in (SHORT, LONG))
    return long < 80 * short


@pytest.mark.parametrize("piece", OPEN)
def test_tags_left_open(piece):
    assert is_linear(variables.show_unset, variables.UNSET, piece)


@pytest.mark.parametrize("piece", OPEN_FRAMES)
def test_frames_left_open(piece):
    assert is_linear(lambda text: render.FRAME.sub(render._link_frame, text), "", piece)


@pytest.mark.parametrize("piece", [" src=a", "a", " src", " "])
def test_one_frame_left_open(piece):
    assert is_linear(lambda text: render.FRAME.sub(render._link_frame, text), "<iframe src=", piece)
