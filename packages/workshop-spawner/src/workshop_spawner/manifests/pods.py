"""The session's pod: what it is told, and what is added to the manifest that KubeSpawner makes."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from workshop_spawner.model import session_labels
from workshop_spawner.model.session import Session

ACCOUNT_TOKEN = "account"  # noqa: S105 - the name of a choice
USER_TOKEN = "user"  # noqa: S105 - the name of a choice
USER_TOKEN_KEY = "token"  # noqa: S105 - the name of a key
TOKEN_VOLUME = "workshop-token"  # noqa: S105 - the name of a volume
# Not 3607, a number that API servers extend to a year (shared/openshift-api/README.md).
TOKEN_SECONDS = 3600
ACCOUNT_DIR = "/var/run/secrets/kubernetes.io/serviceaccount"


@dataclass(frozen=True)
class Facts:
    """What sessions are told by environment; an empty value is left out."""

    workshop_name: str = ""
    cluster_subdomain: str = ""
    jupyterhub_route: str = ""
    console_url: str = ""
    restart_url: str = ""
    download_url: str = ""
    workshop_file: str = ""


def make_environment(session: Session, facts: Facts, project: bool) -> dict[str, Any]:
    """The variables of the session's container, beside those of JupyterHub itself."""
    told: dict[str, Any] = {
        "WORKSHOP_NAME": facts.workshop_name or session.hub.application,
        "PROJECT_NAMESPACE": session.project if project else "",
        "SPAWNER_NAMESPACE": session.hub.namespace,
        "SPAWNER_APPLICATION": session.hub.application,
        "CLUSTER_SUBDOMAIN": facts.cluster_subdomain,
        "JUPYTERHUB_ROUTE": facts.jupyterhub_route,
        "CONFIGURATION_TYPE": session.hub.mode,
        "DEPLOYMENT_TYPE": "spawner",
        "CONSOLE_URL": facts.console_url,
        "RESTART_URL": facts.restart_url,
        "DOWNLOAD_URL": facts.download_url,
        "WORKSHOP_FILE": facts.workshop_file,
        "SERVICE_ACCOUNT_DIR": ACCOUNT_DIR,
    }
    environment = {name: value for name, value in told.items() if value}
    return {**environment, **make_address()}


def make_address() -> dict[str, Any]:
    """The pod's own address, which the cluster fills in."""
    return {"POD_IP": {"valueFrom": {"fieldRef": {"fieldPath": "status.podIP"}}}}


def make_reference(secret: str, key: str) -> dict[str, Any]:
    """A variable whose value comes from a Secret, so that it is not in the pod's spec."""
    return {"valueFrom": {"secretKeyRef": {"name": secret, "key": key}}}


def finalize_manifest(
    manifest: Mapping[str, Any], session: Session, owner: Mapping[str, Any], token: str
) -> dict[str, Any]:
    """The pod as this session's own: labels, annotations, account, owner, and its token.

    `token` is that of the account, the user's own (from the session's Secret), or none.

    What an administrator's hooks put into the manifest stays, but for these.
    """
    pod = deepcopy(dict(manifest))
    metadata = pod.setdefault("metadata", {})
    metadata["namespace"] = session.hub.namespace
    metadata["labels"] = {**(metadata.get("labels") or {}), **session_labels.make_labels(session)}
    metadata["annotations"] = {
        **(metadata.get("annotations") or {}),
        **session_labels.make_annotations(session),
    }
    metadata["ownerReferences"] = [dict(owner)]
    spec = pod["spec"]
    spec["serviceAccountName"] = session.account
    spec["automountServiceAccountToken"] = False
    spec["enableServiceLinks"] = False
    source = _make_token_source(session, token)
    if source:
        _mount_token(spec, source)
    return pod


def _make_token_source(session: Session, token: str) -> dict[str, Any]:
    """A token of about an hour, which the kubelet renews; or the user's, renewed by us.

    The first dies with pod and account, the second is in a Secret.
    """
    if token == ACCOUNT_TOKEN:
        return {"serviceAccountToken": {"path": "token", "expirationSeconds": TOKEN_SECONDS}}
    if token == USER_TOKEN:
        items = [{"key": USER_TOKEN_KEY, "path": "token"}]
        return {"secret": {"name": session.secret, "items": items}}
    return {}


def _mount_token(spec: dict[str, Any], source: Mapping[str, Any]) -> None:
    """Mount what an API server would mount by itself, so that init containers go without."""
    sources: list[Mapping[str, Any]] = [
        source,
        {
            "configMap": {
                "name": "kube-root-ca.crt",
                "items": [{"key": "ca.crt", "path": "ca.crt"}],
            }
        },
        {
            "downwardAPI": {
                "items": [{"path": "namespace", "fieldRef": {"fieldPath": "metadata.namespace"}}]
            }
        },
    ]
    volume = {"name": TOKEN_VOLUME, "projected": {"sources": sources}}
    spec["volumes"] = [*(spec.get("volumes") or []), volume]
    mount = {"name": TOKEN_VOLUME, "mountPath": ACCOUNT_DIR, "readOnly": True}
    for container in spec.get("containers") or []:
        container["volumeMounts"] = [*(container.get("volumeMounts") or []), mount]
