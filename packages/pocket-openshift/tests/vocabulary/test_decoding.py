import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pocket_openshift.vocabulary import decoding, schemas

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)


def decode(body, kind="pods"):
    faults = []
    return decoding.decode(schemas.of_kind(kind), body, faults), faults


def containers(**fields):
    return {"spec": {"containers": [fields]}}


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ([], "json: cannot unmarshal array into Go value of type v1.Pod"),
        (
            {"metadata": {"name": 1}},
            "json: cannot unmarshal number into Go struct field ObjectMeta.metadata.name of type "
            "string",
        ),
        (
            {"spec": {"containers": {}}},
            "json: cannot unmarshal object into Go struct field PodSpec.spec.containers of type "
            "[]v1.Container",
        ),
        (
            containers(ports=[{"containerPort": "80"}]),
            "json: cannot unmarshal string into Go struct field "
            "ContainerPort.spec.containers.ports.containerPort of type int32",
        ),
        (
            containers(ports=[{"containerPort": 2**31}]),
            "json: cannot unmarshal number 2147483648 into Go struct field "
            "ContainerPort.spec.containers.ports.containerPort of type int32",
        ),
        (
            containers(stdin="yes"),
            "json: cannot unmarshal string into Go struct field Container.spec.containers.stdin of "
            "type bool",
        ),
        (
            {"metadata": {"labels": {"a": True}}},
            "json: cannot unmarshal bool into Go struct field ObjectMeta.metadata.labels of type "
            "string",
        ),
        (
            containers(resources={"limits": {"cpu": "a lot"}}),
            "quantities must match the regular expression "
            "'^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
        ),
        (containers(resources={"limits": {"cpu": "1.2.3"}}), "quantities must match the regular"),
        (containers(resources={"limits": {"cpu": "1ik"}}), "unable to parse quantity's suffix"),
        (containers(resources={"limits": {"cpu": "9" * 5000}}), "quantities must match the"),
        ({"metadata": {"creationTimestamp": "today"}}, 'parsing time "today" as "2006-01-02T15'),
    ],
)
def test_a_wrong_type_is_told_as_go_does(body, text):
    with pytest.raises(decoding.DecodeError) as refused:
        decode(body)
    assert str(refused.value).startswith(text)


@pytest.mark.parametrize(
    ("body", "brief"),
    [
        ({"spec": []}, "cannot restore struct from: slice"),
        ({"spec": {"containers": "c"}}, "cannot restore slice from string"),
        ({"metadata": {"name": 5}}, "cannot convert int64 to string"),
        ({"metadata": {"labels": 5}}, "cannot restore map from int64"),
    ],
)
def test_a_wrong_type_after_a_strategic_merge_patch_is_told_briefly(body, brief):
    with pytest.raises(decoding.DecodeError) as refused:
        decode(body)
    assert refused.value.brief == brief


def test_unknown_fields_are_left_out_and_told_by_their_path():
    made, faults = decode({"a": 1, **containers(name="c", ports=[{"hostport": 80}])})
    assert made == containers(name="c", ports=[{}])
    assert faults == ['unknown field "a"', 'unknown field "spec.containers[0].ports[0].hostport"']


def test_a_field_said_twice_is_told_and_the_last_counts():
    text = '{"spec": {"nodeName": "a", "nodeName": "b", "nodeName": "c"}}'
    body = json.loads(text, object_pairs_hook=decoding.pairs_to_object)
    made, faults = decode(body)
    assert made == {"spec": {"nodeName": "c"}}
    assert faults == ['duplicate field "spec.nodeName"'] * 2


def test_nulls_are_as_if_they_were_not_there():
    assert decode({"metadata": None, "spec": {"nodeName": None}}) == ({"spec": {}}, [])


def test_a_null_in_a_list_or_map_is_an_empty_value():
    given_ = {"metadata": {"labels": {"a": None}}, "spec": {"containers": [None]}}
    made, _ = decode(given_)
    assert made == {"metadata": {"labels": {"a": ""}}, "spec": {"containers": [{}]}}


@pytest.mark.parametrize(
    ("given_", "kept"),
    [
        ("0.5", "500m"),
        (2, "2"),
        ("1024Mi", "1Gi"),
        (0.1, "100m"),
        ("1e3", "1e3"),
        ("007", "7"),
        ("-1", "-1"),
        ("0.5Gi", "512Mi"),
        ("2000", "2k"),
    ],
)
def test_quantities_are_written_as_the_server_does(given_, kept):
    made, _ = decode(containers(resources={"limits": {"cpu": given_}}))
    assert made == containers(resources={"limits": {"cpu": kept}})


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("YQ==", None),
        ("YWI=", None),
        ("YWJj", None),
        ("YW\nJj", None),
        ("", None),
        ("a", 0),
        ("YQ", 2 - 2),
        ("YQ=", 3),
        ("YQ=a", 2),
        ("YQ==a", 4),
        ("Y?==", 1),
        ("=", 0),
        ("YWJj?", 4),
    ],
)
def test_where_base64_goes_wrong(text, place):
    assert decoding.first_bad_byte(text.encode()) == place


@given(st.binary())
def test_what_is_base64_is_read(raw):
    assert decoding.first_bad_byte(base64.b64encode(raw)) is None


@given(JSON, st.sampled_from(["pods", "services", "secrets", "routes.route.openshift.io"]))
def test_any_body_is_decoded_or_refused_in_a_sentence(body, kind):
    try:
        made, _ = decode({"metadata": body, "spec": body, "data": body}, kind)
    except decoding.DecodeError as error:
        assert str(error)  # noqa: PT017 - both ends are fine
    else:
        assert isinstance(made, dict)


@given(JSON)
def test_what_was_decoded_is_decoded_to_the_same(body):
    fields = {"name": "a", "args": ["x"], "resources": {"limits": {"cpu": "1.5"}}, "x": body}
    made, _ = decode(containers(**fields))
    assert decode(made) == (made, [])


@pytest.mark.parametrize(
    "text", ["2026-11-30T11:06:19Z", "2026-11-30T12:06:19+01:00", "2026-11-30T11:06:19.123456Z"]
)
def test_times_are_written_as_the_server_does(text):
    made, _ = decode({"metadata": {"creationTimestamp": text}})
    assert made == {"metadata": {"creationTimestamp": "2026-11-30T11:06:19Z"}}
    lease = {"spec": {"renewTime": text}}
    renewed = decode(lease, "leases.coordination.k8s.io")[0]["spec"]["renewTime"]
    assert renewed.startswith("2026-11-30T11:06:19.")
    assert len(renewed) == len("2026-11-30T11:06:19.123456Z")


def test_a_moment_that_there_is_not_is_refused():
    with pytest.raises(decoding.DecodeError):
        decode({"metadata": {"creationTimestamp": "2026-13-30T11:06:19Z"}})
