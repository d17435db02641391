"""What tags of image streams stand for, and the images that workloads take from them.

No registry is asked: a tag of an image stands for the name that it was given, until it is given
another, or somebody says in the status what was pushed.
"""

from __future__ import annotations

import copy
import hashlib
import json
import re
from collections.abc import Callable, Mapping
from typing import Any

Object = dict[str, Any]
# (namespace, stream, tag) -> the image, None where the tag has none
Resolve = Callable[[str, str, str], str | None]
TRIGGERS = "image.openshift.io/triggers"
_FIELD = re.compile(
    r'spec\.template\.spec\.(initContainers|containers)\[\?\(@\.name==["\'](.+)["\']\)\]\.image'
)


def split_tag(name: str) -> tuple[str, str]:
    """Stream and tag of `stream:tag`; the tag is `latest` if none is named."""
    stream, _, tag = name.partition(":")
    return stream, tag or "latest"


def make_status(
    stream: Mapping[str, Any], old: Mapping[str, Any] | None, resolve: Resolve, now: str
) -> Object:
    """The status by the tags of the spec; a tag that stands for what it did is left alone.

    `old` is the stream before it was changed: an image is taken once, when its tag is given it.
    """
    known = (stream.get("status") or {}).get("tags") or ()
    tags = {tag["tag"]: tag for tag in known}
    before = {tag["name"]: tag.get("from") for tag in _find_spec_tags(old or {})}
    for tag in _find_spec_tags(stream):
        name, source = tag["name"], tag.get("from") or {}
        items = (tags.get(name) or {}).get("items") or []
        if items and source.get("kind") == "DockerImage" and before.get(name) == source:
            continue
        image = _find_image(source, stream["metadata"], resolve)
        if image and (not items or items[0]["dockerImageReference"] != image):
            tags[name] = {"tag": name, "items": [_make_item(image, now), *items]}
    # There is no registry of the cluster's own, in which the stream would be a repository.
    status: Object = {"dockerImageRepository": ""}
    return {**status, **({"tags": [tags[name] for name in sorted(tags)]} if tags else {})}


def _find_spec_tags(stream: Mapping[str, Any]) -> list[Object]:
    spec = stream.get("spec") or {}
    repository = spec.get("dockerImageRepository")
    whole = {"name": "latest", "from": {"kind": "DockerImage", "name": f"{repository}:latest"}}
    return [*([whole] if repository else []), *(spec.get("tags") or ())]


def _find_image(source: Mapping[str, Any], metadata: Object, resolve: Resolve) -> str | None:
    name = str(source.get("name") or "")
    if source.get("kind") == "DockerImage":
        return name or None
    if source.get("kind") != "ImageStreamTag" or not name:
        return None
    if ":" not in name:  # another tag of the same stream
        name = f"{metadata['name']}:{name}"
    return resolve(source.get("namespace") or metadata["namespace"], *split_tag(name))


def _make_item(image: str, now: str) -> Object:
    digest = image.partition("@")[2] or f"sha256:{hashlib.sha256(image.encode()).hexdigest()}"
    return {"created": now, "dockerImageReference": image, "image": digest, "generation": 1}


def find_tag(stream: Mapping[str, Any], name: str) -> Object | None:
    """The newest item of a tag."""
    for tag in (stream.get("status") or {}).get("tags") or ():
        if tag["tag"] == name and tag.get("items"):
            return dict(tag["items"][0])
    return None


def make_stream_tag(stream: Mapping[str, Any], name: str, item: Mapping[str, Any]) -> Object:
    """A tag as an object of its own."""
    metadata = stream["metadata"]
    kept = ("namespace", "uid", "resourceVersion", "creationTimestamp", "labels")
    own = {key: metadata[key] for key in kept if key in metadata}
    image = {
        "metadata": {"name": item["image"]},
        "dockerImageReference": item["dockerImageReference"],
    }
    return {
        "kind": "ImageStreamTag",
        "apiVersion": "image.openshift.io/v1",
        "metadata": {**own, "name": f"{metadata['name']}:{name}"},
        "tag": None,
        "generation": item["generation"],
        "lookupPolicy": (stream.get("spec") or {}).get("lookupPolicy") or {"local": False},
        "image": image,
    }


def set_images(workload: Mapping[str, Any], resolve: Resolve) -> Object:
    """A workload with the images that its triggers name, as far as their tags have any."""
    made: Object = copy.deepcopy(dict(workload))
    place = made["metadata"]["namespace"]
    for trigger in made["spec"].get("triggers") or ():
        asked = trigger.get("imageChangeParams") or {}
        source = asked.get("from") or {}
        if trigger.get("type") == "ImageChange" and asked.get("automatic"):
            where = source.get("namespace") or place
            image = resolve(where, *split_tag(str(source.get("name") or "")))
            if image:
                asked["lastTriggeredImage"] = image
                _set(made, "containers", asked.get("containerNames") or (), image)
    for where, name, group, container in _read_annotation(made["metadata"], place):
        if image := resolve(where, *split_tag(name)):
            _set(made, group, (container,), image)
    return made


def _set(workload: Object, group: str, names: Any, image: str) -> None:
    for container in ((workload["spec"].get("template") or {}).get("spec") or {}).get(group) or ():
        if container.get("name") in names:
            container["image"] = image


def _read_annotation(metadata: Object, place: str) -> list[tuple[str, str, str, str]]:
    """Namespace, tag, `containers` or `initContainers`, and name of each trigger by annotation."""
    try:
        listed = json.loads((metadata.get("annotations") or {}).get(TRIGGERS) or "[]")
        found = [(one["from"], _FIELD.fullmatch(one["fieldPath"])) for one in listed]
        return [
            (source.get("namespace") or place, source["name"], *field.groups())
            for source, field in found
            if field and source.get("kind") == "ImageStreamTag"
        ]
    except (ValueError, KeyError, TypeError, AttributeError):
        return []


def has_missing_image(workload: Mapping[str, Any]) -> bool:
    """Whether a DeploymentConfig waits for an image that its tag does not have yet."""
    asked = [one.get("imageChangeParams") or {} for one in workload["spec"].get("triggers") or ()]
    return any(one.get("automatic") and not one.get("lastTriggeredImage") for one in asked)
