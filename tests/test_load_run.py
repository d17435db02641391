"""A small run of `noxfile.py -s load`: real hubs, real terminals, the page and its plots."""

import dataclasses
import json
from xml.etree import ElementTree as ET

import pytest

import realhub
from load import __main__ as load
from load.rules import report

pytestmark = [pytest.mark.hub, pytest.mark.slow]

SMALL = (
    "--arrivals",
    "5",
    "--within",
    "1",
    "--alive",
    "0",
    "--in-sequence",
    "8",
    "--no-costs",
    "--alone",
    "1",
)


async def test_small_crowd_is_served_and_told(tmp_path):
    """From the reserve and from pods that wait, then one after the other; nothing is left."""
    if reason := realhub.proxy_missing():
        pytest.skip(reason)
    words = [*SMALL, "--kinds", "warm", "--out", str(tmp_path)]
    told = await load.measure(load.parse_arguments(words), words)
    load.write(told, tmp_path)

    assert report.problem_with_starts(told) is None, told
    (run,) = told.runs
    assert len(run.prompts) == 5
    assert len(run.echoes) == 5 * sum(map(len, ("echo hello", "ls", "oc whoami")))
    assert run.path[0] >= 3, "account, project and pod are made the visitor's"
    assert not run.errors, run.errors
    assert {"create", "patch"} <= {count.verb for count in run.requests}
    assert told.sequence is not None
    assert told.sequence.succeeded == 8
    assert told.sequence.before > 50
    page = (tmp_path / "figures.md").read_text()
    assert "100 % (5 of 5)" in page
    assert "What went wrong" not in page
    for picture in (tmp_path / "images").iterdir():
        ET.parse(picture)
        assert picture.name in page
    json.dumps(dataclasses.asdict(told))
