"""The node agent: watches pods, takes those that are its own, and runs each in a task."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from pocket_openshift import __version__
from pocket_openshift.node import (
    kubelet,
    leftovers,
    pods,
    processes,
    recorder,
    registration,
    settings,
)
from pocket_openshift.node.rules import claims, restarts
from workshop_kube import errors
from workshop_kube.client import Cluster, load_kubeconfig
from workshop_kube.rules.events import Listed
from workshop_kube.rules.manifests import Object

log = logging.getLogger(__name__)

RETRY_SECONDS = 5.0


@dataclass(frozen=True)
class Options:
    """What the agent may be told; no `prefixes` are all namespaces, no `data` is a new folder."""

    kubeconfig: Path
    prefixes: Sequence[str] = ()
    data: Path | None = None
    name: str = ""
    backoff: restarts.Backoff = field(default_factory=restarts.Backoff)
    stop_seconds: float = 10.0


class Listener(Protocol):
    """What runs beside an agent with its client, such as a router; it knows its ports."""

    port: int
    tls_port: int | None


Companion = Callable[[Cluster], contextlib.AbstractAsyncContextManager[Listener]]


class Agent:
    """One node. `serve` runs it until it is cancelled or told to stop."""

    def __init__(
        self, options: Options, environ: Mapping[str, str], companion: Companion | None = None
    ) -> None:
        self.options, self.environ = options, environ
        self.companion: Listener | None = None  # once it serves
        self._companion = companion
        self.pods: dict[str, pods.Pod] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}

    async def serve(self, stop: asyncio.Event, ready: Callable[[], None] = lambda: None) -> None:
        """Run pods until `stop` is set; then end all that was started."""
        async with contextlib.AsyncExitStack() as stack:
            data = self._enter_data(stack)
            connection = await load_kubeconfig(self.options.kubeconfig)
            api = await stack.enter_async_context(Cluster(connection))
            starter = processes.Processes()
            starter.open()
            stack.push_async_callback(starter.close)
            node = self._make_node(data, api, starter)
            if self._companion is not None:
                self.companion = await stack.enter_async_context(self._companion(api))
            await self._run(node, stop, ready)

    def _enter_data(self, stack: contextlib.ExitStack | contextlib.AsyncExitStack) -> Path:
        data = self.options.data
        if data is None:
            data = Path(tempfile.mkdtemp(prefix="pocket-node-"))
            stack.callback(shutil.rmtree, data, ignore_errors=True)
        data = data.resolve()
        stack.enter_context(leftovers.lock(data))
        killed = leftovers.sweep(data)
        if killed:
            log.warning("Killed %d processes that an agent before had left", killed)
        return data

    def _make_node(self, data: Path, api: Cluster, starter: processes.Processes) -> pods.Node:
        told = settings.Settings(
            data,
            self.options.name or settings.make_node_name(data),
            tuple(self.options.prefixes),
            settings.make_basics(api.server, self.environ),
            self.options.backoff,
            self.options.stop_seconds,
        )
        return pods.Node(told, api, recorder.Recorder(api), starter)

    async def _run(self, node: pods.Node, stop: asyncio.Event, ready: Callable[[], None]) -> None:
        name = node.settings.node
        registered = registration.Registration(node.api, name)
        endpoint = kubelet.Kubelet(self.find)
        await endpoint.open()
        await registered.register(endpoint.port, __version__, endpoint.annotations)
        helpers = [
            asyncio.create_task(node.recorder.run()),
            asyncio.create_task(registered.beat()),
            asyncio.create_task(self._follow(node, ready)),
        ]
        try:
            waiting = asyncio.create_task(stop.wait())
            done, _ = await asyncio.wait([waiting, *helpers], return_when=asyncio.FIRST_COMPLETED)
            waiting.cancel()
            for task in done:
                task.result()  # a helper never ends but by an error, which is the agent's
        finally:
            helpers[-1].cancel()
            await self._stop_pods(node.settings.stop_seconds)
            await node.recorder.drain(1)
            for task in helpers:
                task.cancel()
            await asyncio.gather(*helpers, return_exceptions=True)
            await endpoint.close()
            await self._deregister(registered)

    def find(self, namespace: str, name: str) -> pods.Pod | None:
        """A pod that runs (or ended) here."""
        every = self.pods.values()
        return next((pod for pod in every if (pod.namespace, pod.name) == (namespace, name)), None)

    async def _deregister(self, registered: registration.Registration) -> None:
        with contextlib.suppress(errors.KubeError, TimeoutError):
            async with asyncio.timeout(2):
                await registered.remove()

    async def _stop_pods(self, seconds: float) -> None:
        for pod in self.pods.values():
            pod.shut_down()
        tasks = list(self._tasks.values())
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=seconds + 3)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    async def _follow(self, node: pods.Node, ready: Callable[[], None]) -> None:
        """Hear of every pod, for ever."""
        scope = claims.Scope(node.settings.node, node.settings.prefixes)
        async with contextlib.aclosing(node.api.watch("v1", "Pod")) as news:
            async for one in news:
                if isinstance(one, Listed):
                    self._relist(node, scope, one.items)
                    ready()
                elif one.kind == "DELETED":
                    self._forget(one.item["metadata"]["uid"])
                else:
                    self._hear(node, scope, one.item)

    def _relist(self, node: pods.Node, scope: claims.Scope, items: Sequence[Object]) -> None:
        present = {item["metadata"]["uid"] for item in items}
        for uid in set(self.pods) - present:
            self._forget(uid)
        for item in items:
            self._hear(node, scope, item)

    def _forget(self, uid: str) -> None:
        if uid in self.pods:
            self.pods[uid].vanish()

    def _hear(self, node: pods.Node, scope: claims.Scope, item: Object) -> None:
        uid = item["metadata"]["uid"]
        if uid in self.pods:
            self.pods[uid].update(item)
            return
        verdict = claims.decide_claim(item, scope)
        if verdict is claims.ClaimVerdict.IGNORE:
            return
        pod = pods.Pod(item, node)
        self.pods[uid] = pod
        if verdict is claims.ClaimVerdict.REMOVE:
            pod.update(item)
        self._tasks[uid] = asyncio.create_task(self._run_pod(node, pod))

    async def _run_pod(self, node: pods.Node, pod: pods.Pod) -> None:
        """One pod; a failure of ours is told, and tried again while the pod is there."""
        try:
            while not await self._try_pod(pod):
                await asyncio.sleep(RETRY_SECONDS)
                found = await self._find_again(node, pod)
                if found is None:
                    return
                pod = pods.Pod(found, node)
                self.pods[pod.uid] = pod
        finally:
            self.pods.pop(pod.uid, None)
            self._tasks.pop(pod.uid, None)

    async def _find_again(self, node: pods.Node, pod: pods.Pod) -> Object | None:
        """The pod as it is now; as we knew it, if that cannot be said; None if it is not ours."""
        try:
            found = await node.api.find(pod.pod)
        except errors.KubeError:
            return dict(pod.pod)
        scope = claims.Scope(node.settings.node, node.settings.prefixes)
        if found is None or found["metadata"]["uid"] != pod.uid:
            return None
        return None if claims.decide_claim(found, scope) is claims.ClaimVerdict.IGNORE else found

    async def _try_pod(self, pod: pods.Pod) -> bool:
        """Run a pod; False when that failed in a way that is not the pod's own."""
        try:
            await pod.run()
        except Exception:
            log.exception("Pod %s/%s failed on this node", pod.namespace, pod.name)
            return False
        return True
