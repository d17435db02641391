"""What a session's token may do in the cluster, and what not: the token of a running session."""

from pathlib import Path

import pytest
from kubernetes_asyncio import client, config

import cluster
import visitor

pytestmark = [pytest.mark.hub]

POD = {
    "metadata": {"name": "mine"},
    "spec": {"containers": [{"name": "main", "image": "any", "command": ["sleep", "600"]}]},
}


def make_pod(main=None, **spec):
    """A pod that is more than a session's project may have."""
    container = {**POD["spec"]["containers"][0], **(main or {})}
    return {"metadata": {"name": "more"}, "spec": {"containers": [container], **spec}}


HOST_PATH = [{"name": "host", "hostPath": {"path": "/"}}]
TOO_MUCH = {
    "the node's disk": make_pod(volumes=HOST_PATH),
    "the node's network": make_pod(hostNetwork=True),
    "the node's processes": make_pod(hostPID=True),
    "all rights on the node": make_pod({"securityContext": {"privileged": True}}),
    "a capability": make_pod({"securityContext": {"capabilities": {"add": ["SYS_ADMIN"]}}}),
    "a port of the node": make_pod({"ports": [{"containerPort": 80, "hostPort": 80}]}),
}
KINDS = ("LoadBalancer", "NodePort")
PORT = {"ports": [{"port": 80}]}
REFUSED = {
    **{
        what: lambda api, own, other, pod=pod: api.create_namespaced_pod(own, pod)
        for what, pod in TOO_MUCH.items()
    },
    **{
        kind: lambda api, own, other, kind=kind: api.create_namespaced_service(
            own, {"metadata": {"name": "mine"}, "spec": {"type": kind, **PORT}}
        )
        for kind in KINDS
    },
    "its project's level of security": lambda api, own, other: api.patch_namespace(
        own, {"metadata": {"labels": {"pod-security.kubernetes.io/enforce": "privileged"}}}
    ),
    "a pod in the neighbour's project": lambda api, own, other: api.create_namespaced_pod(
        other, POD
    ),
    "the neighbour's secrets": lambda api, own, other: api.list_namespaced_secret(other),
    "all namespaces": lambda api, own, other: api.list_namespace(),
    "a namespace": lambda api, own, other: api.create_namespace({"metadata": {"name": "new"}}),
    "its own quota, made larger": lambda api, own, other: api.patch_namespaced_resource_quota(
        "compute-resources", own, {"spec": {"hard": {"limits.cpu": "100"}}}
    ),
    "its own quota, deleted": lambda api, own, other: api.delete_namespaced_resource_quota(
        "compute-resources", own
    ),
    "its own limits, deleted": lambda api, own, other: api.delete_namespaced_limit_range(
        "resource-limits", own
    ),
    "a pod in the hub's namespace": lambda api, own, other: api.create_namespaced_pod(
        cluster.NAMESPACE, POD
    ),
    "the hub's secrets": lambda api, own, other: api.list_namespaced_secret(cluster.NAMESPACE),
    "the hub's pods": lambda api, own, other: api.list_namespaced_pod(cluster.NAMESPACE),
}


def find_guard(what):
    """The words of whatever has to refuse it: Pod Security, the budget, or the rights."""
    if what in TOO_MUCH:
        return "violates PodSecurity"
    return "exceeded quota" if what in KINDS else " cannot "


async def start_session(url):
    """The name of a visitor who has entered and left the browser open."""
    async with visitor.Visitor.arrive(url) as one:
        name = await one.log_in()
        async for _ in one.watch_start():
            pass
        async with one.terminal() as terminal:
            path = await terminal.run("echo $KUBECONFIG")
            token = await terminal.run('cat "$SERVICE_ACCOUNT_DIR/token"')
        return name, path, token


async def test_a_sessions_token_reaches_its_own_project_and_nothing_else(serve_demo):
    settings = await serve_demo()
    alice, kubeconfig, token = await start_session(settings["DEMO_URL"])
    bob, _, _ = await start_session(settings["DEMO_URL"])
    own, other = f"workshop-{alice}", f"workshop-{bob}"
    assert token not in Path(kubeconfig).read_text(), "it names the file, which is renewed"
    async with await config.new_client_from_config(kubeconfig) as connection:
        api = client.CoreV1Api(connection)
        pod = await api.create_namespaced_pod(own, POD)
        assert pod.metadata.namespace == own
        for what, attempt in REFUSED.items():
            with pytest.raises(client.ApiException) as refusal:
                await attempt(api, own, other)
            assert refusal.value.status == 403, what
            assert find_guard(what) in refusal.value.body, "another guard would hide one that fails"
        with pytest.raises(client.ApiException, match="exceeded quota"):
            await flood(api, own)


async def flood(api, own):
    """Make ConfigMaps, one after the other, as many as a budget of 40 never has room for."""
    for number in range(45):
        await api.create_namespaced_config_map(own, {"metadata": {"name": f"n{number}"}})
