"""Limits of profiles and groups."""

import pytest
from traitlets import TraitError

from workshop_spawner.config.caps import CapSettings


@pytest.mark.parametrize("name", ["profile_limits", "group_limits"])
def test_a_limit_is_a_number_of_at_least_one(name):
    settings = CapSettings(**{name: {"gpu": 1}})
    assert getattr(settings, name) == {"gpu": 1}
    for value in ({"gpu": 0}, {"gpu": "4"}, {3: 4}, ["gpu"]):
        with pytest.raises(TraitError, match=name):
            setattr(settings, name, value)
