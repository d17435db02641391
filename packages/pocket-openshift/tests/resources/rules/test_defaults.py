import copy

import pytest

from pocket_openshift.resources.rules import defaults

TEMPLATE = {"spec": {"containers": [{"name": "c", "image": "example.com/x"}]}}


def filled(resource, **spec):
    obj = {"metadata": {"name": "x"}, "spec": spec}
    defaults.fill(resource, obj)
    return obj["spec"]


@pytest.mark.parametrize("resource", defaults.KINDS)
def test_filling_again_changes_nothing(resource):
    obj = {"metadata": {"name": "x"}}
    defaults.fill(resource, obj)
    once = copy.deepcopy(obj)
    defaults.fill(resource, obj)
    assert obj == once


def test_what_is_said_stays():
    spec = filled("cronjobs.batch", suspend=True, failedJobsHistoryLimit=0)
    assert (spec["suspend"], spec["failedJobsHistoryLimit"]) == (True, 0)
    assert spec["concurrencyPolicy"] == "Allow"


def test_a_template_is_a_pod_without_what_admission_gives():
    spec = filled("daemonsets.apps", template=copy.deepcopy(TEMPLATE))
    pod = spec["template"]["spec"]
    assert pod["restartPolicy"] == "Always"
    assert pod["containers"][0]["terminationMessagePath"] == "/dev/termination-log"
    assert not {"priority", "enableServiceLinks", "preemptionPolicy"} & pod.keys()


@pytest.mark.parametrize(
    ("given", "counts"),
    [
        ({}, (1, 1)),
        ({"parallelism": 3}, (None, 3)),
        ({"completions": 3}, (3, 1)),
    ],
)
def test_how_many_pods_a_job_has(given, counts):
    spec = dict(given)
    defaults.fill_job(spec)
    assert (spec.get("completions"), spec["parallelism"]) == counts


def test_a_daemon_set_that_is_told_to_wait_has_no_pace():
    spec = filled("daemonsets.apps", updateStrategy={"type": "OnDelete"})
    assert spec["updateStrategy"] == {"type": "OnDelete"}


@pytest.mark.parametrize(
    ("spec", "types"),
    [
        ({}, ["Ingress"]),
        ({"egress": [{}]}, ["Ingress", "Egress"]),
        ({"policyTypes": ["Egress"]}, ["Egress"]),
    ],
)
def test_a_network_policy_says_what_it_is_about(spec, types):
    assert filled("networkpolicies.networking.k8s.io", **spec)["policyTypes"] == types


def test_ports_of_a_network_policy_are_tcp():
    found = filled("networkpolicies.networking.k8s.io", ingress=[{"ports": [{"port": 80}]}])
    assert found["ingress"][0]["ports"] == [{"port": 80, "protocol": "TCP"}]


def test_an_autoscaler_looks_at_the_processors():
    (metric,) = filled("horizontalpodautoscalers.autoscaling", maxReplicas=2)["metrics"]
    assert metric["resource"]["target"]["averageUtilization"] == 80
