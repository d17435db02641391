from decimal import Decimal

import pytest

from pocket_openshift.resources.rules import quota_rules
from pocket_openshift.vocabulary import kinds

POD = kinds.named("pods")


def quota(hard, **spec):
    return {"metadata": {"name": "q"}, "spec": {"hard": hard, **spec}}


def pod(limits=None, phase="Pending", **spec):
    container = {"name": "c", "resources": {"limits": limits or {}, "requests": limits or {}}}
    return {"spec": {"containers": [container], **spec}, "status": {"phase": phase}}


def test_a_pod_uses_a_pod_and_what_it_asks_for():
    used = quota_rules.usage_of(POD, pod({"memory": "256Mi"}))
    assert used["pods"] == used["count/pods"] == 1
    assert used["limits.memory"] == used["requests.memory"] == used["memory"] == 256 * 2**20


@pytest.mark.parametrize("phase", ["Succeeded", "Failed"])
def test_a_pod_that_ended_uses_only_its_place(phase):
    assert quota_rules.usage_of(POD, pod({"memory": "1Gi"}, phase)) == {"count/pods": 1}


@pytest.mark.parametrize(
    ("kind", "obj", "name", "amount"),
    [
        ("services", {"spec": {}}, "services", 1),
        ("services", {"spec": {"type": "NodePort", "ports": [1, 2]}}, "services.nodeports", 2),
        ("services", {"spec": {"type": "LoadBalancer"}}, "services.loadbalancers", 1),
        (
            "persistentvolumeclaims",
            {"spec": {"resources": {"requests": {"storage": "1Ki"}}}},
            "requests.storage",
            1024,
        ),
        ("deployments.apps", {}, "count/deployments.apps", 1),
        ("imagestreams.image.openshift.io", {}, "openshift.io/imagestreams", 1),
    ],
)
def test_other_kinds(kind, obj, name, amount):
    assert quota_rules.usage_of(kinds.named(kind), obj)[name] == amount


@pytest.mark.parametrize(
    ("scope", "made", "expected"),
    [
        ("Terminating", pod(activeDeadlineSeconds=5), True),
        ("Terminating", pod(), False),
        ("NotTerminating", pod(), True),
        ("BestEffort", pod(), True),
        ("BestEffort", pod({"memory": "1Gi"}), False),
        ("NotBestEffort", pod({"memory": "1Gi"}), True),
    ],
)
def test_scopes(scope, made, expected):
    assert quota_rules.in_scope(quota({}, scopes=[scope]), POD, made) is expected


def test_a_quota_with_scopes_sees_no_services():
    scoped = quota({"services": "1"}, scopes=["NotTerminating"])
    assert not quota_rules.in_scope(scoped, kinds.named("services"), {"spec": {}})


@pytest.mark.parametrize(
    ("operator", "values", "expected"),
    [
        ("In", ["high"], True),
        ("NotIn", ["high"], False),
        ("Exists", [], True),
        ("DoesNotExist", [], False),
    ],
)
def test_scope_selectors(operator, values, expected):
    term = {"scopeName": "PriorityClass", "operator": operator, "values": values}
    selected = quota({}, scopeSelector={"matchExpressions": [term]})
    assert quota_rules.in_scope(selected, POD, pod(priorityClassName="high")) is expected


def test_what_does_not_fit_is_told_as_the_real_server_tells_it():
    bound = quota({"limits.memory": "1Gi", "limits.cpu": "1"})
    used = {"limits.memory": Decimal(256 * 2**20)}
    more = {"limits.memory": Decimal(900 * 2**20), "limits.cpu": Decimal("0.5")}
    assert quota_rules.problem_with_request(bound, used, more) == (
        "exceeded quota: q, requested: limits.memory=900Mi, "
        "used: limits.memory=256Mi, limited: limits.memory=1Gi"
    )


def test_what_fits_passes_and_giving_back_always_does():
    bound = quota({"pods": "1"})
    assert quota_rules.problem_with_request(bound, {}, {"pods": Decimal(1)}) is None
    assert (
        quota_rules.problem_with_request(bound, {"pods": Decimal(5)}, {"pods": Decimal(-1)}) is None
    )


def test_a_pod_must_say_what_a_quota_bounds():
    bound = quota({"limits.cpu": "1", "limits.memory": "1Gi", "pods": "1"})
    made = pod({"memory": "1Gi"})
    assert quota_rules.missing_in(bound, made) == "limits.cpu for: c"
    assert quota_rules.missing_in(quota({"pods": "1"}), made) == ""


def test_totals_of_a_namespace():
    bound = quota({"limits.memory": "1Gi", "pods": "5"})
    content = [(POD, pod({"memory": "256Mi"})), (POD, pod({"memory": "256Mi"}))]
    used = quota_rules.total_used(bound, content)
    assert quota_rules.render_used(bound, used) == {"limits.memory": "512Mi", "pods": "2"}


def test_adding_and_taking_away():
    one, other = {"a": Decimal(1)}, {"a": Decimal(2), "b": Decimal(3)}
    assert quota_rules.add(one, other) == {"a": 3, "b": 3}
    assert quota_rules.subtract(quota_rules.add(one, other), other) == {"a": 1, "b": 0}
