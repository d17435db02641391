"""Regenerate pocket-openshift's table of types, from Kubernetes' published OpenAPI schemas.

    uv run --with kubernetes-validate==1.36.0 tools/make_schemas.py

`kubernetes-validate` brings the schemas of many versions, 70 MB of them, and a validator whose
words are not the API server's. So the table is made once a version, and is all that is installed.
What OpenAPI does not say is how Go calls a field's type, which the server's errors name: the few
that matter are below. OpenShift's own kinds are not among the published schemas; their rows are in
`openshift_types.json` beside the table, by hand.
"""

from __future__ import annotations

import json
from importlib import resources
from pathlib import Path
from typing import Any

VERSION = "v1.36.0"
FOLDER = Path(__file__).resolve().parents[1] / "packages/pocket-openshift/src/pocket_openshift"
OUTPUT = FOLDER / "vocabulary" / "kubernetes_types.json"
PREFIXES = {
    "io.k8s.api.": "",
    "io.k8s.apimachinery.pkg.apis.": "",
    "io.k8s.apimachinery.pkg.": "",
}
SPECIAL = {
    "api.resource.Quantity": "Quantity",
    "util.intstr.IntOrString": "IntOrString",
    "meta.v1.Time": "Time",
    "meta.v1.MicroTime": "MicroTime",
    "meta.v1.FieldsV1": "any",
    "runtime.RawExtension": "any",
}
# Bodies that are sent to a part of a kind.
PARTS = {
    "pods/binding": "core.v1.Binding",
    "pods/eviction": "policy.v1.Eviction",
    "serviceaccounts/token": "authentication.v1.TokenRequest",
    "scale": "autoscaling.v1.Scale",
}
# Of what kind of text a field is, where Go has a name for it.
GO_NAMES = {
    "core.v1.Container.imagePullPolicy": "v1.PullPolicy",
    "core.v1.Container.terminationMessagePolicy": "v1.TerminationMessagePolicy",
    "core.v1.Container.restartPolicy": "v1.ContainerRestartPolicy",
    "core.v1.ContainerPort.protocol": "v1.Protocol",
    "core.v1.Capabilities.add": "[]v1.Capability",
    "core.v1.Capabilities.drop": "[]v1.Capability",
    "core.v1.EmptyDirVolumeSource.medium": "v1.StorageMedium",
    "core.v1.EndpointPort.protocol": "v1.Protocol",
    "core.v1.HTTPGetAction.scheme": "v1.URIScheme",
    "core.v1.HostPathVolumeSource.type": "v1.HostPathType",
    "core.v1.LimitRangeItem.default": "v1.ResourceList",
    "core.v1.LimitRangeItem.defaultRequest": "v1.ResourceList",
    "core.v1.LimitRangeItem.max": "v1.ResourceList",
    "core.v1.LimitRangeItem.maxLimitRequestRatio": "v1.ResourceList",
    "core.v1.LimitRangeItem.min": "v1.ResourceList",
    "core.v1.LimitRangeItem.type": "v1.LimitType",
    "core.v1.NamespaceSpec.finalizers": "[]v1.FinalizerName",
    "core.v1.NodeSelectorRequirement.operator": "v1.NodeSelectorOperator",
    "core.v1.PersistentVolumeClaimSpec.accessModes": "[]v1.PersistentVolumeAccessMode",
    "core.v1.PersistentVolumeClaimSpec.volumeMode": "v1.PersistentVolumeMode",
    "core.v1.PersistentVolumeSpec.accessModes": "[]v1.PersistentVolumeAccessMode",
    "core.v1.PersistentVolumeSpec.capacity": "v1.ResourceList",
    "core.v1.PersistentVolumeSpec.persistentVolumeReclaimPolicy": (
        "v1.PersistentVolumeReclaimPolicy"
    ),
    "core.v1.PersistentVolumeSpec.volumeMode": "v1.PersistentVolumeMode",
    "core.v1.PodSpec.dnsPolicy": "v1.DNSPolicy",
    "core.v1.PodSpec.overhead": "v1.ResourceList",
    "core.v1.PodSpec.preemptionPolicy": "v1.PreemptionPolicy",
    "core.v1.PodSpec.restartPolicy": "v1.RestartPolicy",
    "core.v1.PodStatus.phase": "v1.PodPhase",
    "core.v1.ResourceQuotaSpec.hard": "v1.ResourceList",
    "core.v1.ResourceQuotaSpec.scopes": "[]v1.ResourceQuotaScope",
    "core.v1.ResourceRequirements.limits": "v1.ResourceList",
    "core.v1.ResourceRequirements.requests": "v1.ResourceList",
    "core.v1.VolumeResourceRequirements.limits": "v1.ResourceList",
    "core.v1.VolumeResourceRequirements.requests": "v1.ResourceList",
    "core.v1.SeccompProfile.type": "v1.SeccompProfileType",
    "core.v1.Secret.type": "v1.SecretType",
    "core.v1.ServicePort.protocol": "v1.Protocol",
    "core.v1.ServiceSpec.externalTrafficPolicy": "v1.ServiceExternalTrafficPolicy",
    "core.v1.ServiceSpec.internalTrafficPolicy": "v1.ServiceInternalTrafficPolicy",
    "core.v1.ServiceSpec.ipFamilies": "[]v1.IPFamily",
    "core.v1.ServiceSpec.ipFamilyPolicy": "v1.IPFamilyPolicy",
    "core.v1.ServiceSpec.sessionAffinity": "v1.ServiceAffinity",
    "core.v1.ServiceSpec.type": "v1.ServiceType",
    "core.v1.Toleration.effect": "v1.TaintEffect",
    "core.v1.Toleration.operator": "v1.TolerationOperator",
    "core.v1.TopologySpreadConstraint.whenUnsatisfiable": "v1.UnsatisfiableConstraintAction",
    "core.v1.VolumeMount.mountPropagation": "v1.MountPropagationMode",
    "apps.v1.DaemonSetUpdateStrategy.type": "v1.DaemonSetUpdateStrategyType",
    "apps.v1.DeploymentStrategy.type": "v1.DeploymentStrategyType",
    "apps.v1.StatefulSetSpec.podManagementPolicy": "v1.PodManagementPolicyType",
    "apps.v1.StatefulSetUpdateStrategy.type": "v1.StatefulSetUpdateStrategyType",
    "batch.v1.CronJobSpec.concurrencyPolicy": "v1.ConcurrencyPolicy",
    "batch.v1.JobSpec.completionMode": "v1.CompletionMode",
    "batch.v1.JobSpec.podReplacementPolicy": "v1.PodReplacementPolicy",
    "meta.v1.LabelSelectorRequirement.operator": "v1.LabelSelectorOperator",
    "meta.v1.ObjectMeta.uid": "types.UID",
    "meta.v1.OwnerReference.uid": "types.UID",
    "networking.v1.HTTPIngressPath.pathType": "v1.PathType",
    "networking.v1.NetworkPolicyPort.protocol": "v1.Protocol",
    "networking.v1.NetworkPolicySpec.policyTypes": "[]v1.PolicyType",
}


