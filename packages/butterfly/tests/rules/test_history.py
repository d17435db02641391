"""What a browser is shown that comes, or comes back."""

from hypothesis import given
from hypothesis import strategies as st

from jupyterhub_butterfly.rules.history import History


def test_a_short_history_is_replayed_whole():
    history = History(100)
    history.add(b"one\r\ntwo\r\n")
    assert history.replay() == b"one\r\ntwo\r\n"


def test_a_long_one_begins_at_a_line():
    history = History(10)
    history.add(b"first line\n")
    history.add(b"second\nthird\n")
    assert history.replay() == b"third\n"


def test_output_since_a_place_or_nothing_when_forgotten():
    history = History(10)
    for number in range(100):
        history.add(b"%02d\n" % number)
    assert history.end == 300
    assert history.since(297) == b"99\n"
    assert history.since(300) == b""
    assert history.since(0) is None
    assert history.since(301) is None


def test_without_a_limit_nothing_is_kept():
    history = History(0)
    history.add(b"secret\n")
    assert history.replay() == b""


@given(st.lists(st.binary(min_size=1, max_size=40), max_size=60), st.integers(0, 100))
def test_fuzz_memory_is_bounded_and_the_end_is_right(chunks, limit):
    history, stream = History(limit), b"".join(chunks)
    for chunk in chunks:
        history.add(chunk)
    assert history.end == len(stream)
    assert len(history) <= limit + 40
    for place in range(len(stream) + 1):
        assert history.since(place) in {None, stream[place:]}
