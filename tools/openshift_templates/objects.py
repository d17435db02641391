"""The objects that templates are made of. Every name and value may hold `${PARAMETER}`."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

Object = dict[str, Any]

RBAC = "rbac.authorization.k8s.io"
# The label by which what belongs to the whole cluster is told from that of a deployment of the
# same name in another namespace.
NAMESPACE_LABEL = "workshop.jupyter.org/namespace"
ROUTE_KIND = '{{"kind":"OAuthRedirectReference","apiVersion":"v1","reference":{reference}}}'
SECURITY: Object = {
    "allowPrivilegeEscalation": False,
    "capabilities": {"drop": ["ALL"]},
    "runAsNonRoot": True,
    "seccompProfile": {"type": "RuntimeDefault"},
}
LOCKED: Object = {**SECURITY, "readOnlyRootFilesystem": True}


def make(api: str, kind: str, name: str, **fields: Any) -> Object:
    """One object; fields that are None are left out."""
    metadata: Object = {"name": name}
    for part in ("labels", "annotations"):
        if found := fields.pop(part, None):
            metadata[part] = found
    filled = {key: value for key, value in fields.items() if value is not None}
    return {"apiVersion": api, "kind": kind, "metadata": metadata, **filled}


def make_account(name: str, annotations: Mapping[str, str] | None = None) -> Object:
    """A ServiceAccount."""
    return make("v1", "ServiceAccount", name, annotations=dict(annotations or {}))


def make_login_annotations(route: str) -> dict[str, str]:
    """By which an account is an OAuth client whose people come back to a Route."""
    prefix = "serviceaccounts.openshift.io/oauth"
    reference = json.dumps({"kind": "Route", "name": route}, separators=(",", ":"))
    return {
        f"{prefix}-redirectreference.first": ROUTE_KIND.format(reference=reference),
        f"{prefix}-redirecturi.first": "oauth_callback",
        f"{prefix}-want-challenges": "false",
    }


def make_role(name: str, rules: Sequence[Object]) -> Object:
    """A Role of the project."""
    return make(f"{RBAC}/v1", "Role", name, rules=list(rules))


def make_binding(name: str, role: Object, account: str, namespace: str) -> Object:
    """A binding of a role to an account, of the role's own kind."""
    subject = {"kind": "ServiceAccount", "name": account, "namespace": namespace}
    reference = {"apiGroup": RBAC, "kind": role["kind"], "name": role["metadata"]["name"]}
    kind = f"{role['kind']}Binding"
    labels = role["metadata"].get("labels")
    fields = {"labels": labels, "roleRef": reference, "subjects": [subject]}
    return make(f"{RBAC}/v1", kind, name, **fields)


def make_old_binding(name: str, role: str, account: str) -> Object:
    """A binding of a ClusterRole in the project, of a kind that needs not be told its name."""
    subject = {"kind": "ServiceAccount", "name": account}
    fields: Object = {"roleRef": {"name": role}, "subjects": [subject]}
    return make("authorization.openshift.io/v1", "RoleBinding", name, **fields)


def make_cluster_role(name: str, namespace: str, rules: Sequence[Object] | str) -> Object:
    """A ClusterRole that says of which namespace's deployment it is."""
    rules = rules if isinstance(rules, str) else list(rules)
    return make(f"{RBAC}/v1", "ClusterRole", name, labels={NAMESPACE_LABEL: namespace}, rules=rules)


def make_oauth_client(name: str, namespace: str, callback: str) -> Object:
    """The hub as a client of the cluster's logins."""
    return make(
        "oauth.openshift.io/v1",
        "OAuthClient",
        name,
        labels={NAMESPACE_LABEL: namespace},
        grantMethod="auto",
        secret="${OAUTH_CLIENT_SECRET}",
        redirectURIs=[callback],
    )


def make_config_map(name: str, data: Mapping[str, str]) -> Object:
    """A ConfigMap."""
    return make("v1", "ConfigMap", name, data=dict(data))


def make_secret(name: str, data: Mapping[str, str]) -> Object:
    """A Secret."""
    return make("v1", "Secret", name, type="Opaque", stringData=dict(data))


