"""What of a pod is against a level, and when it is looked at again."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pocket_openshift.resources.rules import pod_security
from pocket_openshift.resources.rules.pod_security_levels import (
    LEVELS,
    LevelVersion,
)

BASELINE, RESTRICTED = LevelVersion("baseline"), LevelVersion("restricted")
SAFE = {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}}
SAFE_POD = {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}}


def pod(name="p", image="i", annotations=None, **spec):
    containers = [{"name": "c", "image": image}]
    metadata = {"name": name, "annotations": annotations or {}}
    return {"metadata": metadata, "spec": {"containers": containers, **spec}}


@pytest.mark.parametrize(
    ("new", "matters"),
    [
        (pod(), False),
        (pod(annotations={"a": "b"}), False),
        (pod(activeDeadlineSeconds=5), False),
        (pod(image="j"), True),
        (pod(ephemeralContainers=[{"name": "e"}]), True),
        (pod(annotations={"seccomp.security.alpha.kubernetes.io/pod": "unconfined"}), True),
    ],
)
def test_only_changes_that_matter_are_checked_again(new, matters):
    assert pod_security.is_significant(pod(), new) == matters


def test_pods_that_no_longer_fit_are_counted_by_what_is_wrong():
    pods = [pod("z", hostPID=True), pod("a", hostPID=True), pod("m", hostIPC=True), pod("ok")]
    pods.append(pod("v", hostPID=True, volumes=[{"name": "v", "hostPath": {}}]))
    assert pod_security.pods_that_violate("ns", BASELINE, pods) == [
        'existing pods in namespace "ns" violate the new PodSecurity enforce level '
        '"baseline:latest"',
        "a (and 2 other pods): host namespaces",
        "v: host namespaces, hostPath volumes",
    ]
    assert pod_security.pods_that_violate("ns", BASELINE, [pod()]) == []


VOLUMES = [{"name": kind, kind: {}} for kind in ("hostPath", "nfs", "secret")]
# What may be anywhere in a pod: values that are allowed, forbidden, empty or missing.
profiles = st.none() | st.fixed_dictionaries(
    {}, optional={"type": st.sampled_from(["Unconfined", "RuntimeDefault", "Localhost"])}
)
caps = st.lists(st.sampled_from(["ALL", "CHOWN", "SYS_ADMIN", "NET_BIND_SERVICE"]))
contexts = st.none() | st.fixed_dictionaries(
    {},
    optional={
        "privileged": st.none() | st.booleans(),
        "allowPrivilegeEscalation": st.none() | st.booleans(),
        "runAsNonRoot": st.none() | st.booleans(),
        "runAsUser": st.none() | st.integers(0, 2),
        "procMount": st.sampled_from([None, "Default", "Unmasked"]),
        "seccompProfile": profiles,
        "appArmorProfile": profiles,
        "seLinuxOptions": st.none() | st.just({"user": "u"}),
        "capabilities": st.none() | st.fixed_dictionaries({}, optional={"add": caps, "drop": caps}),
    },
)
containers = st.none() | st.lists(
    st.fixed_dictionaries(
        {"name": st.sampled_from("abc")},
        optional={
            "securityContext": contexts,
            "ports": st.none() | st.lists(st.just({"hostPort": 80})),
            "lifecycle": st.none() | st.just({"preStop": {"httpGet": {"host": "10.0.0.1"}}}),
        },
    ),
    max_size=3,
)
specs = st.fixed_dictionaries(
    {},
    optional={
        "containers": containers,
        "initContainers": containers,
        "securityContext": contexts,
        "hostNetwork": st.none() | st.booleans(),
        "hostUsers": st.none() | st.booleans(),
        "volumes": st.none() | st.lists(st.sampled_from(VOLUMES)),
    },
)
versions = st.just("latest") | st.integers(0, 40).map("v1.{}".format)


@given(specs, versions)
def test_what_the_baseline_refuses_restricted_refuses(spec, version):
    lenient, strict = (
        pod_security.violations(LevelVersion(level, version), {}, spec) for level in LEVELS[1:]
    )
    assert bool(strict) >= bool(lenient)
    assert len({violation.reason for violation in strict}) == len(strict)
