"""What a list and a watch of the API say."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from workshop_kube.rules import answers
from workshop_kube.rules.manifests import Object

LONGEST_EVENT = 64 * 2**20


@dataclass(frozen=True, slots=True)
class Listed:
    """A complete list: what is not in it, is gone."""

    items: tuple[Object, ...]


@dataclass(frozen=True, slots=True)
class Changed:
    """One change since: `kind` is ADDED, MODIFIED or DELETED (BOOKMARK is not handed out)."""

    kind: str
    item: Object

    @property
    def version(self) -> str:
        """The resource version from which a watch may go on."""
        return str(self.item["metadata"]["resourceVersion"])


def parse_event(line: bytes) -> Changed | answers.Answer:
    """A change, or the refusal that ends a watch. ValueError for anything else."""
    event: Any = json.loads(line)
    try:
        if event["type"] == "ERROR":
            status = event["object"]
            return answers.Answer(int(status.get("code") or 500), document=status)
        change = Changed(str(event["type"]), event["object"])
        assert change.version  # noqa: S101 - read now, so that a strange event fails here
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"not an event of a watch: {line[:80]!r}") from error
    return change


def split_lines(buffer: bytes, chunk: bytes) -> tuple[list[bytes], bytes]:
    """The whole lines so far, and what is left over. ValueError for one without an end."""
    *lines, rest = (buffer + chunk).split(b"\n")
    if len(rest) > LONGEST_EVENT:
        raise ValueError(f"a watch event of more than {LONGEST_EVENT} bytes")
    return lines, rest
