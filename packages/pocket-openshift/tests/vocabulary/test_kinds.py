import hashlib
import json
from dataclasses import asdict

import pytest

from pocket_openshift.vocabulary import kinds


def test_a_row_is_found_by_path_by_resource_and_by_object():
    route = kinds.at_path("route.openshift.io", "v1", "routes")
    assert route is kinds.named("routes.route.openshift.io")
    assert route is kinds.of_object({"apiVersion": "route.openshift.io/v1", "kind": "Route"})


def test_what_is_not_served_is_not_found():
    assert kinds.at_path("", "v2", "pods") is None
    assert kinds.of_object({"apiVersion": "v1", "kind": "Nothing"}) is None
    with pytest.raises(KeyError):
        kinds.named("nothings")


def test_a_template_is_the_stored_one_not_the_one_that_processes():
    found = kinds.of_object({"apiVersion": "template.openshift.io/v1", "kind": "Template"})
    assert found.plural == "templates"


@pytest.mark.parametrize("kind", kinds.KINDS, ids=lambda kind: kind.resource)
def test_every_row_is_sound(kind):
    assert kind.plural == kind.plural.lower()
    assert kind.verbs
    assert all(verbs for verbs in kind.subresources.values())
    assert len({short for k in kinds.KINDS for short in k.short}) == sum(
        len(k.short) for k in kinds.KINDS
    )


@pytest.mark.parametrize(
    ("resource", "hashed"),
    [("configmaps", "qFsyl6wFWjQ="), ("routes.route.openshift.io", "jo1F7GfnXH4=")],
)
def test_storage_hashes_are_those_of_a_real_server(resource, hashed):
    assert kinds.named(resource).storage_hash == hashed


def test_the_table_is_what_discovery_was_recorded_with():
    """A change of the table is meant: the contract's recordings say what may change."""
    rows = json.dumps([asdict(kind) for kind in kinds.KINDS], sort_keys=True)
    assert hashlib.sha256(rows.encode()).hexdigest()[:16] == "99de09ff4a936071"
