"""Probes: what is asked, and what the answers mean. Pure; `prober.py` asks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

KINDS = ("httpGet", "tcpSocket", "exec", "grpc")


@dataclass(frozen=True)
class Probe:
    """A probe with the API's defaults filled in; times in seconds."""

    kind: str
    action: Mapping[str, Any]
    initial_delay: float = 0.0
    period: float = 10.0
    timeout: float = 1.0
    success: int = 1
    failure: int = 3
    grace: int | None = None


@dataclass(frozen=True)
class Tally:
    """Answers so far: how many in a row were alike, and what the probe says (None: undecided)."""

    passed: int = 0
    failed: int = 0
    verdict: bool | None = None


def make_probe(spec: Mapping[str, Any] | None) -> Probe | None:
    """A probe as the spec has it, or None."""
    if not spec:
        return None
    kind = next((kind for kind in KINDS if spec.get(kind)), "")
    return Probe(
        kind,
        spec.get(kind) or {},
        float(spec.get("initialDelaySeconds") or 0),
        float(spec.get("periodSeconds") or 10),
        float(spec.get("timeoutSeconds") or 1),
        int(spec.get("successThreshold") or 1),
        int(spec.get("failureThreshold") or 3),
        spec.get("terminationGracePeriodSeconds"),
    )


def count_answer(probe: Probe, tally: Tally, *, passed: bool) -> Tally:
    """The tally after one more answer: the verdict turns when the other threshold is reached."""
    good = tally.passed + 1 if passed else 0
    bad = 0 if passed else tally.failed + 1
    verdict = tally.verdict
    if good >= probe.success:
        verdict = True
    elif bad >= probe.failure:
        verdict = False
    return Tally(good, bad, verdict)


def find_port(container: Mapping[str, Any], port: int | str) -> int:
    """A probe's port, a number or the name of a container's. ValueError when there is none."""
    if isinstance(port, int) or str(port).isdigit():
        return int(port)
    ports: Sequence[Mapping[str, Any]] = container.get("ports") or []
    for entry in ports:
        if entry.get("name") == port:
            return int(entry["containerPort"])
    message = "container {} has no port named {!r}".format(container["name"], port)
    raise ValueError(message)


def is_success(status: int) -> bool:
    """An HTTP probe passes from 200 to 399."""
    return 200 <= status < 400
