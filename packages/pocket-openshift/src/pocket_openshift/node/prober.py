"""Asks probes and lifecycle hooks: HTTP, TCP, or a command in the container's setting."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import aiohttp

from pocket_openshift.node import processes
from pocket_openshift.node.rules import probes


@dataclass(frozen=True)
class ProbeTarget:
    """The container that is asked: its spec, its address, and how a command is run in it."""

    container: Mapping[str, Any]
    address: str
    launch: Callable[[list[str]], processes.Launch]
    starter: processes.Processes


@dataclass(frozen=True)
class Answer:
    """What came back, and why it counts as a failure."""

    passed: bool
    message: str = ""


async def ask(probe: probes.Probe, target: ProbeTarget) -> Answer:
    """One answer, within the probe's timeout."""
    try:
        async with asyncio.timeout(probe.timeout):
            return (
                await _ASK[probe.kind](probe.action, target)
                if probe.kind in _ASK
                else _unknown(probe)
            )
    except TimeoutError:
        return Answer(False, f"no answer within {probe.timeout:g} s")
    except (OSError, aiohttp.ClientError, ValueError, processes.StartError) as error:
        return Answer(False, str(error) or type(error).__name__)


def _unknown(probe: probes.Probe) -> Answer:
    return Answer(False, "this node has no %s probes" % (probe.kind or "such"))


async def _http(action: Mapping[str, Any], target: ProbeTarget) -> Answer:
    port = probes.find_port(target.container, action["port"])
    scheme = str(action.get("scheme") or "HTTP").lower()
    host = action.get("host") or target.address
    url = "{}://{}:{}/{}".format(scheme, host, port, (action.get("path") or "/").lstrip("/"))
    headers = {"User-Agent": "kube-probe/pocket-openshift"} | {
        header["name"]: header["value"] for header in action.get("httpHeaders") or []
    }
    # A probe does not verify certificates, as the kubelet's do not: it asks whether the process
    # answers.
    connector = aiohttp.TCPConnector(ssl=False, force_close=True)
    async with (
        aiohttp.ClientSession(connector=connector, trust_env=False) as session,
        session.get(url, headers=headers, allow_redirects=False) as response,
    ):
        passed = probes.is_success(response.status)
        return Answer(
            passed, "" if passed else f"HTTP probe failed with statuscode: {response.status}"
        )


async def _tcp(action: Mapping[str, Any], target: ProbeTarget) -> Answer:
    port = probes.find_port(target.container, action["port"])
    _reader, writer = await asyncio.open_connection(action.get("host") or target.address, port)
    writer.close()
    return Answer(True)


async def _exec(action: Mapping[str, Any], target: ProbeTarget) -> Answer:
    process = await target.starter.start(target.launch(list(action["command"])))
    try:
        end = await process.wait()
    except asyncio.CancelledError:
        process.kill()
        raise
    return Answer(end.code == 0, "" if end.code == 0 else f"the command ended with {end.code}")


async def _sleep(action: Mapping[str, Any], _target: ProbeTarget) -> Answer:
    await asyncio.sleep(float(action.get("seconds") or 0))
    return Answer(True)


async def run_hook(hook: Mapping[str, Any], target: ProbeTarget, seconds: float) -> Answer:
    """A preStop or postStart hook, within `seconds`."""
    kind = next(
        (kind for kind in ("exec", "httpGet", "tcpSocket", "sleep") if hook.get(kind) is not None),
        "",
    )
    ask_hook = _ASK.get(kind, _sleep if kind == "sleep" else None)
    if ask_hook is None:
        return Answer(True)
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            try:
                return await ask_hook(hook[kind], target)
            except (OSError, aiohttp.ClientError, ValueError, processes.StartError) as error:
                return Answer(False, str(error))
    return Answer(False, f"no end within {seconds:g} s")


_ASK = {"httpGet": _http, "tcpSocket": _tcp, "exec": _exec}
