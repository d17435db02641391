import pytest


def with_volumes(*volumes):
    return {"spec": {"volumes": [*volumes]}}


EMPTY = {"name": "v", "emptyDir": {}}


@pytest.mark.parametrize(
    ("volume", "said"),
    [
        ({"emptyDir": {}}, "name: Required value"),
        ({"name": "V", "emptyDir": {}}, 'name: Invalid value: "V": a lowercase RFC 1123 label'),
        ({"name": "v"}, "spec.volumes[0]: Required value: must specify a volume type"),
        (
            {**EMPTY, "secret": {"secretName": "s"}},
            "secret: Forbidden: may not specify more than 1 volume type",
        ),
        ({"name": "v", "secret": {}}, "secret.secretName: Required value"),
        ({"name": "v", "configMap": {}}, "configMap.name: Required value"),
        (
            {"name": "v", "configMap": {"name": "m", "defaultMode": 512}},
            "configMap.defaultMode: Invalid value: 512: must be a number between 0 and 0777 "
            "(octal)",
        ),
        (
            {"name": "v", "secret": {"secretName": "s", "items": [{"key": "k", "path": "../x"}]}},
            "secret.items[0].path: Invalid value: \"../x\": must not contain '..'",
        ),
        (
            {"name": "v", "secret": {"secretName": "s", "items": [{"key": "k", "path": "/x"}]}},
            'items[0].path: Invalid value: "/x": must be a relative path',
        ),
        ({"name": "v", "persistentVolumeClaim": {}}, "persistentVolumeClaim.claimName: Required"),
        ({"name": "v", "hostPath": {}}, "hostPath.path: Required value"),
        ({"name": "v", "hostPath": {"path": "/x", "type": "Door"}}, 'type: Unsupported value: "Do'),
        ({"name": "v", "nfs": {"server": "s", "path": "x"}}, "must be an absolute path"),
        ({"name": "v", "emptyDir": {"sizeLimit": "-1"}}, "sizeLimit: Forbidden: SizeLimit field"),
        (
            {"name": "v", "downwardAPI": {"items": [{"path": "x"}]}},
            "downwardAPI: Required value: one of fieldRef and resourceFieldRef is required",
        ),
        (
            {
                "name": "v",
                "projected": {
                    "sources": [{"serviceAccountToken": {"path": "t", "expirationSeconds": 60}}]
                },
            },
            "projected.sources[0].serviceAccountToken.expirationSeconds: Invalid value: 60: "
            "may not",
        ),
        (
            {
                "name": "v",
                "projected": {
                    "sources": [
                        {"secret": {"name": "s", "items": [{"key": "k", "path": "x"}]}},
                        {"configMap": {"name": "m", "items": [{"key": "k", "path": "x"}]}},
                    ]
                },
            },
            'projected: Invalid value: "m": conflicting duplicate paths',
        ),
        (
            {
                "name": "v",
                "projected": {"sources": [{"secret": {"name": "s"}, "configMap": {"name": "m"}}]},
            },
            "projected.sources[0]: Forbidden: may not specify more than 1 volume type per source",
        ),
        ({"name": "v", "ephemeral": {}}, "ephemeral.volumeClaimTemplate: Required value"),
        (
            {"name": "v", "ephemeral": {"volumeClaimTemplate": {"spec": {}}}},
            "ephemeral.volumeClaimTemplate.spec.accessModes: Required value",
        ),
    ],
)
def test_a_volume_without_sense_is_told(say, volume, said):
    found = say("pods", **with_volumes(volume))
    assert any(said in text for text in found), found


def test_two_of_one_name(say):
    assert say("pods", **with_volumes(EMPTY, EMPTY)) == [
        'spec.volumes[1].name: Duplicate value: "v"'
    ]


def test_a_volume_that_is_wrong_cannot_be_mounted(fields):
    container = {"name": "c", "image": "i", "volumeMounts": [{"name": "v", "mountPath": "/x"}]}
    change = with_volumes({"name": "v", "secret": {}})
    change["spec"]["containers"] = [container]
    assert fields("pods", **change) == [
        "spec.volumes[0].secret.secretName",
        "spec.containers[0].volumeMounts[0].name",
    ]
