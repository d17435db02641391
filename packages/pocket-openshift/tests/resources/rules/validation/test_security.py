import pytest


def context(**found):
    return {"spec": {"containers": [{"name": "c", "image": "i", "securityContext": found}]}}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (context(runAsUser=-1), "runAsUser: Invalid value: -1: must be between 0 and"),
        (context(procMount="Some"), 'procMount: Unsupported value: "Some"'),
        (context(procMount="Unmasked"), "`hostUsers` must be false to use `Unmasked`"),
        (context(seccompProfile={}), "seccompProfile.type: Required value: type is required when"),
        (
            context(seccompProfile={"type": "Loose"}),
            'type: Unsupported value: "Loose": supported '
            'values: "Localhost", "RuntimeDefault", "Unconfined"',
        ),
        (
            context(seccompProfile={"type": "Localhost"}),
            "localhostProfile: Required value: must be",
        ),
        (
            context(seccompProfile={"type": "Unconfined", "localhostProfile": "x"}),
            '{"Type":"Unconfined","LocalhostProfile":"x"}: can only be set when seccomp type is',
        ),
        (context(appArmorProfile={"type": "Localhost"}), "must be set when AppArmor type is"),
        (
            context(allowPrivilegeEscalation=False, privileged=True),
            "cannot set `allowPrivilegeEscalation` to false and `privileged` to true",
        ),
        (
            context(allowPrivilegeEscalation=False, capabilities={"add": ["CAP_SYS_ADMIN"]}),
            "cannot set `allowPrivilegeEscalation` to false and `capabilities.Add` CAP_SYS_ADMIN",
        ),
        ({"spec": {"securityContext": {"fsGroup": -1}}}, "spec.securityContext.fsGroup: Invalid"),
        (
            {"spec": {"securityContext": {"supplementalGroups": [1, -1]}}},
            "spec.securityContext.supplementalGroups[1]: Invalid value: -1",
        ),
        ({"spec": {"securityContext": {"sysctls": [{"name": "A"}]}}}, "must have at most 253"),
        ({"spec": {"securityContext": {"sysctls": [{"name": "a"}] * 2}}}, "Duplicate value"),
        ({"spec": {"securityContext": {"fsGroupChangePolicy": "Now"}}}, "fsGroupChangePolicy"),
        (
            {"spec": {"securityContext": {}, "hostPID": True, "shareProcessNamespace": True}},
            "ShareProcessNamespace and HostPID cannot both be enabled",
        ),
    ],
)
def test_a_context_without_sense_is_told(say, change, said):
    found = say("pods", **change)
    assert any(said in text for text in found), found


def test_a_context_with_sense_passes(say):
    found = {
        "runAsUser": 1000,
        "allowPrivilegeEscalation": False,
        "seccompProfile": {"type": "RuntimeDefault"},
    }
    assert say("pods", **context(**found)) == []
