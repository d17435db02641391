"""Image streams: tags stand for images by name, and workloads that ask for them get them."""

from __future__ import annotations

from pocket_openshift.core import store
from pocket_openshift.core.behaviour import Behaviour, Call, Endpoint, Object, Reply
from pocket_openshift.resources.rules import image_stream_rules
from pocket_openshift.vocabulary import errors, kinds

_STREAMS, _TAGS = "imagestreams.image.openshift.io", "imagestreamtags.image.openshift.io"
_TRIGGERED = ("deploymentconfigs.apps.openshift.io", "deployments.apps", "statefulsets.apps")


class ImageStreams(Behaviour):
    """Fills in what tags stand for, and writes it into workloads with image triggers."""

    resources = (_STREAMS, *_TRIGGERED)

    def default(self, call: Call, obj: Object, old: Object | None) -> None:
        """The status by the spec; the images of a workload that is written."""
        if call.kind.resource == _STREAMS:
            if call.target.subresource != "status":
                obj["status"] = image_stream_rules.make_status(obj, old, self.resolve, store.now())
        elif call.target.subresource == "" and isinstance(obj.get("spec"), dict):
            obj["spec"] = image_stream_rules.set_images(obj, self.resolve)["spec"]

    def changed(self, change: store.Change) -> None:
        """A tag stands for something else: tell the streams and workloads that follow it."""
        if change.kind.resource != _STREAMS or change.type == "DELETED":
            return
        if change.old is not None and change.old.get("status") == change.obj.get("status"):
            return
        for stream in self.store.select(_STREAMS):
            status = image_stream_rules.make_status(stream, stream, self.resolve, store.now())
            if status != stream.get("status"):
                self.store.update(kinds.named(_STREAMS), {**stream, "status": status})
        for resource in _TRIGGERED:
            for workload in self.store.select(resource):
                self._trigger(kinds.named(resource), workload)

    def _trigger(self, kind: kinds.Kind, workload: Object) -> None:
        made = image_stream_rules.set_images(workload, self.resolve)
        if made["spec"] != workload["spec"]:
            generation = workload["metadata"].get("generation", 1) + 1
            self.store.update(kind, store.with_metadata(made, generation=generation))

    def resolve(self, namespace: str, name: str, tag: str) -> str | None:
        """The image that a tag stands for."""
        stream = self.store.find(_STREAMS, namespace, name)
        item = image_stream_rules.find_tag(stream, tag) if stream else None
        return item["dockerImageReference"] if item else None

    def endpoints(self) -> dict[str, Endpoint]:
        """Tags as objects, to look at."""
        return {f"get {_TAGS}": self.get_tag, f"list {_TAGS}": self.list_tags}

    def get_tag(self, call: Call) -> Reply:
        """One tag; a 404 for one that stands for nothing."""
        name, tag = image_stream_rules.split_tag(call.name)
        stream = self.store.find(_STREAMS, call.namespace, name)
        item = image_stream_rules.find_tag(stream, tag) if stream else None
        if stream is None or item is None:
            raise errors.not_found(call.kind, call.name)
        return Reply(image_stream_rules.make_stream_tag(stream, tag, item))

    def list_tags(self, call: Call) -> Reply:
        """The tags of a namespace, or of all."""
        items = []
        for stream in self.store.select(_STREAMS):
            if call.namespace in ("", stream["metadata"]["namespace"]):
                for tag in stream["status"].get("tags") or ():
                    item = tag["items"][0]
                    items.append(image_stream_rules.make_stream_tag(stream, tag["tag"], item))
        head = {"kind": "ImageStreamTagList", "apiVersion": "image.openshift.io/v1"}
        version = {"resourceVersion": str(self.store.version)}
        return Reply({**head, "metadata": version, "items": items})
