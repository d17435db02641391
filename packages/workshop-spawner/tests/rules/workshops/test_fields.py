"""The keys of a workshop: what a value has to be like, and the nearest key to one that is none."""

from datetime import UTC, date, datetime

import pytest

from workshop_spawner.rules.workshops import fields
from workshop_spawner.spawner import WorkshopSpawner


def test_each_setting_is_a_trait_of_the_spawner():
    assert set(fields.SETTINGS) <= set(WorkshopSpawner.class_trait_names(config=True))
    assert set(fields.MERGED) <= set(fields.SETTINGS)


@pytest.mark.parametrize(
    ("key", "nearest"),
    [
        ("imagee", "image"),
        ("role", "project_role"),
        ("Role", "project_role"),
        ("notes", "download_url"),
        ("sessionAge", "session_age"),
        ("session-age", "session_age"),
        ("visible-from", "visible_from"),
        ("extraResources", "extra_resources"),
        ("acces_code", "access_code"),
        ("level", "difficulty"),
        ("tag", "tags"),
    ],
)
def test_a_key_that_is_none_is_told_with_the_nearest_one(key, nearest):
    assert fields.problem_with_key(key) == f"{key!r} is no key of it; did you mean {nearest}?"


@pytest.mark.parametrize("key", ["zzzz", 3, None, ("a",), "_own", "__class__", "pod_name_template"])
def test_what_is_near_to_nothing_is_told_with_all_that_there_are(key):
    problem = fields.problem_with_key(key)
    assert problem is not None
    assert "is no key of it" in problem


def test_a_known_key_is_no_problem():
    assert not [key for key in fields.KEYS if fields.problem_with_key(key)]


@pytest.mark.parametrize(
    ("key", "value", "read"),
    [
        ("title", " Git ", "Git"),
        ("description", "one\ntwo", "one\ntwo"),
        ("tags", ["a", "b", "a"], ("a", "b")),
        ("duration", 45, 45),
        ("duration", "45", None),
        ("duration", "45 min", 45),
        ("duration", "1h 30m", 90),
        ("duration", "2 hours", 120),
        ("duration", "90m", 90),
        ("difficulty", "beginner", "beginner"),
        ("picture", "https://example.com/a.png", "https://example.com/a.png"),
        ("picture", "/hub/static/a.png", "/hub/static/a.png"),
        ("access_code", " x1 ", "x1"),
        ("capacity", 0, 0),
        ("visible_from", "2027-03-01T09:00:00Z", datetime(2027, 3, 1, 9, tzinfo=UTC)),
        ("visible_until", datetime(2027, 3, 1, tzinfo=UTC), datetime(2027, 3, 1, tzinfo=UTC)),
    ],
)
def test_what_is_right_is_read(key, value, read):
    if read is None:
        with pytest.raises(ValueError, match="write"):
            fields.FIELDS[key](value)
    else:
        assert fields.FIELDS[key](value) == read


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("title", 5),
        ("title", "x" * 121),
        ("title", "one\ntwo"),
        ("title", "a\x00b"),
        ("tags", "a, b"),
        ("tags", [""]),
        ("tags", ["x"] * 3 + [1]),
        ("duration", 0),
        ("duration", True),
        ("duration", "soon"),
        ("duration", ""),
        ("duration", 10**9),
        ("difficulty", "hard"),
        ("difficulty", ["beginner"]),
        ("picture", "javascript:alert(1)"),
        ("picture", "http://example.com/a.png"),
        ("picture", "//evil.example/a.png"),
        ("picture", "/\\evil.example/a.png"),
        ("picture", 'https://example.com/a"onload="x'),
        ("access_code", 1234),
        ("access_code", "  "),
        ("groups", "staff"),
        ("capacity", -1),
        ("capacity", True),
        ("capacity", "3"),
        ("visible_from", date(2027, 3, 1)),
        ("visible_from", "2027-03-01T09:00:00"),
        ("visible_from", datetime(2027, 3, 1)),
        ("visible_until", "tomorrow"),
    ],
)
def test_what_is_wrong_is_refused_with_what_to_write(key, value):
    with pytest.raises(ValueError, match=r"write|most|remove"):
        fields.FIELDS[key](value)
