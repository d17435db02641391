"""The demo's cluster: commands that serve it, and what is in it before the hub starts."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import yaml
from kubernetes_asyncio import client, config, utils

HERE = Path(__file__).resolve().parent
NAMESPACE = "workshop"
ACCOUNT = "hub"
TEMPLATES = HERE.parent / "templates"
RIGHTS = TEMPLATES / "hub-rbac.yaml"
# The role of visitors in their projects.
VISITORS = TEMPLATES / "workshop-admin.yaml"
TOKEN_SECONDS = 24 * 3600
POCKET = [sys.executable, "-m", "pocket_openshift"]


def serve_command(kubeconfig: Path) -> list[str]:
    """Serve the API and the OAuth server on free ports."""
    ports = ["--port", "0", "--oauth-port", "0"]
    return [*POCKET, "serve", *ports, "--kubeconfig", str(kubeconfig)]


def node_command(kubeconfig: Path, data: Path) -> list[str]:
    """Run pods as local processes below `data`."""
    return [*POCKET, "node", "--kubeconfig", str(kubeconfig), "--data", str(data)]


async def prepare(admin: Path, hub: Path) -> Path:
    """Give the hub its namespace, its account and its rights; write and return its kubeconfig."""
    rights = RIGHTS.read_text().replace("HUB_NAMESPACE", NAMESPACE)
    async with await config.new_client_from_config(str(admin)) as api:
        namespace = {"kind": "Namespace", "metadata": {"name": NAMESPACE}}
        await client.CoreV1Api(api).create_namespace(namespace)
        for manifest in yaml.safe_load_all(f"{VISITORS.read_text()}\n---\n{rights}"):
            await utils.create_from_dict(api, manifest, namespace=NAMESPACE)
        token = await token_of(client.CoreV1Api(api), ACCOUNT)
    hub.write_text(json.dumps(kubeconfig_of(yaml.safe_load(admin.read_text()), token)))
    return hub


async def token_of(core: client.CoreV1Api, account: str) -> str:
    """A token of a service account of the hub's namespace."""
    request = {"spec": {"audiences": [], "expirationSeconds": TOKEN_SECONDS}}
    answer = await core.create_namespaced_service_account_token(account, NAMESPACE, request)
    return answer.status.token


def kubeconfig_of(admin: dict[str, Any], token: str) -> dict[str, Any]:
    """The admin's kubeconfig with the token's user and the hub's namespace in its place."""
    context = {"cluster": admin["clusters"][0]["name"], "user": "hub", "namespace": NAMESPACE}
    return admin | {
        "users": [{"name": "hub", "user": {"token": token}}],
        "contexts": [{"name": "hub", "context": context}],
        "current-context": "hub",
    }


async def leftovers(admin: Path, user: str) -> list[str]:
    """What the cluster still has of a user's session, by its labels, as "kind/name"."""
    selector = f"class=session,user={user}"
    async with await config.new_client_from_config(str(admin)) as api:
        core = client.CoreV1Api(api)
        lists = {
            "project": core.list_namespace(label_selector=selector),
            "account": core.list_service_account_for_all_namespaces(label_selector=selector),
            "pod": core.list_pod_for_all_namespaces(label_selector=selector),
        }
        found = [(kind, await listing) for kind, listing in lists.items()]
    return [f"{kind}/{item.metadata.name}" for kind, listing in found for item in listing.items]
