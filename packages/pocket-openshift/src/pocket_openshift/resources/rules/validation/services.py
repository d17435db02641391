"""Services: ports, addresses, kinds of exposure, and what of them may change. Pure."""

from __future__ import annotations

import ipaddress

from pocket_openshift.resources.rules.validation import formats, object_meta
from pocket_openshift.resources.rules.validation.containers import PROTOCOLS
from pocket_openshift.vocabulary.field_errors import (
    Causes,
    Object,
    duplicate,
    each_invalid,
    forbidden,
    invalid,
    items,
    not_supported,
    one_of,
    part,
    required,
)

_TYPES = ("ClusterIP", "ExternalName", "LoadBalancer", "NodePort")
_POLICIES = ("PreferDualStack", "RequireDualStack", "SingleStack")
_LONGEST = 86400
_SPECIAL = (
    ("is_unspecified", "may not be unspecified ({})"),
    ("is_loopback", "may not be in the loopback range (127.0.0.0/8, ::1/128)"),
    ("is_link_local", "may not be in the link-local range (169.254.0.0/16, fe80::/10)"),
)
_DISTRIBUTIONS = ("PreferClose", "PreferSameNode", "PreferSameZone")


# What a cluster gives out, where nobody has set another.
NODE_PORTS = range(30000, 32768)


def of_new(service: Object) -> Causes:
    """A service; ports of nodes are given out last, for what is right."""
    found = [*_of_new(service)]
    yield from found or _node_ports(part(service, "spec"))


def _node_ports(spec: Object) -> Causes:
    for where, port in items(spec, "ports", "spec"):
        number = port.get("nodePort")
        if number and number not in NODE_PORTS:
            valid = f"{NODE_PORTS[0]}-{NODE_PORTS[-1]}"
            why = f"provided port is not in the valid range. The range of valid ports is {valid}"
            yield invalid(f"{where}.nodePort", number, why)


def _of_new(service: Object) -> Causes:
    yield from object_meta.of_new(service, formats.dns_label)
    spec, kind = part(service, "spec"), part(service, "spec").get("type", "")
    headless = is_headless(spec)
    if not spec.get("ports") and not headless and kind != "ExternalName":
        yield required("spec.ports")
    yield from _by_type(spec, kind)
    names: set[str] = set()
    for where, port in items(spec, "ports", "spec"):
        yield from _port(port, where, names, needed=len(spec["ports"]) > 1)
    yield from object_meta.of_labels(part(spec, "selector"), "spec.selector")
    yield from _affinity(spec)
    yield from _addresses(spec, kind)
    for where, value in items(spec, "externalIPs", "spec"):
        yield from _outside_address(value, where)
    if kind not in _TYPES:
        yield not_supported("spec.type", kind, _TYPES)
    yield from _same_ports(spec, kind)
    yield from _balancer(spec, kind)
    yield from _traffic(spec, kind)


def is_headless(spec: Object) -> bool:
    """Whether a service has no address of its own."""
    return spec.get("clusterIP") == "None"


def _by_type(spec: Object, kind: str) -> Causes:
    if kind in ("LoadBalancer", "NodePort") and is_headless(spec):
        yield invalid("spec.clusterIPs[0]", "None", f"may not be set to 'None' for {kind} services")
    if kind != "ExternalName":
        return
    for name in ("clusterIPs", "ipFamilies", "ipFamilyPolicy"):
        if spec.get(name):
            yield forbidden(f"spec.{name}", "may not be set for ExternalName services")
    name = spec.get("externalName", "").removesuffix(".")
    if name:
        yield from each_invalid("spec.externalName", name, formats.dns_subdomain(name))
    else:
        yield required("spec.externalName")


def _port(port: Object, place: str, names: set[str], *, needed: bool) -> Causes:
    name, number = port.get("name", ""), port.get("port", 0)
    if name:
        yield from each_invalid(f"{place}.name", name, formats.dns_label(name))
        if name in names:
            yield duplicate(f"{place}.name", name)
        names.add(name)
    elif needed:
        yield required(f"{place}.name")
    yield from each_invalid(f"{place}.port", number, formats.port_number(number))
    yield from one_of(port, "protocol", place, PROTOCOLS, needed=True)
    target = port.get("targetPort", 0)
    yield from each_invalid(f"{place}.targetPort", target, formats.port(target))
    if port.get("appProtocol"):
        wrong = formats.label_key(port["appProtocol"])
        yield from each_invalid(f"{place}.appProtocol", port["appProtocol"], wrong)


def _affinity(spec: Object) -> Causes:
    kind, config = spec.get("sessionAffinity", ""), spec.get("sessionAffinityConfig")
    where = "spec.sessionAffinityConfig"
    yield from one_of(spec, "sessionAffinity", "spec", ("ClientIP", "None"), needed=True)
    if kind == "None" and config is not None:
        yield forbidden(where, "must not be set when session affinity is None")
    if kind != "ClientIP" or config is None:
        return
    seconds = part(config, "clientIP").get("timeoutSeconds", 1)
    if not 0 < seconds <= _LONGEST:
        field = f"{where}.clientIP.timeoutSeconds"
        yield invalid(field, seconds, f"must be greater than 0 and less than {_LONGEST}")


