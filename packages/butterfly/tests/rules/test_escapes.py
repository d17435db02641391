"""Device control strings never reach a browser, whatever the split across reads."""

import itertools
import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from jupyterhub_butterfly.rules import escapes


def run(*reads):
    one = escapes.Filter()
    return b"".join(one.feed(read) for read in reads)


DROPPED = {
    "types a command": b"\x1bP;PROMPT|rm -rf /\r\x1b\\",
    "types by its echo": b"\x1bP+q\nrm -rf /\n\x1b\\",
    "puts markup into the page": b"\x1bP;HTML|<a href='javascript:x'>x</a>\x1b\\",
    "puts an image into the page": b"\x1bP;IMAGE|image/png;AAAA\x1b\\",
    "hides text": b"\x1bP;TEXT|\x1b\\",
    "ends by a bell": b"\x1bP;PROMPT|id\r\x07",
    "ends by another escape": b"\x1bP;PROMPT|id\r",
    "status request with a command": b"\x1bP$qid\r\n\x1b\\",
    "asks for keys": b"\x1bP+q544e\x1b\\",
}


@pytest.mark.parametrize("string", DROPPED.values(), ids=DROPPED)
def test_a_string_is_dropped_and_what_is_around_it_stays(string):
    assert run(b"before " + string + b"\x1b[1mafter").startswith(b"before ")
    assert run(b"before " + string + b"\x1b[1mafter").endswith(b"\x1b[1mafter")
    assert b"\x1bP" not in run(string)
    assert b"PROMPT" not in run(string)


@pytest.mark.parametrize("string", DROPPED.values(), ids=DROPPED)
def test_the_split_does_not_matter(string):
    data = b"a" + string + b"\x1b[0mb"
    whole = run(data)
    assert run(*(data[i : i + 1] for i in range(len(data)))) == whole
    for i in range(len(data)):
        assert run(data[:i], data[i:]) == whole


@pytest.mark.parametrize("request_", [b'$q"p', b"$qm", b"$qr", b"$q q", b"$q s"])
def test_status_requests_of_editors_pass(request_):
    data = b"x\x1bP" + request_ + b"\x1b\\y"
    assert run(data) == data


@pytest.mark.parametrize(
    "data", [b"", b"plain", b"\x1b[31mred\x1b[0m", b"\x1b]0;title\x07", b"\xff"]
)
def test_other_output_passes_unchanged(data):
    assert run(data) == data


def test_no_string_forms_over_the_place_of_another():
    assert b"\x1bP" not in run(b"\x1b\x1bPx\x1b\\P;PROMPT|id\r\x1b\\")
    assert b"\x1bP" not in run(b"\x1b", b"\x1bPx\x1b\\", b"P;PROMPT|id\r\x07")


def test_a_string_without_an_end_hides_output_for_a_while_only():
    assert run(b"\x1bP" + b"x" * (escapes.LONGEST_STRING + 10)) == b"x" * 10


PIECES = st.sampled_from(
    [
        b"\x1b",
        b"P",
        b"\x1bP",
        b";PROMPT|id\r",
        b"\\",
        b"\x1b\\",
        b"\x07",
        b"\x18",
        b"$q",
        b"m",
        b"+q",
        b"a",
    ]
)


def test_an_escape_cut_off_before_a_string_begins_none_after_it():
    # A read that ended between two ESC let the first one out, to meet the P that came later.
    hostile = [b"\x1b\x1b", b"Pjunk\x07", b"P;HTML|<b>\x1b\\"]
    assert b"\x1bP" not in run(*hostile)
    assert run(*hostile) == run(b"".join(hostile))


@given(st.lists(PIECES, max_size=30), st.data())
def test_fuzz_no_string_is_ever_let_through(pieces, data):
    stream = b"".join(pieces)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=4)))
    borders = [0, *cuts, len(stream)]
    out = run(*(stream[a:b] for a, b in itertools.pairwise(borders)))
    left = re.sub(rb"\x1bP\$q[ \"'a-zA-Z]{1,3}\x1b\\", b"", out)
    assert b"\x1bP" not in left
    assert run(stream) == out


@given(st.binary(max_size=200))
def test_fuzz_what_has_no_string_passes(data):
    safe = data.replace(b"\x1b", b"")
    assert run(safe) == safe


QUESTIONS = [
    *(b"\x1b[6n", b"\x1b[5n", b"\x1b[?6n", b"\x1b[c", b"\x1b[>c", b"\x1b[0c", b"\x1b[?99n"),
    *(b"\x1bZ", b"\x1b[18t", b"\x1b]10;?\x07", b"\x1b]4;1;?\x1b\\", b"\x1b[?2026$p"),
    *(b"\x1b[>q", b"\x1bP$qm\x1b\\", b"\x1b]52;c;?\x07", b"\x1b[?u", b"\x1b[1x"),
]


@pytest.mark.parametrize("question", QUESTIONS, ids=repr)
def test_a_replay_asks_nothing(question):
    assert escapes.remove_questions(b"a" + question + b"b") == b"a\x18b"


@example([b"\x1b", b"P", b"\x1b[6n"])
@example([b"\x1b]10;?", b"\x1b[6n", b"x"])
@given(st.lists(st.sampled_from([*QUESTIONS, b"\x1b", b"[6n", b"P", b"[", b"x"]), max_size=12))
def test_fuzz_no_question_forms_where_others_were(pieces):
    out = escapes.remove_questions(b"".join(pieces))
    assert escapes.remove_questions(out) == out


@pytest.mark.parametrize(
    "data", [b"\x1b[31;1m", b"\x1b[2J", b"\x1b[?1049h", b"\x1b[4 q", b"\x1b[1H"]
)
def test_a_replay_keeps_what_draws(data):
    assert escapes.remove_questions(data) == data
