"""A hub that templates/ deploy to a cluster of tests, its pod run by the node agent."""

from __future__ import annotations

import contextlib
import ssl
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import aiohttp

import helm
import pod_command
import pod_hub
import visitor

HOST = "workshop.example.com"
URL = f"https://{HOST}/"
PATHS = (
    "/opt/app-root/data",
    "/opt/app-root/configs",
    "/opt/app-root/resources",
    "/var/run/secrets/kubernetes.io/serviceaccount",
)
# Of all that a deployment and its sessions may leave: by label, and in the hub's namespace.
KINDS = (
    "configmaps,secrets,serviceaccounts,services,pods,persistentvolumeclaims,deployments,daemonsets,"
    "roles,rolebindings,networkpolicies,ingresses,poddisruptionbudgets,leases,httproutes"
)
WIDE = "namespaces,clusterroles,clusterrolebindings"


def make_command(folder: Path) -> list[str]:
    """What the node agent runs in the place of the hub's image, whose files lie in images/hub."""
    links = folder / "bin"
    links.mkdir(parents=True)
    for name, target in pod_hub.LINKS.items():
        (links / name).symlink_to(Path(sys.executable).with_name(target))
    image = {"/opt/workshop/etc": str(pod_hub.IMAGE), "/opt/workshop/bin": str(links)}
    program = [sys.executable, "-m", "jupyterhub", "-f", pod_hub.CONFIG]
    return pod_command.make_words(folder, image, list(PATHS), program)


@contextlib.contextmanager
def explained(client: helm.Cluster, namespace: str, name: str) -> Iterator[None]:
    """Add the hub's log and events to what goes wrong inside."""
    try:
        yield
    except Exception as error:
        for words in (
            ("logs", f"deployment/{name}", "--tail=60"),
            ("logs", f"deployment/{name}", "--tail=60", "--previous"),
            ("get", "events"),
            ("get", "pods", "-o", "wide"),
        ):
            with contextlib.suppress(helm.CommandError):
                error.add_note(client.kubectl(*words, "-n", namespace))
        raise


@contextlib.asynccontextmanager
async def browse(authority: str) -> AsyncIterator[aiohttp.ClientSession]:
    """A browser that trusts the router's authority."""
    context = ssl.create_default_context(cadata=authority)
    jar, connector = aiohttp.CookieJar(), aiohttp.TCPConnector(ssl=context)
    async with aiohttp.ClientSession(cookie_jar=jar, connector=connector) as session:
        yield session


@contextlib.asynccontextmanager
async def shell_of_a_visitor(
    authority: str, **typed: str
) -> AsyncIterator[tuple[visitor.Visitor, Any]]:
    """Somebody who came by the workshop's address, and their shell."""
    async with browse(authority) as session:
        guest = visitor.Visitor(URL, session)
        await guest.log_in(**typed)
        async for _ in guest.watch_start():
            pass
        await guest.open()
        async with guest.terminal() as shell:
            yield guest, shell


async def read_login_page(authority: str) -> str:
    """What people see first."""
    async with browse(authority) as session:
        page = await session.get(URL + "hub/login")
        return await page.text()


def read_blocks(file: Path, kind: str) -> dict[str, list[str]]:
    """The blocks of a kind (`console`, `yaml`) of a page, by the heading that they stand below."""
    found: dict[str, list[str]] = {}
    heading, inside = "", False
    for line in file.read_text().splitlines():
        if line.startswith("```"):
            inside = line == f"```{kind}"
            if inside:
                found.setdefault(heading, []).append("")
        elif inside:
            found[heading][-1] += f"{line}\n"
        elif line.startswith("#"):
            heading = line.strip("# ")
    return found


def list_left(client: helm.Cluster, namespace: str, application: str) -> str:
    """What carries the workshop's label, in its namespace and in the cluster."""
    words = ("-l", f"app={application}", "-o", "name")
    inside = client.kubectl("get", KINDS, "-n", namespace, *words)
    return inside + client.kubectl("get", WIDE, *words)
