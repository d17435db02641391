import pytest
from hypothesis import given
from hypothesis import strategies as st

from pocket_openshift.resources.rules import deployment_rules, replica_rules


def deployment(image="i:1", annotations=None, **spec):
    labels = {"app": "d"}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "d", "namespace": "a", "uid": "u", "annotations": annotations or {}},
        "spec": {
            "selector": {"matchLabels": labels},
            "template": {
                "metadata": {"labels": labels},
                "spec": {"containers": [{"name": "c", "image": image}]},
            },
            **spec,
        },
    }


def acted(plan, sets, ready=None):
    """The ReplicaSets after a plan, with all their pods there and `ready` of them (None: all)."""
    sets = [one for one in sets if one["metadata"]["name"] not in plan.delete] + list(plan.create)
    for one in sets:
        name = one["metadata"]["name"]
        one["metadata"]["annotations"].update(plan.marks.get(name, {}))
        size = one["spec"]["replicas"] = plan.scale.get(name, one["spec"]["replicas"])
        there = size if ready is None else min(size, ready)
        one["status"] = {"replicas": size, "readyReplicas": there}
    return sets


def rolled_out(*steps, **spec):
    sets = []
    for step in steps:
        for _ in range(4):
            sets = acted(deployment_rules.plan_deployment(step, sets), sets)
    return sets


def sizes(sets):
    return {deployment_rules.revision_of(one): one["spec"]["replicas"] for one in sets}


def test_a_template_gets_a_set_of_its_own():
    one = deployment(replicas=2)
    (made,) = deployment_rules.plan_deployment(one, []).create
    digest = replica_rules.template_hash(one)
    assert made["metadata"]["name"] == f"d-{digest}" == deployment_rules.set_name(one)
    wanted = {"app": "d", replica_rules.HASH_LABEL: digest}
    assert made["spec"]["selector"]["matchLabels"] == wanted
    assert made["spec"]["template"]["metadata"]["labels"] == wanted
    assert made["metadata"]["ownerReferences"][0]["uid"] == "u"
    assert made["spec"]["replicas"] == 2
    assert deployment_rules.revision_of(made) == 1


def test_null_fields_make_no_other_template():
    one, two = deployment(), deployment()
    two["spec"]["template"]["metadata"]["creationTimestamp"] = None
    assert deployment_rules.set_name(one) == deployment_rules.set_name(two)


def test_the_old_set_shrinks_as_the_new_one_gets_ready():
    sets = rolled_out(deployment(replicas=3))
    new = deployment("i:2", replicas=3)
    sets = acted(deployment_rules.plan_deployment(new, sets), sets, ready=1)
    assert sizes(sets) == {1: 3, 2: 3}
    assert sizes(acted(deployment_rules.plan_deployment(new, sets), sets)) == {1: 2, 2: 3}
    assert sizes(rolled_out(deployment(replicas=3), new)) == {1: 0, 2: 3}


def test_recreate_waits_until_the_old_pods_are_gone():
    old = deployment(replicas=2)
    new = deployment("i:2", replicas=2, strategy={"type": "Recreate"})
    sets = rolled_out(old)
    plan = deployment_rules.plan_deployment(new, sets)
    assert (plan.scale, plan.create[0]["spec"]["replicas"]) == (
        {deployment_rules.set_name(old): 0},
        0,
    )
    sets = acted(plan, sets)
    assert deployment_rules.plan_deployment(new, sets).scale == {deployment_rules.set_name(new): 2}


def test_a_template_that_was_there_before_gets_its_set_back_and_a_new_revision():
    one, two = deployment(replicas=1), deployment("i:2", replicas=1)
    assert sizes(rolled_out(one, two, one)) == {2: 0, 3: 1}


def test_while_paused_no_new_set_is_made_but_the_number_follows():
    sets = rolled_out(deployment(replicas=1))
    plan = deployment_rules.plan_deployment(deployment("i:2", replicas=4, paused=True), sets)
    assert plan.create == ()
    assert plan.scale == {deployment_rules.set_name(deployment()): 4}


def test_the_cause_of_a_change_is_kept_with_its_set():
    why = {deployment_rules.CAUSE: "a better image"}
    (made,) = deployment_rules.plan_deployment(deployment(annotations=why), []).create
    assert made["metadata"]["annotations"][deployment_rules.CAUSE] == "a better image"


def test_empty_sets_beyond_the_limit_are_forgotten_and_the_oldest_first():
    steps = [deployment(f"i:{n}", revisionHistoryLimit=2) for n in range(5)]
    assert sizes(rolled_out(*steps)) == {3: 0, 4: 0, 5: 1}


def test_what_refuses_the_pods_of_the_new_set_is_said_by_the_deployment():
    sets = rolled_out(deployment())
    sets[0]["status"]["conditions"] = [{"type": "ReplicaFailure", "message": "exceeded quota"}]
    status = deployment_rules.plan_deployment(deployment(), sets).status
    assert [c["type"] for c in status["conditions"]] == [
        "Available",
        "Progressing",
        "ReplicaFailure",
    ]


@pytest.mark.parametrize(
    ("ready", "reason"), [(0, "ReplicaSetUpdated"), (2, "NewReplicaSetAvailable")]
)
def test_the_status_says_how_far_it_is(ready, reason):
    one = deployment(replicas=2)
    sets = acted(deployment_rules.plan_deployment(one, []), [], ready=ready)
    status = deployment_rules.plan_deployment(one, sets).status
    assert (status["replicas"], status["updatedReplicas"]) == (2, 2)
    assert status.get("readyReplicas", 0) == ready
    assert status["conditions"][1]["reason"] == reason


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 4)), min_size=1, max_size=6))
def test_whatever_is_rolled_out_the_last_has_all_pods_in_the_end(steps):
    sets = rolled_out(*(deployment(f"i:{image}", replicas=count) for image, count in steps))
    image, count = steps[-1]
    last = deployment_rules.set_name(deployment(f"i:{image}"))
    found = {one["metadata"]["name"]: one["spec"]["replicas"] for one in sets}
    assert {name: size for name, size in found.items() if size} == ({last: count} if count else {})
    assert len(set(map(deployment_rules.revision_of, sets))) == len(sets)
