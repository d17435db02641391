import pytest

from pocket_openshift.resources.rules.validation import amounts


def said(causes):
    return [f"{cause.field}: {cause.message}" for cause in causes]


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (
            {"limits": {"cpu": "-1"}},
            ['r.limits[cpu]: Invalid value: "-1": must be greater than or equal to 0'],
        ),
        (
            {"limits": {"gpu": "1"}},
            [
                'r.limits[gpu]: Invalid value: "gpu": must be a standard resource type or fully '
                "qualified",
                'r.limits[gpu]: Invalid value: "gpu": must be a standard resource for containers',
            ],
        ),
        (
            {"limits": {"x.example/gpu": "1"}, "requests": {"x.example/gpu": "2"}},
            ['r.requests: Invalid value: "2": must be equal to x.example/gpu limit of 1'],
        ),
        (
            {"requests": {"x.example/gpu": "500m"}},
            [
                'r.requests[x.example/gpu]: Invalid value: "500m": must be an integer',
                "r.limits: Required value: Limit must be set for non overcommitable resources",
            ],
        ),
        (
            {"limits": {"memory": "1Gi"}, "requests": {"memory": "2Gi"}},
            ['r.requests: Invalid value: "2Gi": must be less than or equal to memory limit of 1Gi'],
        ),
        ({"limits": {"hugepages-2Mi": "2Mi"}}, ["r: Forbidden: HugePages require cpu or memory"]),
        ({"limits": {"cpu": "1", "memory": "1Gi"}, "requests": {"cpu": "500m"}}, []),
        (
            {"limits": {"storage": "1Gi"}},
            [
                'r.limits[storage]: Invalid value: "storage": must be a standard resource for '
                "containers"
            ],
        ),
    ],
)
def test_requirements_of_a_container(found, expected):
    assert said(amounts.requirements(found, "r")) == expected


def test_what_a_quota_may_count():
    assert said(amounts.quota_name("count/pods", "q")) == []
    assert said(amounts.quota_name("requests.cpu", "q")) == []
    assert len(said(amounts.quota_name("nonsense", "q"))) == 2
    assert said(amounts.amount("pods", "1500m", "q")) == [
        'q: Invalid value: "1500m": must be an integer'
    ]
