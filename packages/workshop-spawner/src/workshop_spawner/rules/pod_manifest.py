"""A session's pod: what KubeSpawner and the administrator's hooks made, with what is ours."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workshop_spawner.manifests import console, home, pods
from workshop_spawner.model.session import Session
from workshop_spawner.rules import plan

_TOKENS = {
    plan.SERVICE_ACCOUNT: pods.ACCOUNT_TOKEN,
    plan.USER_TOKEN: pods.USER_TOKEN,
    plan.NONE: "",
}


def complete(
    manifest: Mapping[str, Any],
    session: Session,
    spec: plan.SessionSpec,
    owner: Mapping[str, Any],
    base_url: str,
) -> dict[str, Any]:
    """The pod with its console, account, token and home; `base_url` is the server's own."""
    pod = dict(manifest)
    if spec.web_console:
        pod = console.add(pod, spec.web_console, base_url)
    pod = pods.finalize_manifest(pod, session, owner, _TOKENS[spec.identity])
    return home.mount(pod, session, spec.home_volume) if spec.home_volume else pod
