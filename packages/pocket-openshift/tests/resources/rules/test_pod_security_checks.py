"""The checks of Pod Security, with the texts of the real admission plugin."""

from __future__ import annotations

import pytest

from pocket_openshift.resources.rules import pod_security
from pocket_openshift.resources.rules.pod_security_levels import (
    LevelVersion,
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
