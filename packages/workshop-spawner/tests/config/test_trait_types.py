"""Traits refuse what cannot work, by name."""

from __future__ import annotations

import pytest
from traitlets import HasTraits, TraitError

from workshop_spawner.config.trait_types import BudgetTrait, NameTrait


class Thing(HasTraits):
    budget = BudgetTrait("default")
    application = NameTrait("workshop", limit=10)


@pytest.mark.parametrize("value", ["small", "unlimited", {"base": "large", "cpu": "3"}])
def test_a_budget_that_can_be_read_is_kept(value):
    assert Thing(budget=value).budget == value


@pytest.mark.parametrize("value", ["tiny", {"cpu": []}, 5, None])
def test_a_budget_that_cannot_is_refused_by_name(value):
    with pytest.raises(TraitError, match="budget"):
        Thing(budget=value)


@pytest.mark.parametrize("value", ["Intro", "1st", "-a", "a_b", "a" * 11, "openshift-x", "kube-x"])
def test_a_name_that_no_object_can_have_is_refused_by_name(value):
    with pytest.raises(TraitError, match=r"Thing\.application"):
        Thing(application=value)


def test_a_name_is_kept():
    assert Thing(application="intro-1").application == "intro-1"
