"""Whether a container that ended is started again, and when."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Backoff:
    """Seconds between restarts, as a kubelet's: 0, 10, 20 ... 300; 0 after ten good minutes."""

    first: float = 10.0
    most: float = 300.0
    forget_after: float = 600.0

    def wait(self, failures: int) -> float:
        """Seconds before the start that follows the `failures`-th end in a row (1 is the first)."""
        if failures <= 1:
            return 0.0
        return min(self.most, self.first * 2.0 ** min(failures - 2, 30))

    def count(self, failures: int, ran_seconds: float) -> int:
        """Ends in a row, after one more that came when the container had run for so long."""
        return 1 if ran_seconds >= self.forget_after else failures + 1


def is_restarted(policy: str, exit_code: int) -> bool:
    """Whether a restartPolicy starts a container again that ended with `exit_code`."""
    return policy == "Always" or (policy == "OnFailure" and exit_code != 0)


def container_policy(pod_policy: str, *, init: bool, own: str | None) -> str:
    """The policy that holds for one container: an init container is done once it has succeeded.

    `own` is the container's restartPolicy: `Always` on an init container makes it a sidecar.
    """
    if own == "Always":
        return "Always"
    if init:
        return "Never" if pod_policy == "Never" else "OnFailure"
    return pod_policy
