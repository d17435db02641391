"""Container logs: files of `TIME STREAM F|P text`. Pure.

The newest part is in NAME.log, the one before it in NAME.log.1.

`shim.py` writes them, `kubelet.py` serves them.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from datetime import UTC, datetime


@dataclasses.dataclass(frozen=True)
class Options:
    """The parameters of GET pods/log."""

    tail: int | None = None
    since: datetime | None = None
    timestamps: bool = False
    limit_bytes: int | None = None


def render(lines: Iterable[bytes], options: Options) -> bytes:
    """What `kubectl logs` shows of the given log lines (each with its newline)."""
    kept = [line for line in lines if _young_enough(line, options.since)]
    if options.tail is not None:
        kept = kept[len(kept) - min(options.tail, len(kept)) :]
    text = b"".join(render_line(line, timestamps=options.timestamps) for line in kept)
    return text if options.limit_bytes is None else text[: options.limit_bytes]


def render_line(line: bytes, *, timestamps: bool) -> bytes:
    """One line without (or with) its time. A part of a longer line ends without a newline."""
    fields = line.split(b" ", 3)
    if len(fields) < 4:
        return b""
    time, _stream, tag, text = fields
    if tag == b"P":
        text = text.rstrip(b"\n")
    return time + b" " + text if timestamps else text


def _young_enough(line: bytes, since: datetime | None) -> bool:
    return (
        since is None or line[:19] >= since.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S").encode()
    )
