import pytest

from pocket_openshift.core import deletion, store
from pocket_openshift.vocabulary import errors, kinds

POD, MAP = kinds.named("pods"), kinds.named("configmaps")


@pytest.fixture
def objects():
    return store.Store()


def make(objects, kind=MAP, **more):
    metadata = {"name": "n", "namespace": "a", **more.pop("metadata", {})}
    return objects.create(kind, {"metadata": metadata, **more})


def test_what_nothing_holds_is_gone_at_once(objects):
    _, gone = deletion.delete(objects, MAP, make(objects), deletion.Options())
    assert gone
    assert objects.find("configmaps", "a", "n") is None


def test_a_finalizer_holds_it_until_it_is_taken_away(objects):
    made = make(objects, metadata={"finalizers": ["x/y"]})
    last, gone = deletion.delete(objects, MAP, made, deletion.Options())
    assert not gone
    assert last["metadata"]["deletionTimestamp"]
    assert not deletion.finish_if_done(objects, MAP, last)
    free = objects.update(MAP, store.with_metadata(last, finalizers=None))
    assert deletion.finish_if_done(objects, MAP, free)
    assert objects.find("configmaps", "a", "n") is None


@pytest.mark.parametrize(
    ("policy", "finalizer"), [("Foreground", "foregroundDeletion"), ("Orphan", "orphan")]
)
def test_a_policy_is_a_finalizer(objects, policy, finalizer):
    last, gone = deletion.delete(objects, MAP, make(objects), deletion.Options(policy=policy))
    assert not gone
    assert last["metadata"]["finalizers"] == [finalizer]


@pytest.mark.parametrize(
    ("spec", "status", "asked", "grace"),
    [
        ({}, {}, None, 0),
        ({"nodeName": "n"}, {}, None, 30),
        ({"nodeName": "n", "terminationGracePeriodSeconds": 5}, {}, None, 5),
        ({"nodeName": "n"}, {}, 1, 1),
        ({"nodeName": "n"}, {"phase": "Succeeded"}, None, 0),
    ],
)
def test_only_a_pod_that_a_node_runs_gets_time(spec, status, asked, grace):
    pod = {"metadata": {"name": "n"}, "spec": spec, "status": status}
    assert deletion.grace_of(POD, pod, deletion.Options(grace=asked)) == grace
    assert deletion.grace_of(MAP, pod, deletion.Options(grace=asked)) == 0


def test_a_second_delete_may_only_shorten_the_time(objects):
    pod = make(objects, POD, spec={"nodeName": "n"})
    first, _ = deletion.delete(objects, POD, pod, deletion.Options(grace=20))
    same, _ = deletion.delete(objects, POD, first, deletion.Options(grace=60))
    assert same is first
    shorter, gone = deletion.delete(objects, POD, first, deletion.Options(grace=5))
    assert not gone
    assert shorter["metadata"]["deletionGracePeriodSeconds"] == 5
    _, gone = deletion.delete(objects, POD, shorter, deletion.Options(grace=0))
    assert gone


def test_a_wrong_uid_or_version_deletes_nothing(objects):
    made = make(objects)
    for options in (deletion.Options(uid="another"), deletion.Options(version="1")):
        with pytest.raises(errors.StatusError) as caught:
            deletion.delete(objects, MAP, made, options)
        assert caught.value.code == 409
    assert objects.find("configmaps", "a", "n") is made


def test_options_come_from_the_body_or_the_query():
    body = {
        "gracePeriodSeconds": 3,
        "propagationPolicy": "Foreground",
        "preconditions": {"uid": "u"},
    }
    assert deletion.options_from({}, body) == deletion.Options(3, "Foreground", "u")
    query = {"gracePeriodSeconds": "3", "propagationPolicy": "Orphan"}
    assert deletion.options_from(query, None) == deletion.Options(3, "Orphan")
    assert deletion.options_from({}, {"orphanDependents": True}).policy == "Orphan"


@pytest.mark.parametrize(
    ("body", "code", "said"),
    [
        ({"gracePeriodSeconds": "soon"}, 400, "invalid gracePeriodSeconds: 'soon'"),
        (
            {"propagationPolicy": "Sideways"},
            422,
            'DeleteOptions.meta.k8s.io "" is invalid: '
            'propagationPolicy: Unsupported value: "Sideways": supported values: "Foreground", '
            '"Background", "Orphan", "nil"',
        ),
        (
            {"orphanDependents": True, "propagationPolicy": "Orphan"},
            422,
            'DeleteOptions.meta.k8s.io "" is invalid: propagationPolicy: Invalid value: "Orphan": '
            "orphanDependents and deletionPropagation cannot be both set",
        ),
        (
            {"dryRun": ["Some"]},
            422,
            'DeleteOptions.meta.k8s.io "" is invalid: dryRun: '
            'Unsupported value: ["Some"]: supported values: "All"',
        ),
    ],
)
def test_nonsense_is_refused(body, code, said):
    with pytest.raises(errors.StatusError) as caught:
        deletion.options_from({}, body)
    assert (caught.value.code, str(caught.value)) == (code, said)
