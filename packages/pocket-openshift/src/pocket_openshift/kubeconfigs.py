"""Kubeconfig files: a server, its CA and one user's token, for kubectl and the client libraries."""

from __future__ import annotations

import base64
import os
from pathlib import Path

import yaml


def make_kubeconfig(url: str, ca_pem: str, token: str, namespace: str = "default") -> dict:
    """A kubeconfig of one context; the CA is inside it, so the file works wherever it is copied."""
    ca = base64.b64encode(ca_pem.encode()).decode()
    name = "pocket-openshift"
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": name,
        "clusters": [
            {"name": name, "cluster": {"server": url, "certificate-authority-data": ca}},
        ],
        "users": [{"name": name, "user": {"token": token}}],
        "contexts": [
            {"name": name, "context": {"cluster": name, "user": name, "namespace": namespace}},
        ],
    }


def write(path: Path, config: dict) -> Path:
    """Write it at once, for its owner only; a reader never sees half a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        yaml.safe_dump(config, file, sort_keys=False)
    draft.replace(path)
    return path
