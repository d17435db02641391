"""Blocks of the notes as steps, and what is made of how they went."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workshop_dashboard.rules import lesson
from workshop_dashboard.rules.lesson import Step
from workshop_dashboard.rules.notes import make_notes
from workshop_dashboard.rules.workshopfile import Workshop


def steps(*pages):
    texts = {f"p{number}.md": text for number, text in enumerate(pages)}
    notes = make_notes(texts, Workshop(), {"who": "ada"})
    return lesson.make_steps(notes, notes.order)


def fence(info, body):
    return f"```{info}\n{body}\n```\n\n"


def test_blocks_that_act_are_steps_in_their_order():
    found = steps(
        fence("execute", "echo %who%") + fence("bash", "no") + fence("copy", "no"),
        "Text.\n\n" + fence("execute-2", "top") + fence("execute-2", "<ctrl-c>"),
    )
    assert [(s.file, s.line, s.kind, s.text, s.session, s.follower) for s in found] == [
        ("p0.md", 1, "execute", "echo ada", "1", ""),
        ("p1.md", 3, "execute", "top", "2", "interrupt"),
        ("p1.md", 7, "interrupt", "Ctrl+C", "2", ""),
    ]


@pytest.mark.parametrize(
    ("info", "body", "wanted", "seconds"),
    [
        ("execute", "x", "succeeds", 60.0),
        ("execute fails", "x", "fails", 60.0),
        ("bash execute any timeout=5", "x", "any", 5.0),
        ("execute skip", "x", "skip", 60.0),
        ("execute timeout=soon", "x", "succeeds", 60.0),
        ("execute timeout=999999", "x", "succeeds", 60.0),
        ("terminal:execute fails", "command: x", "fails", 60.0),
        ("terminal:execute", "command: x\nfails: true\ntimeout: 7", "fails", 7.0),
        ("terminal:execute", "command: x\nskip: true", "skip", 60.0),
    ],
)
def test_words_behind_the_action_say_what_to_expect(info, body, wanted, seconds):
    (step,) = steps(fence(info, body))
    assert (step.kind, step.text, step.wanted, step.seconds) == ("execute", "x", wanted, seconds)


def test_a_block_of_output_belongs_to_the_step_above():
    first, second = steps(
        fence("execute", "a") + fence("output", "b\n...\nc") + fence("execute", "d")
    )
    assert (first.expected, first.expected_line, second.expected) == ("b\n...\nc", 5, None)
    assert steps(fence("output", "alone")) == []


def test_of_two_blocks_of_output_each_is_expected():
    (step,) = steps(fence("execute", "a") + fence("output", "b") + fence("output", "c"))
    assert (step.expected, step.expected_line) == ("b\n...\nc", 5)


@pytest.mark.parametrize(
    ("info", "words"),
    [
        ("execute", ""),
        ("bash execute any timeout=5", ""),
        ("execute T2 {.wide} title=x", ""),
        ("timeout execute", ""),
        ("execute fail", "write `fails`"),
        ("execute skipped", "write `skip`"),
        ("terminal:execute fail", "write `fails`"),
        ("execute timeout=soon", "write seconds up to 3600"),
        ("execute timeout:5", "write seconds up to 3600"),
        ("execute timeout=0", "write seconds up to 3600"),
    ],
)
def test_words_behind_an_action_that_mean_nothing_are_told(info, words):
    (step,) = steps(fence(info, "command: x"))
    assert words in step.note
    assert bool(step.note) is bool(words)


def test_a_wrong_block_is_a_step_that_says_why():
    (step,) = steps(fence("terminal:execute", "- x"))
    assert (step.kind, "must be YAML" in step.text) == ("wrong", True)
    assert step.details == {"name": "terminal:execute"}


@pytest.mark.parametrize(
    ("expected", "output", "fits"),
    [
        ("a", "a", True),
        ("a", "x\na\ny", True),
        ("a\nb", "a\nb", True),
        ("a\nb", "a\nx\nb", False),
        ("a\n...\nb", "a\nx\ny\nb", True),
        ("a\n...\nb", "a\nb", True),
        ("pod/... created", "pod/hello-7d created", True),
        ("pod/... created", "pod/hello deleted", False),
        ("NAME  AGE\nhello ...", "NAME  AGE\nhello   5s", True),
        ("a.c", "abc", False),
        ("a", "  a", False),
        ("a", "a  ", True),
        ("red", "\x1b[31mred\x1b[0m\r", True),
        ("", "", True),
        ("x", "", False),
    ],
)
def test_what_is_expected(expected, output, fits):
    assert lesson.is_expected(expected, output) is fits


STEP = Step("p", "p.md", 1, "execute", "x", "1")


@pytest.mark.parametrize(
    ("changes", "status", "output", "words"),
    [
        ({}, 0, "", None),
        ({}, 2, "", "ends with status 2"),
        ({"wanted": "fails"}, 1, "", None),
        ({"wanted": "fails"}, 0, "", "succeeds, and the page says that it fails"),
        ({"wanted": "any"}, 9, "", None),
        ({"expected": "a"}, 0, "a", None),
        ({"expected": "a"}, 0, "b", "does not print what the page says"),
        ({"expected": "a", "wanted": "fails"}, 1, "b", "does not print"),
        ({}, None, "", "add a block that interrupts it"),
        ({"follower": "interrupt"}, None, "", None),
        ({"follower": "input"}, None, "", None),
        ({"follower": "execute"}, None, "", "would be typed into it"),
        ({"session": "2"}, None, "", None),
        ({"session": "2", "follower": "execute"}, None, "", "would be typed into it"),
    ],
)
def test_what_is_wrong_with_a_result(changes, status, output, words):
    problem = lesson.problem_with_result(replace(STEP, **changes), status, output)
    assert (problem is None) if words is None else words in problem


@pytest.mark.parametrize(
    ("changes", "status", "words"),
    [
        ({}, 1, "mend the command, or write `execute fails`"),
        ({}, 127, "no such command"),
        ({}, 126, "chmod +x"),
        ({}, None, "timeout=120"),
        ({"wanted": "fails"}, 0, "take the word `fails` away"),
        ({"expected": "a"}, 0, "--update"),
        ({"expected": "a", "wanted": "fails"}, 1, "--update"),
        ({"expected": "a", "wanted": "any"}, 1, "--update"),
        ({"kind": "test"}, 124, "timeout: 60"),
        ({"kind": "test"}, 126, "chmod +x"),
        ({"kind": "test"}, 1, "the blocks before it"),
    ],
)
def test_what_an_author_may_do_about_it(changes, status, words):
    assert words in lesson.find_advice(replace(STEP, **changes), status)


@pytest.mark.parametrize(
    ("changes", "quiet", "running"),
    [
        ({}, None, 60.0),
        ({"follower": "execute"}, None, 60.0),
        ({"follower": "interrupt"}, 1.5, 5.0),
        ({"follower": "input"}, 1.5, 60.0),
        ({"session": "2"}, 3.0, 60.0),
        ({"session": "2", "follower": "execute"}, None, 60.0),
    ],
)
def test_how_long_is_waited(changes, quiet, running):
    step = replace(STEP, **changes)
    assert lesson.seconds_of_quiet(step) == quiet
    assert lesson.seconds_of_running(step) == running


@pytest.mark.parametrize(
    ("text", "new"),
    [
        ("a\n```output\nold\n```\nz", "a\n```output\nnew\nlines\n```\nz"),
        ("a\n```output\n```\nz", "a\n```output\nnew\nlines\n```\nz"),
        ("a\n```output\nold ...\n```\nz", "a\n```output\nold ...\n```\nz"),
        ("a\n  ~~~output\n  old\n  ~~~", "a\n  ~~~output\n  new\n  lines\n  ~~~"),
        ("a\nno fence", "a\nno fence"),
    ],
)
def test_the_output_of_a_page_is_brought_up_to_date(text, new):
    assert lesson.updated_text(text, 2, "new\r\nlines\n") == new


@given(st.text(st.sampled_from(". abc\n*[\\"), max_size=40))
def test_whatever_is_printed_is_what_is_expected(text):
    assert lesson.is_expected(text, text)
