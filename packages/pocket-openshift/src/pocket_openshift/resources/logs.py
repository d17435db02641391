"""`pods/log`: fetched from the node that runs the pod, as the real API server asks a kubelet."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote, urlencode

from pocket_openshift.core.behaviour import Behaviour, Call, Endpoint, NodeCall, Object, Reply
from pocket_openshift.http import nodes
from pocket_openshift.vocabulary import errors, kinds

TOKEN = "pocket-openshift/log-token"  # noqa: S105 - an annotation's name
_PASSED_ON = (
    "follow",
    "previous",
    "sinceSeconds",
    "sinceTime",
    "timestamps",
    "tailLines",
    "limitBytes",
)


class Logs(Behaviour):
    """Logs of containers."""

    def endpoints(self) -> dict[str, Endpoint]:
        """What is answered here instead of by the store."""
        return {"get pods/log": self.log}

    async def log(self, call: Call) -> Reply:
        """The text that a container wrote, as it comes when followed."""
        pod = self.store.get(call.kind, call.namespace, call.name)
        container = choose_container(pod, call.query.get("container", ""))
        node = self.store.find("nodes", "", pod["spec"].get("nodeName", ""))
        if not pod["spec"].get("nodeName"):
            raise errors.bad_request(f"pod {call.name} does not have a host assigned")
        if node is None:
            raise errors.not_found(kinds.named("nodes"), pod["spec"]["nodeName"])
        query = {name: call.query[name] for name in _PASSED_ON if name in call.query}
        return await nodes.read_log(make_call(node, "containerLogs", call, container, query))


def choose_container(pod: Object, wanted: str) -> str:
    """The container whose log is meant; a 400 where that is not clear."""
    name, spec = pod["metadata"]["name"], pod["spec"]
    own = [container["name"] for container in spec["containers"]]
    first = [container["name"] for container in spec.get("initContainers") or ()]
    if not wanted and len(own) == 1:
        return own[0]
    if not wanted:
        text = (
            f"a container name must be specified for pod {name}, choose one of: [{' '.join(own)}]"
        )
        raise errors.bad_request(
            text + (f" or one of the init containers: [{' '.join(first)}]" if first else "")
        )
    if wanted not in own + first:
        raise errors.bad_request(f"container {wanted} is not valid for pod {name}")
    return wanted


def make_call(
    node: Object, what: str, call: Call, container: str, query: Mapping[str, object]
) -> NodeCall:
    """Where a node serves something of a container, by what its Node object says."""
    metadata, status = node["metadata"], node.get("status", {})
    addresses = {item["type"]: item["address"] for item in status.get("addresses") or ()}
    port = status.get("daemonEndpoints", {}).get("kubeletEndpoint", {}).get("Port")
    if not port:
        raise errors.internal_error(f"node {metadata['name']} serves no logs", 503)
    host = addresses.get("InternalIP", "127.0.0.1")
    path = f"{what}/{call.namespace}/{call.name}/{quote(container, safe='')}"
    url = f"http://{host}:{port}/{path}?{urlencode(query, doseq=True)}"
    return NodeCall(metadata["name"], url, (metadata.get("annotations") or {}).get(TOKEN, ""))
