"""What exists before anybody asks: OpenShift's cluster roles, their bindings, first namespaces."""

from __future__ import annotations

import json
from importlib import resources
from typing import Any

NAMESPACES = ("default", "kube-node-lease", "kube-public", "kube-system", "openshift")


def _read(name: str) -> list[dict[str, Any]]:
    text = resources.files(__package__).joinpath(name).read_text(encoding="utf-8")
    return list(json.loads(text))


ROLES = _read("cluster_roles.json")
BINDINGS = _read("cluster_role_bindings.json")
