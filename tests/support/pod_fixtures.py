"""Fixtures of the tests in which the hub's image runs as in a pod.

A test module names them by `pytest_plugins = ("pod_fixtures",)`.
"""

import contextlib

import hub_settings
import pytest

import namespaces
import pod_hub


@pytest.fixture
def pod_network(tmp_path):
    """A network in which the image's ports are free and the names of its Services known."""
    if reason := namespaces.problem_with_namespaces():
        pytest.skip(reason)
    names = [f"{mode}-spawner" for mode in (*hub_settings.MODES, "intro")]
    with namespaces.private_namespaces():
        namespaces.add_host(tmp_path, *names, "kubernetes.default.svc")
        yield


@pytest.fixture
def pod_site(pod_network, cluster):
    """A cluster with a node, and the hub's namespace in it."""
    metadata = {"name": pod_hub.NAMESPACE}
    cluster.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": metadata})
    cluster.start_node()
    return cluster


@pytest.fixture
async def make_pod_hub(pod_site, tmp_path):
    """`hub = make_pod_hub(CONFIGURATION_TYPE=...)`, not started yet."""
    async with contextlib.AsyncExitStack() as stack:

        def make(**environment):
            environment = {"TERMINAL_IMAGE": "registry.example.com/terminal:1", **environment}
            hub = pod_hub.make_hub(tmp_path / "hub", pod_site, environment)
            stack.push_async_callback(hub.close)
            return hub

        yield make
