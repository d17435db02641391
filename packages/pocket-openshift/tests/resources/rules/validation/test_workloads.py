import pytest

OTHER = {"selector": {"matchLabels": {"a": "other"}}}
MISMATCH = (
    'spec.template.metadata.labels: Invalid value: {"a":"b"}: `selector` does not match template '
    "`labels`"
)
RESTART = 'spec.template.spec.restartPolicy: Unsupported value: "Never": supported values: "Always"'


@pytest.mark.parametrize("kind", ["deployments", "replicasets", "statefulsets", "daemonsets"])
def test_a_selector_fits_the_template(say, kind):
    assert say(f"{kind}.apps", spec=OTHER) == [MISMATCH]
    assert RESTART in say(f"{kind}.apps", spec={"template": {"spec": {"restartPolicy": "Never"}}})
    word = {"replicasets": "deployment"}.get(kind, kind.removesuffix("s"))
    assert say(f"{kind}.apps", spec={"selector": {"matchLabels": None}}) == [
        f"spec.selector: Invalid value: {{}}: empty selector is invalid for {word}"
    ]


@pytest.mark.parametrize("kind", ["deployments", "replicasets", "statefulsets"])
def test_a_selector_must_be(say, kind):
    assert say(f"{kind}.apps", spec={"selector": None}) == [
        "spec.selector: Required value",
        MISMATCH,
    ]


@pytest.mark.parametrize(
    ("kind", "spec", "said"),
    [
        (
            "deployments",
            {"replicas": -1},
            ["spec.replicas: Invalid value: -1: must be greater than or equal to 0"],
        ),
        (
            "deployments",
            {"template": {"spec": {"containers": []}}},
            ["spec.template.spec.containers: Required value"],
        ),
        (
            "deployments",
            {"strategy": {"type": "Fast"}},
            [
                'spec.strategy: Unsupported value: {"Type":"Fast","RollingUpdate":null}: supported '
                'values: "Recreate", "RollingUpdate"'
            ],
        ),
        (
            "deployments",
            {"strategy": {"type": "Recreate", "rollingUpdate": {}}},
            [
                "spec.strategy.rollingUpdate: Forbidden: may not be specified when strategy "
                "`type` is "
                "'Recreate'"
            ],
        ),
        (
            "deployments",
            {"strategy": {"rollingUpdate": {"maxSurge": 0, "maxUnavailable": 0}}},
            [
                "spec.strategy.rollingUpdate.maxUnavailable: Invalid value: 0: may not be 0 when "
                "`maxSurge` is 0"
            ],
        ),
        (
            "deployments",
            {"strategy": {"rollingUpdate": {"maxUnavailable": "101%"}}},
            [
                'spec.strategy.rollingUpdate.maxUnavailable: Invalid value: "101%": must not be '
                "greater "
                "than 100%"
            ],
        ),
        (
            "deployments",
            {"progressDeadlineSeconds": 5, "minReadySeconds": 5},
            [
                "spec.progressDeadlineSeconds: Invalid value: 5: must be greater than "
                "minReadySeconds"
            ],
        ),
        (
            "deployments",
            {"template": {"spec": {"activeDeadlineSeconds": 5}}},
            [
                "spec.template.spec.activeDeadlineSeconds: Forbidden: activeDeadlineSeconds in "
                "ReplicaSet is not Supported"
            ],
        ),
        (
            "statefulsets",
            {"podManagementPolicy": "Wild"},
            [
                "spec.podManagementPolicy: Invalid value: \"Wild\": must be 'OrderedReady' or "
                "'Parallel'"
            ],
        ),
        (
            "statefulsets",
            {"updateStrategy": {"type": "OnDelete", "rollingUpdate": {}}},
            [
                "spec.updateStrategy.rollingUpdate: Invalid value: {}: only allowed for "
                "updateStrategy "
                "'RollingUpdate'"
            ],
        ),
        (
            "daemonsets",
            {"updateStrategy": {"rollingUpdate": {"maxUnavailable": 0}}},
            [
                "spec.updateStrategy.rollingUpdate.maxUnavailable: Required value: cannot be 0 "
                "when "
                "maxSurge is 0"
            ],
        ),
        (
            "daemonsets",
            {"updateStrategy": {"rollingUpdate": {"maxSurge": 1}}},
            [
                "spec.updateStrategy.rollingUpdate.maxSurge: Invalid value: 1: may not be set when "
                "maxUnavailable is non-zero"
            ],
        ),
    ],
)
def test_a_workload_without_sense_is_told(say, kind, spec, said):
    assert say(f"{kind}.apps", spec=spec) == said


@pytest.mark.parametrize("kind", ["deployments", "replicasets", "daemonsets"])
def test_a_selector_stays(say, kind):
    found = say(f"{kind}.apps", old={}, spec=OTHER)
    said = 'spec.selector: Invalid value: {"matchLabels":{"a":"other"}}: field is immutable'
    assert found == [MISMATCH, said]
    assert say(f"{kind}.apps", old={}, spec={"minReadySeconds": 1}) == []


def test_little_of_a_stateful_set_may_change(say):
    (text,) = say("statefulsets.apps", old={}, spec={"serviceName": "s"})
    assert text.startswith("spec: Forbidden: updates to statefulset spec for fields other than")
    assert say("statefulsets.apps", old={}, spec={"replicas": 5}) == []


def test_replication_controllers(say):
    assert say("replicationcontrollers", spec={"selector": None}) == [
        "spec.selector: Required value"
    ]
    assert say("replicationcontrollers", spec={"selector": {"a": "c"}}) == [MISMATCH]
    assert say("replicationcontrollers", spec={"template": None}) == [
        "spec.template: Required value"
    ]
