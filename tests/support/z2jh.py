"""A hub configured as that of the chart zero-to-jupyterhub configures itself.

`DEFAULTS` are the chart's values that its hub reads, as they were in July 2026; `make_config`
writes what the hub makes of values, in the chart's own order. It is for tests of our values file
and no copy of the chart: what concerns other pods (proxy, scheduler, image pullers) is left out.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

import yaml

RELEASE = "jhub"
CHART_LABELS = {
    "app": "jupyterhub",
    "release": RELEASE,
    "chart": "jupyterhub-4.3.1",
    "component": "singleuser-server",
    "app.kubernetes.io/name": "jupyterhub",
    "app.kubernetes.io/instance": RELEASE,
    "app.kubernetes.io/managed-by": "kubespawner",
    "helm.sh/chart": "jupyterhub-4.3.1",
}
DEFAULTS: dict[str, Any] = yaml.safe_load("""
hub:
  config: {JupyterHub: {admin_access: true, authenticator_class: dummy}}
  concurrentSpawnLimit: 64
  consecutiveFailureLimit: 5
  extraConfig: {}
  services: {}
  loadRoles: {}
singleuser:
  cloudMetadata: {blockWithIptables: true, ip: 169.254.169.254}
  events: true
  extraLabels: {hub.jupyter.org/network-access-hub: "true"}
  extraEnv: {}
  allowPrivilegeEscalation: false
  uid: 1000
  fsGid: 100
  serviceAccountName: null
  storage:
    type: dynamic
    capacity: 10Gi
    homeMountPath: /home/jovyan
    static: {pvcName: null, subPath: "{username}"}
    dynamic:
      storageClass: null
      pvcNameTemplate: null
      volumeNameTemplate: volume-{user_server}
      storageAccessModes: [ReadWriteOnce]
  image: {name: registry.example.com/jupyterhub/k8s-singleuser-sample, tag: "4.3.1"}
  startTimeout: 300
  memory: {limit: null, guarantee: 1G}
  cmd: jupyterhub-singleuser
  profileList: []
scheduling: {userScheduler: {enabled: true}}
cull: {enabled: true}
""")


def merge(*layers: Mapping[str, Any]) -> dict[str, Any]:
    """Values as helm lays them over each other; the later win."""
    merged: dict[str, Any] = {}
    for layer in layers:
        for key, value in layer.items():
            both = isinstance(value, Mapping) and isinstance(merged.get(key), Mapping)
            merged[key] = merge(merged[key], value) if both else copy.deepcopy(value)
    return merged


def make_config(*layers: Mapping[str, Any], namespace: str) -> str:
    """The configuration that the chart's hub makes of its defaults and these values."""
    values = merge(DEFAULTS, *layers)
    hub, user = values["hub"], values["singleuser"]
    traits = {"JupyterHub": _hub_traits(hub), "Spawner": _spawner_traits(hub, user)}
    traits["KubeSpawner"] = {"namespace": namespace, **_pod_traits(values, user), **_storage(user)}
    lines = [
        f"c.{cls}.{name} = {value!r}"
        for cls, each in traits.items()
        for name, value in each.items()
    ]
    if values["cull"]["enabled"]:
        lines.append("raise SystemExit('cull.enabled: two cullers would end sessions')")
    lines += [
        f"c.{cls}.{name} = {value!r}"
        for cls, each in hub["config"].items()
        for name, value in each.items()
    ]
    # Lists of their own in the chart; the hub of the tests has some of its own already.
    lines.append(f"c.JupyterHub.services += {_name(hub['services'])!r}")
    lines.append(f"c.JupyterHub.load_roles += {_name(hub['loadRoles'])!r}")
    lines += [hub["extraConfig"][key] for key in sorted(hub["extraConfig"])]
    return "\n".join([*lines, ""])


def _name(entries: Mapping[str, Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [{"name": name, **entry} for name, entry in entries.items()]


def _hub_traits(hub: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "spawner_class": "kubespawner.KubeSpawner",
        "cleanup_servers": False,
        "last_activity_interval": 60,
        "concurrent_spawn_limit": hub["concurrentSpawnLimit"],
        "tornado_settings": {"slow_spawn_timeout": 0},
    }


def _spawner_traits(hub: Mapping[str, Any], user: Mapping[str, Any]) -> dict[str, Any]:
    cmd = user["cmd"]
    return {
        "consecutive_failure_limit": hub["consecutiveFailureLimit"],
        "cmd": [cmd] if isinstance(cmd, str) else cmd,
        "start_timeout": user["startTimeout"],
    }


def _pod_traits(values: Mapping[str, Any], user: Mapping[str, Any]) -> dict[str, Any]:
    traits: dict[str, Any] = {
        "common_labels": CHART_LABELS,
        "extra_labels": user["extraLabels"],
        "image": f"{user['image']['name']}:{user['image']['tag']}",
        "uid": user["uid"],
        "fs_gid": user["fsGid"],
        "allow_privilege_escalation": user["allowPrivilegeEscalation"],
        "mem_guarantee": user["memory"]["guarantee"],
        "mem_limit": user["memory"]["limit"],
        "events_enabled": user["events"],
        "environment": user["extraEnv"],
        "node_affinity_preferred": [_prefer_user_nodes()],
    }
    if values["scheduling"]["userScheduler"]["enabled"]:
        traits["scheduler_name"] = f"{RELEASE}-user-scheduler"
    if user["serviceAccountName"]:
        traits["service_account"] = user["serviceAccountName"]
    if user["profileList"]:
        traits["profile_list"] = user["profileList"]
    if user["cloudMetadata"]["blockWithIptables"]:
        traits["init_containers"] = [_block_metadata(user["cloudMetadata"]["ip"])]
    return {name: value for name, value in traits.items() if value is not None}


def _prefer_user_nodes() -> dict[str, Any]:
    wanted = {"key": "hub.jupyter.org/node-purpose", "operator": "In", "values": ["user"]}
    return {"weight": 100, "preference": {"matchExpressions": [wanted]}}


def _block_metadata(address: str) -> dict[str, Any]:
    return {
        "name": "block-cloud-metadata",
        "image": "registry.example.com/jupyterhub/k8s-network-tools:4.3.1",
        "command": ["iptables", "-A", "OUTPUT", "-d", address, "-j", "DROP"],
        "securityContext": {
            "privileged": True,
            "runAsUser": 0,
            "capabilities": {"add": ["NET_ADMIN"]},
        },
    }


def _storage(user: Mapping[str, Any]) -> dict[str, Any]:
    storage = user["storage"]
    if storage["type"] == "none":
        return {}
    dynamic = storage["dynamic"]
    is_dynamic = storage["type"] == "dynamic"
    claim = "{pvc_name}" if is_dynamic else storage["static"]["pvcName"]
    name = dynamic["volumeNameTemplate"] if is_dynamic else "home"
    mount = {"mountPath": storage["homeMountPath"], "name": name}
    if not is_dynamic:
        mount["subPath"] = storage["static"]["subPath"]
    traits: dict[str, Any] = {
        "volumes": {name: {"name": name, "persistentVolumeClaim": {"claimName": claim}}},
        "volume_mounts": {name: mount},
    }
    if is_dynamic:
        traits |= {
            "storage_pvc_ensure": True,
            "storage_capacity": storage["capacity"],
            "storage_access_modes": dynamic["storageAccessModes"],
        }
        for key, trait in (
            ("storageClass", "storage_class"),
            ("pvcNameTemplate", "pvc_name_template"),
        ):
            if dynamic[key]:
                traits[trait] = dynamic[key]
    return traits
