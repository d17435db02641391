"""Projects by request, with everything that can go wrong on the way."""

import pytest

from workshop_spawner import errors, labels
from workshop_spawner.manifests import projects
from workshop_spawner.projects import requesting
from workshop_spawner.session import Session

TROUBLE = {
    "429": {"retry_after": 0},
    "500": {"status": 500},
    "no answer, nothing done": {"drop": "before"},
    "no answer, yet done": {"drop": "after"},
    "too late, yet done": {"delay": 1.3},
}


@pytest.fixture
def requester(place):
    """The rights of a hub that may request projects only."""
    path = "/apis/rbac.authorization.k8s.io/v1/clusterroles/workshop-hub-projects"
    role = place.as_admin(path)
    group = "project.openshift.io"
    role["rules"] = [
        {"apiGroups": [group], "resources": ["projectrequests"], "verbs": ["create"]},
        {"apiGroups": [""], "resources": ["namespaces"], "verbs": ["patch"]},
    ]
    assert place.pocket.request("PUT", path, role).status == 200
    return place


@pytest.mark.parametrize("fault", TROUBLE.values(), ids=TROUBLE)
@pytest.mark.parametrize(
    ("verb", "resource"), [("create", "projectrequests"), ("patch", "namespaces")]
)
async def test_a_project_is_requested_once_whatever_happens(requester, door, fault, verb, resource):
    project = projects.make_namespace(requester.session)
    seen = requester.pocket.faults.add(verb=verb, resource=resource, **fault)
    made = await requesting.ensure(door, project)
    assert seen.seen == seen.times
    assert labels.is_ours(made["metadata"], requester.hub)
    again = await requesting.ensure(door, project)
    assert again["metadata"]["uid"] == made["metadata"]["uid"]
    (found,) = await requesting.find(door, requester.session)
    assert found["metadata"]["uid"] == made["metadata"]["uid"]


async def test_what_another_session_requested_is_never_adopted(requester, door):
    await requesting.ensure(door, projects.make_namespace(requester.session))
    neighbour = Session(requester.hub, "t" * 16, "alice")
    with pytest.raises(errors.NameTakenError):
        await requesting.ensure(door, projects.make_namespace(neighbour))


async def test_a_strangers_project_is_not_seen_and_not_taken(requester, door):
    name = requester.session.project
    requester.pocket.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
    with pytest.raises(errors.NameTakenError):
        await requesting.ensure(door, projects.make_namespace(requester.session))
    assert await requesting.find(door, requester.session) == []
