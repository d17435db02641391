"""KubeSpawner's traits with our defaults."""

from __future__ import annotations

import pytest
from traitlets import Any, Bool, Dict, TraitError, Unicode
from traitlets.config import Configurable

from workshop_spawner.config.defaults import PodDefaults


class Theirs(Configurable):
    """The traits as KubeSpawner has them."""

    pod_name_template = Unicode("jupyter-{user_server}")
    secret_name_template = Unicode("{pod_name}")
    user_namespace_template = Unicode("a")
    user_namespace_labels = Dict()
    user_namespace_annotations = Dict()
    service_account = Unicode()
    privileged = Bool(False)
    allow_privilege_escalation = Bool(False)
    uid = Any()
    automount_service_account_token = Bool(False)
    container_security_context = Dict()
    enable_user_namespaces = Bool(False)


class Ours(PodDefaults, Theirs):
    """As WorkshopSpawner inherits them."""


def test_our_defaults_are_in_the_place_of_theirs():
    assert Ours().pod_name_template == ""
    assert Ours().container_security_context["runAsNonRoot"] is True


def test_what_is_set_in_other_traits_goes_before_our_defaults():
    assert Ours(allow_privilege_escalation=True).container_security_context[
        "allowPrivilegeEscalation"
    ]
    assert "runAsNonRoot" not in Ours(uid=0).container_security_context
    assert Ours(uid=7).container_security_context["runAsNonRoot"]
    assert Ours(privileged=True).container_security_context == {}


def test_what_is_set_stays():
    assert Ours(pod_name_template="x").pod_name_template == "x"


@pytest.mark.parametrize(
    ("name", "value"),
    [("enable_user_namespaces", True), ("service_account", "x"), ("user_namespace_labels", {1: 2})],
)
def test_what_cannot_be_honoured_is_refused(name, value):
    with pytest.raises(TraitError, match=f"{name} cannot be used"):
        Ours(**{name: value})


def test_nothing_is_refused_for_being_off():
    assert Ours(enable_user_namespaces=False, service_account="").service_account == ""
