"""What the crowd of `noxfile.py -s load` reads, how it types, and what is reckoned from it."""

import dataclasses
import math
import random
from itertools import pairwise
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from load import results
from load.rules import figures, keystrokes, pages, report, requests

LOGIN = """
<html><head><title>x</title></head><body><nav><p>Menu</p></nav>
<h1>Start the  workshop</h1><p>You get a <b>shell</b>.</p><p hidden>Not shown</p>
<form action="/hub/other"><input name="q"></form>
<form id="start" method="post" action="/hub/login?next=">
<input type="hidden" name="_xsrf" value="a|b"><input name="name" value=""><button>Start</button>
</form><script>var p = "<p>code</p>";</script></body></html>
"""


def test_form_is_found_by_its_action():
    found = pages.find_form(LOGIN, "login")
    assert found == pages.Form("/hub/login?next=", (("_xsrf", "a|b"), ("name", "")))
    assert pages.find_form(LOGIN) == pages.Form("/hub/other", (("q", ""),))
    assert pages.find_form(LOGIN, "restart") is None


@pytest.mark.parametrize(
    ("text", "kind", "said"),
    [
        (LOGIN, "text/html; charset=UTF-8", "Start the workshop You get a shell."),
        (
            '{"status": 429, "message": "Many people came."}',
            "application/json",
            "Many people came.",
        ),
        ("[1]", "application/json", "[1]"),
        ("{broken", "application/json", "{broken"),
        ("Bad\n gateway", "text/plain", "Bad gateway"),
        ("", "", ""),
    ],
)
def test_sentence_of_an_answer(text, kind, said):
    assert pages.read_sentence(text, kind) == said


@given(st.text(), st.sampled_from(["text/html", "application/json", "text/plain", ""]))
def test_whatever_is_answered_can_be_read(text, kind):
    assert len(pages.read_sentence(text, kind)) <= pages.LONGEST_SENTENCE


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Your session did not start. Try again.", True),
        ("All places are taken", True),
        ("Error 500", False),
        ("", False),
        ("502 Bad", False),
        ('{"a b c": "d e f"}', False),
        ("Traceback (most recent call last): a b c", False),
    ],
)
def test_sentence_or_not(text, told):
    assert pages.is_sentence(text) is told


@pytest.mark.parametrize(
    ("url", "user", "owner"),
    [
        ("http://h/user/ada/dashboard/", "ada", "session"),
        ("http://h/hub/spawn-pending/ada?next=%2F", "ada", "hub"),
        ("http://h/hub/spawn", "", "hub"),
        ("http://h/hub/spawn/ada", "ada", "hub"),
        ("http://h/hub/user/ada/", "ada", "hub"),
        ("http://h/", "", "hub"),
    ],
)
def test_whose_address_it_is(url, user, owner):
    assert pages.find_user(url) == user
    assert pages.find_owner(url) == owner


def test_ticket_and_notes_of_a_page():
    assert pages.find_ticket("<div data-config='{&quot;ticket&quot;: &quot;t.1&quot;}'>") == "t.1"
    assert pages.find_ticket("nothing") == ""
    links = '<a href="/user/a/dashboard/page/x"></a><a href="#y"></a><a href="/hub/spawn">'
    assert pages.find_notes(links + links) == ("/user/a/dashboard/page/x",)


@pytest.mark.parametrize(
    ("header", "pause"),
    [("3", 3), ("999", 60), ("-1", 0), (None, 10), ("soon", 10), ("nan", 10), ("inf", 60)],
)
def test_pause_of_the_queue(header, pause):
    assert pages.parse_pause(header, 10, 60) == pause


@given(st.integers(0, 200), st.floats(0.01, 2), st.integers())
def test_people_pause_before_each_key(count, middle, seed):
    pauses = keystrokes.make_pauses(random.Random(seed), count, middle)
    assert len(pauses) == count
    assert all(keystrokes.SHORTEST <= pause <= keystrokes.LONGEST for pause in pauses)
    assert pauses == keystrokes.make_pauses(random.Random(seed), count, middle)


def test_half_of_the_pauses_are_below_the_middle():
    pauses = keystrokes.make_pauses(random.Random(1), 2000, 0.2)
    assert 0.45 < sum(pause < 0.2 for pause in pauses) / 2000 < 0.55
    assert keystrokes.make_pauses(random.Random(1), 3, 0) == (0, 0, 0)


def test_arrivals_are_spread_evenly():
    assert keystrokes.spread_arrivals(4, 60) == (0, 15, 30, 45)
    assert keystrokes.spread_arrivals(3, 0) == (0, 0, 0)
    assert keystrokes.spread_arrivals(0, 60) == ()


@pytest.mark.parametrize(
    ("values", "share", "found"),
    [
        ([1, 2, 3, 4], 0.5, 2),
        ([4, 3, 2, 1], 0.95, 4),
        (range(1, 101), 0.95, 95),
        (range(1, 101), 0.99, 99),
        ([7], 0, 7),
        ([1, 2], 1, 2),
    ],
)
def test_quantile_is_a_value_that_was_measured(values, share, found):
    assert figures.find_quantile(values, share) == found


