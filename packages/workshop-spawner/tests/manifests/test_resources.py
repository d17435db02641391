"""Extra resources: read, filled in and checked before anything is made."""

from __future__ import annotations

import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workshop_kube import labels
from workshop_spawner.manifests import budgets, resources
from workshop_spawner.model import session_labels
from workshop_spawner.model.session import Hub, Session

HUB = Hub("intro", "learning-portal", "workshops", "system:serviceaccount:workshops:hub")
SESSION = Session(HUB, "s" * 16, "alice")

YAML = """\
# two documents and a list
apiVersion: v1
kind: ConfigMap
metadata:
  name: notes
data:
  where: "${project_namespace} ${spawner_namespace} ${service_account}"
  who: "${username} {username} ${application_name}"
  shell: "$HOME ${} {other} $(x)"
---
apiVersion: v1
kind: List
items:
- apiVersion: v1
  kind: Secret
  metadata: {name: one}
- apiVersion: rbac.authorization.k8s.io/v1
  kind: ClusterRole
  metadata: {name: "${project_namespace}-more"}
---
"""


def read(source):
    return resources.read_extras(source, SESSION)


def test_documents_and_lists_are_read_and_filled_in():
    notes, one, role = read(YAML)
    assert notes.manifest["data"] == {
        "where": "intro-alice workshops intro-alice",
        "who": "alice alice intro",
        "shell": "$HOME ${} {other} $(x)",
    }
    assert (notes.line, one.line) == (2, 11)
    assert one.manifest["metadata"]["namespace"] == "intro-alice"
    assert role.manifest["metadata"]["name"] == "intro-alice-more"
    assert "namespace" not in role.manifest["metadata"]
    for extra in (notes, one, role):
        assert labels.is_of_session(extra.manifest["metadata"], SESSION.id)


@pytest.mark.parametrize(
    ("owner", "who"), [("", "system:serviceaccount:workshops:intro-alice"), ("Alice", "Alice")]
)
def test_bindings_are_for_who_the_session_is_to_the_cluster(owner, who):
    binding = {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "RoleBinding",
        "metadata": {"name": "b"},
        "subjects": [{"kind": "User", "name": "${cluster_user}"}],
    }
    session = Session(HUB, "s" * 16, "alice", token_owner=owner)
    (read,) = resources.read_extras([binding], session)
    assert read.manifest["subjects"][0]["name"] == who


def test_json_and_lists_of_dicts_are_read_too():
    thing = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "${username}"}}
    for source in (json.dumps(thing), json.dumps([thing]), [thing]):
        (extra,) = read(source)
        assert extra.manifest["metadata"]["name"] == "alice"
    assert thing["metadata"]["name"] == "${username}", "the administrator's list is not changed"


@pytest.mark.parametrize("source", ["", "---\n---\n", [], "# nothing\n"])
def test_nothing_is_nothing(source):
    assert read(source) == ()


def test_a_namespace_is_an_extra_project():
    (extra,) = read(
        "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: ${project_namespace}-dev\n"
        "  annotations: {session/role: view, session/budget: small}\n"
    )
    assert extra.is_project
    assert extra.role == "view"
    assert extra.budget == budgets.parse_budget("small")
    assert session_labels.is_ours(extra.manifest["metadata"], HUB)


GOOD = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: fine}\n---\n"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (GOOD + "apiVersion: v1\nkind: [", ["not valid YAML", "line 6"]),
        (GOOD + "a: b: c", ["not valid YAML", "line 5"]),
        (GOOD + "\tkind: x", ["not valid YAML", "line 5"]),
        (GOOD + "kind: Secret\nmetadata: {name: x}", ["Secret x", "no apiVersion", "line 5"]),
        (GOOD + "apiVersion: v1\nmetadata: {name: x}", ["no kind", "line 5"]),
        (GOOD + "apiVersion: v1\nkind: Secret", ["Secret", "metadata.name", "line 5"]),
        (GOOD + "just words", ["plain value", "line 5"]),
        (GOOD + "apiVersion: v1\nkind: List", ["List has items", "line 5"]),
        (
            GOOD + "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: '${typo}'}",
            ["${typo} is not known", "project_namespace", "line 5"],
        ),
        (
            GOOD + "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x, namespace: default}",
            ["ConfigMap x", "none of this session's", "line 5"],
        ),
        (
            GOOD + "apiVersion: v1\nkind: Namespace\nmetadata: {name: shared}",
            ["Namespace shared", "must contain", "line 5"],
        ),
        (
            GOOD + "apiVersion: v1\nkind: Namespace\nmetadata: {name: kube-system}",
            ["Namespace kube-system", "line 5"],
        ),
        (
            GOOD + "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: ${project_namespace}-x\n"
            "  annotations: {session/budget: huge}",
            ["session/budget", "'huge'", "line 5"],
        ),
    ],
)
def test_what_is_wrong_is_told_with_kind_name_and_line(text, words):
    with pytest.raises(resources.ResourceError) as caught:
        read(text)
    for word in words:
        assert word in caught.value.detail


@given(st.text(max_size=200))
def test_any_text_is_read_or_refused(text):
    with contextlib.suppress(resources.ResourceError):
        read(text)


trees = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)


@given(st.lists(trees, max_size=4))
def test_any_list_is_read_or_refused(things):
    with contextlib.suppress(resources.ResourceError):
        read(things)


def test_what_others_lean_on_comes_first():
    extras = read(
        [
            {"apiVersion": "apps/v1", "kind": "Site", "metadata": {"name": "d"}},
            {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "c"}},
            {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "intro-alice-dev"}},
            {
                "apiVersion": "rbac.authorization.k8s.io/v1",
                "kind": "RoleBinding",
                "metadata": {"name": "b", "namespace": "intro-alice-dev"},
            },
        ]
    )
    waves = [[e.manifest["kind"] for e in wave] for _, wave in resources.sort_waves(extras)]
    assert waves == [["ConfigMap"], ["RoleBinding"], ["Site"]]


def test_what_is_made_is_told_in_words():
    extras = read(
        [
            {"apiVersion": "v1", "kind": k, "metadata": {"name": "x"}}
            for k in ("ConfigMap", "Secret", "ConfigMap")
        ]
    )
    assert resources.render_kinds(extras) == "2 ConfigMaps and 1 Secret"