def make_claim(name: str, size: str) -> Object:
    """A volume of one node's pod."""
    resources = {"requests": {"storage": size}}
    spec = {"accessModes": ["ReadWriteOnce"], "resources": resources}
    return make("v1", "PersistentVolumeClaim", name, spec=spec)


def make_service(name: str, deployment: str, *ports: int) -> Object:
    """A Service of a deployment's pods."""
    listed = [{"name": f"{p}-tcp", "port": p, "targetPort": p, "protocol": "TCP"} for p in ports]
    return make(
        "v1", "Service", name, spec={"selector": {"deployment": deployment}, "ports": listed}
    )


def make_route(
    name: str, service: str, port: int, host: str = "", annotations: Mapping[str, str] | None = None
) -> Object:
    """A Route with TLS up to the router; plain HTTP is led there."""
    spec: Object = {
        **({"host": host} if host else {}),
        "port": {"targetPort": f"{port}-tcp"},
        "tls": {"termination": "edge", "insecureEdgeTerminationPolicy": "Redirect"},
        "to": {"kind": "Service", "name": service, "weight": 100},
    }
    return make("route.openshift.io/v1", "Route", name, annotations=annotations, spec=spec)


def make_deployment(
    app: str, name: str, account: str, container: Object, volumes: Sequence[Object] = (), **pod: Any
) -> Object:
    """A Deployment of one pod, which is replaced and never doubled: two would share their data."""
    spec: Object = {
        **({"serviceAccountName": account} if account else {}),
        "automountServiceAccountToken": bool(account),
        "securityContext": {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}},
        "containers": [container],
        **({"volumes": list(volumes)} if volumes else {}),
        **pod,
    }
    labels = {"app": app, "deployment": name}
    # The image may be an ImageStreamTag of the project, written as its bare name.
    names = {"alpha.image.policy.openshift.io/resolve-names": "*"}
    template = {"metadata": {"labels": labels, "annotations": names}, "spec": spec}
    return make(
        "apps/v1",
        "Deployment",
        name,
        annotations=names,
        spec={
            "replicas": 1,
            "strategy": {"type": "Recreate"},
            "selector": {"matchLabels": labels},
            "template": template,
        },
    )


def make_resources(memory: str, cpu: str = "50m") -> Object:
    """What a container is promised, and all the memory that it gets."""
    return {"requests": {"cpu": cpu, "memory": memory}, "limits": {"memory": memory}}


def list_env(values: Mapping[str, str]) -> list[Object]:
    """Variables with their values."""
    return [{"name": name, "value": value} for name, value in values.items()]


def list_secret_env(secret: str, names: Mapping[str, str]) -> list[Object]:
    """Variables whose values are keys of a Secret."""
    return [
        {"name": name, "valueFrom": {"secretKeyRef": {"name": secret, "key": key}}}
        for name, key in names.items()
    ]


def make_mount(name: str, path: str, *, read_only: bool = True) -> Object:
    """Where a container finds a volume."""
    return {"name": name, "mountPath": path, **({"readOnly": True} if read_only else {})}


def make_http_probe(path: str, port: int, **more: int) -> Object:
    """A probe that asks for a page."""
    return {"httpGet": {"path": path, "port": port}, **more}


def make_ingress_policy(name: str, deployment: str, *rules: Object) -> Object:
    """What may connect to a deployment's pods."""
    return make(
        "networking.k8s.io/v1",
        "NetworkPolicy",
        name,
        spec={
            "podSelector": {"matchLabels": {"deployment": deployment}},
            "policyTypes": ["Ingress"],
            "ingress": list(rules),
        },
    )


def let_in(port: int, *labels: Mapping[str, str]) -> Object:
    """A rule: this port, from everywhere or from pods of the project with one of these labels."""
    peers = [{"podSelector": {"matchLabels": dict(each)}} for each in labels]
    return {**({"from": peers} if peers else {}), "ports": [{"port": port, "protocol": "TCP"}]}


def make_disruption_budget(name: str, labels: Mapping[str, str], at_least: int) -> Object:
    """How many of these pods a node that is drained must leave alone."""
    spec = {"minAvailable": at_least, "selector": {"matchLabels": dict(labels)}}
    return make("policy/v1", "PodDisruptionBudget", name, spec=spec)
