"""What a run of the tests came to, for people and for the table at the end of `nox -s tests`.

A pytest plugin, registered by the root conftest.py. It counts what passed, failed and was left out,
with the reasons, and

- writes it to the file of RESULTS_FILE, if that is set (tools/results_table.py reads it);
- with REQUIRE_ALL_TESTS=1, as in .ci/run, fails the run when a test was skipped, and names it.
"""

from __future__ import annotations

import json
import os
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

LEFT_OUT = "left_out"


class Results:
    """The counts of one run; with pytest-xdist, the workers hand theirs to the controller."""

    def __init__(self, config: pytest.Config) -> None:
        self.config = config
        self.is_worker = hasattr(config, "workerinput")
        self.counts: Counter[str] = Counter()
        self.reasons: Counter[str] = Counter()
        self.deselected: Counter[str] = Counter()
        self.skipped: list[str] = []
        self.start = time.monotonic()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Count a test by the first of its phases that says more than "passed"."""
        if report.failed:
            self.counts["failed" if report.when == "call" else "errors"] += 1
        elif report.skipped:
            self._leave_out(report)
        elif report.when == "call":
            self.counts["passed"] += 1

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Count a file that cannot be imported, or that is skipped as a whole."""
        if report.failed:
            self.counts["errors"] += 1
        elif report.skipped:
            self._leave_out(report)

    def pytest_deselected(self, items: list[pytest.Item]) -> None:
        """Count what the expressions of -m and -k leave out."""
        option = self.config.option
        words = [
            f"-{name} {word!r}"
            for name, word in (("m", option.markexpr), ("k", option.keyword))
            if word
        ]
        self.deselected[f"not asked for ({' '.join(words) or 'deselected'})"] += len(items)

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """Take over what a worker deselected: all of them collect, and deselect, the same."""
        self.deselected |= Counter(getattr(node, "workeroutput", {}).get(LEFT_OUT, {}))

    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        """Write the file; in CI everything must run, so a skip is a failure there."""
        if self.is_worker:
            self.config.workeroutput[LEFT_OUT] = dict(self.deselected)  # type: ignore[attr-defined]
            return
        if exitstatus == 0 and self._lacks():
            session.exitstatus = pytest.ExitCode.TESTS_FAILED
        if name := os.environ.get("RESULTS_FILE"):
            Path(name).write_text(json.dumps(self._summary(int(session.exitstatus))))

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Name what was left out where nothing may be."""
        if self._lacks():
            terminalreporter.section("left out, but required here", red=True)
            for nodeid in self.skipped:
                terminalreporter.line(nodeid)

    def _leave_out(self, report: pytest.TestReport | pytest.CollectReport) -> None:
        expected = getattr(report, "wasxfail", None)
        if expected is not None:
            self.reasons[f"expected to fail: {expected}"] += 1
            return
        _, _, reason = report.longrepr if isinstance(report.longrepr, tuple) else ("", 0, "?")
        self.reasons[reason.removeprefix("Skipped: ")] += 1
        self.skipped.append(report.nodeid)

    def _lacks(self) -> bool:
        return bool(self.skipped and os.environ.get("REQUIRE_ALL_TESTS"))

    def _summary(self, exit_code: int) -> dict[str, Any]:
        return {
            **{name: self.counts[name] for name in ("passed", "failed", "errors")},
            LEFT_OUT: dict(self.reasons + self.deselected),
            "seconds": round(time.monotonic() - self.start),
            "exit_code": exit_code,
        }


def watch(config: pytest.Config) -> None:
    """Count from now on."""
    config.pluginmanager.register(Results(config), "results")
