"""Projects by request, with everything that can go wrong on the way."""

from __future__ import annotations

import pytest

from workshop_kube import errors, labels
from workshop_spawner.manifests import projects
from workshop_spawner.model import session_labels
from workshop_spawner.model.session import Session
from workshop_spawner.start import project_requests, removal

TROUBLE = {
    "429": {"retry_after": 0},
    "500": {"status": 500},
    "no answer, nothing done": {"drop": "before"},
    "no answer, yet done": {"drop": "after"},
    "too late, yet done": {"delay": 1.3},
}


@pytest.fixture
def requester(site):
    """The rights of a hub that may request projects only."""
    path = "/apis/rbac.authorization.k8s.io/v1/clusterroles/workshop-hub-projects"
    role = site.as_admin(path)
    group = "project.openshift.io"
    role["rules"] = [
        {"apiGroups": [group], "resources": ["projectrequests"], "verbs": ["create"]},
        {"apiGroups": [""], "resources": ["namespaces"], "verbs": ["patch"]},
    ]
    assert site.pocket.request("PUT", path, role).status == 200
    return site


@pytest.mark.parametrize("fault", TROUBLE.values(), ids=TROUBLE)
@pytest.mark.parametrize(
    ("verb", "resource"), [("create", "projectrequests"), ("patch", "namespaces")]
)
async def test_a_project_is_requested_once_whatever_happens(requester, kube, fault, verb, resource):
    project = projects.make_namespace(requester.session)
    seen = requester.pocket.faults.add(verb=verb, resource=resource, **fault)
    made = await project_requests.ensure(kube, project)
    assert seen.seen == seen.times
    assert session_labels.is_ours(made["metadata"], requester.hub)
    again = await project_requests.ensure(kube, project)
    assert again["metadata"]["uid"] == made["metadata"]["uid"]
    (found,) = await project_requests.find(kube, requester.session)
    assert found["metadata"]["uid"] == made["metadata"]["uid"]


async def test_what_another_session_requested_is_never_adopted(requester, kube):
    await project_requests.ensure(kube, projects.make_namespace(requester.session))
    neighbour = Session(requester.hub, "t" * 16, "alice")
    with pytest.raises(errors.ExistsError):
        await project_requests.ensure(kube, projects.make_namespace(neighbour))


async def test_a_strangers_project_is_not_seen_and_not_taken(requester, kube):
    name = requester.session.project
    requester.pocket.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
    with pytest.raises(errors.ExistsError):
        await project_requests.ensure(kube, projects.make_namespace(requester.session))
    assert await project_requests.find(kube, requester.session) == []


def describe(site, text):
    """As the project's admin may do at any time."""
    path = f"/apis/project.openshift.io/v1/projects/{site.session.project}"
    found = site.as_admin(path)
    found["metadata"]["annotations"][labels.DESCRIPTION] = text
    assert site.pocket.request("PUT", path, found).status == 200


WORDS = ["My project", "lasting of alice in intro", "s of bob in intro", ""]


@pytest.mark.parametrize("words", WORDS)
async def test_a_session_does_not_keep_its_project_by_describing_it_anew(requester, kube, words):
    await project_requests.ensure(kube, projects.make_namespace(requester.session))
    describe(requester, words)
    assert (
        await removal.remove_session(kube, requester.session, by_request=True, temporary=True) == []
    )
    found = requester.as_admin(f"/api/v1/namespaces/{requester.session.project}")
    assert found is None or found["metadata"]["deletionTimestamp"]


async def test_a_lasting_project_that_was_described_anew_is_the_same_project(requester, kube):
    wanted = session_labels.make_lasting(
        projects.make_namespace(requester.session), requester.session
    )
    made = await project_requests.ensure(kube, wanted)
    describe(requester, "My project")
    assert await project_requests.find(kube, requester.session) == []
    assert (await project_requests.ensure(kube, wanted))["metadata"]["uid"] == made["metadata"][
        "uid"
    ]


async def test_what_a_session_has_left_is_not_taken_for_a_lasting_project(requester, kube):
    await project_requests.ensure(kube, projects.make_namespace(requester.session))
    with pytest.raises(errors.ExistsError):
        await project_requests.ensure(
            kube,
            session_labels.make_lasting(
                projects.make_namespace(requester.session), requester.session
            ),
        )
