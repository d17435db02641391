"""What a run of chaos decides: which faults come when, what must always be so, what is a secret."""

import dataclasses
import itertools
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chaos.effects import Hands
from chaos.rules import error_pages, invariants, schedule
from chaos.rules.invariants import Seen, Stay
from chaos.secrets_in_logs import Secrets, find_in_files, is_secret_variable, read_environment

PAGE_OF_FAULTS = Path(__file__).resolve().parents[1] / "docs" / "contributing" / "chaos.md"
SEEDS = st.integers(0, 10**9)
KINDS = st.lists(st.sampled_from(schedule.KINDS), min_size=1, unique=True)


@given(SEEDS, st.floats(0, 3600), KINDS)
def test_a_seed_is_a_schedule_in_order_and_within_its_time(seed, seconds, kinds):
    steps = schedule.draw_schedule(seed, seconds, kinds)
    assert steps == schedule.draw_schedule(seed, seconds, kinds)
    times = [0, *(step.at for step in steps)]
    gaps = [later - sooner for sooner, later in itertools.pairwise(times)]
    assert all(schedule.SHORTEST_GAP <= gap + 0.02 <= schedule.LONGEST_GAP + 0.04 for gap in gaps)
    assert all(step.at < seconds + 0.01 for step in steps)
    assert all(0 <= step.choice < 1 for step in steps)
    assert all(s.kind.shortest <= s.seconds <= s.kind.longest for s in steps)


@given(SEEDS, KINDS)
def test_each_kind_comes_once_before_one_comes_again(seed, kinds):
    steps = schedule.draw_schedule(seed, 1000, kinds)
    for start in range(0, len(steps) - len(kinds), len(kinds)):
        assert {step.kind for step in steps[start : start + len(kinds)]} == set(kinds)


@given(SEEDS, st.floats(1, 3600))
def test_a_longer_run_begins_as_the_shorter_one(seed, seconds):
    short, long = (schedule.draw_schedule(seed, each) for each in (seconds, seconds + 60))
    assert long[: len(short)] == short
    first, more = (schedule.draw_arrivals(seed, each) for each in (seconds, seconds + 60))
    assert more[: len(first)] == first


@given(SEEDS)
def test_people_come_at_once_and_some_close_their_tab(seed):
    arrivals = schedule.draw_arrivals(seed, 600)
    assert arrivals[0].at == 0
    assert {arrival.how for arrival in arrivals} == {"leave", "close"}


def test_seeds_differ():
    drawn = {schedule.draw_schedule(seed, 120) for seed in range(50)}
    assert len(drawn) == 50
    assert {step.kind for steps in drawn for step in steps} == set(schedule.KINDS)


def test_somebody_plays_each_kind():
    assert [name for name in schedule.NAMES if not hasattr(Hands, f"_{name}")] == []
    assert len(set(schedule.NAMES)) == len(schedule.KINDS)


def test_the_page_tells_each_kind():
    page = PAGE_OF_FAULTS.read_text()
    assert [name for name in schedule.NAMES if f"`{name}`" not in page] == []


@pytest.mark.parametrize(
    ("names", "says"),
    [
        (["kill_hub"], None),
        (schedule.NAMES, None),
        ([], "a run needs at least one kind of fault"),
        (["kill_hub", "kil_api"], "no such fault: kil_api; there are kill_hub, "),
    ],
)
def test_kinds_by_name(names, says):
    problem = schedule.problem_with_kinds(names)
    assert problem is None if says is None else str(problem).startswith(says)


def test_a_step_in_a_line():
    (step, *_) = schedule.draw_schedule(1, 60, schedule.pick_kinds(["stop_oauth"]))
    told = schedule.render_step(dataclasses.replace(step, at=7.5, seconds=4.25))
    assert told.split()[:5] == ["7.50", "s", "stop_oauth", "for", "4.2"]
    assert "at once" in schedule.render_step(dataclasses.replace(step, seconds=0))


@given(st.floats(0, 1, exclude_max=True), st.lists(st.integers(), min_size=1))
def test_a_choice_is_one_of_what_there_is(choice, things):
    assert schedule.pick(choice, things) in things


PAGE = "<html><head><title>503 : x</title></head><body><h1>503 : Service Unavailable</h1>{}</body>"


