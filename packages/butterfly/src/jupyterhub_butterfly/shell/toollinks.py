"""`oc` and `kubectl` in the shells: those that fit the cluster, where several are installed.

The newest is there at once; when the cluster has said its version, the fitting one takes its place.
A cluster that does not answer changes nothing. `rules.toolversions` chooses.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import pathlib
import ssl
from collections.abc import Iterable, Mapping
from pathlib import Path

from jupyterhub_butterfly.rules import toolversions
from jupyterhub_butterfly.shell import kubeconfig, runtime

log = logging.getLogger(__name__)

SECONDS = 3.0
PAUSES = (2.0, 10.0, 30.0)  # between tries: a cluster's address may come up after the pod
LARGEST_ANSWER = 64 * 1024

Found = dict[str, dict[toolversions.Version, str]]


def find_tools(folders: Iterable[str]) -> Found:
    """Find the commands with a version in their names; of equals, that of the first folder."""
    found: Found = {}
    for folder in folders:
        try:
            paths = sorted(Path(folder).iterdir())
        except OSError:
            continue
        for path in paths:
            parsed = toolversions.find_name(path.name)
            # In this order: `is_file` raises where the folder may be listed and not searched.
            if parsed and os.access(path, os.X_OK) and path.is_file():
                found.setdefault(parsed[0], {}).setdefault(parsed[1], str(path))
    return found


def find_folders(path: str, roots: Iterable[str]) -> list[str]:
    """Return where to look: PATH, and `bin` of the image's and the workshop's folders."""
    return [*filter(None, path.split(":")), *(str(Path(root, "bin")) for root in roots)]


def link_tools(
    place: runtime.Runtime,
    found: Found,
    server: toolversions.Version | None,
    environ: Mapping[str, str],
) -> dict[str, str]:
    """Link each command to the version that fits; returns what was linked."""
    linked = {}
    for command, versions in found.items():
        override = environ.get(toolversions.OVERRIDES[command], "")
        chosen = toolversions.choose(command, versions, server, override)
        if chosen is not None:
            place.link(command, versions[chosen])
            linked[command] = versions[chosen]
    return linked


def fetch_version(environ: Mapping[str, str]) -> toolversions.Version | None:
    """Ask the cluster of this pod for its version, which it tells anybody. It blocks.

    Raises `OSError` or `ValueError` when it does not answer; None outside of a cluster.
    """
    import http.client  # needed by few, and slow to import
    import urllib.request

    host = environ.get("KUBERNETES_SERVICE_HOST", "")
    if not host:
        return None
    port = environ.get("KUBERNETES_SERVICE_PORT_HTTPS") or environ.get("KUBERNETES_SERVICE_PORT")
    folder = pathlib.Path(environ.get("SERVICE_ACCOUNT_DIR") or kubeconfig.STANDARD_FOLDER)
    context = ssl.create_default_context()
    if (folder / "ca.crt").is_file():
        context.load_verify_locations(folder / "ca.crt")
    url = f"{kubeconfig.make_server_url(host, port or '443')}/version"
    # No proxy: this is an address inside of the cluster.
    opener = urllib.request.build_opener(
        urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=context)
    )
    try:
        with opener.open(url, timeout=SECONDS) as answer:
            return toolversions.find_server_version(json.loads(answer.read(LARGEST_ANSWER)))
    except http.client.HTTPException as error:
        raise ValueError(f"no HTTP: {type(error).__name__}") from error


async def follow_cluster(place: runtime.Runtime, found: Found, environ: Mapping[str, str]) -> None:
    """Link the tools that fit as soon as the cluster tells its version; give up after a minute."""
    if all(len(versions) < 2 for versions in found.values()):
        return
    loop = asyncio.get_running_loop()
    for pause in (*PAUSES, None):
        try:
            server = await loop.run_in_executor(None, fetch_version, environ)
        except (OSError, ValueError) as error:  # URLError and TimeoutError are OSErrors
            log.info("The cluster does not tell its version yet: %s", error)
        else:
            if server is not None:
                linked = link_tools(place, found, server, environ)
                log.info("Kubernetes %d.%d: shells use %s", *server[:2], sorted(linked.values()))
            return
        if pause is None:
            log.warning("The cluster's version is unknown: shells use the newest oc and kubectl")
            return
        await asyncio.sleep(pause)
