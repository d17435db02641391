"""Fixtures of the tests that deploy templates/ to a cluster whose node runs the hub's pod.

A test module names them by `pytest_plugins = ("pod_fixtures", "deployment_fixtures")`.
"""

import pytest

import deployment
import helm
import namespaces

LABELS = {"pod-security.kubernetes.io/enforce": "restricted"}


@pytest.fixture
def site(pod_network, cluster, tmp_path):
    """helm and kubectl for a cluster with a node, and a router at the workshop's host name."""
    namespaces.add_host(tmp_path, "intro-spawner", deployment.HOST, "kubernetes.default.svc")
    node = cluster.start_node(router_port=80, router_tls_port=443)
    metadata = {"name": "teach", "labels": LABELS}
    cluster.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": metadata})
    return helm.Cluster(cluster.kubeconfig, tmp_path / "helm", node.router.ca_pem)
