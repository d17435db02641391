from workshop_culler.passes.metrics import Metrics
from workshop_culler.passes.report import Report, Row
from workshop_culler.rules.models import Action, CullVerdict


def test_a_pass_is_counted():
    metrics = Metrics()
    report = Report(seconds=0.5, hub_requests=3, cluster_requests=2, active=3, held=2)
    idle = CullVerdict(Action.STOP, "idle", "idle")
    report.add(Row("server", "a", idle, done="stopped"))
    report.add(Row("server", "b", idle, done="failed: 500", failed=True))
    report.add(Row("server", "c", idle))
    metrics.count_pass(report, 1000.0)
    metrics.count_extension("owner")
    text = metrics.render().decode()
    for line in (
        'workshop_culler_passes_total{outcome="trouble"} 1.0',
        'workshop_culler_requests_total{to="hub"} 3.0',
        'workshop_culler_requests_total{to="cluster"} 2.0',
        'workshop_culler_removed_total{outcome="done",rule="idle",what="server"} 1.0',
        'workshop_culler_removed_total{outcome="failed",rule="idle",what="server"} 1.0',
        "workshop_culler_last_pass_timestamp_seconds 1000.0",
        "workshop_culler_servers 3.0",
        "workshop_culler_held_projects 2.0",
        'workshop_culler_extensions_total{by="owner"} 1.0',
        "workshop_culler_pass_seconds_count 1.0",
    ):
        assert line in text


def test_a_pass_that_saw_nothing_does_not_count_as_the_last_good_one():
    metrics = Metrics()
    metrics.count_pass(Report(outage=True, troubles=["x"]), 1000.0)
    assert "last_pass_timestamp_seconds 0.0" in metrics.render().decode()
