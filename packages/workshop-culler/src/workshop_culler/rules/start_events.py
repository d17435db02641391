"""What the hub tells of a start, as server-sent events."""

from __future__ import annotations

import json
from dataclasses import dataclass

FAILED = "Spawn failed: "
LONGEST = 300


@dataclass(frozen=True, slots=True)
class StartEvent:
    """One line; the last one says that the server is ready (no `failure`), or why it is not."""

    is_last: bool = False
    failure: str = ""


def read_event(line: bytes) -> StartEvent | None:
    """The event in a line of the stream; None where there is none."""
    if not line.startswith(b"data:"):
        return None
    try:
        model = json.loads(line[5:])
    except ValueError:
        return None
    if not isinstance(model, dict):
        return None
    if not model.get("failed"):
        return StartEvent(is_last=bool(model.get("ready")))
    said = " ".join(str(model.get("message") or "").removeprefix(FAILED).split())
    return StartEvent(True, said[:LONGEST] or "The start failed; the hub's log says why.")
