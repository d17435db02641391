"""Bytes become valid UTF-8, whatever the split; messages stay small and whole."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from jupyterhub_butterfly.rules import text


def feed(*reads):
    one = text.Utf8()
    return b"".join(one.feed(read) for read in reads)


def test_a_character_split_across_reads_comes_out_whole():
    data = "é✓😀".encode()
    assert feed(*(data[i : i + 1] for i in range(len(data)))) == data


def test_junk_becomes_the_replacement_character():
    assert feed(b"a\xff\xfeb", b"\xc3", b"(") == "a��b�(".encode()


@given(st.text(), st.lists(st.integers(0, 400), max_size=5))
def test_fuzz_text_is_never_changed(words, cuts):
    data = (
        words.encode("utf-8", "surrogatepass")
        if words.isascii()
        else words.encode("utf-8", "replace")
    )
    borders = [0, *sorted(min(c, len(data)) for c in cuts), len(data)]
    assert feed(*(data[a:b] for a, b in itertools.pairwise(borders))) == data


@given(st.binary(max_size=300), st.lists(st.integers(0, 300), max_size=5))
def test_fuzz_what_comes_out_is_always_valid(data, cuts):
    one = text.Utf8()
    borders = [0, *sorted(min(c, len(data)) for c in cuts), len(data)]
    for a, b in itertools.pairwise(borders):
        one.feed(data[a:b]).decode()


@given(st.text(max_size=400), st.integers(4, 50))
def test_fuzz_messages_are_small_valid_and_lose_nothing(words, largest):
    data = words.encode("utf-8", "replace")
    pieces = text.split_message(data, largest)
    assert b"".join(pieces) == data
    for piece in pieces:
        assert 0 < len(piece) <= largest
        piece.decode()
