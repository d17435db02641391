from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workshop_culler.rules import freeing
from workshop_culler.rules.freeing import Attempt

WORDS = st.lists(st.text(max_size=2000), max_size=80).map(tuple)


@given(WORDS, WORDS, WORDS, st.text(max_size=300))
def test_a_line_stays_a_line_however_much_holds_a_project(freed, forbidden, broken, holding):
    attempt = Attempt(freed, forbidden, broken, holding)
    for text in (
        freeing.render_freed(attempt),
        freeing.render_held("lab-eve", "terminating for 11m", Attempt((), forbidden, broken)),
    ):
        assert "\n" not in text
        assert len(text) < 4500


def test_what_was_freed_is_told_with_what_was_skipped():
    attempt = Attempt(("configmap/lab/a",), ("secrets",), ("routes (503)",))
    assert freeing.render_freed(attempt) == (
        "freed configmap/lab/a; skipped routes (503), secrets (forbidden)"
    )
    assert freeing.render_freed(Attempt((), ("secrets",))) == ""


@pytest.mark.parametrize(
    ("attempt", "words"),
    [
        (Attempt((), ("configmaps", "secrets")), "may not look at or free configmaps, secrets. "),
        (Attempt((), ("secrets",), (), "secrets. has 1 resource instances"), "has 1 resource"),
        (Attempt((), (), ("routes (503)",)), "did not answer: routes (503)"),
        (Attempt(), "nothing in it waits"),
        (Attempt((), tuple("abcdefgh")), "a, b, c, d, e and 3 more"),
        (Attempt((), ("a", "b", "c", "d", "e", "secrets")), "secrets, a, b, c, d and 1 more"),
    ],
)
def test_a_project_that_is_held_says_by_what(attempt, words):
    text = freeing.render_held("lab-eve", "terminating for 11m", attempt)
    assert text.startswith("project lab-eve is held, terminating for 11m; ")
    assert words in text


def condition(kind, status, message):
    return {"type": kind, "status": status, "message": message}


@pytest.mark.parametrize(
    ("namespace", "holding"),
    [
        (None, ""),
        ({}, ""),
        ({"status": {"conditions": None}}, ""),
        ({"status": {"conditions": [condition("NamespaceContentRemaining", "False", "no")]}}, ""),
        ({"status": {"conditions": [condition("Other", "True", "no")]}}, ""),
        (
            {
                "status": {
                    "conditions": [
                        condition("NamespaceContentRemaining", "True", "configmaps. has 1"),
                        condition(
                            "NamespaceFinalizersRemaining", "True", "evil.example/never in 1"
                        ),
                    ]
                }
            },
            "configmaps. has 1; evil.example/never in 1",
        ),
    ],
)
def test_the_cluster_says_what_is_left(namespace, holding):
    assert freeing.find_holding(namespace) == holding
