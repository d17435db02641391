"""The agent in a thread of its own, for tests."""

from __future__ import annotations

import asyncio
import concurrent.futures
import os
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import TypedDict

from pocket_openshift.node import agent
from pocket_openshift.node.rules import restarts


class BackgroundNode:
    """A running agent. `stop` ends it with all that it started."""

    def __init__(self, options: agent.Options, companion: agent.Companion | None = None) -> None:
        self.agent = agent.Agent(options, dict(os.environ), companion)
        self._ready: concurrent.futures.Future[None] = concurrent.futures.Future()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: asyncio.Event | None = None
        self._thread = threading.Thread(target=self._run, name="pocket-node", daemon=True)

    def start(self, seconds: float = 30) -> None:
        """Start and wait until the agent has seen the pods. Raises what kept it from that."""
        self._thread.start()
        self._ready.result(timeout=seconds)

    def stop(self, seconds: float = 60) -> None:
        """End the agent; safe to repeat. RuntimeError if it does not end in time."""
        if self._loop and self._stop and self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._stop.set)
            self._thread.join(seconds)
            if self._thread.is_alive():
                message = f"the node agent did not end within {seconds:g} s"
                raise RuntimeError(message)

    @property
    def router(self) -> agent.Listener | None:
        """The router beside, if there is one: `.port` and `.tls_port` are what it found."""
        return self.agent.companion

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        except BaseException as error:
            if self._ready.done():
                raise
            self._ready.set_exception(error)

    async def _serve(self) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        await self.agent.serve(self._stop, self._set_ready)

    def _set_ready(self) -> None:
        if not self._ready.done():
            self._ready.set_result(None)


class NodeOptions(TypedDict, total=False):
    """What an agent of a test may be told; see `pocket-openshift node`."""

    namespaces: Sequence[str]
    data: Path
    name: str
    restart_backoff: float  # seconds, 10
    stop_seconds: float  # 2


def start(
    kubeconfig: Path,
    companion: agent.Companion | None = None,
    *,
    namespaces: Sequence[str] = (),
    data: Path | None = None,
    name: str = "",
    restart_backoff: float = 10.0,
    stop_seconds: float = 2.0,
) -> BackgroundNode:
    """Run an agent in a thread, ready when this returns."""
    backoff = restarts.Backoff(first=restart_backoff)
    options = agent.Options(kubeconfig, tuple(namespaces), data, name, backoff, stop_seconds)
    node = BackgroundNode(options, companion)
    node.start()
    return node
