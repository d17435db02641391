import jupyterhub_idle_culler
import pytest

from workshop_culler.app import WorkshopCuller
from workshop_culler.config.idle_culler import IdleCuller

THEIRS = jupyterhub_idle_culler.IdleCuller
# Found in the environment or computed; and theirs has no more than one stop under way at all.
OTHER_DEFAULTS = {"config_file", "cull_arbiter_hook", "url", "cull_every", "concurrency"}


@pytest.mark.parametrize("name", sorted(THEIRS.class_own_traits(config=True)))
def test_every_option_of_jupyterhub_idle_culler_is_here(name):
    theirs, ours = THEIRS.class_traits()[name], WorkshopCuller.class_traits()[name]
    if name not in OTHER_DEFAULTS:
        assert ours.default() == theirs.default()


@pytest.mark.parametrize("alias", sorted(THEIRS.aliases))
def test_every_alias_is_here(alias):
    if isinstance(alias, str):
        assert alias in WorkshopCuller.aliases


@pytest.mark.parametrize("name", sorted(IdleCuller.class_own_traits(config=True)))
def test_help_has_an_example(name):
    assert "Example: `" in WorkshopCuller.class_traits()[name].help
