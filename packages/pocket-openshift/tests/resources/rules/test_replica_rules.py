import pytest
from hypothesis import given
from hypothesis import strategies as st

from pocket_openshift.resources.rules import replica_rules

READY = {"phase": "Running", "conditions": [{"type": "Ready", "status": "True"}]}


def workload(kind="DeploymentConfig", image="i:1", **spec):
    return {
        "apiVersion": "apps/v1",
        "kind": kind,
        "metadata": {"name": "d", "namespace": "a", "uid": "u", "generation": 1},
        "spec": {
            "template": {
                "metadata": {"labels": {"app": "d"}, "annotations": {"k": "v"}},
                "spec": {"containers": [{"name": "c", "image": image}]},
            },
            **spec,
        },
    }


def pods_of(owner, count, *, ready=True, prefix="p"):
    made = []
    for number in range(count):
        labels = {replica_rules.HASH_LABEL: replica_rules.template_hash(owner)}
        pod = replica_rules.make_pod(owner, {"name": f"{prefix}{number}"}, labels)
        pod["status"] = READY if ready else {"phase": "Pending"}
        made.append(pod)
    return made


def test_missing_pods_are_made_from_the_template():
    plan = replica_rules.plan_replicas(workload(replicas=2), [])
    assert len(plan.create) == 2
    metadata = plan.create[0]["metadata"]
    assert metadata["labels"]["app"] == "d"
    assert metadata["annotations"] == {"k": "v"}
    assert metadata["generateName"].startswith("d-")
    assert metadata["ownerReferences"][0]["uid"] == "u"


def test_surplus_pods_go_and_those_not_ready_first():
    owner = workload(replicas=1)
    pods = [*pods_of(owner, 1), *pods_of(owner, 1, ready=False, prefix="q")]
    assert replica_rules.plan_replicas(owner, pods).delete == ("q0",)


def test_an_ended_pod_is_replaced():
    owner = workload(replicas=1)
    pods = pods_of(owner, 1)
    pods[0]["status"] = {"phase": "Failed"}
    assert len(replica_rules.plan_replicas(owner, pods).create) == 1


def test_old_pods_go_as_new_ones_get_ready():
    old, new = workload(replicas=2), workload(image="i:2", replicas=2)
    before = pods_of(old, 2)
    plan = replica_rules.plan_replicas(new, before)
    assert (len(plan.create), plan.delete) == (2, ())
    half = [*before, *pods_of(new, 1, prefix="n"), *pods_of(new, 1, ready=False, prefix="m")]
    assert len(replica_rules.plan_replicas(new, half).delete) == 1
    done = [*before, *pods_of(new, 2, prefix="n")]
    assert sorted(replica_rules.plan_replicas(new, done).delete) == ["p0", "p1"]


def test_recreate_waits_until_the_old_ones_are_gone():
    old = workload(replicas=1)
    new = workload(image="i:2", replicas=1, strategy={"type": "Recreate"})
    plan = replica_rules.plan_replicas(new, pods_of(old, 1))
    assert (plan.create, plan.delete) == ((), ("p0",))
    assert len(replica_rules.plan_replicas(new, []).create) == 1


def test_the_status_says_whether_it_is_there():
    owner = workload(replicas=1)
    status = replica_rules.plan_replicas(owner, pods_of(owner, 1)).status
    assert (status["readyReplicas"], status["availableReplicas"]) == (1, 1)
    said = {c["type"]: c["status"] for c in status["conditions"]}
    assert said == {"Available": "True", "Progressing": "True"}
    waiting = replica_rules.plan_replicas(owner, pods_of(owner, 1, ready=False)).status
    assert waiting["unavailableReplicas"] == 1


def test_a_stateful_set_makes_one_after_the_other():
    owner = workload("StatefulSet", replicas=3)
    assert [p["metadata"]["name"] for p in replica_rules.plan_ordered(owner, []).create] == ["d-0"]
    first = pods_of(owner, 1, prefix="d-")
    assert [p["metadata"]["name"] for p in replica_rules.plan_ordered(owner, first).create] == [
        "d-1"
    ]
    unready = pods_of(owner, 1, ready=False, prefix="d-")
    assert replica_rules.plan_ordered(owner, unready).create == ()
    three = pods_of(owner, 3, prefix="d-")
    assert replica_rules.plan_ordered(workload("StatefulSet", replicas=1), three).delete == (
        "d-1",
        "d-2",
    )


def test_a_stateful_sets_pods_have_names_and_claims_of_their_own():
    template = {"metadata": {"name": "data"}, "spec": {"accessModes": ["ReadWriteOnce"]}}
    owner = workload("StatefulSet", volumeClaimTemplates=[template], serviceName="db")
    (pod,) = replica_rules.plan_ordered(owner, []).create
    assert pod["spec"]["volumes"] == [
        {"name": "data", "persistentVolumeClaim": {"claimName": "data-d-0"}}
    ]
    assert (pod["spec"]["hostname"], pod["spec"]["subdomain"]) == ("d-0", "db")
    (claim,) = replica_rules.claims_for(owner, pod)
    assert claim["metadata"]["name"] == "data-d-0"
    assert "ownerReferences" not in claim["metadata"]


def test_a_stateful_sets_pod_that_has_ended_is_made_anew():
    owner = workload("StatefulSet", replicas=1)
    pods = pods_of(owner, 1, prefix="d-")
    pods[0]["status"] = {"phase": "Failed"}
    assert replica_rules.plan_ordered(owner, pods).delete == ("d-0",)


def test_a_stateful_set_may_make_all_at_once():
    owner = workload("StatefulSet", replicas=3, podManagementPolicy="Parallel")
    assert len(replica_rules.plan_ordered(owner, []).create) == 3


@pytest.mark.parametrize(
    ("phases", "create", "condition"),
    [
        ([], 1, None),
        (["Running"], 0, None),
        (["Succeeded"], 0, "Complete"),
        (["Failed"], 1, None),
        (["Failed", "Failed"], 0, "Failed"),
    ],
)
def test_a_job_tries_until_it_is_done_or_has_failed_too_often(phases, create, condition):
    job = workload("Job", backoffLimit=1)
    pods = pods_of(job, len(phases))
    for pod, phase in zip(pods, phases, strict=True):
        pod["status"] = {"phase": phase}
    plan = replica_rules.plan_job(job, pods)
    assert len(plan.create) == create
    said = [c["type"] for c in plan.status.get("conditions", [])]
    assert said == ([condition] if condition else [])


@given(st.integers(0, 5), st.integers(0, 5), st.integers(0, 5))
def test_acting_on_the_plan_ends_at_the_wanted_number(wanted, old_count, new_count):
    old, new = workload(replicas=wanted), workload(image="i:2", replicas=wanted)
    pods = [*pods_of(old, old_count, prefix="o"), *pods_of(new, new_count, prefix="n")]
    for turn in range(12):
        plan = replica_rules.plan_replicas(new, pods)
        if not plan.create and not plan.delete:
            break
        pods = [pod for pod in pods if pod["metadata"]["name"] not in plan.delete]
        pods += pods_of(new, len(plan.create), prefix=f"t{turn}-")
    assert len(pods) == wanted
    assert all(replica_rules.template_hash(new) in str(pod) for pod in pods)
