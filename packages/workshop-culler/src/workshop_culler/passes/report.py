"""What a pass did: rows of verdicts, troubles, a table for people and lines for the log.

`sweep.py` and `cluster_sweep.py` fill a Report; `app.py` prints or logs it, `metrics.py` counts it.
No secrets get here: rows hold names and reasons.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

from workshop_culler.errors import ApiError, ChangedError
from workshop_culler.rules.models import CullVerdict
from workshop_kube.errors import ConflictError, KubeError


@dataclass
class Row:
    """One thing that was judged: what, its name, the verdict, whose it is, what came of it."""

    what: str
    name: str
    verdict: CullVerdict
    owner: str = ""
    done: str = ""
    failed: bool = False


@dataclass
class Report:
    """The rows of one pass. Things that are kept have rows in a dry run only.

    `active` is the number of active servers, if the whole list was read; `next_end` the moment, by
    the hub's clock, at which the first of those that were kept may be due.
    """

    dry_run: bool = False
    rows: list[Row] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)
    judged: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0
    hub_requests: int = 0
    cluster_requests: int = 0
    outage: bool = False
    active: int | None = None
    # Projects that finalizers keep, and that could not be freed.
    held: int = 0
    next_end: datetime | None = None

    def add(self, row: Row) -> Row:
        """Count a judged thing and keep its row if it is to be acted on, or in a dry run."""
        self.judged[row.what] += 1
        if row.verdict.acts or self.dry_run:
            self.rows.append(row)
        return row

    def trouble(self, what: str, error: object) -> None:
        """Note something that kept part of the pass from being done."""
        self.troubles.append(f"{what}: {error}")

    @property
    def done(self) -> Counter[str]:
        """How many of each kind of thing were acted on without failing."""
        return Counter(row.what for row in self.rows if row.done and not row.failed)

    @property
    def failures(self) -> int:
        """How many acts failed."""
        return sum(row.failed for row in self.rows)

    @property
    def ok(self) -> bool:
        """Whether the whole pass could be done."""
        return not self.troubles and not self.failures

    @contextmanager
    def outcome(self, row: Row, log: logging.Logger) -> Iterator[None]:
        """Run an act: whatever it raises becomes the row's outcome, and one line in the log."""
        try:
            yield
        except (ChangedError, ConflictError):
            log.info("kept %s %s: changed since it was judged", row.what, row.name)
            return
        except (ApiError, KubeError) as error:
            row.done, row.failed = f"failed: {error}", True
        except Exception as error:
            log.exception("Acting on %s %s", row.what, row.name)
            row.done, row.failed = f"failed: {type(error).__name__}", True
        if not row.done:
            return
        log.log(
            logging.WARNING if row.failed else logging.INFO,
            "culled what=%s name=%s owner=%s rule=%s why=%r outcome=%r",
            row.what,
            row.name,
            row.owner,
            row.verdict.rule,
            row.verdict.reason,
            row.done,
        )


def render_summary(report: Report) -> str:
    """One line that tells what a pass did."""
    judged = ", ".join(f"{n} {what}s" for what, n in sorted(report.judged.items())) or "nothing"
    acted = ", ".join(f"{n} {what}s" for what, n in sorted(report.done.items())) or "nothing"
    text = f"judged {judged}; removed {acted}"
    if report.failures:
        text += f"; {report.failures} failed"
    if report.troubles:
        text += f"; troubles: {'; '.join(report.troubles)}"
    calls = f"{report.hub_requests} hub and {report.cluster_requests} cluster requests"
    return f"{text} ({report.seconds:.2f} s, {calls})"


def render_table(rows: Sequence[Row]) -> str:
    """The verdicts as a table in plain text, what would be removed first."""
    ordered = sorted(rows, key=lambda row: (not row.verdict.acts, row.what, row.name))
    head = ("VERDICT", "WHAT", "NAME", "OWNER", "WHY")
    body = [(r.verdict.action, r.what, r.name, r.owner or "-", r.verdict.reason) for r in ordered]
    widths = [max(len(line[i]) for line in [head, *body]) for i in range(4)]
    lines = ("  ".join([*map(str.ljust, line[:4], widths), line[4]]) for line in [head, *body])
    return "\n".join(lines)
