"""A JupyterHub process that is forked from one which has loaded the hub's modules already.

Loading them costs a second and a half of a core, and the tests start some two hundred hubs. What is
started is the same as by `python -m jupyterhub -f FILE`, in a session of its own; only that much of
a command's life differs that a hub notices nothing of: its command line (the fork server's), and
modules that were imported before the environment was set.
"""

from __future__ import annotations

import asyncio
import importlib
import multiprocessing
import os
import signal
import sys
from collections.abc import Mapping
from multiprocessing.context import ForkServerProcess
from pathlib import Path

LOADED = (
    "jupyterhub.app",
    "jupyterhub.services.service",
    "kubespawner",
    "oauthenticator.openshift",
    "workshop_spawner",
    "openshift_authenticator",
)
FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload([*LOADED])


class HubProcess:
    """One hub. As asyncio's own Process as far as the tests use it."""

    def __init__(self, process: ForkServerProcess) -> None:
        self._process = process
        self._ended = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(process.sentinel, self._note_end)

    @classmethod
    async def start(
        cls, folder: Path, config: Path, env: Mapping[str, str], out: int
    ) -> HubProcess:
        """A hub in `folder` that writes to the pipe `out`, which stays open here as well."""
        pipe = f"/proc/{os.getpid()}/fd/{out}"
        arguments = (str(folder), str(config), dict(env), pipe)
        process = FORKS.Process(target=_run_hub, args=arguments, daemon=True)
        # The first one waits for the fork server to load its modules.
        await asyncio.to_thread(process.start)
        return cls(process)

    @property
    def pid(self) -> int:
        """The hub's own; it leads its session and process group."""
        assert self._process.pid is not None
        return self._process.pid

    @property
    def returncode(self) -> int | None:
        """As asyncio's: the exit status, the negative signal, or None while it runs."""
        return self._process.exitcode

    async def wait(self) -> int:
        """Wait for the end; its exit status."""
        await self._ended.wait()
        assert self._process.exitcode is not None
        return self._process.exitcode

    def terminate(self) -> None:
        """SIGTERM: the hub cleans up after itself."""
        os.kill(self.pid, signal.SIGTERM)

    def kill(self) -> None:
        """SIGKILL."""
        os.kill(self.pid, signal.SIGKILL)

    def close(self) -> None:
        """Give back what a process that has ended holds here."""
        self._loop.remove_reader(self._process.sentinel)
        self._process.join()
        self._process.close()

    def _note_end(self) -> None:
        self._loop.remove_reader(self._process.sentinel)
        self._process.join()
        self._ended.set()


def _run_hub(folder: str, config: str, env: dict[str, str], pipe: str) -> None:
    """In the fork: become what `python -m jupyterhub` would have been."""
    os.setsid()
    out = os.open(pipe, os.O_WRONLY)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for end, number in ((nothing, 0), (out, 1), (out, 2)):
        os.dup2(end, number)
    os.close(out)
    os.close(nothing)
    os.environ.clear()
    os.environ.update(env)
    os.chdir(folder)
    sys.path.insert(0, folder)
    sys.argv = ["jupyterhub", "-f", config]

    # Loaded by the fork server, not by the tests.
    from jupyterhub.app import main
    from kubernetes_asyncio.config import kube_config

    importlib.reload(kube_config)  # it looks for KUBECONFIG when it is loaded
    main()
