"""Each right of the template is there for something: without it a start fails, and says so."""

from __future__ import annotations

import pytest

from workshop_kube import errors as kube_errors
from workshop_kube.rules.manifests import make_reference
from workshop_spawner.manifests import accounts, budgets, network
from workshop_spawner.model import errors
from workshop_spawner.rules import plan
from workshop_spawner.rules.api_errors import explain
from workshop_spawner.start import removal, steps
from workshop_spawner.start.progress import Progress

SPEC = plan.SessionSpec(budget=budgets.parse_budget("small"), isolation=network.Rules(port=8888))
CREATED = [
    (False, "serviceaccounts"),
    (False, "secrets"),
    (True, "namespaces"),
    (True, "rolebindings"),
    (True, "limitranges"),
    (True, "resourcequotas"),
    (True, "networkpolicies"),
]


def take(site, everywhere, resource, verb):
    kind = "clusterroles" if everywhere else "namespaces/workshops/roles"
    name = "workshop-hub-projects" if everywhere else "workshop-hub"
    path = f"/apis/rbac.authorization.k8s.io/v1/{kind}/{name}"
    role = site.as_admin(path)
    found = [rule for rule in role["rules"] if resource in rule["resources"]]
    (rule,) = found
    role["rules"].remove(rule)
    rest = [other for other in rule["resources"] if other != resource]
    verbs = [other for other in rule["verbs"] if other != verb]
    role["rules"] += [{**rule, "resources": rest}] if rest else []
    role["rules"] += [{**rule, "resources": [resource], "verbs": verbs}] if verbs else []
    assert site.pocket.request("PUT", path, role).status == 200


async def run(site, kube):
    start = steps.Start(kube, site.session, Progress())
    await start.run(plan.make_plan(site.session, SPEC, {"key": "value"}))
    return start


@pytest.mark.parametrize(("everywhere", "resource"), CREATED)
async def test_without_create_a_start_names_the_rule_and_leaves_nothing(
    site, kube, everywhere, resource
):
    take(site, everywhere, resource, "create")
    start = steps.Start(kube, site.session, Progress())
    with pytest.raises(kube_errors.ForbiddenError) as caught:
        await start.run(plan.make_plan(site.session, SPEC, {"key": "value"}))
    assert f'resources: ["{resource}"]' in caught.value.rule
    assert 'verbs: ["create"]' in caught.value.rule
    assert await start.undo() == []
    assert site.left() == []


@pytest.mark.parametrize(("everywhere", "resource"), CREATED)
async def test_without_get_a_lost_answer_names_the_rule(site, kube, everywhere, resource):
    take(site, everywhere, resource, "get")
    site.pocket.faults.add(verb="create", resource=resource, drop="after")
    with pytest.raises(kube_errors.ForbiddenError) as caught:
        await run(site, kube)
    assert f'resources: ["{resource}"]' in caught.value.rule
    assert 'verbs: ["get"]' in caught.value.rule


@pytest.mark.parametrize("role", ["admin", "edit", "view"])
async def test_the_roles_of_the_template_can_be_bound(site, kube, role):
    spec = plan.SessionSpec(role=role)
    start = steps.Start(kube, site.session, Progress())
    await start.run(plan.make_plan(site.session, spec, {}))


async def test_a_role_that_may_not_be_bound_names_the_rule(site, kube):
    spec = plan.SessionSpec(role="cluster-admin")
    start = steps.Start(kube, site.session, Progress())
    with pytest.raises(kube_errors.ForbiddenError) as caught:
        await start.run(plan.make_plan(site.session, spec, {}))
    assert 'resourceNames: ["cluster-admin"]' in caught.value.rule
    assert 'verbs: ["bind"]' in explain(caught.value).detail


@pytest.mark.parametrize(
    ("everywhere", "resource"), [(False, "serviceaccounts"), (True, "namespaces")]
)
@pytest.mark.parametrize("verb", ["list", "delete"])
async def test_without_them_what_is_left_is_told(site, kube, everywhere, resource, verb):
    await run(site, kube)
    take(site, everywhere, resource, verb)
    problems = await removal.remove_session(kube, site.session)
    assert [isinstance(problem, errors.ForbiddenError) for problem in problems] == [True]
    assert f'resources: ["{resource}"]' in problems[0].detail


@pytest.mark.parametrize("verb", ["get", "create", "list", "delete"])
async def test_pods_need_each_verb(site, kube, verb):
    start = await run(site, kube)
    pod = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {**accounts.make_account(site.session)["metadata"], "name": "p"},
        "spec": {"containers": [{"name": "c", "image": "i"}]},
    }
    assert start.owner
    made = None if verb == "create" else await kube.ensure(pod)
    take(site, False, "pods", verb)
    calls = {
        "create": lambda: kube.ensure(pod),
        "get": lambda: kube.find(make_reference("v1", "Pod", "p", "workshops")),
        "list": lambda: kube.list("v1", "Pod", "workshops"),
        "delete": lambda: kube.delete_exactly({**pod, "metadata": made["metadata"]}),
    }
    with pytest.raises(kube_errors.ForbiddenError, match="cannot") as caught:
        await calls[verb]()
    assert f'verbs: ["{verb}"]' in caught.value.rule
