"""Figures in the hub's registry."""

from __future__ import annotations

import pytest
from prometheus_client import REGISTRY

from workshop_spawner import metrics
from workshop_spawner.rules import plan
from workshop_spawner.start import steps
from workshop_spawner.start.progress import Progress


def read(name, **labels):
    return REGISTRY.get_sample_value(name, labels) or 0


async def test_each_step_is_timed(site, kube):
    before = read("workshop_session_step_seconds_count", step="account")
    todo = plan.make_plan(site.session, plan.SessionSpec(), {})
    await steps.Start(kube, site.session, Progress()).run(todo)
    assert read("workshop_session_step_seconds_count", step="account") == before + 1


@pytest.mark.parametrize("outcome", ["success", "rights"])
def test_starts_are_counted_by_outcome(outcome):
    before = read("workshop_session_starts_total", outcome=outcome)
    metrics.STARTS.labels(outcome).inc()
    assert read("workshop_session_starts_total", outcome=outcome) == before + 1
