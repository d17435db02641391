"""One run of the culler over the hub and the cluster of a test, as a CronJob does it."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path


async def cull_once(hub_port: int, token: str, kubeconfig: Path, *options: str) -> tuple[int, str]:
    """Run it with that token of the hub's and that account; its exit code and what it said."""
    culler = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "workshop_culler", "--once", "--clean-cluster=True"),
        *("--application=workshop", "--WorkshopCuller.namespace=workshop"),
        *("--anonymous-timeout=1", "--WorkshopCuller.orphan_grace=0"),
        *options,
        env={
            **os.environ,
            "KUBECONFIG": str(kubeconfig),
            "JUPYTERHUB_API_TOKEN": token,
            "JUPYTERHUB_API_URL": f"http://127.0.0.1:{hub_port}/hub/api",
        },
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await asyncio.wait_for(culler.communicate(), 120)
    assert culler.returncode is not None
    return culler.returncode, said.decode()
