"""The Node object that tells the cluster of this agent, and its heartbeat."""

from __future__ import annotations

import asyncio
import datetime
import logging
import platform
from collections.abc import Mapping
from typing import Any

from pocket_openshift.client import client
from pocket_openshift.vocabulary import times

log = logging.getLogger(__name__)

LEASES = "/apis/coordination.k8s.io/v1"
LEASE_NAMESPACE = "kube-node-lease"
HEARTBEAT_SECONDS = 10.0
TAINT = {"key": "pocket-openshift.io/local-processes", "effect": "NoSchedule"}


def make_node(name: str, annotations: Mapping[str, str]) -> dict[str, Any]:
    """A Node that no scheduler puts pods on: the agent itself takes those that it wants."""
    labels = {"kubernetes.io/hostname": name, "kubernetes.io/os": platform.system().lower()}
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {"name": name, "labels": labels, "annotations": dict(annotations)},
        "spec": {"unschedulable": True, "taints": [TAINT]},
    }


def make_status(port: int, version: str, now: datetime.datetime) -> dict[str, Any]:
    """The status of a Node that is ready, whose endpoint for logs and exec listens on a loopback
    port.
    """
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


class Registration:
    """The Node object of one agent."""

    def __init__(self, api: client.Cluster, name: str) -> None:
        self._api, self.name, self.uid = api, name, ""

    async def register(self, port: int, version: str, annotations: Mapping[str, str]) -> bool:
        """Create or take over the Node. False where the cluster does not allow it."""
        node = make_node(self.name, annotations)
        path = client.path_of("nodes", name=self.name)
        try:
            try:
                found = await self._api.create(client.path_of("nodes"), node)
            except client.ClusterError as error:
                if error.status != 409:
                    raise
                found = await self._api.patch(
                    path, {"metadata": {"annotations": dict(annotations)}}
                )
            self.uid = found["metadata"]["uid"]
            status = make_status(port, version, datetime.datetime.now(datetime.UTC))
            await self._api.patch(path + "/status", {"status": status})
        except client.ClusterError as error:
            log.warning("The cluster has no node %s, so no logs and no exec: %s", self.name, error)
            return False
        return True

    async def beat(self) -> None:
        """Renew the node's lease for ever, so that a real node controller takes it for alive."""
        path = client.path_of("leases", LEASE_NAMESPACE, self.name, api=LEASES)
        while True:
            try:
                await self._renew(path)
            except client.ClusterError as error:
                log.debug("The lease of %s was not renewed: %s", self.name, error)
            await asyncio.sleep(HEARTBEAT_SECONDS)

    async def _renew(self, path: str) -> None:
        now = datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        spec = {"holderIdentity": self.name, "leaseDurationSeconds": 40, "renewTime": now}
        try:
            await self._api.patch(path, {"spec": spec})
        except client.ClusterError as error:
            if error.status != 404:
                raise
            owner = {"apiVersion": "v1", "kind": "Node", "name": self.name, "uid": self.uid}
            lease = {
                "apiVersion": "coordination.k8s.io/v1",
                "kind": "Lease",
                "metadata": {
                    "name": self.name,
                    "namespace": LEASE_NAMESPACE,
                    "ownerReferences": [owner],
                },
                "spec": spec,
            }
            await self._api.create(client.path_of("leases", LEASE_NAMESPACE, api=LEASES), lease)

    async def remove(self) -> None:
        """Take the Node away again."""
        if self.uid:
            await self._api.delete(client.path_of("nodes", name=self.name), self.uid)