def short(ref: str) -> str:
    """`core.v1.Pod` of a schema's reference."""
    name = ref.rpartition("/")[2]
    for prefix, wanted in PREFIXES.items():
        if name.startswith(prefix):
            name = wanted + name.removeprefix(prefix)
            break
    return SPECIAL.get(name, name)


def scalar(kind: str, schema: dict[str, Any]) -> str:
    """How the table calls a type that has no parts."""
    if schema.get("format") == "byte":
        return "bytes"
    if kind == "integer":
        return schema.get("format", "int64")
    return {"boolean": "bool", "number": "float64", "string": "string"}.get(kind, "any")


def written(schema: dict[str, Any]) -> str:
    """A schema in the table's manner: `[core.v1.Container]`, `{string}`, `int32`."""
    if "$ref" in schema:
        return short(schema["$ref"])
    kinds = schema.get("type") or ["any"]
    kind = next(k for k in ([kinds] if isinstance(kinds, str) else kinds) if k != "null")
    if kind == "array":
        return f"[{written(schema['items'])}]"
    if kind == "object" and "additionalProperties" in schema:
        return "{" + written(schema["additionalProperties"]) + "}"
    return scalar(kind, schema)


def fields_of(name: str, schema: dict[str, Any]) -> dict[str, str]:
    """The fields of a struct, each with its type and perhaps Go's name of it after a colon."""
    made = {}
    for field, part in schema.get("properties", {}).items():
        go = GO_NAMES.get(f"{name}.{field}")
        made[field] = written(part) + (f":{go}" if go else "")
    return made


def reachable(types: dict[str, dict[str, str]], starts: list[str]) -> set[str]:
    """The structs that the kinds are made of."""
    seen: set[str] = set()
    waiting = list(starts)
    while waiting:
        name = waiting.pop()
        if name not in seen and name in types:
            seen.add(name)
            inside = (kind.partition(":")[0].strip("[]{}") for kind in types[name].values())
            waiting += inside
    return seen


def make_table(definitions: dict[str, Any], kinds: list[dict[str, Any]]) -> dict[str, Any]:
    """The table: the struct of each served kind, and all structs that they are made of."""
    types = {
        short(name): fields_of(short(name), schema)
        for name, schema in definitions.items()
        if short(name) not in SPECIAL.values()
    }
    served = {}
    for name, schema in definitions.items():
        for gvk in schema.get("x-kubernetes-group-version-kind", ()):
            served[gvk["group"], gvk["version"], gvk["kind"]] = short(name)
    roots = dict(PARTS)
    for kind in kinds:
        struct = served.get((kind["group"], kind["version"], kind["kind"]))
        if struct is not None:
            group = f".{kind['group']}" if kind["group"] else ""
            roots[f"{kind['plural']}{group}"] = struct
    kept = reachable(types, [*roots.values(), "meta.v1.ObjectMeta"])
    return {"kinds": roots, "structs": {name: types[name] for name in sorted(kept)}}


def main() -> None:
    """Write the table, one struct a line."""
    folder = resources.files("kubernetes_validate") / "kubernetes-json-schema"
    text = (folder / f"{VERSION}-local" / "_definitions.json").read_text(encoding="utf-8")
    kinds = json.loads((FOLDER / "vocabulary" / "kinds.json").read_text(encoding="utf-8"))
    table = make_table(json.loads(text)["$defs"], kinds)
    rows = [f"  {json.dumps(name)}: {json.dumps(row)}" for name, row in table["structs"].items()]
    head = json.dumps(table["kinds"], indent=1)
    OUTPUT.write_text(
        f'{{"kinds": {head},\n"structs": {{\n' + ",\n".join(rows) + "\n}}\n", encoding="utf-8"
    )


if __name__ == "__main__":
    main()
