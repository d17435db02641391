import pytest


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        (
            {"hard": {"pods": "1500m"}},
            ['spec.hard[pods]: Invalid value: "1500m": must be an integer'],
        ),
        (
            {"hard": {"cpu": "-1"}},
            ['spec.hard[cpu]: Invalid value: "-1": must be greater than or equal to 0'],
        ),
        (
            {"hard": {"nonsense": "1"}},
            [
                'spec.hard[nonsense]: Invalid value: "nonsense": must be a standard resource '
                "type or "
                "fully qualified",
                'spec.hard[nonsense]: Invalid value: "nonsense": must be a standard resource '
                "for quota",
            ],
        ),
        ({"scopes": ["Nope"]}, ['spec.scopes: Invalid value: ["Nope"]: unsupported scope']),
        (
            {"scopes": ["BestEffort", "NotBestEffort"]},
            ['spec.scopes: Invalid value: ["BestEffort","NotBestEffort"]: conflicting scopes'],
        ),
        (
            {"hard": {"secrets": "1"}, "scopes": ["Terminating"]},
            ['spec.scopes: Invalid value: ["Terminating"]: unsupported scope applied to resource'],
        ),
        (
            {
                "scopeSelector": {
                    "matchExpressions": [{"scopeName": "PriorityClass", "operator": "In"}]
                }
            },
            [
                "spec.scopeSelector.matchExpressions.values: Required value: must be at least "
                "one value "
                "when `operator` is 'In' or 'NotIn' for scope selector"
            ],
        ),
        ({"hard": {"count/things.example.com": "1", "requests.storage": "1Gi"}}, []),
    ],
)
def test_a_quota_without_sense_is_told(say, spec, said):
    assert say("resourcequotas", spec=spec) == said


def test_scopes_stay(say):
    assert say("resourcequotas", old={}, spec={"scopes": ["Terminating"]}) == [
        'spec.scopes: Invalid value: ["Terminating"]: field is immutable'
    ]
    assert say("resourcequotas", old={}, spec={"hard": {"pods": "5"}}) == []
