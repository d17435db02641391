import logging

import pytest

from workshop_culler import errors
from workshop_culler.passes import report
from workshop_culler.rules.models import Action, CullVerdict, keep

LOG = logging.getLogger("test")
STOP = CullVerdict(Action.STOP, "idle for 10m00s", "idle")


def test_kept_things_have_rows_in_a_dry_run_only():
    for dry_run, rows in ((False, 1), (True, 2)):
        it = report.Report(dry_run=dry_run)
        it.add(report.Row("server", "ada", STOP))
        it.add(report.Row("server", "bob", keep("in use")))
        assert (len(it.rows), it.judged["server"]) == (rows, 2)


@pytest.mark.parametrize(
    ("error", "failed", "logged"),
    [
        (None, False, "outcome='stopped'"),
        (errors.TemporaryError("busy"), True, "outcome='failed: busy'"),
        (KeyError("x"), True, "outcome='failed: KeyError'"),
        (errors.ChangedError("other uid"), False, "changed since it was judged"),
    ],
)
def test_what_an_act_came_to(caplog, error, failed, logged):
    it = report.Report()
    row = it.add(report.Row("server", "ada", STOP, owner="ada"))
    with caplog.at_level(logging.INFO), it.outcome(row, LOG):
        if error:
            raise error
        row.done = "stopped"
    assert (row.failed, it.ok) == (failed, not failed)
    assert logged in caplog.text
    assert it.done["server"] == (0 if error else 1)


def test_a_deletion_is_one_line_with_what_whose_and_why(caplog):
    it = report.Report()
    row = it.add(report.Row("server", "ada/lab", STOP, owner="ada"))
    with caplog.at_level(logging.INFO), it.outcome(row, LOG):
        row.done = "stopped"
    assert caplog.messages == [
        "culled what=server name=ada/lab owner=ada rule=idle "
        "why='idle for 10m00s' outcome='stopped'"
    ]


def test_the_summary_is_one_line():
    it = report.Report(seconds=1.5, hub_requests=3)
    it.add(report.Row("server", "ada", STOP)).done = "stopped"
    it.trouble("list routes", "503")
    assert report.render_summary(it) == (
        "judged 1 servers; removed 1 servers; troubles: list routes: 503 "
        "(1.50 s, 3 hub and 0 cluster requests)"
    )


def test_the_table_shows_first_what_would_go():
    rows = [report.Row("server", "ada", keep("in use"), "ada"), report.Row("user", "x7", STOP)]
    lines = report.render_table(rows).splitlines()
    assert lines[0].split() == ["VERDICT", "WHAT", "NAME", "OWNER", "WHY"]
    assert lines[1].startswith("stop     user    x7")
    assert lines[2].endswith("in use")


def test_an_empty_table_is_a_head():
    assert report.render_table([]).startswith("VERDICT")
