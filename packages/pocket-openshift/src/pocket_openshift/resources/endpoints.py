"""Endpoints and EndpointSlices follow the pods that a Service selects."""

from __future__ import annotations

from pocket_openshift.core import deletion, store
from pocket_openshift.core.behaviour import Behaviour, Object
from pocket_openshift.resources.rules import endpoint_rules
from pocket_openshift.vocabulary import kinds

_ENDPOINTS, _SLICES = "endpoints", "endpointslices.discovery.k8s.io"


class Endpoints(Behaviour):
    """A change of a pod concerns the Services of its namespace that select it, and no other."""

    resources = ("services", "pods")

    def started(self) -> None:
        """Look at the Services of a cluster that was kept."""
        for service in self.store.select("services"):
            self._follow(service)

    def changed(self, change: store.Change) -> None:
        """React to what was committed."""
        if change.kind.resource == "services":
            if change.type == "DELETED":
                self._remove(_ENDPOINTS, change.namespace, change.key.name)
            elif change.old is None or change.old["spec"] != change.obj["spec"]:
                self._follow(change.obj)
            return
        seen = [change.obj] if change.old is None else [change.obj, change.old]
        for service in self.store.select("services", change.namespace):
            if any(endpoint_rules.selects(service, pod) for pod in seen):
                self._follow(service)

    def _follow(self, service: Object) -> None:
        place, name = service["metadata"]["namespace"], service["metadata"]["name"]
        if not service["spec"].get("selector") or self._going(place):
            return  # whoever made a Service without a selector writes its Endpoints
        pods = [p for p in self.store.select("pods", place) if endpoint_rules.selects(service, p)]
        subsets = endpoint_rules.make_subsets(service, pods)
        labels = service["metadata"].get("labels")
        metadata = {"name": name, "namespace": place, **({"labels": labels} if labels else {})}
        body = {"metadata": metadata, **({"subsets": subsets} if subsets else {})}
        self._put(_ENDPOINTS, body)
        wanted = endpoint_rules.make_slices(service, pods)
        for one in wanted:
            self._put(_SLICES, one)
        self._drop_others(service, {one["metadata"]["name"] for one in wanted})

    def _going(self, namespace: str) -> bool:
        found = self.store.find("namespaces", "", namespace)
        return found is None or "deletionTimestamp" in found["metadata"]

    def _put(self, resource: str, wanted: Object) -> None:
        """Write an object unless it is so already."""
        kind, metadata = kinds.named(resource), wanted["metadata"]
        found = self.store.find(resource, metadata["namespace"], metadata["name"])
        if found is None:
            self.store.create(kind, wanted)
        else:
            self.store.update(kind, {**wanted, "metadata": {**found["metadata"], **metadata}})

    def _drop_others(self, service: Object, kept: set[str]) -> None:
        for key in self.store.owned_by(service["metadata"]["uid"]):
            if key.resource == _SLICES and key.name not in kept:
                self._remove(_SLICES, key.namespace, key.name)

    def _remove(self, resource: str, namespace: str, name: str) -> None:
        found = self.store.find(resource, namespace, name)
        if found is not None:
            deletion.delete(self.store, kinds.named(resource), found, deletion.NOW)
