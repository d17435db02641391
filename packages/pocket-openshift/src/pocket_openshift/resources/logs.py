"""`pods/log`: fetched from the node that runs the pod, as the real API server asks a kubelet."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import quote, urlencode

import tornado.httpclient

from pocket_openshift.core.behaviour import Behaviour, Call, Object, Reply
from pocket_openshift.vocabulary import errors

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
CONNECT_SECONDS = 5
# A node answers with headers at once, also where a log is followed that has no text yet.
ANSWER_SECONDS = 30.0


class Logs(Behaviour):
    """Logs of containers."""

    def endpoints(self) -> dict:
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
            raise errors.not_found(_nodes(), pod["spec"]["nodeName"])
        url = log_url(node, call, container)
        token = (node["metadata"].get("annotations") or {}).get(TOKEN, "")
        return await _fetch(node["metadata"]["name"], url, token)


def silent_node(node: str, why: object) -> errors.StatusError:
    """The answer to whoever wants something of a node that is gone, or only looks like one."""
    text = f'node "{node}" did not answer: {why}. Is its agent (pocket-openshift node) running?'
    return errors.internal_error(text, 502)


def _nodes() -> Any:
    from pocket_openshift.vocabulary import kinds

    return kinds.named("nodes")


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


def log_url(node: Object, call: Call, container: str) -> str:
    """Where a node serves a container's log, by what its Node object says."""
    status = node.get("status", {})
    addresses = {item["type"]: item["address"] for item in status.get("addresses") or ()}
    port = status.get("daemonEndpoints", {}).get("kubeletEndpoint", {}).get("Port")
    if not port:
        raise errors.internal_error(f"node {node['metadata']['name']} serves no logs", 503)
    query = urlencode({name: call.query[name] for name in _PASSED_ON if name in call.query})
    host = addresses.get("InternalIP", "127.0.0.1")
    path = f"containerLogs/{call.namespace}/{call.name}/{quote(container, safe='')}"
    return f"http://{host}:{port}/{path}?{query}"


class _Answer:
    """A node's answer as it comes: its status first, then blocks, None at the end."""

    def __init__(self, node: str) -> None:
        self._node = node
        self.status: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self.blocks: asyncio.Queue[bytes | None] = asyncio.Queue()
        self.dropped = False

    def header(self, line: str) -> None:
        """The first line is `HTTP/1.1 200 OK`."""
        if line.startswith("HTTP/") and not self.status.done():
            self.status.set_result(int(line.split()[1]))

    def block(self, data: bytes) -> None:
        """More text; refused once nobody reads it, which closes the connection."""
        if self.dropped:
            raise ConnectionAbortedError("the reader of the log is gone")
        self.blocks.put_nowait(data)

    def end(self, work: asyncio.Future) -> None:
        """The connection has ended, well or not."""
        if not self.status.done():
            error = None if work.cancelled() else work.exception()
            self.status.set_exception(silent_node(self._node, error))
        elif not work.cancelled():
            work.exception()  # what was cut in the middle is told by the end of the stream
        self.blocks.put_nowait(None)

    async def stream(self) -> AsyncIterator[bytes]:
        """The blocks."""
        try:
            while (block := await self.blocks.get()) is not None:
                yield block
        finally:
            self.dropped = True


async def _fetch(node: str, url: str, token: str) -> Reply:
    answer = _Answer(node)
    request = tornado.httpclient.HTTPRequest(
        url,
        headers={"Authorization": f"Bearer {token}"},
        connect_timeout=CONNECT_SECONDS,
        request_timeout=0,
        header_callback=answer.header,
        streaming_callback=answer.block,
    )
    client = tornado.httpclient.AsyncHTTPClient(force_instance=True)
    work = asyncio.ensure_future(client.fetch(request, raise_error=False))
    work.add_done_callback(answer.end)
    work.add_done_callback(lambda _: client.close())
    try:
        async with asyncio.timeout(ANSWER_SECONDS):
            status = await answer.status
    except TimeoutError as error:
        client.close()
        raise silent_node(node, f"no word within {ANSWER_SECONDS:g} seconds") from error
    if status >= 400:
        text = b"".join([block async for block in answer.stream()]).decode()
        raise errors.bad_request(text or f"the node answered {status}")
    return Reply(stream=answer.stream(), headers={"Content-Type": "text/plain"})
