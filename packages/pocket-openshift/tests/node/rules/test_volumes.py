import pytest

from pocket_openshift.node.rules import environment, volumes

POD = {
    "metadata": {"name": "p", "namespace": "ns", "uid": "u", "labels": {"app": "x"}},
    "spec": {"containers": []},
}
SOURCES = environment.Sources(
    {"settings": {"data": {"a": "1", "b": "2"}}, "gone": None},
    {"keys": {"data": {"k": "c2VjcmV0"}}},
)


def files(volume, tokens=None):
    made = volumes.make_files(POD, {"name": "v"} | volume, SOURCES, tokens or {})
    return {file.path: (file.content, file.mode) for file in made}


@pytest.mark.parametrize(
    ("volume", "expected"),
    [
        ({"emptyDir": {}}, {}),
        ({"configMap": {"name": "settings"}}, {"a": (b"1", 0o644), "b": (b"2", 0o644)}),
        (
            {
                "configMap": {
                    "name": "settings",
                    "items": [{"key": "a", "path": "x/y", "mode": 256}],
                }
            },
            {"x/y": (b"1", 0o400)},
        ),
        ({"configMap": {"name": "gone", "optional": True}}, {}),
        ({"secret": {"secretName": "keys", "defaultMode": 384}}, {"k": (b"secret", 0o600)}),
        (
            {
                "downwardAPI": {
                    "items": [{"path": "l", "fieldRef": {"fieldPath": "metadata.labels"}}]
                }
            },
            {"l": (b'app="x"', 0o644)},
        ),
        (
            {
                "projected": {
                    "sources": [{"secret": {"name": "keys"}}, {"configMap": {"name": "settings"}}]
                }
            },
            {"k": (b"secret", 0o644), "a": (b"1", 0o644), "b": (b"2", 0o644)},
        ),
    ],
)
def test_what_a_volume_holds(volume, expected):
    assert files(volume) == expected


def test_a_token_is_its_owners_alone():
    volume = {"name": "v", "projected": {"sources": [{"serviceAccountToken": {"path": "token"}}]}}
    pod = {"spec": {"containers": [], "volumes": [volume]}}
    (wish,) = volumes.find_needs(pod).tokens
    assert (wish.seconds, wish.audience) == (3600, "")
    assert files(volume, {wish: "abc"}) == {"token": (b"abc", 0o600)}


@pytest.mark.parametrize(
    ("volume", "message"),
    [
        ({"configMap": {"name": "gone"}}, 'configmap "gone" not found'),
        ({"secret": {"secretName": "gone"}}, 'secret "gone" not found'),
        (
            {"configMap": {"name": "settings", "items": [{"key": "z", "path": "z"}]}},
            "has no key z",
        ),
        ({"hostPath": {"path": "/etc"}}, "no volumes of the kind hostPath"),
        ({"csi": {"driver": "x"}}, "no volumes of the kind csi"),
        ({}, "no volumes of the kind nothing"),
    ],
)
def test_what_cannot_be_mounted_is_named(volume, message):
    with pytest.raises(volumes.MountError, match=message):
        files(volume)


@pytest.mark.parametrize("path", ["../x", "/etc/passwd", "a/../../x", ""])
def test_no_file_leaves_its_volume(path):
    with pytest.raises(volumes.MountError, match="no path below"):
        files({"configMap": {"name": "settings", "items": [{"key": "a", "path": path}]}})


def test_everything_that_a_pod_refers_to_is_found():
    pod = {
        "spec": {
            "volumes": [
                {"name": "1", "configMap": {"name": "m1"}},
                {"name": "2", "secret": {"secretName": "s1"}},
                {"name": "3", "persistentVolumeClaim": {"claimName": "c1"}},
                {
                    "name": "4",
                    "projected": {
                        "sources": [{"configMap": {"name": "m2"}}, {"secret": {"name": "s2"}}]
                    },
                },
            ],
            "initContainers": [{"name": "i", "envFrom": [{"secretRef": {"name": "s3"}}]}],
            "containers": [
                {
                    "name": "c",
                    "env": [
                        {"name": "A", "valueFrom": {"configMapKeyRef": {"name": "m3", "key": "k"}}},
                        {"name": "B", "valueFrom": {"secretKeyRef": {"name": "s4", "key": "k"}}},
                        {"name": "C", "value": "plain"},
                    ],
                }
            ],
        }
    }
    needs = volumes.find_needs(pod)
    assert needs.config_maps == {"m1", "m2", "m3"}
    assert needs.secrets == {"s1", "s2", "s3", "s4"}
    assert needs.claims == {"c1"}


def test_mounts_are_folders_and_parts_of_them():
    container = {
        "volumeMounts": [
            {"name": "v", "mountPath": "/a"},
            {"name": "v", "mountPath": "/b", "subPath": "x/y"},
            {"name": "v", "mountPath": "/c", "subPathExpr": "$(NAME)"},
        ]
    }
    found = volumes.make_mounts(container, {"v": "/pods/v"}, {"NAME": "me"})
    assert found == {"/a": "/pods/v", "/b": "/pods/v/x/y", "/c": "/pods/v/me"}


@pytest.mark.parametrize(
    "mount",
    [{"name": "none", "mountPath": "/a"}, {"name": "v", "mountPath": "/a", "subPath": ".."}],
)
def test_mounts_that_cannot_be(mount):
    with pytest.raises(volumes.MountError):
        volumes.make_mounts({"volumeMounts": [mount]}, {"v": "/pods/v"}, {})
