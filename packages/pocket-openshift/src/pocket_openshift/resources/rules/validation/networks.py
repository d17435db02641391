"""Network policies: ports, peers, blocks of addresses. Pure."""

from __future__ import annotations

from pocket_openshift.resources.rules.validation import formats, label_selectors, object_meta
from pocket_openshift.vocabulary.field_errors import (
    Causes,
    Object,
    each_invalid,
    forbidden,
    invalid,
    items,
    not_supported,
    part,
    required,
)

_TYPES = ("Ingress", "Egress")
_PROTOCOLS = ("TCP", "UDP", "SCTP")


def of_new(policy: Object) -> Causes:
    """A network policy."""
    yield from object_meta.of_new(policy, formats.dns_subdomain)
    yield from _spec(part(policy, "spec"))


def of_change(new: Object, old: Object) -> Causes:
    """A change of one. The server looks at the spec twice, and says so."""
    yield from of_new(new)
    yield from object_meta.of_change(new, old)
    yield from _spec(part(new, "spec"))


def _spec(spec: Object) -> Causes:
    yield from label_selectors.form(spec.get("podSelector"), "spec.podSelector")
    for direction, peers in (("ingress", "from"), ("egress", "to")):
        for where, rule in items(spec, direction, "spec"):
            for one, port in items(rule, "ports", where):
                yield from _port(port, one)
            for one, peer in items(rule, peers, where):
                yield from _peer(peer, one)
    types = spec.get("policyTypes") or []
    if len(types) > len(_TYPES):
        yield invalid("spec.policyTypes", types, "may not specify more than two policyTypes")
        return
    for where, kind in items(spec, "policyTypes", "spec"):
        if kind not in _TYPES:
            yield not_supported(where, kind, _TYPES)


def _port(port: Object, place: str) -> Causes:
    protocol, number, end = port.get("protocol"), port.get("port"), port.get("endPort")
    if protocol is not None and protocol not in _PROTOCOLS:
        yield not_supported(f"{place}.protocol", protocol, _PROTOCOLS)
    if number is None:
        if end is not None:
            why = "may not be specified when `port` is not specified"
            yield invalid(f"{place}.endPort", end, why)
    elif isinstance(number, str):
        if end is not None:
            why = "may not be specified when `port` is non-numeric"
            yield invalid(f"{place}.endPort", end, why)
        yield from each_invalid(f"{place}.port", number, formats.port_name(number))
    else:
        yield from each_invalid(f"{place}.port", number, formats.port_number(number))
        if end is not None:
            if end < number:
                yield invalid(f"{place}.endPort", end, "must be greater than or equal to `port`")
            yield from each_invalid(f"{place}.endPort", end, formats.port_number(end))


def _peer(peer: Object, place: str) -> Causes:
    given = [n for n in ("podSelector", "namespaceSelector", "ipBlock") if peer.get(n) is not None]
    for name in ("podSelector", "namespaceSelector"):
        yield from label_selectors.form(peer.get(name), f"{place}.{name}")
    if "ipBlock" in given:
        yield from _block(peer["ipBlock"], f"{place}.ipBlock")
    if not given:
        yield required(place, "must specify a peer")
    elif len(given) > 1 and "ipBlock" in given:
        yield forbidden(place, "may not specify both ipBlock and another peer")


def _block(block: Object, place: str) -> Causes:
    whole = block.get("cidr", "")
    if not whole:
        yield required(f"{place}.cidr")
        return
    wrong = formats.cidr(whole)
    yield from each_invalid(f"{place}.cidr", whole, wrong)
    if wrong:
        return
    network = formats.parse_network(whole)
    for where, text in items(block, "except", place):
        bad = formats.cidr(text)
        yield from each_invalid(where, text, bad)
        if not bad and not _is_inside(text, network):
            yield invalid(where, text, "must be a strict subset of `cidr`")


def _is_inside(text: str, network: formats.Network) -> bool:
    inner = formats.parse_network(text)
    return (
        inner.version == network.version
        and inner.prefixlen > network.prefixlen
        and inner.network_address in network
    )
