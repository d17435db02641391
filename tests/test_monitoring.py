"""templates/monitoring: each expression is PromQL, about metrics and labels that the code has."""

import json
import re
from pathlib import Path

import jupyterhub.metrics
import prometheus_client
import promql_parser
import pytest
import yaml

from workshop_culler.passes.metrics import Metrics
from workshop_spawner import metrics as spawner_metrics

FOLDER = Path(__file__).resolve().parents[1] / "templates" / "monitoring"
ALERTS = [
    rule
    for group in yaml.safe_load((FOLDER / "alerts.yaml").read_text())["groups"]
    for rule in group["rules"]
]
DASHBOARD = json.loads((FOLDER / "dashboard.json").read_text())
EXPRESSIONS = [rule["expr"] for rule in ALERTS] + [
    target["expr"] for panel in DASHBOARD["panels"] for target in panel["targets"]
]
# What Prometheus adds to each series that it scrapes.
SCRAPED = {"instance", "job"}


def find_labels():
    """Each series that a Prometheus would get -> the labels that the code gives it."""
    metrics = [
        each
        for module in (spawner_metrics, jupyterhub.metrics)
        for each in vars(module).values()
        if isinstance(each, prometheus_client.metrics.MetricWrapperBase)
    ]
    metrics += vars(Metrics()).values()
    found = {}
    for metric in metrics:
        if isinstance(metric, prometheus_client.metrics.MetricWrapperBase):
            for described in metric.describe():
                suffixes = {
                    "counter": ["_total"],
                    "histogram": ["_bucket", "_count", "_sum"],
                }.get(described.type, [""])
                labels = set(metric._labelnames) | ({"le"} if "_bucket" in suffixes else set())
                found |= {described.name + suffix: labels for suffix in suffixes}
    return found


LABELS = find_labels()


def walk(expression):
    """An expression and all that it is made of."""
    yield expression
    for name in ("lhs", "rhs", "expr", "vector_selector", "vs"):
        if (part := getattr(expression, name, None)) is not None:
            yield from walk(part)
    for part in getattr(expression, "args", None) or ():
        yield from walk(part)


def find_series(expression):
    """The names and labels of what an expression reads."""
    return [
        (part.name, {matcher.name for matcher in part.matchers.matchers})
        for part in walk(expression)
        if isinstance(part, promql_parser.VectorSelector)
    ]


@pytest.mark.parametrize("text", EXPRESSIONS)
def test_an_expression_reads_what_the_code_writes(text):
    parsed = promql_parser.parse(text)
    series = find_series(parsed)
    assert series, "it reads nothing"
    assert len(series) == len(re.findall(r"\b(?:workshop|jupyterhub)_\w+", text))
    for name, labels in series:
        assert name in LABELS
        assert labels <= LABELS[name]
    kept = set().union(*(LABELS[name] for name, _ in series)) | SCRAPED
    for part in walk(parsed):
        modifier = getattr(part, "modifier", None)
        if isinstance(part, promql_parser.AggregateExpr) and modifier:
            assert set(modifier.labels) <= kept


def test_the_rule_of_the_check_itself():
    assert LABELS["workshop_culler_events_total"] == {"destination", "outcome"}
    assert find_series(promql_parser.parse('a{b="c"} > rate(d[5m])')) == [
        ("a", {"b"}),
        ("d", set()),
    ]
    with pytest.raises(ValueError, match="unclosed"):
        promql_parser.parse("sum by (a (b)")


@pytest.mark.parametrize("rule", ALERTS, ids=lambda rule: rule["alert"])
def test_an_alert_says_what_is_wrong_and_names_labels_that_are_left(rule):
    assert rule.keys() == {"alert", "expr", "for", "labels", "annotations"}
    assert rule["labels"]["severity"] in ("critical", "warning")
    assert re.fullmatch(r"\d+[smh]", rule["for"])
    said = " ".join(rule["annotations"].values())
    parsed = promql_parser.parse(rule["expr"])
    left = {
        label
        for part in walk(parsed)
        if isinstance(part, promql_parser.AggregateExpr) and part.modifier
        for label in part.modifier.labels
    }
    assert set(re.findall(r"\$labels\.(\w+)", said)) <= left
    assert len(rule["annotations"]["summary"]) > 20


def test_names_are_there_once():
    assert len({rule["alert"] for rule in ALERTS}) == len(ALERTS)
    assert len({panel["id"] for panel in DASHBOARD["panels"]}) == len(DASHBOARD["panels"])


def test_the_panels_stand_beside_each_other():
    taken = set()
    for panel in DASHBOARD["panels"]:
        at = panel["gridPos"]
        cells = {
            (x, y)
            for x in range(at["x"], at["x"] + at["w"])
            for y in range(at["y"], at["y"] + at["h"])
        }
        assert at["x"] + at["w"] <= 24
        assert not taken & cells, panel["title"]
        taken |= cells
        assert panel["datasource"]["uid"] == "${datasource}"
