"""What labels of a namespace ask for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pocket_openshift.resources.rules.pod_security_levels import (
    LEVELS,
    LevelVersion,
    Policy,
    policy_of,
)

PREFIX = "pod-security.kubernetes.io/"
BASELINE, RESTRICTED = LevelVersion("baseline"), LevelVersion("restricted")


@pytest.mark.parametrize(
    ("labels", "policy"),
    [
        ({}, Policy()),
        ({"enforce": "baseline"}, Policy(BASELINE, warn=BASELINE)),
        ({"enforce": "baseline", "warn": "restricted"}, Policy(BASELINE, warn=RESTRICTED)),
        ({"enforce": "restricted", "warn": "privileged"}, Policy(RESTRICTED)),
        (
            {"enforce": "baseline", "enforce-version": "v1.30"},
            Policy(LevelVersion("baseline", "v1.30"), warn=LevelVersion("baseline", "v1.30")),
        ),
        ({"audit": "restricted"}, Policy(audit=RESTRICTED)),
    ],
)
def test_labels_say_the_policy(labels, policy):
    assert policy_of({PREFIX + name: value for name, value in labels.items()}) == (policy, [])


def test_a_wrong_label_is_named_and_enforced_strictly():
    policy, causes = policy_of({PREFIX + "enforce": "strict", PREFIX + "warn-version": "v2.1"})
    assert policy == Policy(RESTRICTED)
    assert [(cause.field, cause.message) for cause in causes] == [
        (
            f"metadata.labels[{PREFIX}enforce]",
            'Invalid value: "strict": must be one of privileged, baseline, restricted',
        ),
        (
            f"metadata.labels[{PREFIX}warn-version]",
            'Invalid value: "v2.1": must be "latest" or "v1.x"',
        ),
    ]


@given(st.dictionaries(st.sampled_from([PREFIX + "enforce", PREFIX + "warn"]), st.text()))
def test_any_labels_have_a_policy_and_wrong_ones_a_cause(labels):
    policy, causes = policy_of(labels)
    assert policy.enforce.level in LEVELS
    assert len(causes) == sum(value not in LEVELS for value in labels.values())
