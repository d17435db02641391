"""templates/zero-to-jupyterhub in a hub configured as the chart's: somebody gets a shell."""

import sys

import pytest
import yaml

import doc_blocks
import helm
import pod_hub
import visitor
import z2jh
from workshop_spawner.rules import rights

FOLDER = helm.ROOT / "templates" / "zero-to-jupyterhub"
VALUES = yaml.safe_load((FOLDER / "values.yaml").read_text())
PAGE = helm.ROOT / "docs" / "how-to" / "zero-to-jupyterhub.md"
NAMESPACE = "teach"
# What the chart gives its hub's account in its own namespace.
CHARTS_RULES = [
    {
        "apiGroups": [""],
        "resources": ["pods", "persistentvolumeclaims", "secrets", "services"],
        "verbs": ["get", "watch", "list", "create", "delete"],
    },
    {"apiGroups": [""], "resources": ["events"], "verbs": ["get", "watch", "list"]},
]


def read_rbac(namespace=NAMESPACE):
    text = (FOLDER / "rbac.yaml").read_text().replace("HUB_NAMESPACE", namespace)
    for one in yaml.safe_load_all(text):
        if not one["kind"].startswith("Cluster"):
            one["metadata"]["namespace"] = namespace
        yield one


def read_rights(documents):
    return {
        right
        for one in documents
        for right in rights.list_granted(one.get("rules", []), one["kind"].startswith("Cluster"))
    }


def test_the_rights_are_those_that_visitors_need():
    assert read_rights(read_rbac()) == read_rights(pod_hub.read_rights("learning-portal"))


def test_the_rights_are_valid_and_of_one_hub_each():
    made = list(read_rbac())
    assert [problem for one in made if (problem := helm.problem_with_manifest(one))] == []
    wide = [one["metadata"]["name"] for one in made if one["kind"].startswith("Cluster")]
    assert set(wide) == {"workshop-hub.teach"}


def test_each_key_is_one_of_the_chart_s():
    """A key that the chart does not have is an error of its schema, or has no effect."""
    known = z2jh.merge(z2jh.DEFAULTS, {"hub": {"image": {"name": "", "tag": ""}}})

    def check(given, theirs, path):
        for key, value in given.items():
            assert key in theirs, f"{path}{key}"
            if isinstance(value, dict) and theirs[key]:
                check(value, theirs[key], f"{path}{key}.")

    check(VALUES, known, "")


@pytest.fixture
def site(cluster):
    """A cluster with a node, and the chart's account as the chart makes it."""
    cluster.start_node()
    api = {"apiVersion": "rbac.authorization.k8s.io/v1", "metadata": {"name": "hub"}}
    api["metadata"]["namespace"] = NAMESPACE
    account = {"kind": "ServiceAccount", "name": "hub", "namespace": NAMESPACE}
    role = {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "hub"}
    cluster.apply(
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}},
        {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": dict(api["metadata"])},
        {**api, "kind": "Role", "rules": CHARTS_RULES},
        {**api, "kind": "RoleBinding", "subjects": [account], "roleRef": role},
        *read_rbac(),
    )
    return cluster


def make_hub(site, *layers):
    """The configuration and the environment of the chart's hub, on loopback."""
    account = site.kubeconfig_for(site.token(NAMESPACE, "hub"), NAMESPACE)
    env = {"KUBECONFIG": str(account), "POD_NAMESPACE": NAMESPACE, "HELM_RELEASE_NAME": "jhub"}
    # In a pod a service finds the cluster by itself, and the hub's Python is on its PATH.
    culler = {**VALUES["hub"]["services"]["workshop-culler"], "environment": env}
    culler["command"] = [sys.executable, *culler["command"][1:]]
    culler["command"].append(f"--WorkshopCuller.namespace={NAMESPACE}")
    test = {
        "hub": {"services": {"workshop-culler": culler}},
        # A pod's process has no address but its own, and no file system but the machine's.
        "singleuser": {"cmd": ["jupyterhub-butterfly", "--ip=$(POD_IP)"]},
    }
    return z2jh.make_config(VALUES, test, *layers, namespace=NAMESPACE), env


