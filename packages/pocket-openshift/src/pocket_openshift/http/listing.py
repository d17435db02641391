"""Lists: by selector, by page, and as they were a while ago.

`verbs` and `streams` ask here; nothing of it knows HTTP.
"""

from __future__ import annotations

import base64
import itertools
import json
from collections.abc import Iterable, Mapping
from typing import Any

from pocket_openshift.core import store
from pocket_openshift.core.behaviour import Call, Plane, Reply
from pocket_openshift.http import list_options
from pocket_openshift.vocabulary import errors, kinds, selectors


def matcher(call: Call) -> selectors.Matcher | None:
    """The selectors of a request; a 400 for nonsense."""
    query = call.query
    try:
        matches = selectors.make_matcher(
            query.get("labelSelector", ""), query.get("fieldSelector", "")
        )
        fields = selectors.parse_fields(query.get("fieldSelector", ""))
    except ValueError as error:
        raise errors.bad_request(str(error)) from error
    for path, _, _ in fields:
        if wrong := selectors.problem_with_field(call.kind.resource, path):
            raise errors.bad_request(wrong)
    return matches


def selected(plane: Plane, call: Call) -> list[store.Object]:
    """The objects that a collection's URL and selectors name, in the order of their keys."""
    matches = matcher(call)
    found = _candidates(plane, call)
    return [obj for obj in found if matches(obj)] if matches else found


def _candidates(plane: Plane, call: Call) -> list[store.Object]:
    """What a collection's selectors have to look at: one object where they name one."""
    name = selectors.only_name(call.query.get("fieldSelector", ""))
    if name and (call.namespace or not call.kind.namespaced):
        place = call.namespace if call.kind.namespaced else ""
        one = plane.store.find(call.kind.resource, place, name)
        return [one] if one is not None else []
    return plane.store.select(call.kind.resource, call.namespace or None)


def _token(version: int, last: store.Object, seen: int) -> str:
    start = [version, *_place(last), seen]
    return base64.urlsafe_b64encode(json.dumps(start).encode()).decode()


def _place(obj: store.Object) -> tuple[str, str]:
    metadata = obj["metadata"]
    return metadata.get("namespace", ""), metadata["name"]


def _start(query: Mapping[str, str]) -> tuple[tuple[str, str], int]:
    """Where a page begins: behind this namespace and name, and how many came before.

    A 400 for a token that is none.
    """
    token = query.get("continue")
    return list_options.parse_continue(token) if token else (("", ""), 0)


def _page(
    objects: Iterable[store.Object], version: int, query: Mapping[str, str], total: int | None
) -> tuple[list[store.Object], dict[str, Any]]:
    """The first of these objects, as many as the query's limit, and the list's metadata.

    `total` is how many there are on all pages, None where nobody has counted.
    """
    metadata: dict[str, Any] = {"resourceVersion": str(version)}
    limit, seen = list_options.limit_of(query), _start(query)[1]
    if limit <= 0:
        return list(objects), metadata
    walk = iter(objects)
    found = list(itertools.islice(walk, limit))
    if next(walk, None) is not None:
        seen += len(found)
        metadata["continue"] = _token(version, found[-1], seen)
        if total is not None:
            metadata["remainingItemCount"] = max(1, total - seen)
    return found, metadata


def render(plane: Plane, kind: kinds.Kind, objects: list[store.Object], metadata: dict) -> bytes:
    """A list as JSON, from the objects' own cached JSON.

    Items say no kind, as in the real server.
    """
    head = {"kind": f"{kind.kind}List", "apiVersion": kind.api_version, "metadata": metadata}
    prefix = b'{"apiVersion":"%s","kind":"%s",' % (kind.api_version.encode(), kind.kind.encode())
    items = []
    for obj in objects:
        encoded = plane.store.encoded(obj)
        items.append(b"{" + encoded[len(prefix) :] if encoded.startswith(prefix) else encoded)
    return json.dumps(head).encode()[:-1] + b',"items":[' + b",".join(items) + b"]}"


def list_(plane: Plane, call: Call) -> Reply:
    """A collection, by page where asked for. Without selectors a page costs what is on it."""
    query, place = call.query, call.namespace or None
    list_options.check(query)
    start, total = _start(query)[0], None
    if query.get("labelSelector") or query.get("fieldSelector"):
        chosen: Iterable[store.Object] = _behind(selected(plane, call), start)
    else:
        chosen = plane.store.walk(call.kind.resource, place, start)
        total = plane.store.count(call.kind.resource, place)
    objects, metadata = _page(chosen, plane.store.version, query, total)
    return Reply(render(plane, call.kind, objects, metadata))


def _behind(objects: Iterable[store.Object], start: tuple[str, str]) -> Iterable[store.Object]:
    return (obj for obj in objects if _place(obj) > start)


def stale_list(plane: Plane, call: Call, commits: int) -> Reply:
    """A collection before the last commits of its kind: what a lagging cache would answer."""
    undone = plane.watching.last_changes(call.kind.resource, commits)
    objects = {store.key_of(call.kind, obj): obj for obj in plane.store.select(call.kind.resource)}
    for change in undone:
        objects.pop(change.key, None)
        if change.old is not None:
            objects[change.key] = change.old
    matches, place = matcher(call), call.namespace
    found = [
        objects[key]
        for key in sorted(objects)
        if (not place or key.namespace == place) and (matches is None or matches(objects[key]))
    ]
    version = undone[-1].version - 1 if undone else plane.store.version
    chosen = _behind(found, _start(call.query)[0])
    kept, metadata = _page(chosen, version, call.query, None)
    return Reply(render(plane, call.kind, kept, metadata))
