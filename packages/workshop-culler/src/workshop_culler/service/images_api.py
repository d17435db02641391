"""`api/images`: which nodes have the sessions' images already, for who prepares a class."""

from __future__ import annotations

from typing import Any

from tornado.web import HTTPError

from workshop_culler.passes.cluster_sweep import ClusterSweep
from workshop_culler.rules import node_images, permissions
from workshop_culler.service.base_handlers import ApiHandler
from workshop_kube.errors import ForbiddenError, KubeError, RefusedError
from workshop_kube.labels import APP, make_selector

NO_SCOPE = "This takes the scope servers, for everybody: ask the hub's admin for it."
NO_ANSWER = "The cluster does not say which nodes have the images; try again."


class ImagesHandler(ApiHandler):
    """`GET images`: the nodes, and of each image how many have it and which do not, and why."""

    async def get(self) -> None:
        """Tell it."""
        if not permissions.may_prestart(self.who):
            raise HTTPError(403, reason=NO_SCOPE)
        service = self.session_service
        try:
            self.answer(await find_images(service.cluster_sweep))
        except KubeError as error:
            service.log.warning("Which nodes have images: %s", error)
            raise HTTPError(503, reason=NO_ANSWER) from error


async def find_images(sweep: ClusterSweep | None) -> dict[str, Any]:
    """What the pods of the pre-pull tell, and the nodes if they may be listed; KubeError."""
    if sweep is None:
        return node_images.render_images(()) | {"why": node_images.NO_CLUSTER}
    selector = make_selector({APP: sweep.owner.application, "component": "pre-pull"})
    pods = await sweep.cluster.list("v1", "Pod", sweep.owner.namespace, selector=selector)
    try:
        nodes = await sweep.cluster.list("v1", "Node")
    except (ForbiddenError, RefusedError):  # it is no right that the culler must have
        nodes = None
    return node_images.render_images(node_images.list_node_images(pods), nodes)
