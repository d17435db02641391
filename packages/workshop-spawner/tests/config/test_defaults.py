"""KubeSpawner's traits with our defaults."""

from __future__ import annotations

import pytest
from traitlets import Bool, Dict, TraitError, Unicode
from traitlets.config import Configurable

from workshop_spawner.config.defaults import PodDefaults


class Theirs(Configurable):
    """The traits as KubeSpawner has them."""

    component_label = Unicode("singleuser-server")
    container_security_context = Dict()
    enable_user_namespaces = Bool(False)


class Ours(PodDefaults, Theirs):
    """As WorkshopSpawner inherits them."""

    application = "intro"


def test_our_defaults_are_in_the_place_of_theirs():
    assert Ours().component_label == "intro-session"
    assert Ours().container_security_context["runAsNonRoot"] is True


def test_what_is_set_stays():
    assert Ours(component_label="x").component_label == "x"


def test_namespaces_of_users_are_refused():
    with pytest.raises(TraitError, match="cannot be used"):
        Ours(enable_user_namespaces=True)
