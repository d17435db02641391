"""`pods/exec`: a websocket that is passed on to the node that runs the pod."""

from __future__ import annotations

from pocket_openshift.core.behaviour import Behaviour, Call, Endpoint, Reply
from pocket_openshift.resources import logs
from pocket_openshift.vocabulary import errors


class Execs(Behaviour):
    """Commands in containers. SPDY (kubectl before 1.31) is refused with a sentence."""

    def endpoints(self) -> dict[str, Endpoint]:
        """Both methods: websockets come by GET."""
        return {"get pods/exec": self.run, "create pods/exec": self.run}

    def run(self, call: Call) -> Reply:
        """A websocket to the node."""
        if call.headers.get("Upgrade", "").lower() != "websocket":
            raise errors.bad_request(
                "commands are run over websockets only: use kubectl 1.31 or newer"
            )
        pod = self.store.get(call.kind, call.namespace, call.name)
        container = logs.choose_container(pod, call.query.get("container", ""))
        node = self.store.find("nodes", "", pod["spec"].get("nodeName", ""))
        if node is None:
            raise errors.bad_request(f"pod {call.name} does not have a host assigned")
        return Reply(websocket=logs.make_call(node, "exec", call, container, call.lists))
