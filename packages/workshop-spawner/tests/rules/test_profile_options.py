"""Choices that mean nothing any more are dropped, the others kept."""

from __future__ import annotations

import pytest

from workshop_spawner.rules.profile_options import decide_choices, find_slug

UNLISTED = {"enabled": True, "validation_regex": "^team/.+$"}
BIG = {
    "slug": "big",
    "default": True,
    "profile_options": {
        "image": {"choices": {"a": {}, "b": {}}, "unlisted_choice": UNLISTED},
        "memory": {"choices": {"1": {}}, "unlisted_choice": {"enabled": False}},
    },
}
OTHER = "image--unlisted-choice"


@pytest.mark.parametrize(
    ("options", "profiles", "kept", "dropped"),
    [
        ({}, [], {}, []),
        ({"profile": "big"}, [BIG], {"profile": "big"}, []),
        ({"profile": "big"}, [], {}, ["profile 'big'"]),
        ({"profile": "gone", "own": 1}, [BIG], {"own": 1}, ["profile 'gone'"]),
        ({"profile": "gone", "image": "c"}, [BIG], {}, ["profile 'gone'", "image 'c'"]),
        ({"profile": "big", "image": "a"}, [BIG], {"profile": "big", "image": "a"}, []),
        ({"profile": "big", "image": "c"}, [BIG], {"profile": "big"}, ["image 'c'"]),
        ({"image": "c"}, [BIG], {}, ["image 'c'"]),
        ({OTHER: "team/x"}, [BIG], {OTHER: "team/x"}, []),
        ({OTHER: "mine/x"}, [BIG], {}, [f"{OTHER} 'mine/x'"]),
        ({"memory--unlisted-choice": "2"}, [BIG], {}, ["memory--unlisted-choice '2'"]),
        ({"profile": ["big"]}, [BIG], {}, ["profile ['big']"]),
        ({"image": {"x": 1}}, [BIG], {}, ["image {'x': 1}"]),
    ],
)
def test_what_is_gone_is_dropped(options, profiles, kept, dropped):
    choices = decide_choices(options, profiles)
    assert (dict(choices.kept), list(choices.dropped)) == (kept, dropped)


@pytest.mark.parametrize(
    ("options", "profiles", "slug"),
    [({}, [], ""), ({}, [BIG], "big"), ({"profile": "other"}, [BIG], "other"), ({}, [{}], "")],
)
def test_the_profile_is_the_chosen_one_or_the_default(options, profiles, slug):
    assert find_slug(options, profiles) == slug
