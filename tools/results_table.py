"""The table at the end of `python3 noxfile.py -s tests`: what each Python's run came to.

    python tools/results_table.py FOLDER            the table of all runs in FOLDER
    python tools/results_table.py FOLDER --closing  one line as pytest's: "1 failed, 2 passed in 3s"

Each run's file, NAME.json, is written by tests/support/results.py; one that is empty belongs to a
run that never came to its end. The exit code is 1 unless all runs passed.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

COUNTS = ("passed", "failed", "errors")
HEAD = ("Python", *COUNTS, "left out", "seconds")
NO_RESULT: dict[str, Any] = {
    **dict.fromkeys(COUNTS, 0),
    "left_out": {},
    "seconds": 0,
    "exit_code": 1,
    "note": "did not come to its end: see above",
}


def read_runs(folder: Path) -> dict[str, dict[str, Any]]:
    """The name of each run and what its file says."""
    texts = {path.stem: path.read_text() for path in sorted(folder.glob("*.json"))}
    return {name: json.loads(text) if text else NO_RESULT for name, text in texts.items()}


def make_table(runs: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """The lines of the table, and below it why tests were left out."""
    rows = [HEAD, *(make_row(name, run) for name, run in runs.items())]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEAD))]
    lines = [
        "  ".join(word.rjust(width) for word, width in zip(row, widths, strict=True))
        for row in rows
    ]
    for name, run in runs.items():
        if note := run.get("note"):
            lines.append(f"{name}: {note}")
        for reason, count in sorted(run["left_out"].items(), key=lambda item: -item[1]):
            lines.append(f"{name}: {count} left out: {reason}")
    return lines


def make_row(name: str, run: Mapping[str, Any]) -> tuple[str, ...]:
    """The words of one run."""
    counts = (*(run[key] for key in COUNTS), sum(run["left_out"].values()), run["seconds"])
    return (name, *map(str, counts))


def make_closing(runs: Mapping[str, Mapping[str, Any]]) -> str:
    """All runs together in one line, in pytest's words."""
    total: Counter[str] = Counter()
    for run in runs.values():
        total.update({key: run[key] for key in (*COUNTS, "seconds")})
        # What one run was not asked for, another one runs.
        reasons = run["left_out"].items()
        total["skipped"] += sum(n for why, n in reasons if not why.startswith("not asked for"))
    words = [f"{total[key]} {key}" for key in ("failed", "passed", "skipped", "errors")]
    said = [word for word in words if not word.startswith("0 ") or word == "0 passed"]
    return f"{', '.join(said)} in {total['seconds']}s"


def main(words: list[str]) -> int:
    """Print what is asked for; 1 unless all runs passed."""
    runs = read_runs(Path(words[0]))
    print("\n".join([make_closing(runs)] if "--closing" in words else make_table(runs)))
    return int(not runs or any(run["exit_code"] for run in runs.values()))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
