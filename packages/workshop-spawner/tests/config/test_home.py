"""Homes, as the administrator writes them."""

from __future__ import annotations

import pytest
from traitlets import TraitError

from workshop_spawner.config.home import HomeSettings


def test_nothing_is_kept_by_default():
    assert HomeSettings().make_home_volume() is None


def test_a_size_makes_a_home():
    made = HomeSettings(volume_size="2Gi", volume_class="fast").make_home_volume()
    assert made is not None
    assert (made.size, made.path, made.storage_class) == ("2Gi", "/opt/app-root", "fast")


@pytest.mark.parametrize("size", ["big", "1 Gi", "-1Gi", "1GB"])
def test_a_size_that_is_none_is_refused_by_name(size):
    with pytest.raises(TraitError, match="volume_size"):
        HomeSettings(volume_size=size)
