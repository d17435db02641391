"""The role of sessions, asked of a cluster."""

from __future__ import annotations

import pytest

from workshop_kube.errors import TemporaryError
from workshop_spawner.model import errors
from workshop_spawner.rules import plan
from workshop_spawner.start import project_role

ROLES = "/apis/rbac.authorization.k8s.io/v1/clusterroles"
VISITORS = plan.SessionSpec(role="workshop-admin", fallback_role="admin")
ASKED_FOR = plan.SessionSpec(role="workshop-admin")


def remove(site):
    assert site.pocket.request("DELETE", f"{ROLES}/workshop-admin").status == 200


def forbid(site):
    path = f"{ROLES}/workshop-hub-projects"
    role = site.as_admin(path)
    role["rules"] = [rule for rule in role["rules"] if rule["verbs"] != ["get"]]
    assert site.pocket.request("PUT", path, role).status == 200
    # OpenShift lets everybody look at cluster roles; plain Kubernetes does not.
    bindings = ROLES.replace("clusterroles", "clusterrolebindings")
    assert site.pocket.request("DELETE", f"{bindings}/basic-users").status == 200


@pytest.mark.parametrize("spec", [VISITORS, ASKED_FOR])
async def test_it_is_given_where_the_cluster_has_it_and_asked_for_once(site, kube, spec):
    for _ in range(2):
        assert (await project_role.add_role(kube, spec)).role == "workshop-admin"
    asked = [r for r in site.pocket.requests if (r.verb, r.resource) == ("get", "clusterroles")]
    assert len([r for r in asked if r.user == site.hub.requestor]) == 1


async def test_without_it_visitors_get_admin(site, kube):
    remove(site)
    found = await project_role.add_role(kube, VISITORS)
    assert (found.role, found.fallback_role) == ("admin", "")
    assert "no ClusterRole" in (await project_role.find_role(kube, VISITORS)).notice


async def test_who_may_not_look_gives_visitors_admin(site, kube):
    forbid(site)
    assert (await project_role.add_role(kube, VISITORS)).role == "admin"
    assert "may not look" in (await project_role.find_role(kube, VISITORS)).notice
    assert (await project_role.add_role(kube, ASKED_FOR)).role == "workshop-admin"


async def test_a_hub_whose_rights_are_older_gives_visitors_admin(site, kube):
    path = f"{ROLES}/workshop-hub-projects"
    role = site.as_admin(path)
    for rule in role["rules"]:
        if rule["verbs"] == ["bind"]:
            rule["resourceNames"].remove("workshop-admin")
    assert site.pocket.request("PUT", path, role).status == 200
    assert (await project_role.add_role(kube, VISITORS)).role == "admin"
    assert "may not bind" in (await project_role.find_role(kube, VISITORS)).notice
    assert (await project_role.add_role(kube, ASKED_FOR)).role == "workshop-admin"


async def test_one_that_was_asked_for_is_not_replaced(site, kube):
    remove(site)
    with pytest.raises(errors.PermanentError, match="has no role workshop-admin") as caught:
        await project_role.add_role(kube, ASKED_FOR)
    assert "kubectl apply -f templates/workshop-admin.yaml" in caught.value.detail


async def test_a_cluster_that_is_away_is_not_one_without_it(site, kube):
    site.pocket.faults.add(verb="get", resource="clusterroles", status=503, times=None)
    with pytest.raises(TemporaryError):
        await project_role.add_role(kube.within(0.3), VISITORS)
    site.pocket.faults.clear()
    assert (await project_role.add_role(kube, VISITORS)).role == "workshop-admin"


@pytest.mark.parametrize(
    "spec",
    [
        plan.SessionSpec(role="edit"),
        plan.SessionSpec(role=""),
        plan.SessionSpec(role="mine", project=plan.NONE),
        plan.SessionSpec(role="mine", identity=plan.NONE),
    ],
)
async def test_nothing_is_asked_where_nothing_is_in_doubt(site, kube, spec):
    before = len(site.pocket.requests)
    assert (await project_role.find_role(kube, spec)).role == spec.role
    assert site.pocket.requests[before:] == []
