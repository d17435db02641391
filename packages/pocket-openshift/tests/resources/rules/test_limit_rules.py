import pytest

from pocket_openshift.resources.rules import limit_rules


def ranged(**item):
    return [{"spec": {"limits": [{"type": "Container", **item}]}}]


def pod(limits=None, requests=None):
    resources = {k: v for k, v in (("limits", limits), ("requests", requests)) if v}
    return {"metadata": {}, "spec": {"containers": [{"name": "c", "resources": resources}]}}


def test_defaults_are_given_and_told():
    ranges = ranged(default={"cpu": "250m", "memory": "256Mi"}, defaultRequest={"cpu": "50m"})
    made = pod(limits={"memory": "1Gi"}, requests={"memory": "1Gi"})
    limit_rules.fill_pod(made, ranges)
    assert made["spec"]["containers"][0]["resources"] == {
        "limits": {"cpu": "250m", "memory": "1Gi"},
        "requests": {"cpu": "50m", "memory": "1Gi"},
    }
    assert made["metadata"]["annotations"][limit_rules.ANNOTATION] == (
        "LimitRanger plugin set: cpu request for container c; cpu limit for container c"
    )


def test_without_defaults_nothing_is_told():
    made = pod(limits={"memory": "1Gi"})
    limit_rules.fill_pod(made, ranged(max={"memory": "2Gi"}))
    assert made == pod(limits={"memory": "1Gi"})


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        (
            {"max": {"memory": "1Gi"}},
            {"default": {"memory": "1Gi"}, "defaultRequest": {"memory": "1Gi"}},
        ),
        (
            {"min": {"memory": "1Mi"}, "max": {"memory": "1Gi"}, "default": {"memory": "2Mi"}},
            {"default": {"memory": "2Mi"}, "defaultRequest": {"memory": "2Mi"}},
        ),
        ({"min": {"memory": "1Mi"}}, {"defaultRequest": {"memory": "1Mi"}}),
    ],
)
def test_a_limit_range_fills_in_its_own_defaults(item, expected):
    made = {"type": "Container", **item}
    limit_rules.fill_item(made)
    assert {**item, **expected, "type": "Container"} == made


@pytest.mark.parametrize(
    ("item", "limits", "requests", "sentence"),
    [
        (
            {"max": {"memory": "1Gi"}},
            {"memory": "2Gi"},
            {},
            "maximum memory usage per Container is 1Gi, but limit is 2Gi",
        ),
        (
            {"max": {"memory": "1Gi"}},
            {},
            {},
            "maximum memory usage per Container is 1Gi.  No limit is specified",
        ),
        (
            {"min": {"cpu": "100m"}},
            {"cpu": "1"},
            {"cpu": "50m"},
            "minimum cpu usage per Container is 100m, but request is 50m",
        ),
        (
            {"min": {"cpu": "100m"}},
            {},
            {},
            "minimum cpu usage per Container is 100m.  No request is specified",
        ),
        (
            {"maxLimitRequestRatio": {"cpu": "2"}},
            {"cpu": "1"},
            {"cpu": "250m"},
            "cpu max limit to request ratio per Container is 2, but provided ratio is 4.000000",
        ),
    ],
)
def test_bounds_are_told_as_the_real_server_tells_them(item, limits, requests, sentence):
    assert limit_rules.find_pod_problems(pod(limits, requests), ranged(**item)) == [sentence]


def test_what_is_within_the_bounds_passes():
    ranges = ranged(min={"memory": "1Mi"}, max={"memory": "1Gi"})
    assert limit_rules.find_pod_problems(pod({"memory": "1Gi"}, {"memory": "1Gi"}), ranges) == []


def test_a_bound_of_pods_counts_all_containers_or_the_largest_init_container():
    spec = {
        "containers": [{"resources": {"limits": {"memory": "300Mi"}}}] * 2,
        "initContainers": [{"resources": {"limits": {"memory": "500Mi"}}}],
    }
    assert limit_rules.pod_total(spec)[1] == {"memory": "600Mi"}
    ranges = [{"spec": {"limits": [{"type": "Pod", "max": {"memory": "512Mi"}}]}}]
    assert limit_rules.find_pod_problems({"spec": spec}, ranges) == [
        "maximum memory usage per Pod is 512Mi, but limit is 600Mi"
    ]


def test_claims_are_judged_by_their_storage():
    ranges = [{"spec": {"limits": [{"type": "PersistentVolumeClaim", "max": {"storage": "1Gi"}}]}}]
    claim = {"spec": {"resources": {"requests": {"storage": "2Gi"}}}}
    assert limit_rules.find_claim_problems(claim, ranges) == [
        "maximum storage usage per PersistentVolumeClaim is 1Gi, but request is 2Gi"
    ]
