import pytest

SECRET = {"secretKeyRef": {"name": "s", "key": "k"}}


def env(**variable):
    return {"spec": {"containers": [{"name": "c", "image": "i", "env": [variable]}]}}


@pytest.mark.parametrize(
    ("variable", "said"),
    [
        ({"value": "x"}, "name: Required value"),
        ({"name": "A=B"}, 'name: Invalid value: "A=B": a valid environment variable name'),
        ({"name": "A", "valueFrom": {}}, 'valueFrom: Invalid value: "": must specify one of: '),
        (
            {"name": "A", "value": "x", "valueFrom": SECRET},
            'valueFrom: Invalid value: "": may not be specified when `value` is not empty',
        ),
        (
            {"name": "A", "valueFrom": {**SECRET, "configMapKeyRef": {"name": "m", "key": "k"}}},
            'valueFrom: Invalid value: "": may not have more than one field specified at a time',
        ),
        ({"name": "A", "valueFrom": {"fieldRef": {}}}, "valueFrom.fieldRef.fieldPath: Required"),
        (
            {"name": "A", "valueFrom": {"fieldRef": {"fieldPath": "spec.nope"}}},
            'valueFrom.fieldRef.fieldPath: Invalid value: "spec.nope": error converting fieldPath: '
            "field label not supported: spec.nope",
        ),
        (
            {"name": "A", "valueFrom": {"fieldRef": {"fieldPath": "status.phase"}}},
            'valueFrom.fieldRef.fieldPath: Unsupported value: "status.phase": supported values: '
            '"metadata.name", "metadata.namespace", "metadata.uid", "spec.nodeName"',
        ),
        (
            {"name": "A", "valueFrom": {"fieldRef": {"fieldPath": "metadata.name['a']"}}},
            'valueFrom.fieldRef: Invalid value: "metadata.name": does not support subscript',
        ),
        (
            {"name": "A", "valueFrom": {"fieldRef": {"fieldPath": "metadata.labels['a b']"}}},
            'valueFrom.fieldRef: Invalid value: "a b": name part must consist',
        ),
        (
            {"name": "A", "valueFrom": {"resourceFieldRef": {"resource": "cpu"}}},
            'valueFrom.resourceFieldRef.resource: Unsupported value: "cpu": supported values: '
            '"limits.cpu"',
        ),
        (
            {
                "name": "A",
                "valueFrom": {"resourceFieldRef": {"resource": "limits.cpu", "divisor": "2"}},
            },
            "only divisor's values 1m and 1 are supported with the cpu resource",
        ),
        (
            {"name": "A", "valueFrom": {"secretKeyRef": {"name": "S"}}},
            'valueFrom.secretKeyRef.name: Invalid value: "S": a lowercase RFC 1123 subdomain',
        ),
        (
            {"name": "A", "valueFrom": {"secretKeyRef": {"name": "s"}}},
            "valueFrom.secretKeyRef.key: Required value",
        ),
    ],
)
def test_a_variable_without_sense_is_told(say, variable, said):
    found = say("pods", **env(**variable))
    assert any(said in text for text in found), found
    assert all(text.startswith("spec.containers[0].env[0].") for text in found)


@pytest.mark.parametrize(
    "source",
    [
        SECRET,
        {"fieldRef": {"fieldPath": "status.podIP"}},
        {"fieldRef": {"fieldPath": "metadata.annotations['Note/x']"}},
        {"resourceFieldRef": {"resource": "limits.memory", "divisor": "1Mi"}},
    ],
)
def test_a_variable_with_sense_passes(say, source):
    assert say("pods", **env(name="A", valueFrom=source)) == []


def test_all_of_a_map_at_once(say):
    def bulk(**source):
        return {"spec": {"containers": [{"name": "c", "image": "i", "envFrom": [source]}]}}

    assert say("pods", **bulk(configMapRef={"name": "m"}, prefix="P_")) == []
    assert "must specify one of: `configMapRef` or `secretRef`" in say("pods", **bulk())[0]
    assert say("pods", **bulk(secretRef={})) == [
        "spec.containers[0].envFrom[0].secretRef.name: Required value"
    ]
