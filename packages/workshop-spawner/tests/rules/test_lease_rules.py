"""Which of two hubs has a name."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from workshop_spawner.rules import lease_rules

LEASE = {"metadata": {"resourceVersion": "7"}, "spec": {"holderIdentity": "one"}}


@pytest.mark.parametrize(
    ("lease", "takes_over", "takes", "other"),
    [
        (None, False, True, ""),
        ({"metadata": {}}, False, True, ""),
        ({"spec": {"holderIdentity": ""}}, False, True, ""),
        ({"spec": {"holderIdentity": "mine"}}, False, True, ""),
        (LEASE, False, False, "one"),
        (LEASE, True, True, "one"),
    ],
)
def test_who_may_take_the_name(lease, takes_over, takes, other):
    verdict = lease_rules.decide_lease(lease, "mine", takes_over=takes_over)
    assert (verdict.takes, verdict.other) == (takes, other)


def test_only_a_write_says_that_the_other_is_alive():
    later = {"metadata": {"resourceVersion": "8"}}
    assert lease_rules.was_renewed(LEASE, later)
    assert not lease_rules.was_renewed(LEASE, LEASE)
    assert not lease_rules.was_renewed(LEASE, None)


def test_a_lease_is_as_the_api_wants_it():
    spec = lease_rules.make_spec("me", datetime(2026, 1, 2, 3, 4, 5, 6, UTC))
    assert spec["renewTime"] == "2026-01-02T03:04:05.000006Z"
    assert spec["holderIdentity"] == "me"
    assert "take_over" in lease_rules.render_refusal("intro", "here")


def test_each_application_has_a_lease():
    lease = lease_rules.make_lease_reference("intro", "workshops")
    assert lease["metadata"] == {"name": "intro-hub", "namespace": "workshops"}
    assert lease["kind"] == "Lease"