@pytest.mark.parametrize(
    ("status", "kind", "text", "wrong"),
    [
        (200, "application/json", "{}", None),
        (503, "text/html", PAGE.format("<p>The hub is away. Try again in a minute.</p>"), None),
        (503, "text/html", PAGE.format(""), "503 without a sentence"),
        (503, "text/html", PAGE.format("<p>Oh no.</p>"), "503 without a sentence"),
        (500, "text/html", PAGE.format("<script>Say what to do here.</script>"), "500 without"),
        (500, "application/json", '{"message": "Try again in a minute."}', "500 as application"),
        (502, "text/plain", "Bad gateway", "502 as text/plain: 'Bad gateway'"),
        (404, "", "", "404 as nothing"),
        (
            500,
            "text/html",
            PAGE.format("<p>Sorry about that, try again.</p>Traceback (most recent call last)"),
            "500 with 'Traceback",
        ),
    ],
)
def test_what_a_person_may_be_shown(status, kind, text, wrong):
    problem = error_pages.problem_with_error(status, kind, text)
    assert problem is None if wrong is None else str(problem).startswith(wrong)


@pytest.mark.parametrize(
    ("message", "is_wrong"),
    [
        ("The cluster has no room for another session. Try again in a minute.", False),
        ("Spawn failed: 500", True),
        ("Traceback (most recent call last): The hub could not go on.", True),
    ],
)
def test_what_a_start_that_failed_may_say(message, is_wrong):
    assert bool(error_pages.problem_with_message(message)) is is_wrong


POD = Seen("pod/workshop/ada", "u1", "7")


@pytest.mark.parametrize(
    ("stay", "pods", "says"),
    [
        (Stay("ada", "u1"), {"u1": POD}, None),
        (Stay("ada", ""), {}, None),
        (Stay("ada", "u1"), {}, "the session of ada is lost"),
        (Stay("ada", "u1"), {"u2": POD}, "the session of ada is lost"),
        (Stay("ada", "u1", "they left"), {}, None),
        (Stay("ada", "u1"), {"u1": dataclasses.replace(POD, is_ending=True)}, "is being ended"),
    ],
)
def test_a_session_that_no_fault_ends_keeps_its_pod(stay, pods, says):
    problem = invariants.problem_with_pods([stay], pods)
    assert problem is None if says is None else says in str(problem)


@pytest.mark.parametrize(
    ("after", "says"),
    [
        ([POD], None),
        ([POD, Seen("pod/workshop/new", "u2", "9")], None),
        ([], "was deleted"),
        ([dataclasses.replace(POD, uid="u9")], "was deleted"),
        ([dataclasses.replace(POD, version="8")], "was changed"),
        ([dataclasses.replace(POD, is_ending=True)], "was changed"),
    ],
)
def test_what_is_not_ours_is_as_it_was(after, says):
    problem = invariants.problem_with_foreign([POD], after)
    assert problem is None if says is None else says in str(problem)


def test_one_name_one_visitor_one_project_one_owner():
    assert invariants.problem_with_names(["ada", "bob"]) is None
    assert invariants.problem_with_names(["ada", "bob", "ada"]).endswith("the name ada")
    assert invariants.problem_with_owners({"p": {"ada"}, "q": {"bob"}}) is None
    assert "to ada and bob" in invariants.problem_with_owners({"p": {"bob", "ada"}})


def test_nothing_is_left():
    assert invariants.problem_with_leftovers([]) is None
    assert invariants.problem_with_leftovers(["user ada"]).endswith("had gone: user ada")


@pytest.mark.parametrize(
    ("answer", "excuse", "is_wrong"),
    [("a1", "", False), ("", "", True), ("b2", "", True), ("b2", "the pod was deleted", False)],
)
def test_the_shell_is_the_one_that_they_left(answer, excuse, is_wrong):
    assert bool(invariants.problem_with_shell("ada", "a1", answer, excuse)) is is_wrong


def test_a_secret_in_a_log_is_told_by_its_name(tmp_path):
    secrets = Secrets()
    secrets.add("ada's cookie", "0123456789abcdef")
    secrets.add("too short to tell", "abc")
    clean, dirty = tmp_path / "hub.log", tmp_path / "node.log"
    clean.write_text("abc 0123456789abcde")
    dirty.write_bytes(b"\xff token=0123456789abcdef;")
    assert len(secrets) == 1
    assert list(find_in_files(secrets, [clean, dirty])) == ["ada's cookie stands in node.log"]


@pytest.mark.parametrize(
    ("name", "is_secret"),
    [
        ("JUPYTERHUB_API_TOKEN", True),
        ("CONFIGPROXY_AUTH_TOKEN", True),
        ("DEMO_INSTRUCTOR_CODE", True),
        ("JUPYTERHUB_USER", False),
    ],
)
def test_which_variables_are_secrets(name, is_secret):
    assert is_secret_variable(name) is is_secret
    assert read_environment(f"{name}=a=b\0HOME=/\0odd".encode()) == {name: "a=b", "HOME": "/"}
