"""Waiting in a test for what gives no event: a process, a file, a controller of a cluster."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any


def until(condition: Callable[[], Any], seconds: float = 20, pause: float = 0.02) -> Any:
    """What `condition()` says once it is true; AssertionError with its last word if it never is."""
    deadline = time.monotonic() + seconds
    while not (said := condition()):
        assert time.monotonic() < deadline, f"not so within {seconds:g} s; it last said {said!r}"
        time.sleep(pause)
    return said
