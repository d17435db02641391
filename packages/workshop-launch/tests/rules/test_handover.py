"""What a hand-over may say."""

import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workshop_launch.rules import handover

NAMES = st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{0,20}", fullmatch=True)
TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=50)


@given(st.dictionaries(NAMES, TEXTS), st.floats(allow_nan=False, allow_infinity=False))
def test_what_is_written_is_read(environment, moment):
    said = handover.parse_handover(handover.render_handover(environment, moment))
    assert (said.environment, said.sealed_at) == (environment, moment)


@given(st.binary(max_size=200))
def test_any_bytes_are_a_hand_over_or_a_value_error(text):
    with contextlib.suppress(ValueError):
        handover.parse_handover(text)


WRONG = [
    b"",
    b"[]",
    b"nonsense",
    b"[" * 100_000,
    json.dumps({"version": 2, "sealed_at": 1, "environment": {}}).encode(),
    json.dumps({"version": 1, "sealed_at": 1, "environment": []}).encode(),
    json.dumps({"version": 1, "sealed_at": 1, "environment": {"A": 1}}).encode(),
    json.dumps({"version": 1, "sealed_at": 1, "environment": {"A": None}}).encode(),
    json.dumps({"version": 1, "sealed_at": True, "environment": {}}).encode(),
    json.dumps({"version": 1, "sealed_at": "now", "environment": {}}).encode(),
    json.dumps({"version": 1, "environment": {}}).encode(),
    b'{"version": 1, "sealed_at": NaN, "environment": {}}',
    b'{"version": 1, "sealed_at": 1e999, "environment": {}}',
]


@pytest.mark.parametrize("text", WRONG, ids=range(len(WRONG)))
def test_what_is_no_hand_over_is_refused(text):
    with pytest.raises(ValueError, match=r"it (is|does)|its environment"):
        handover.parse_handover(text)


@pytest.mark.parametrize(
    ("age", "fits"),
    [(0, True), (59, True), (60, True), (61, False), (3600, False), (-59, True), (-61, False)],
)
def test_a_late_one_is_refused_and_so_is_one_of_a_clock_ahead(age, fits):
    assert (handover.problem_with_time(1000, 1000 + age) is None) is fits


ALLOWED = ("JUPYTERHUB_*", "JPY_API_TOKEN", "WORKSHOP_*")


@pytest.mark.parametrize(
    "name",
    ["JUPYTERHUB_USER", "JUPYTERHUB_", "JPY_API_TOKEN", "WORKSHOP_NAME"],
)
def test_variables_that_the_pod_takes(name):
    assert handover.problem_with_environment({name: "x"}, ALLOWED) is None


@pytest.mark.parametrize(
    "name",
    [
        "LD_PRELOAD",
        "PATH",
        "JPY_API_TOKENS",
        "jupyterhub_user",
        "",
        "A=B",
        "JUPYTERHUB_\n",
        "É",
        "WORKSHOP_HANDOVER",
        "WORKSHOP_HANDOVER_POD",
        "JUPYTERHUB_" + "A" * 300,
        "*",
    ],
)
def test_any_other_variable_is_refused(name):
    problem = handover.problem_with_environment({"JUPYTERHUB_USER": "x", name: "secret"}, ALLOWED)
    assert problem
    assert "secret" not in problem


@pytest.mark.parametrize("value", ["a\0b", "\ud800", "x" * handover.LONGEST_VARIABLE])
def test_values_that_no_process_can_be_given_are_refused(value):
    problem = handover.problem_with_environment({"JUPYTERHUB_X": value}, ALLOWED)
    assert problem
    assert value not in problem


def test_the_longest_variable_is_one_that_linux_takes():
    name = "JUPYTERHUB_X"
    value = "x" * (handover.LONGEST_VARIABLE - len(name) - 1)
    assert handover.problem_with_environment({name: value}, ALLOWED) is None
    assert handover.problem_with_environment({name: value + "x"}, ALLOWED)


@given(NAMES)
def test_no_names_allow_nothing(name):
    assert not handover.is_allowed(name, ())
    assert not handover.is_allowed(name, ("",))
    assert handover.is_allowed(name, ("*",))
