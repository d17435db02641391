"""Names of images: which of them an ImageStream stands for, and when they are pulled again.

Works on names and on pods as plain dicts.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from workshop_spawner.model import naming

API = "image.openshift.io/v1"
LATEST = "latest"
# Tags whose image changes under the same name.
MOVING = frozenset({LATEST, "main", "master", "develop"})
CONTAINERS = ("containers", "initContainers")
ALWAYS = "Always"
IF_NOT_PRESENT = "IfNotPresent"


class Name(NamedTuple):
    """An image's name taken apart; tag and digest are empty where there is none."""

    repository: str
    tag: str = ""
    digest: str = ""


def parse_name(image: str) -> Name:
    """Take a name apart. A colon before the last slash is a registry's port, not a tag."""
    rest, _, digest = image.partition("@")
    head, slash, last = rest.rpartition("/")
    last, _, tag = last.partition(":")
    return Name(head + slash + last, tag, digest)


def choose_pull_policy(image: str) -> str:
    """The pull policy of an image: always where its tag moves, else only where missing."""
    name = parse_name(image)
    return ALWAYS if not name.digest and (name.tag or LATEST) in MOVING else IF_NOT_PRESENT


def parse_stream(image: str) -> tuple[str, str] | None:
    """Stream and tag that a bare `name:tag` may stand for; None for a name with a registry."""
    name = parse_name(image)
    if name.digest or not naming.is_dns_label(name.repository):
        return None
    return name.repository, name.tag or LATEST


def choose_image(stream: Mapping[str, Any], tag: str) -> str:
    """The image that a tag of an ImageStream stands for now; empty when the stream knows none.

    The digest that was imported or pushed last (`status.tags`), by way of OpenShift's own registry
    where the tag's `referencePolicy` is `Local`; without one, `status.dockerImageRepository:tag`.
    """
    status = stream.get("status") or {}
    repository = str(status.get("dockerImageRepository") or "")
    newest = _find_newest(status, tag)
    if newest.get("image") and repository and _is_local(stream, tag):
        return f"{repository}@{newest['image']}"
    if newest.get("dockerImageReference"):
        return str(newest["dockerImageReference"])
    return f"{repository}:{tag}" if repository else ""


def _find_newest(status: Mapping[str, Any], tag: str) -> Mapping[str, Any]:
    for known in status.get("tags") or []:
        if known.get("tag") == tag and known.get("items"):
            return dict(known["items"][0])
    return {}


def _is_local(stream: Mapping[str, Any], tag: str) -> bool:
    tags = (stream.get("spec") or {}).get("tags") or []
    policies = [t.get("referencePolicy") or {} for t in tags if t.get("name") == tag]
    return any(policy.get("type") == "Local" for policy in policies)


def list_images(pod: Mapping[str, Any]) -> set[str]:
    """All images of a pod's containers."""
    return {container["image"] for container in _list_containers(pod) if container.get("image")}


def list_streams(images: Iterable[str]) -> set[str]:
    """Those of the images that may be an ImageStream's."""
    return {image for image in images if parse_stream(image)}


def pin(pod: Mapping[str, Any], found: Mapping[str, str]) -> dict[str, Any]:
    """The pod with the images that were `found` for its names, and a pull policy where it has none.

    A digest that was found needs no pulling: it is looked up for each session.
    """
    spec = dict(pod["spec"])
    for kind in CONTAINERS:
        if spec.get(kind):
            spec[kind] = [_pin_container(container, found) for container in spec[kind]]
    return {**pod, "spec": spec}


def _pin_container(container: Mapping[str, Any], found: Mapping[str, str]) -> dict[str, Any]:
    written = container.get("image") or ""
    image = found.get(written, written)
    policy = container.get("imagePullPolicy") or choose_pull_policy(image)
    return {**container, "image": image, "imagePullPolicy": policy}


def _list_containers(pod: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for kind in CONTAINERS:
        yield from pod["spec"].get(kind) or []
