"""`pods/exec`: a websocket that is passed on to the node that runs the pod."""

from __future__ import annotations

import asyncio
import contextlib
from urllib.parse import SplitResult, urlencode, urlsplit

from pocket_openshift.core.behaviour import Behaviour, Call, Endpoint, Reply
from pocket_openshift.resources import logs
from pocket_openshift.vocabulary import errors

_PASSED_ON = ("Sec-WebSocket-Key", "Sec-WebSocket-Version", "Sec-WebSocket-Protocol")


class Execs(Behaviour):
    """Commands in containers. SPDY (kubectl before 1.31) is refused with a sentence."""

    def endpoints(self) -> dict[str, Endpoint]:
        """Both methods: websockets come by GET."""
        return {"get pods/exec": self.run, "create pods/exec": self.run}

    async def run(self, call: Call) -> Reply:
        """A tunnel to the node, which does the websocket's handshake itself."""
        if call.headers.get("Upgrade", "").lower() != "websocket":
            raise errors.bad_request(
                "commands are run over websockets only: use kubectl 1.31 or newer"
            )
        pod = self.store.get(call.kind, call.namespace, call.name)
        container = logs.choose_container(pod, call.query.get("container", ""))
        node = self.store.find("nodes", "", pod["spec"].get("nodeName", ""))
        if node is None:
            raise errors.bad_request(f"pod {call.name} does not have a host assigned")
        place = urlsplit(logs.log_url(node, call, container))
        path = place.path.replace("/containerLogs/", "/exec/", 1)
        head = [
            f"GET {path}?{urlencode(call.lists, doseq=True)} HTTP/1.1",
            f"Host: {place.netloc}",
            f"Authorization: Bearer {(node['metadata'].get('annotations') or {}).get(logs.TOKEN)}",
            "Upgrade: websocket",
            "Connection: Upgrade",
            *(f"{name}: {call.headers[name]}" for name in _PASSED_ON if name in call.headers),
        ]
        asked = "\r\n".join([*head, "", ""]).encode("latin-1")
        return await _open(node["metadata"]["name"], place, asked)


async def _open(node: str, place: SplitResult, asked: bytes) -> Reply:
    """The tunnel, once the node has answered the handshake."""
    try:
        async with asyncio.timeout(logs.CONNECT_SECONDS):
            reader, writer = await asyncio.open_connection(place.hostname, place.port)
    except (OSError, TimeoutError) as error:
        raise logs.silent_node(node, error or "it takes no connection") from error
    with contextlib.ExitStack() as undo:
        undo.callback(writer.close)
        try:
            async with asyncio.timeout(logs.ANSWER_SECONDS):
                writer.write(asked)
                answered = await reader.readuntil(b"\r\n\r\n")
        except TimeoutError as error:
            late = f"no word within {logs.ANSWER_SECONDS:g} seconds"
            raise logs.silent_node(node, late) from error
        except (OSError, EOFError, asyncio.LimitOverrunError) as error:
            raise logs.silent_node(node, "it hung up") from error
        undo.pop_all()
    return Reply(tunnel=(answered, reader, writer))
