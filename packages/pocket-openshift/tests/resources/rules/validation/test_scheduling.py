import pytest

REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution"
PREFERRED = "preferredDuringSchedulingIgnoredDuringExecution"


def tolerating(**one):
    return {"spec": {"tolerations": [one]}}


def wanting(kind, **found):
    return {"spec": {"affinity": {kind: found}}}


def expressing(**one):
    terms = {"nodeSelectorTerms": [{"matchExpressions": [one]}]}
    return wanting("nodeAffinity", **{REQUIRED: terms})


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (tolerating(), 'tolerations[0].operator: Invalid value: "": operator must be Exists when'),
        (tolerating(key="a b", operator="Exists"), 'tolerations[0].key: Invalid value: "a b"'),
        (tolerating(key="a", operator="Exists", value="x"), "value must be empty when `operator`"),
        (
            tolerating(key="a", operator="Near"),
            'operator: Unsupported value: "Near": supported values: "Equal", "Exists"',
        ),
        (tolerating(key="a", effect="Slow"), 'effect: Unsupported value: "Slow"'),
        (tolerating(key="a", tolerationSeconds=1), "effect must be 'NoExecute' when"),
        (wanting("nodeAffinity", **{REQUIRED: {}}), "must have at least one node selector term"),
        (wanting("nodeAffinity", **{PREFERRED: [{"weight": 0}]}), "must be in the range 1-100"),
        (expressing(key="a", operator="In"), "values: Required value: must be specified when"),
        (expressing(key="a", operator="Gt", values=[]), "must be specified single value when"),
        (expressing(key="a", operator="Near"), "not a valid selector operator"),
        (wanting("podAffinity", **{REQUIRED: [{}]}), "topologyKey: Required value: can not be"),
        (wanting("podAntiAffinity", **{PREFERRED: [{"weight": 101}]}), "must be in the range"),
        ({"spec": {"topologySpreadConstraints": [{}]}}, "maxSkew: Invalid value: 0: must be"),
        (
            {
                "spec": {
                    "topologySpreadConstraints": [
                        {"maxSkew": 1, "topologyKey": "z", "whenUnsatisfiable": "ScheduleAnyway"}
                    ]
                    * 2
                }
            },
            'Duplicate value: "{z, ScheduleAnyway}"',
        ),
    ],
)
def test_a_wish_without_sense_is_told(say, change, said):
    found = say("pods", **change)
    assert any(said in text for text in found), found


def test_wishes_with_sense_pass(say):
    assert say("pods", **tolerating(operator="Exists")) == []
    assert say("pods", **expressing(key="a", operator="In", values=["b"])) == []
