"""Pod Security Standards, with the texts of the real admission plugin."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pocket_openshift.resources.rules import pod_security
from pocket_openshift.resources.rules.pod_security_levels import (
    LEVELS,
    LevelVersion,
    Policy,
    policy_of,
)

BASELINE, RESTRICTED = LevelVersion("baseline"), LevelVersion("restricted")
SAFE = {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}}
SAFE_POD = {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}}


def container(name="c", **context):
    return {"name": name, "image": "i", "securityContext": context}


def found(at, spec, **annotations):
    violations = pod_security.violations(at, {"annotations": annotations}, spec)
    return ", ".join(map(str, violations))


def of(*containers, **spec):
    return {"containers": list(containers) or [{"name": "c"}], **spec}


def pod_context(**context):
    return of(securityContext=context)


def handler(way="httpGet", host="10.0.0.1"):
    return {way: {"host": host, "port": 80}}


APPARMOR = "container.apparmor.security.beta.kubernetes.io/c"
UNCONFINED = {"type": "Unconfined"}
BAD_LINUX = {"type": "spc_t", "user": "u", "role": "r"}
SYSCTLS = [{"name": "kernel.msgmax"}, {"name": "net.ipv4.tcp_rmem"}, {"name": "net.core.somaxconn"}]


@pytest.mark.parametrize(
    ("spec", "sentence"),
    [
        (of(), ""),
        (
            of(hostNetwork=True, hostPID=True, hostIPC=True),
            "host namespaces (hostNetwork=true, hostPID=true, hostIPC=true)",
        ),
        (
            of(volumes=[{"name": "v", "hostPath": {}}, {"name": "w", "hostPath": {}}]),
            'hostPath volumes (volumes "v", "w")',
        ),
        (
            of(container(privileged=True), container("d", privileged=True)),
            'privileged (containers "c", "d" must not set securityContext.privileged=true)',
        ),
        (
            of({"name": "c", "ports": [{"hostPort": 80}, {"hostPort": 443}, {"hostPort": 0}]}),
            'hostPort (container "c" uses hostPorts 443, 80)',
        ),
        (
            of(
                {"name": "c", "ports": [{"hostPort": 80}]},
                {"name": "d", "ports": [{"hostPort": 80}]},
            ),
            'hostPort (containers "c", "d" use hostPort 80)',
        ),
        (
            of(container(capabilities={"add": ["SYS_TIME", "CHOWN", "NET_RAW"]})),
            'non-default capabilities (container "c" must not include "NET_RAW", "SYS_TIME" in '
            "securityContext.capabilities.add)",
        ),
        (
            of(
                container(seccompProfile=UNCONFINED), securityContext={"seccompProfile": UNCONFINED}
            ),
            'seccompProfile (pod and container "c" must not set '
            'securityContext.seccompProfile.type to "Unconfined")',
        ),
        (
            of(
                container(appArmorProfile=UNCONFINED),
                securityContext={"appArmorProfile": UNCONFINED},
            ),
            'forbidden AppArmor profile (pod and container "c" must not set AppArmor profile type '
            'to "Unconfined")',
        ),
        (
            of(container(seLinuxOptions=BAD_LINUX)),
            'seLinuxOptions (container "c" set forbidden securityContext.seLinuxOptions: '
            'type "spc_t"; user may not be set; role may not be set)',
        ),
        (
            of(
                container(seLinuxOptions={"type": "a_t"}),
                securityContext={"seLinuxOptions": {"type": "b_t"}},
            ),
            'seLinuxOptions (pod and container "c" set forbidden securityContext.seLinuxOptions: '
            'types "a_t", "b_t")',
        ),
        (of(container(seLinuxOptions={"type": "container_engine_t", "level": "s0"})), ""),
        (
            of(container(procMount="Unmasked")),
            'procMount (container "c" must not set securityContext.procMount to "Unmasked")',
        ),
        (of(container(procMount="Unmasked"), hostUsers=False), ""),
        (of(container(procMount="Default")), ""),
        (pod_context(sysctls=SYSCTLS), "forbidden sysctls (kernel.msgmax, net.core.somaxconn)"),
        (
            of(
                container(windowsOptions={"hostProcess": True}),
                securityContext={"windowsOptions": {"hostProcess": True}},
            ),
            'hostProcess (pod and container "c" must not set '
            "securityContext.windowsOptions.hostProcess=true)",
        ),
        (
            of({"name": "c", "livenessProbe": handler()}),
            'probe or lifecycle host (container "c" uses probe or lifecycle host "10.0.0.1")',
        ),
        (
            of(
                {"name": "d", "lifecycle": {"preStop": handler("tcpSocket", "b")}},
                {"name": "c", "startupProbe": handler(host="a")},
            ),
            'probe or lifecycle host (containers "c", "d" use probe or lifecycle hosts "a", "b")',
        ),
        (of({"name": "c", "readinessProbe": handler(host="")}), ""),
        (
            {
                "initContainers": [container("i", privileged=True)],
                "containers": [container()],
                "ephemeralContainers": [container("e", privileged=True)],
            },
            'privileged (containers "i", "e" must not set securityContext.privileged=true)',
        ),
        (
            of(container(seLinuxOptions={"user": "u"}, privileged=True), hostNetwork=True),
            "host namespaces (hostNetwork=true), "
            'privileged (container "c" must not set securityContext.privileged=true), '
            'seLinuxOptions (container "c" set forbidden securityContext.seLinuxOptions: '
            "user may not be set)",
        ),
    ],
)
def test_the_baseline_says_what_is_wrong_as_the_real_server_does(spec, sentence):
    assert found(BASELINE, spec) == sentence
    assert found(LevelVersion(), spec) == ""


def test_profiles_in_annotations_count():
    assert found(BASELINE, of(), **{APPARMOR: "unconfined"}) == (
        "forbidden AppArmor profile (annotation must not set AppArmor profile type to "
        f'"{APPARMOR}="unconfined"")'
    )
    assert found(BASELINE, of(), **{APPARMOR: "localhost/x"}) == ""
    key = "seccomp.security.alpha.kubernetes.io/pod"
    old = {key: "unconfined"}
    assert found(LevelVersion("baseline", "v1.18"), of(), **old) == (
        f'seccompProfile (forbidden annotation {key}="unconfined")'
    )
    assert found(BASELINE, of(), **old) == ""


def safe(*containers, **spec):
    return of(*(containers or (container(**SAFE),)), **{"securityContext": SAFE_POD, **spec})


def volumes(*sources):
    return [{"name": f"v{n}", source: {}} for n, source in enumerate(sources)]


@pytest.mark.parametrize(
    ("spec", "sentence"),
    [
        (safe(), ""),
        (
            safe(container(allowPrivilegeEscalation=True, capabilities={"drop": ["ALL"]})),
            'allowPrivilegeEscalation != false (container "c" must set '
            "securityContext.allowPrivilegeEscalation=false)",
        ),
        (
            safe(container(allowPrivilegeEscalation=False, capabilities={"add": ["CHOWN"]})),
            'unrestricted capabilities (container "c" must set '
            'securityContext.capabilities.drop=["ALL"]; container "c" must not include "CHOWN" in '
            "securityContext.capabilities.add)",
        ),
        (
            safe(container(**SAFE, runAsNonRoot=False), container("d", **SAFE, runAsNonRoot=False)),
            'runAsNonRoot != true (containers "c", "d" must not set '
            "securityContext.runAsNonRoot=false)",
        ),
        (
            safe(securityContext={**SAFE_POD, "runAsNonRoot": False}),
            "runAsNonRoot != true (pod must not set securityContext.runAsNonRoot=false)",
        ),
        (
            safe(container(**SAFE, runAsUser=0), securityContext={**SAFE_POD, "runAsUser": 0}),
            'runAsUser=0 (pod and container "c" must not set runAsUser=0)',
        ),
        (safe(hostUsers=False, securityContext={**SAFE_POD, "runAsUser": 0}), ""),
        (
            safe(container(**SAFE, procMount="Unmasked"), hostUsers=False),
            'procMount (container "c" must not set securityContext.procMount to "Unmasked")',
        ),
        (
            safe(volumes=volumes("hostPath", "nfs", "emptyDir", "csi", "iscsi", "nfs")),
            'restricted volume types (volumes "v0", "v1", "v4", "v5" use restricted volume types '
            '"hostPath", "iscsi", "nfs")',
        ),
        (
            safe(
                container(**SAFE, seccompProfile={"type": "Localhost"}),
                container("d", **SAFE),
                securityContext={"runAsNonRoot": True},
            ),
            'seccompProfile (pod or container "d" must set securityContext.seccompProfile.type to '
            '"RuntimeDefault" or "Localhost")',
        ),
        (
            safe(container(**SAFE, seccompProfile=UNCONFINED)),
            'seccompProfile (container "c" must not set securityContext.seccompProfile.type to '
            '"Unconfined")',
        ),
        (of(os={"name": "windows"}, securityContext={"runAsNonRoot": True}), ""),
    ],
)
def test_restricted_says_what_is_wrong_as_the_real_server_does(spec, sentence):
    assert found(RESTRICTED, spec) == sentence


@pytest.mark.parametrize(
    ("version", "spec", "sentence"),
    [
        ("v1.33", of({"name": "c", "livenessProbe": handler()}), ""),
        ("v1.34", of(container(procMount="x"), hostUsers=False), "procMount (container"),
        ("v1.31", pod_context(sysctls=[{"name": "net.ipv4.tcp_rmem"}]), "forbidden sysctls (net"),
        ("v1.30", of(container(seLinuxOptions={"type": "container_engine_t"})), "seLinuxOptions"),
        ("v1.99", of(), ""),
    ],
)
def test_an_older_version_has_its_own_rules(version, spec, sentence):
    said = found(LevelVersion("baseline", version), spec)
    assert said.startswith(sentence)
    assert bool(said) == bool(sentence)


PREFIX = "pod-security.kubernetes.io/"


@pytest.mark.parametrize(
    ("labels", "policy"),
    [
        ({}, Policy()),
        ({"enforce": "baseline"}, Policy(BASELINE, warn=BASELINE)),
        ({"enforce": "baseline", "warn": "restricted"}, Policy(BASELINE, warn=RESTRICTED)),
        ({"enforce": "restricted", "warn": "privileged"}, Policy(RESTRICTED)),
        (
            {"enforce": "baseline", "enforce-version": "v1.30"},
            Policy(LevelVersion("baseline", "v1.30"), warn=LevelVersion("baseline", "v1.30")),
        ),
        ({"audit": "restricted"}, Policy(audit=RESTRICTED)),
    ],
)
def test_labels_say_the_policy(labels, policy):
    assert policy_of({PREFIX + name: value for name, value in labels.items()}) == (policy, [])


def test_a_wrong_label_is_named_and_enforced_strictly():
    policy, causes = policy_of({PREFIX + "enforce": "strict", PREFIX + "warn-version": "v2.1"})
    assert policy == Policy(RESTRICTED)
    assert [(cause.field, cause.message) for cause in causes] == [
        (
            f"metadata.labels[{PREFIX}enforce]",
            'Invalid value: "strict": must be one of privileged, baseline, restricted',
        ),
        (
            f"metadata.labels[{PREFIX}warn-version]",
            'Invalid value: "v2.1": must be "latest" or "v1.x"',
        ),
    ]


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
            "lifecycle": st.none() | st.just({"preStop": handler()}),
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
        "volumes": st.none() | st.lists(st.sampled_from(volumes("hostPath", "nfs", "secret"))),
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


@given(st.dictionaries(st.sampled_from([PREFIX + "enforce", PREFIX + "warn"]), st.text()))
def test_any_labels_have_a_policy_and_wrong_ones_a_cause(labels):
    policy, causes = policy_of(labels)
    assert policy.enforce.level in LEVELS
    assert len(causes) == sum(value not in LEVELS for value in labels.values())
