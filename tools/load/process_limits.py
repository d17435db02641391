"""Limits of this process."""

from __future__ import annotations

import resource


def raise_files() -> None:
    """Let this process, and what it starts, open as many files and sockets as it may."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