def _addresses(spec: Object, kind: str) -> Causes:
    if kind == "ExternalName":
        return
    found = spec.get("clusterIPs") or []
    if spec.get("clusterIP") and found and found[0] != spec["clusterIP"]:
        yield invalid("spec.clusterIPs", found, "first value must match `clusterIP`")
    for where, family in items(spec, "ipFamilies", "spec"):
        if family not in ("IPv4", "IPv6"):
            yield not_supported(where, family, ("IPv4", "IPv6"))
    yield from one_of(spec, "ipFamilyPolicy", "spec", _POLICIES)
    for where, value in items(spec, "clusterIPs", "spec"):
        if value != "None":
            yield from each_invalid(where, value, formats.address(value))
    if len(found) > 2:
        yield invalid("spec.clusterIPs", found, "may only hold up to 2 values")


def _outside_address(value: str, place: str) -> Causes:
    wrong = formats.address(value)
    yield from each_invalid(place, value, wrong)
    if wrong:
        return
    number = ipaddress.ip_address(value)
    for name, why in _SPECIAL:
        if getattr(number, name):
            yield invalid(place, value, why.format(value))


def _same_ports(spec: Object, kind: str) -> Causes:
    ports = [*items(spec, "ports", "spec")]
    if kind == "ClusterIP":
        for where, port in ports:
            if port.get("nodePort"):
                yield forbidden(f"{where}.nodePort", "may not be used when `type` is 'ClusterIP'")
    outside: set[tuple] = set()
    for where, port in ports:
        key = (port.get("protocol"), port.get("nodePort"))
        if port.get("nodePort") and key in outside:
            yield duplicate(f"{where}.nodePort", port["nodePort"])
        outside.add(key)
    inside: set[tuple] = set()
    for where, port in ports:
        key = (port.get("protocol", ""), port.get("port", 0))
        if key in inside:
            yield duplicate(
                where,
                {
                    "Name": "",
                    "Protocol": key[0],
                    "AppProtocol": None,
                    "Port": key[1],
                    "TargetPort": 0,
                    "NodePort": 0,
                },
            )
        inside.add(key)


def _balancer(spec: Object, kind: str) -> Causes:
    why = "may only be used when `type` is 'LoadBalancer'"
    where = "spec.LoadBalancerSourceRanges"
    if spec.get("loadBalancerSourceRanges") and kind != "LoadBalancer":
        yield forbidden(where, why)
    for number, value in enumerate(spec.get("loadBalancerSourceRanges") or ()):
        yield from each_invalid(f"{where}[{number}]", value.strip(), formats.cidr(value.strip()))
    if spec.get("allocateLoadBalancerNodePorts") is not None and kind != "LoadBalancer":
        yield forbidden("spec.allocateLoadBalancerNodePorts", why)
    name = spec.get("loadBalancerClass")
    if name is not None and kind != "LoadBalancer":
        yield forbidden("spec.loadBalancerClass", why)
    elif name is not None:
        yield from each_invalid("spec.loadBalancerClass", name, formats.label_key(name))


def _traffic(spec: Object, kind: str) -> Causes:
    outside = kind in ("LoadBalancer", "NodePort") or bool(spec.get("externalIPs"))
    policy, known = spec.get("externalTrafficPolicy", ""), ("Cluster", "Local")
    if policy and not outside:
        why = "may only be set for externally-accessible services"
        yield invalid("spec.externalTrafficPolicy", policy, why)
    elif policy and policy not in known:
        yield not_supported("spec.externalTrafficPolicy", policy, known)
    port = spec.get("healthCheckNodePort", 0)
    if port and not (kind == "LoadBalancer" and policy == "Local"):
        why = "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'"
        yield invalid("spec.healthCheckNodePort", port, why)
    yield from one_of(spec, "internalTrafficPolicy", "spec", known)
    yield from one_of(spec, "trafficDistribution", "spec", _DISTRIBUTIONS)


def of_change(new: Object, old: Object) -> Causes:
    """A change of a service: its address stays."""
    yield from object_meta.of_change(new, old)
    after, before = part(new, "spec"), part(old, "spec")
    if "ExternalName" not in (after.get("type"), before.get("type")) and not (
        is_headless(after) and is_headless(before)
    ):
        yield from _same_addresses(after, before)
    yield from of_new(new)


def _same_addresses(after: Object, before: Object) -> Causes:
    new, old = after.get("clusterIPs") or [], before.get("clusterIPs") or []
    if old and not new:
        yield invalid("spec.clusterIPs[0]", new, "primary clusterIP can not be unset")
    elif old and new[0] != old[0]:
        yield invalid("spec.clusterIPs[0]", new, "may not change once set")
    families = after.get("ipFamilies") or [], before.get("ipFamilies") or []
    if all(families) and families[0][0] != families[1][0]:
        yield invalid("spec.ipFamilies[0]", families[0], "may not change once set")
