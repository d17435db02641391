"""What is done once, when the hub starts."""

from __future__ import annotations

import subprocess
import sys

import pytest


@pytest.mark.hub
async def test_a_missing_right_is_told_when_the_hub_starts(site, workshop):
    path = "/apis/rbac.authorization.k8s.io/v1/clusterroles/workshop-hub-projects"
    role = site.as_admin(path)
    role["rules"] = [rule for rule in role["rules"] if "resourcequotas" not in rule["resources"]]
    site.pocket.request("PUT", path, role)
    hub = await workshop()
    await hub.logged("lacks rights")
    assert 'resources: ["resourcequotas"]' in hub.log_text


@pytest.mark.hub
async def test_a_cluster_without_the_role_of_visitors_is_told_and_served(site, workshop, visit):
    site.pocket.start_node()
    path = "/apis/rbac.authorization.k8s.io/v1/clusterroles/workshop-admin"
    assert site.pocket.request("DELETE", path).status == 200
    hub = await workshop()
    await hub.logged("kubectl apply -f templates/workshop-admin.yaml, then restart the hub")
    visitor = await visit(hub)
    await visitor.enter()
    bindings = f"/apis/rbac.authorization.k8s.io/v1/namespaces/intro-{visitor.name}/rolebindings"
    assert site.as_admin(f"{bindings}/workshop-session")["roleRef"]["name"] == "admin"


@pytest.mark.hub
async def test_a_visitor_gets_the_role_of_visitors(site, workshop, visit):
    site.pocket.start_node()
    hub = await workshop("c.WorkshopSpawner.reserved_sessions = 1")
    visitor = await visit(hub)
    await visitor.enter()
    selector = "?labelSelector=class%3Dsession"
    (project,) = site.names(f"/api/v1/namespaces{selector}")
    bindings = f"/apis/rbac.authorization.k8s.io/v1/namespaces/{project}/rolebindings"
    assert site.as_admin(f"{bindings}/workshop-session")["roleRef"]["name"] == "workshop-admin"
    assert "Sessions get the role" not in hub.log_text


@pytest.mark.hub
async def test_a_hub_with_its_rights_says_so(workshop):
    hub = await workshop()
    await hub.logged("has all rights that it needs")
    assert "Projects are made as Namespaces" in hub.log_text


@pytest.mark.hub
async def test_a_setting_that_cannot_work_ends_the_hub_at_once(workshop):
    with pytest.raises(AssertionError, match=r"WorkshopSpawner\.budget: 'tiny' is no budget"):
        await workshop('c.WorkshopSpawner.budget = "tiny"')


FREEZES = """
import gc
from workshop_spawner.context import HubContext
from workshop_spawner.hub_tasks import startup

class Tasks:
    def begin(self): pass

startup.make_tasks = lambda *_: Tasks()
startup.list_problems = lambda *_: []
startup.begin(HubContext(), None, None)
print(gc.get_freeze_count())
"""


def test_what_is_loaded_when_the_hub_starts_is_not_collected_again_and_again():
    done = subprocess.run([sys.executable, "-c", FREEZES], capture_output=True, text=True)
    assert int(done.stdout) > 10_000, done.stderr


SAYS = """
from workshop_spawner import WorkshopSpawner

class Asking(WorkshopSpawner):
    "Asks its user, in every setting that may be a callable."

def budget(spawner):
    return "small" if spawner.user.orm_user.id else "large"

async def resources(spawner):
    assert spawner.user.url, "nobody has no URL"
    return [{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": spawner.user.name}}]

c.JupyterHub.spawner_class = Asking
c.WorkshopSpawner.budget = budget
c.WorkshopSpawner.extra_resources = resources
c.WorkshopSpawner.reserved_sessions = 2
"""


@pytest.mark.hub
async def test_settings_that_ask_the_visitor_are_asked_with_a_visitor(site, workshop, visit):
    site.pocket.start_node()
    hub = await workshop(SAYS)
    await hub.logged("Projects are made as Namespaces")
    await hub.logged("reserved_sessions has no effect: budget and extra_resources must be values")
    await hub.logged("has all rights that it needs")
    visitor = await visit(hub)
    await visitor.enter()
    project = f"/api/v1/namespaces/intro-{visitor.name}"
    assert site.as_admin(f"{project}/configmaps/{visitor.name}")
    quota = site.as_admin(f"{project}/resourcequotas/compute-resources")
    assert quota["spec"]["hard"]["limits.cpu"] == "1"
    assert "The hub cannot" not in hub.log_text
    assert "Traceback" not in hub.log_text
