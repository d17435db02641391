"""Ask the cluster which image a bare `name:tag` stands for, where it has ImageStreams.

A crowd asks once in some seconds, not each session.
"""

from __future__ import annotations

import time
from collections.abc import Iterable

from workshop_kube.errors import ForbiddenError
from workshop_kube.rules.manifests import make_reference
from workshop_spawner.kube.cluster import Cluster
from workshop_spawner.logs import Log
from workshop_spawner.rules import images
from workshop_spawner.rules.api_errors import explain

# Seconds for which an answer holds.
FRESH = 10.0


async def has_streams(cluster: Cluster) -> bool:
    """Whether the cluster has ImageStreams; asked once a hub."""
    return bool(await cluster.facts.learn("image streams", lambda: cluster.has_api(images.API)))


async def resolve(
    cluster: Cluster, namespace: str, names: Iterable[str], log: Log
) -> dict[str, str]:
    """The images that names stand for, those that are an ImageStream's in `namespace` only.

    A name without a stream, or with one that we may not read, is left as it is. TemporaryError
    when the cluster does not answer.
    """
    bare = images.list_streams(names)
    if not bare or not await has_streams(cluster):
        return {}
    found = {name: await _find(cluster, namespace, name, log) for name in sorted(bare)}
    return {name: image for name, image in found.items() if image}


async def _find(cluster: Cluster, namespace: str, name: str, log: Log) -> str:
    image = cluster.facts.find_image(namespace, name, time.monotonic() - FRESH)
    if image is None:
        image = await _ask(cluster, namespace, name, log)
        cluster.facts.keep_image(namespace, name, image, time.monotonic())
    return image


async def _ask(cluster: Cluster, namespace: str, name: str, log: Log) -> str:
    stream, tag = images.parse_stream(name) or (name, images.LATEST)
    try:
        found = await cluster.find(make_reference(images.API, "ImageStream", stream, namespace))
    except ForbiddenError as error:
        log.warning("The image %s is taken as it is written: %s", name, explain(error).detail)
        return ""
    if found is None:
        return ""
    image = images.choose_image(found, tag)
    if not image:
        log.warning("ImageStream %s/%s has no image of the tag %s yet", namespace, stream, tag)
    return image
