import base64

import pytest

from pocket_openshift.resources.rules.validation import config_objects


def coded(text):
    return base64.b64encode(text.encode()).decode()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"data": {"a/b": ""}}, 'data[a/b]: Invalid value: "a/b": a valid config key must'),
        ({"binaryData": {"..": ""}}, "binaryData[..]: Invalid value: \"..\": must not be '..'"),
        ({"binaryData": {"a": "MQ=="}}, 'data[a]: Invalid value: "a": duplicate of key present in'),
        ({"data": {"a": "x" * (1024 * 1024 + 1)}}, "[]: Too long: may not be more than 1048576"),
    ],
)
def test_a_config_map_without_sense_is_told(say, change, said):
    found = say("configmaps", **change)
    assert any(text.startswith(said) for text in found), found


@pytest.mark.parametrize(
    ("kind", "data", "said"),
    [
        ("kubernetes.io/tls", {"tls.crt": "eA=="}, ["data[tls.key]: Required value"]),
        (
            "kubernetes.io/basic-auth",
            {},
            ["data[username]: Required value", "data[password]: Required value"],
        ),
        ("kubernetes.io/basic-auth", {"password": "eA=="}, []),
        (
            "kubernetes.io/ssh-auth",
            {"ssh-privatekey": ""},
            ["data[ssh-privatekey]: Required value"],
        ),
        ("kubernetes.io/dockerconfigjson", {}, ["data[.dockerconfigjson]: Required value"]),
        (
            "kubernetes.io/dockerconfigjson",
            {".dockerconfigjson": coded("no")},
            [
                'data[.dockerconfigjson]: Invalid value: "<secret contents redacted>": invalid '
                "character "
                "'n' looking for beginning of value"
            ],
        ),
        ("kubernetes.io/dockercfg", {".dockercfg": coded("{}")}, []),
        (
            "kubernetes.io/service-account-token",
            {},
            ["metadata.annotations[kubernetes.io/service-account.name]: Required value"],
        ),
        ("example.com/own", {}, []),
        ("Opaque", {"a b": ""}, None),
    ],
)
def test_a_type_of_secret_has_its_keys(say, kind, data, said):
    found = say("secrets", type=kind, data={"a": None, **data})
    assert found == said if said is not None else found[0].startswith("data[a b]: Invalid value")


def test_a_secret_that_is_too_large(say):
    assert say("secrets", data={"a": coded("x" * (1024 * 1024 + 1))}) == [
        "data: Too long: may not be more than 1048576 bytes"
    ]


FIXED = "Forbidden: field is immutable when `immutable` is set"


@pytest.mark.parametrize(
    ("resource", "change", "said"),
    [
        ("secrets", {"data": {"a": "Yw=="}}, [f"data: {FIXED}"]),
        ("secrets", {"immutable": None}, [f"immutable: {FIXED}"]),
        ("secrets", {"type": "other"}, ['type: Invalid value: "other": field is immutable']),
        ("configmaps", {"data": {"b": "c"}}, [f"data: {FIXED}"]),
        ("configmaps", {"binaryData": {"b": "Yg=="}}, [f"binaryData: {FIXED}"]),
        ("configmaps", {"metadata": {"labels": {"a": "b"}}}, []),
    ],
)
def test_what_is_immutable_stays(say, resource, change, said):
    assert say(resource, old={"immutable": True}, **change) == said


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"{}", None),
        (b"null", None),
        (b"", "unexpected end of JSON input"),
        (b"[]", "json: cannot unmarshal array into Go value of type map[string]interface {}"),
        (b"5", "json: cannot unmarshal number into Go value of type map[string]interface {}"),
    ],
)
def test_what_go_says_of_json(raw, said):
    assert config_objects.problem_with_map(raw) == said
