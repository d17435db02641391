"""Which extra resources take a visitor."""

from __future__ import annotations

import pytest

from workshop_spawner.manifests import resources, visitor_resources
from workshop_spawner.model.session import Hub, Session

HUB = Hub("intro", "learning-portal", "workshops", "system:serviceaccount:workshops:hub")
SESSION = Session(HUB, "s" * 16, "alice")
PLAIN = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "plain"}}
ROLE = {
    "apiVersion": "rbac.authorization.k8s.io/v1",
    "kind": "Role",
    "metadata": {"name": "mine", "annotations": {"for": "{username}"}},
}
BINDING = {
    "apiVersion": "rbac.authorization.k8s.io/v1",
    "kind": "RoleBinding",
    "metadata": {"name": "bound"},
    "roleRef": {"kind": "Role", "name": "mine"},
}
POD = {
    "apiVersion": "v1",
    "kind": "Pod",
    "metadata": {"name": "pod"},
    "spec": {"volumes": [{"secret": {"secretName": "key"}}]},
}
SPACE = {
    "apiVersion": "v1",
    "kind": "Namespace",
    "metadata": {"name": "${project_namespace}-${username}"},
}
INSIDE = {
    "apiVersion": "v1",
    "kind": "ConfigMap",
    "metadata": {"name": "inside", "namespace": "${project_namespace}-${username}"},
}


def config(name, text):
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": name},
        "data": {"text": text},
    }


def secret(text):
    metadata = {"name": "key"}
    return {"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "stringData": {text: "x"}}


@pytest.mark.parametrize(
    ("source", "own"),
    [
        ([PLAIN], []),
        ([PLAIN, config("a", "for ${username}")], ["a"]),
        ([PLAIN, config("a", "for {user_server}")], ["a"]),
        ([config("a", "${project_namespace} ${session} ${service_account} {project}")], []),
        ([config("${username}", "")], ["alice"]),
        ([PLAIN, secret("${username}")], ["key"]),
        ([POD, secret("${username}")], ["pod", "key"]),
        ([POD, secret("plain")], []),
        ([BINDING, PLAIN, ROLE], ["bound", "mine"]),
        ([SPACE, INSIDE, PLAIN], ["intro-alice-alice", "inside"]),
        ([{"kind": "List", "items": [PLAIN, config("a", "{username}")]}], ["a"]),
    ],
)
def test_what_names_the_visitor_and_what_leans_on_that_takes_one(source, own):
    read = resources.read_extras(source, SESSION)
    ahead, later = visitor_resources.split(read)
    assert [extra.manifest["metadata"]["name"] for extra in later] == own
    assert sorted(map(read.index, (*ahead, *later))) == list(range(len(read)))
