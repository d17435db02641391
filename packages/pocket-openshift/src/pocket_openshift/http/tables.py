"""Tables, as kubectl asks for them (`Accept: application/json;as=Table`), from answers and watches.

Pure; the columns of each kind are in `columns`.
"""

from __future__ import annotations

import json
from typing import Any

from pocket_openshift.core.behaviour import Stream
from pocket_openshift.http import columns
from pocket_openshift.vocabulary import kinds, paths


def wanted(accept: str) -> bool:
    """Whether the caller's first choice is a table."""
    first = accept.split(",")[0].replace(" ", "")
    return "as=Table" in first and "g=meta.k8s.io" in first


def make_table(
    kind: kinds.Kind,
    objects: list[dict[str, Any]],
    metadata: dict[str, Any],
    include: str = "Metadata",
) -> dict[str, Any]:
    """A table of objects.

    Each row carries the object's metadata, as kubectl needs for `-A` and labels, or the whole
    (`include` is Object, as for `--sort-by`), or None.
    """
    narrow, wide = columns.of(kind.resource)
    shown = [*narrow, *wide]
    return {
        "kind": "Table",
        "apiVersion": "meta.k8s.io/v1",
        "metadata": metadata,
        "columnDefinitions": [
            {
                "name": title,
                "type": "string",
                "format": "name" if title == "Name" else "",
                "description": title,
                "priority": int(number >= len(narrow)),
            }
            for number, (title, _) in enumerate(shown)
        ],
        "rows": [
            {
                "cells": [cell(obj) for _, cell in shown],
                **_carried(kind, obj, include),
            }
            for obj in objects
        ],
    }


def _carried(kind: kinds.Kind, obj: dict[str, Any], include: str) -> dict[str, Any]:
    if include == "None":
        return {}
    if include == "Object":
        return {"object": {"kind": kind.kind, "apiVersion": kind.api_version, **obj}}
    partial = {"kind": "PartialObjectMetadata", "apiVersion": "meta.k8s.io/v1"}
    return {"object": {**partial, "metadata": obj["metadata"]}}


def from_answer(
    body: Any, target: paths.RequestTarget, include: str = "Metadata"
) -> dict[str, Any] | None:
    """The table for an object or list that is about to be answered; None for what is no such thing.

    `include` is the query's `includeObject`.
    """
    if target.kind is None or target.subresource:
        return None
    parsed = json.loads(body) if isinstance(body, bytes) else body
    if not isinstance(parsed, dict) or parsed.get("kind") == "Status":
        return None
    if "items" in parsed:
        return make_table(target.kind, parsed["items"], parsed["metadata"], include)
    version = parsed.get("metadata", {}).get("resourceVersion", "")
    return make_table(target.kind, [parsed], {"resourceVersion": version}, include)


async def stream(lines: Stream, target: paths.RequestTarget, include: str = "Metadata") -> Stream:
    """A watch whose events carry tables of one row."""
    async for block in lines:
        for line in block.splitlines():
            event = json.loads(line)
            if target.kind is not None and event["type"] in ("ADDED", "MODIFIED", "DELETED"):
                version = event["object"]["metadata"]["resourceVersion"]
                event["object"] = make_table(
                    target.kind, [event["object"]], {"resourceVersion": version}, include
                )
            yield json.dumps(event).encode() + b"\n"