def test_the_commands_of_the_page_give_and_take_the_rights(site, tmp_path):
    for program in ("kubectl", "sed"):
        if reason := helm.problem_with(program):
            pytest.skip(reason)
    site.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "jhub"}})
    client = helm.Cluster(site.kubeconfig, tmp_path)
    blocks = doc_blocks.read_blocks(PAGE, "console")
    rights = ("auth", "can-i", "create", "namespaces", "--as=system:serviceaccount:jhub:hub")
    (give,), (take,) = blocks["2. Rights for projects"], blocks["Take it away"]
    for script, answer in ((give, "yes"), (take, "no")):
        words = ("bash", "-euo", "pipefail", "-c", f"cd {helm.ROOT}\n{script}")
        helm.run(*words, environ=client.environ)
        assert site_says(client, *rights) == answer


def site_says(client, *words):
    """What kubectl answers, whose exit code is 1 for a no."""
    try:
        return client.kubectl(*words).strip()
    except helm.CommandError as error:
        return str(error).strip().splitlines()[-1]


STORAGE = {
    "none": {},
    "dynamic": {"storage": {"type": "dynamic"}},
    "static": {"storage": {"type": "static", "static": {"pvcName": "shared"}}},
}


@pytest.mark.hub
@pytest.mark.parametrize("storage", STORAGE)
async def test_a_visitor_gets_a_shell(site, hub_factory, storage):
    shared = {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": {"name": "shared", "namespace": NAMESPACE},
        "spec": {
            "accessModes": ["ReadWriteMany"],
            "resources": {"requests": {"storage": "1Gi"}},
        },
    }
    site.apply(shared)
    config, env = make_hub(site, {"singleuser": STORAGE[storage]})
    hub = await hub_factory(config, env=env)
    async with visitor.Visitor.arrive(hub.url) as guest:
        name = await guest.log_in()
        async for _ in guest.watch_start():
            pass
        await guest.open()
        async with guest.terminal() as shell:
            assert await shell.run("echo $PROJECT_NAMESPACE") == f"workshop-{name}"
        pods = f"/api/v1/namespaces/{NAMESPACE}/pods?labelSelector=class%3Dsession"
        (pod,) = site.request("GET", pods).body["items"]
        labels = pod["metadata"]["labels"]
        assert labels["app"] == "workshop", "ours, by which the culler finds it"
        assert labels["release"] == "jhub"
        assert labels["hub.jupyter.org/network-access-hub"] == "true"
        assert pod["spec"]["schedulerName"] == "jhub-user-scheduler"
        claims = [
            v["persistentVolumeClaim"]["claimName"]
            for v in pod["spec"]["volumes"]
            if "persistentVolumeClaim" in v
        ]
        path = f"/api/v1/namespaces/{NAMESPACE}/persistentvolumeclaims/"
        assert len(claims) == (storage != "none")
        for claim in claims:
            assert site.request("GET", path + claim).body["spec"]["accessModes"]
        project = site.request("GET", f"/api/v1/namespaces/workshop-{name}").body
        assert project["metadata"]["labels"]["pod-security.kubernetes.io/enforce"] == "baseline"
    await hub.logged("The hub's account has all rights that it needs")
    await hub.logged("removed nothing")  # a pass of the culler, over hub and cluster
    assert "exited with status" not in hub.log_text


@pytest.mark.hub
async def test_the_chart_s_privileged_container_is_named_with_its_value(site, hub_factory):
    block = {"singleuser": {"cloudMetadata": {"blockWithIptables": True}}}
    config, env = make_hub(site, block)
    hub = await hub_factory(config, env=env)
    await hub.logged("singleuser.cloudMetadata.blockWithIptables to false")
