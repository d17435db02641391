"""A hub that templates/ deploy to a cluster of tests, its pod run by the node agent."""

from __future__ import annotations

import contextlib
import ssl
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import aiohttp
import trustme

import helm
import visitor

HOST = "workshop.example.com"
URL = f"https://{HOST}/"
# All that a deployment and its sessions may leave, by the root of its API.
LABELLED = {
    "/api/v1": "pods services serviceaccounts secrets configmaps persistentvolumeclaims namespaces",
    "/apis/apps/v1": "deployments replicasets daemonsets",
    "/apis/rbac.authorization.k8s.io/v1": "roles rolebindings clusterroles clusterrolebindings",
    "/apis/networking.k8s.io/v1": "networkpolicies ingresses",
    "/apis/gateway.networking.k8s.io/v1": "httproutes",
    "/apis/policy/v1": "poddisruptionbudgets",
    "/apis/coordination.k8s.io/v1": "leases",
    "/apis/route.openshift.io/v1": "routes",
    "/apis/oauth.openshift.io/v1": "oauthclients",
    "/apis/image.openshift.io/v1": "imagestreams",
    "/apis/build.openshift.io/v1": "buildconfigs builds",
}


def list_items(cluster: Any, application: str) -> list[dict[str, Any]]:
    """What has the label of an application, in any namespace and in the cluster."""
    found = []
    for root, kinds in LABELLED.items():
        for plural in kinds.split():
            path = f"{root}/{plural}?labelSelector=app%3D{application}"
            answer = cluster.request("GET", path).body
            kind = answer["kind"].removesuffix("List")
            found += [{"kind": kind, **item} for item in answer["items"]]
    return found


def list_left(cluster: Any, application: str) -> list[str]:
    """The same as `kind/name`."""
    return [
        f"{item['kind']}/{item['metadata']['name']}" for item in list_items(cluster, application)
    ]


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
async def browse(trust: ssl.SSLContext) -> AsyncIterator[aiohttp.ClientSession]:
    """A browser that trusts these authorities."""
    connector = aiohttp.TCPConnector(ssl=trust)
    jar = aiohttp.CookieJar(unsafe=True)  # also for addresses without a name
    async with aiohttp.ClientSession(cookie_jar=jar, connector=connector) as session:
        yield session


def write_certificate(folder: Path) -> None:
    """Make `tls.crt` and `tls.key`; the emulator's router takes its own in their place."""
    made = trustme.CA().issue_cert(HOST)
    (folder / "tls.crt").write_bytes(made.cert_chain_pems[0].bytes())
    (folder / "tls.key").write_bytes(made.private_key_pem.bytes())


def trust(authority: str) -> ssl.SSLContext:
    """Trust of the router's authority, in PEM, and of no other."""
    return ssl.create_default_context(cadata=authority)


@contextlib.asynccontextmanager
async def shell_of_a_visitor(
    authority: str, **typed: str
) -> AsyncIterator[tuple[visitor.Visitor, Any]]:
    """Somebody who came by the workshop's address, and their shell."""
    async with browse(trust(authority)) as session:
        guest = visitor.Visitor(URL, session)
        await guest.log_in(**typed)
        async for _ in guest.watch_start():
            pass
        await guest.open()
        async with guest.terminal() as shell:
            yield guest, shell


async def read_login_page(authority: str) -> str:
    """What people see first."""
    async with browse(trust(authority)) as session:
        page = await session.get(URL + "hub/login")
        return await page.text()
