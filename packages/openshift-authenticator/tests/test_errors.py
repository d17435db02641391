"""Errors carry a sentence, a word for machines and perhaps a command."""

import pytest

from openshift_authenticator import errors


def test_a_problem_is_a_sentence_with_its_command_below():
    problem = errors.Problem("x", "Something is wrong.", "oc whoami")
    assert str(problem) == "Something is wrong. Run:\n    oc whoami"
    assert problem.as_dict() == {
        "code": "x",
        "sentence": "Something is wrong.",
        "command": "oc whoami",
        "lead": "Run:",
    }


def test_a_problem_found_before_can_be_raised():
    problem = errors.Problem("redirect-not-registered", "No.", "oc annotate")
    assert errors.MisconfiguredError.of(problem).problem == problem


@pytest.mark.parametrize(
    ("status", "temporary"),
    [(None, True), (429, True), (500, True), (503, True), (401, False), (403, False), (404, False)],
)
def test_what_may_pass_by_itself(status, temporary):
    assert errors.ClusterError("no", status=status).temporary is temporary
