import pytest

from workshop_culler.command.rules import changes

ROW = {"id": "ada/", "user": "ada", "server": "", "state": "running", "page": "", "tests": None}
HAND = {"text": "I am lost", "since": "t", "number": 1}


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        (None, {}, ["is here (running)"]),
        (None, {"hand": HAND}, ["is here (running)", "raised a hand: I am lost"]),
        ({}, {"last_activity": "later"}, []),
        ({}, {"state": "stopping"}, ["is stopping"]),
        ({}, {"page": "2 of 5: Pods"}, ["is at 2 of 5: Pods"]),
        ({"page": "2"}, {"page": ""}, []),
        ({}, {"tests": {"passed": 1, "failed": 2}}, ["tests: 1 passed, 2 failed"]),
        ({}, {"hand": HAND | {"text": ""}}, ["raised a hand: needs help"]),
        ({"hand": HAND}, {"hand": HAND}, []),
        ({"hand": HAND}, {"hand": HAND | {"text": "Pods"}}, ["raised a hand: Pods"]),
        ({"hand": HAND}, {"hand": None}, ["lowered the hand"]),
    ],
)
def test_what_changed_is_told_and_activity_is_not(before, after, told):
    first = None if before is None else ROW | before
    assert changes.describe_changes(first, ROW | after) == told


def test_messages_bring_the_rows_up_to_date():
    rows = {}
    first = {"whole": True, "rows": [ROW, ROW | {"id": "bob/", "user": "bob"}], "gone": []}
    assert changes.take_message(rows, first) == ["ada is here (running)", "bob is here (running)"]
    assert changes.take_message(rows, {"rows": [], "gone": ["bob/", "bob/"]}) == ["bob has gone"]
    lost = {"whole": True, "rows": [ROW | {"id": "cy/x", "user": "cy", "server": "x"}]}
    assert changes.take_message(rows, lost) == ["ada has gone", "cy/x is here (running)"]
    assert list(rows) == ["cy/x"]
