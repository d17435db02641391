"""What parts of the cluster get to see of a request, and what they may say."""

from __future__ import annotations

from pocket_openshift.core.behaviour import Call
from pocket_openshift.vocabulary import identity, kinds, paths


def make_call():
    kind = kinds.named("pods")
    target = paths.Target("create", "", "v1", "pods", namespace="lab", kind=kind)
    return Call(identity.User("alice"), target, kind)


def test_a_warning_is_said_once():
    call = make_call()
    for text in ("first", "second", "first"):
        call.warn(text)
    assert call.warnings == ["first", "second"]


def test_the_warnings_of_one_request_are_not_anothers():
    make_call().warn("mine")
    assert make_call().warnings == []
