"""Which way projects are made, and whose they are."""

from __future__ import annotations

import logging

import pytest

from workshop_kube import errors
from workshop_spawner.manifests import accounts
from workshop_spawner.model.session import Session
from workshop_spawner.rules import plan
from workshop_spawner.start import project_api, removal, steps
from workshop_spawner.start.progress import Progress

LOG = logging.getLogger("t")
ROLE = "/apis/rbac.authorization.k8s.io/v1/clusterroles/workshop-hub-projects"
REQUEST = {
    "apiGroups": ["project.openshift.io"],
    "resources": ["projectrequests"],
    "verbs": ["create"],
}


def allow(site, *rules):
    """Let the hub have just these rules in the whole cluster."""
    role = site.as_admin(ROLE)
    role["rules"] = list(rules)
    assert site.pocket.request("PUT", ROLE, role).status == 200


@pytest.mark.parametrize(("setting", "answer"), [("namespace", False), ("request", True)])
async def test_what_is_set_is_not_asked(kube, setting, answer):
    assert await project_api.is_by_request(kube, setting, LOG) is answer


async def test_auto_takes_namespaces_where_they_may_be_made(kube, caplog):
    caplog.set_level(logging.INFO)
    assert await project_api.is_by_request(kube, "auto", LOG) is False
    assert "may create those" in caplog.text


async def test_auto_takes_requests_where_only_they_may_be_made(site, kube, caplog):
    caplog.set_level(logging.INFO)
    allow(site, REQUEST)
    assert await project_api.is_by_request(kube, "auto", LOG) is True
    assert "may not create Namespaces" in caplog.text


async def test_auto_says_when_neither_may_be_made(site, kube, caplog):
    allow(site)
    assert await project_api.is_by_request(kube, "auto", LOG) is False
    assert "no session will get a project" in caplog.text


SPEC = plan.SessionSpec(by_request=True)


async def test_a_requested_project_is_made_used_and_removed(site, kube):
    allow(site, REQUEST)
    start = steps.Start(kube, site.session, Progress())
    await start.run(plan.make_plan(site.session, SPEC, {}))
    project = site.as_admin("/api/v1/namespaces/intro-alice")
    assert project["metadata"]["annotations"]["openshift.io/requester"] == site.hub.requestor
    subject = accounts.make_session_subject(site.session)
    bindings = site.as_admin(
        "/apis/rbac.authorization.k8s.io/v1/namespaces/intro-alice/rolebindings"
    )["items"]
    assert [subject] in [binding["subjects"] for binding in bindings]
    assert await removal.remove_session(kube, site.session, by_request=True) == []
    left = site.as_admin("/api/v1/namespaces/intro-alice")
    assert left is None or "deletionTimestamp" in left["metadata"]


@pytest.mark.parametrize("fault", [{"drop": "after"}, {"drop": "before"}, {"status": 500}])
async def test_a_request_whose_answer_is_lost_is_adopted(site, kube, fault):
    allow(site, REQUEST)
    site.pocket.faults.add(verb="create", resource="projectrequests", **fault)
    start = steps.Start(kube, site.session, Progress())
    await start.run(plan.make_plan(site.session, SPEC, {}))
    assert site.as_admin("/api/v1/namespaces/intro-alice")


async def test_another_sessions_requested_project_is_not_adopted(site, kube):
    allow(site, REQUEST)
    other = Session(site.hub, "t" * 16, "alice")
    await steps.Start(kube, other, Progress()).run(plan.make_plan(other, SPEC, {}))
    start = steps.Start(kube, site.session, Progress())
    with pytest.raises(errors.ExistsError):
        await start.run(plan.make_plan(site.session, SPEC, {}))
    assert await start.undo() == []
    assert site.as_admin("/api/v1/namespaces/intro-alice")


async def test_a_failed_start_undoes_its_requested_project(site, kube):
    allow(site, REQUEST)
    site.pocket.faults.add(verb="create", resource="rolebindings", status=422, times=None)
    start = steps.Start(kube, site.session, Progress())
    with pytest.raises(errors.RefusedError):
        await start.run(plan.make_plan(site.session, SPEC, {}))
    assert await start.undo() == []
    assert site.as_admin("/api/v1/namespaces/intro-alice") is None
