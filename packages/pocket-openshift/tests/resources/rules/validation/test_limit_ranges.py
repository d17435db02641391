import pytest


@pytest.mark.parametrize(
    ("item", "said"),
    [
        (
            {"type": "Container", "min": {"cpu": "2"}, "max": {"cpu": "1"}},
            ['min[cpu]: Invalid value: "2": min value 2 is greater than max value 1'],
        ),
        (
            {"type": "Container", "default": {"cpu": "2"}, "max": {"cpu": "1"}},
            ['default[cpu]: Invalid value: "1": default value 2 is greater than max value 1'],
        ),
        (
            {"type": "Container", "defaultRequest": {"cpu": "2"}, "default": {"cpu": "1"}},
            [
                'defaultRequest[cpu]: Invalid value: "2": default request value 2 is greater than '
                "default limit value 1"
            ],
        ),
        (
            {"type": "Pod", "default": {"cpu": "1"}},
            ["default: Forbidden: may not be specified when `type` is 'Pod'"],
        ),
        (
            {"type": "PersistentVolumeClaim"},
            [
                "limits: Required value: either minimum or maximum storage value is required, but "
                "neither was provided"
            ],
        ),
        (
            {"type": "Node"},
            ['type: Invalid value: "Node": must be a standard limit type or fully qualified'],
        ),
        (
            {"type": "Container", "max": {"storage": "1Gi"}},
            ['max[storage]: Invalid value: "storage": must be a standard resource for containers'],
        ),
        (
            {"type": "Container", "maxLimitRequestRatio": {"cpu": "500m"}},
            ['maxLimitRequestRatio[cpu]: Invalid value: "500m": ratio 500m is less than 1'],
        ),
        (
            {
                "type": "Container",
                "min": {"cpu": "1"},
                "max": {"cpu": "2"},
                "maxLimitRequestRatio": {"cpu": "3"},
            },
            [
                'maxLimitRequestRatio[cpu]: Invalid value: "3": ratio 3 is greater than max/min = '
                "2.000000"
            ],
        ),
        ({"type": "PersistentVolumeClaim", "max": {"storage": "1Gi"}}, []),
    ],
)
def test_a_limit_without_sense_is_told(say, item, said):
    assert say("limitranges", spec={"limits": [item]}) == [f"spec.limits[0].{one}" for one in said]


def test_a_type_has_one_limit(say):
    limits = [{"type": "Container"}, {"type": "Container"}]
    assert say("limitranges", old={}, spec={"limits": limits}) == [
        'spec.limits[1].type: Duplicate value: "Container"'
    ]
