"""Our process: what its memory shows and holds, and jobs that it repeats."""

from __future__ import annotations

import asyncio
import ctypes
import gc
import logging
import sys
from collections.abc import Awaitable, Callable

PR_SET_DUMPABLE = 4


def hide_memory(log: logging.Logger | logging.LoggerAdapter) -> bool:
    """Keep the shells, which run under our UID, from reading our memory and first environment.

    A process that is not dumpable has a /proc/<pid>/environ, mem and fd that belong to root, and
    cannot be traced; the hub's token is in there. Root, or CAP_SYS_PTRACE, reads them all the same.
    Returns whether the kernel did it.
    """
    if sys.platform != "linux":
        return False
    done = ctypes.CDLL(None, use_errno=True).prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0
    if not done:
        log.warning("Cannot hide this process's environment from shells of the same user")
    return done


def trim_memory() -> None:
    """Give back the memory that imports have left behind, some MiB.

    What lives then is modules: later collections pass over it, and hold up no key for it.
    """
    gc.collect()
    gc.freeze()
    if trim := getattr(ctypes.CDLL(None), "malloc_trim", None):  # glibc's, not musl's
        trim(0)


async def repeat(seconds: float, job: Callable[[], Awaitable[None]]) -> None:
    """Do a job again and again, whatever becomes of one turn."""
    while True:
        await asyncio.sleep(seconds)
        try:
            await job()
        except Exception:
            logging.getLogger(__name__).exception("A job that repeats has failed once")
