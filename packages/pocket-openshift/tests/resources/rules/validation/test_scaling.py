import pytest

BUDGET, SCALER = "poddisruptionbudgets.policy", "horizontalpodautoscalers.autoscaling"


def cpu(**target):
    source = {"name": "cpu", "target": target}
    return {"metrics": [{"type": "Resource", "resource": source}]}


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        (
            {"maxUnavailable": 1},
            [
                'spec: Invalid value: {"MinAvailable":1,"Selector":null,'
                '"MaxUnavailable":1,"UnhealthyPodEvictionPolicy":null}: minAvailable and '
                "maxUnavailable "
                "cannot be both set"
            ],
        ),
        (
            {"minAvailable": -1},
            ["spec.minAvailable: Invalid value: -1: must be greater than or equal to 0"],
        ),
        (
            {"minAvailable": "101%"},
            ['spec.minAvailable: Invalid value: "101%": must not be greater than 100%'],
        ),
        (
            {"unhealthyPodEvictionPolicy": "Now"},
            [
                "spec.unhealthyPodEvictionPolicy: Unsupported "
                'value: "Now": supported values: "AlwaysAllow", "IfHealthyBudget"'
            ],
        ),
    ],
)
def test_a_budget_without_sense_is_told(say, spec, said):
    assert say(BUDGET, spec=spec) == say(BUDGET, old={}, spec=spec) == said


def test_a_percentage_has_its_sign(say):
    (text,) = say(BUDGET, spec={"minAvailable": "half"})
    assert text.startswith('spec.minAvailable: Invalid value: "half": a valid percent string must')


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        (
            {"maxReplicas": 0},
            [
                "spec.maxReplicas: Invalid value: 0: must be greater than 0",
                "spec.maxReplicas: Invalid value: 0: must be greater than or equal to "
                "`minReplicas`",
            ],
        ),
        (
            {"minReplicas": 0},
            ["spec.minReplicas: Invalid value: 0: must be greater than or equal to 1"],
        ),
        (
            {"minReplicas": 3},
            ["spec.maxReplicas: Invalid value: 2: must be greater than or equal to `minReplicas`"],
        ),
        ({"scaleTargetRef": {"kind": None}}, ["spec.scaleTargetRef.kind: Required value"]),
        (
            cpu(),
            [
                "spec.metrics[0].resource.target.type: Required value: must specify a metric "
                "target type",
                "spec.metrics[0].resource.target.averageUtilization: Required value: must set "
                "either a target raw value or a target utilization",
            ],
        ),
        (
            {"metrics": [{"type": "Resource"}]},
            [
                "spec.metrics[0].resource: Required value: must "
                "populate information for the given metric source"
            ],
        ),
        (
            {"behavior": {"scaleUp": {"stabilizationWindowSeconds": 5000}}},
            [
                "spec.behavior.scaleUp.stabilizationWindowSeconds: Invalid value: 5000: must be "
                "less "
                "than or equal to 3600"
            ],
        ),
        (
            {
                "behavior": {
                    "scaleDown": {"policies": [{"type": "Pods", "value": 0, "periodSeconds": 1}]}
                }
            },
            [
                "spec.behavior.scaleDown.policies[0].value: Invalid value: 0: must be greater than "
                "zero"
            ],
        ),
        (cpu(type="Utilization", averageUtilization=50), []),
    ],
)
def test_an_autoscaler_without_sense_is_told(say, spec, said):
    assert say(SCALER, spec=spec) == say(SCALER, old={}, spec=spec) == said
