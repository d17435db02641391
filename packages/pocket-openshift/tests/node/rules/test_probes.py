import pytest
from hypothesis import given
from hypothesis import strategies as st

from pocket_openshift.node.rules import probes


def test_the_apis_defaults():
    probe = probes.make_probe({"httpGet": {"port": 80}})
    assert probe == probes.Probe("httpGet", {"port": 80}, 0, 10, 1, 1, 3, None)
    assert probes.make_probe(None) is None


def verdicts(answers, **fields):
    probe = probes.Probe("exec", {}, **fields)
    tally, found = probes.Tally(), []
    for answer in answers:
        tally = probes.count_answer(probe, tally, passed=answer == "+")
        found.append({True: "+", False: "-", None: "?"}[tally.verdict])
    return "".join(found)


@pytest.mark.parametrize(
    ("answers", "expected"),
    [("+", "+"), ("---", "??-"), ("--+--", "??+++"), ("+---+", "+++-+"), ("--+---", "??+++-")],
)
def test_a_verdict_turns_at_its_threshold(answers, expected):
    assert verdicts(answers) == expected


def test_success_may_need_several():
    assert verdicts("++-+++", success=3) == "?????+"


@given(st.text("+-", min_size=1), st.integers(1, 4), st.integers(1, 4))
def test_a_verdict_never_turns_without_a_full_row(answers, success, failure):
    found = verdicts(answers, success=success, failure=failure)
    for index, (before, after) in enumerate(zip("?" + found, found, strict=False)):
        if before != after:
            count = success if after == "+" else failure
            assert answers[: index + 1].endswith(after * count)


PORTS = {"name": "c", "ports": [{"name": "web", "containerPort": 8000}]}


@pytest.mark.parametrize(("port", "number"), [(80, 80), ("81", 81), ("web", 8000)])
def test_ports(port, number):
    assert probes.find_port(PORTS, port) == number


def test_a_port_that_is_not_there_is_named():
    with pytest.raises(ValueError, match="no port named 'other'"):
        probes.find_port(PORTS, "other")


@pytest.mark.parametrize(
    ("status", "passed"), [(200, True), (302, True), (399, True), (400, False), (500, False)]
)
def test_http_statuses(status, passed):
    assert probes.is_success(status) is passed