def test_no_quantile_of_nothing():
    with pytest.raises(ValueError, match="nothing"):
        figures.find_quantile([], 0.5)
    with pytest.raises(ValueError, match="share"):
        figures.find_quantile([1], 95)


@given(st.lists(st.floats(0, 1e6), min_size=1), st.floats(0, 1))
def test_quantile_has_its_share_below(values, share):
    found = figures.find_quantile(values, share)
    assert found in values
    assert sum(value <= found for value in values) >= share * len(values) - 1e-6


@given(st.lists(st.floats(0, 1e6)))
def test_distribution_rises_to_one(values):
    points = figures.make_distribution(values)
    assert list(points) == sorted(set(points))
    assert not values or points[-1] == (max(values), 1.0)


@given(st.floats(1e-6, 1e9))
def test_ticks_are_few_and_reach_the_highest(highest):
    ticks = figures.make_ticks(highest)
    assert ticks[0] == 0
    assert ticks[-1] >= highest * (1 - 1e-6)
    assert len(ticks) <= 7
    assert all(math.isclose(b - a, ticks[1]) for a, b in pairwise(ticks))


@pytest.mark.parametrize("highest", [0, -1, math.nan, math.inf])
def test_axis_of_nothing(highest):
    assert figures.make_ticks(highest) == (0, 1)


@pytest.mark.parametrize(
    ("before", "after", "back"),
    [(100, 109, True), (100, 111, False), (100, 50, True), (0, 0, True)],
)
def test_measure_is_back(before, after, back):
    assert figures.has_returned(before, after, 0.1) is back


def test_shares_and_slopes():
    assert figures.find_share(999, 1000) == 0.999
    assert figures.find_share(0, 0) == 1
    assert figures.find_slope([(0, 1), (1, 3), (2, 5)]) == pytest.approx(2)
    assert figures.find_slope([(1, 1), (1, 9)]) == 0
    assert figures.find_slope([]) == 0


def test_rise_ends_at_the_first_highest():
    points = [(0, 1), (2, 2), (3, 3), (3, 4), (1, 9)]
    assert figures.take_rise(points) == ((0, 1), (2, 2), (3, 3))
    assert figures.take_rise([]) == ()


def test_requests_of_a_path():
    before = [requests.Count("get", "pods", 2), requests.Count("list", "pods", 1)]
    after = [
        requests.Count("get", "pods", 2),
        requests.Count("list", "pods", 5),
        requests.Count("create", "pods", 1),
        requests.Count("patch", "leases", 1),
    ]
    found = requests.find_difference(before, after)
    assert found == (
        requests.Count("list", "pods", 4),
        requests.Count("create", "pods", 1),
        requests.Count("patch", "leases", 1),
    )
    assert requests.leave_out_looks(found) == (requests.Count("create", "pods", 1),)
    assert requests.count_all(found) == 6


RUN = results.Run(
    kind="cold",
    visitors=4,
    within=2.0,
    prompts=(0.5, 1.0, 1.5),
    echoes=(0.001,),
    pages=(0.1,),
    held=(0.02, 0.01, 0.0),
    cpu=(("hub", 1.0),),
    path=(11, 12, 11),
    requests=(requests.Count("create", "pods", 8),),
    memory=((0, 100.0), (4, 104.0), (0, 120.0)),
    gone=0.5,
    orphans=(),
    troubles=("it did `not` start",),
    errors=("503 /hub/spawn: Not just now, please.",),
)
RESULTS = results.Results("2026-11-30", "a machine", (("Python", "3.11"),), "load", (RUN,), RUN)


@pytest.mark.parametrize(
    "line",
    [
        "| starts that succeeded (aim 99.9 %) | 75 % (3 of 4) |",
        "| click to prompt, p50 | 1.00 s |",
        "| hub CPU a session | 0.25 s |",
        "| proxy CPU a session | - |",
        "| API requests from click to prompt | 11 |",
        "| API requests a session, all in all | 2.0 |",
        "| create pods | 2.00 |",
        "Each session alive is 1024 KiB of the hub's memory.",
        "- `cold: it did 'not' start`",
        "- `cold: 503 /hub/spawn: Not just now, please.`",
    ],
)
def test_page_has_what_was_measured(line):
    assert line in report.render_page(RESULTS).splitlines()


def test_page_names_each_of_its_plots():
    pictures = report.render_plots(RESULTS)
    assert sorted(pictures) == ["load-memory.svg", "load-prompts.svg"]
    assert all(f"(images/{name})" in report.render_page(RESULTS) for name in pictures)
    assert all(ET.fromstring(text).tag.endswith("svg") for text in pictures.values())


def test_failed_starts_and_orphans_fail_the_run():
    assert "only 75 % (3 of 4)" in (report.problem_with_starts(RESULTS) or "")
    whole = dataclasses.replace(RUN, visitors=3)
    assert (
        report.problem_with_starts(dataclasses.replace(RESULTS, runs=(whole,), alive=None)) is None
    )
    left = dataclasses.replace(whole, orphans=("project/x",))
    told = report.problem_with_starts(dataclasses.replace(RESULTS, runs=(left,), alive=None))
    assert told == "cold: left over were project/x."


def test_page_of_nothing():
    assert "# Figures" in report.render_page(dataclasses.replace(RESULTS, runs=(), alive=None))
