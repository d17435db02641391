"""The Node object that tells the cluster of this agent, and its heartbeat."""

from __future__ import annotations

import asyncio
import logging
import platform
from collections.abc import Mapping
from datetime import UTC, datetime

from workshop_kube import errors
from workshop_kube.client import Cluster
from workshop_kube.rules import times
from workshop_kube.rules.manifests import Object, make_reference

log = logging.getLogger(__name__)

LEASES = "coordination.k8s.io/v1"
LEASE_NAMESPACE = "kube-node-lease"
HEARTBEAT_SECONDS = 10.0
TAINT = {"key": "pocket-openshift.io/local-processes", "effect": "NoSchedule"}


def make_node(name: str, annotations: Mapping[str, str]) -> Object:
    """A Node that no scheduler puts pods on: the agent itself takes those that it wants."""
    labels = {"kubernetes.io/hostname": name, "kubernetes.io/os": platform.system().lower()}
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {"name": name, "labels": labels, "annotations": dict(annotations)},
        "spec": {"unschedulable": True, "taints": [TAINT]},
    }


def make_status(port: int, version: str, now: datetime) -> Object:
    """The status of a Node that is ready and serves logs and exec on a loopback port."""
    moment = times.render_time(now)
    ready = {
        "type": "Ready",
        "status": "True",
        "reason": "AgentReady",
        "message": "pods run as local processes",
        "lastHeartbeatTime": moment,
        "lastTransitionTime": moment,
    }
    return {
        "addresses": [
            {"type": "InternalIP", "address": "127.0.0.1"},
            {"type": "Hostname", "address": "localhost"},
        ],
        "daemonEndpoints": {"kubeletEndpoint": {"Port": port}},
        "conditions": [ready],
        "capacity": {"pods": "1000"},
        "allocatable": {"pods": "1000"},
        "nodeInfo": {
            "architecture": platform.machine(),
            "bootID": "",
            "containerRuntimeVersion": "processes://" + version,
            "kernelVersion": platform.release(),
            "kubeProxyVersion": "",
            "kubeletVersion": "pocket-openshift-" + version,
            "machineID": "",
            "operatingSystem": platform.system().lower(),
            "osImage": platform.platform(terse=True),
            "systemUUID": "",
        },
    }


def make_lease(node: str, node_uid: str, now: datetime) -> Object:
    """The lease by which a node controller sees that the agent lives; it goes with the Node."""
    owner = {"apiVersion": "v1", "kind": "Node", "name": node, "uid": node_uid}
    lease = make_reference(LEASES, "Lease", node, LEASE_NAMESPACE)
    lease["metadata"]["ownerReferences"] = [owner]
    spec = {"holderIdentity": node, "leaseDurationSeconds": 40}
    return {**lease, "spec": {**spec, "renewTime": times.render_micro_time(now)}}


class Registration:
    """The Node object of one agent."""

    def __init__(self, api: Cluster, name: str) -> None:
        self._api, self.name, self.uid = api, name, ""

    async def register(self, port: int, version: str, annotations: Mapping[str, str]) -> bool:
        """Create or take over the Node. False where the cluster does not allow it."""
        node = make_node(self.name, annotations)
        try:
            found = await self._ensure(node)
            self.uid = found["metadata"]["uid"]
            status = make_status(port, version, datetime.now(UTC))
            await self._api.change(node, {"status": status}, "status")
        except errors.KubeError as error:
            log.warning("The cluster has no node %s, so no logs and no exec: %s", self.name, error)
            return False
        return True

    async def _ensure(self, node: Object) -> Object:
        try:
            return await self._api.create(node)
        except errors.ExistsError:
            annotations = node["metadata"]["annotations"]
            return await self._api.change(node, {"metadata": {"annotations": annotations}})

    async def beat(self) -> None:
        """Renew the node's lease for ever, so that a real node controller takes it for alive."""
        while True:
            try:
                await self.renew()
            except errors.KubeError as error:
                log.debug("The lease of %s was not renewed: %s", self.name, error)
            await asyncio.sleep(HEARTBEAT_SECONDS)

    async def renew(self) -> None:
        """Renew the lease, or make it."""
        lease = make_lease(self.name, self.uid, datetime.now(UTC))
        try:
            await self._api.change(lease, {"spec": lease["spec"]})
        except errors.GoneError:
            await self._api.create(lease)

    async def remove(self) -> None:
        """Take the Node away again."""
        if self.uid:
            node = make_reference("v1", "Node", self.name)
            node["metadata"]["uid"] = self.uid
            await self._api.delete_exactly(node)
