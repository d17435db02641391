"""A home that outlives the session: a volume claim a user, filled once from the image."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from workshop_kube import labels
from workshop_spawner.model import session_labels
from workshop_spawner.model.session import Session

VOLUME = "workshop-home"
INIT = "setup-volume"
MOUNT = "/mnt/workshop-home"
SUBPATH = "workspace"

# $1 is the image's tree, $2 the volume. The copy is made aside and renamed at the end, so that a
# container killed half-way leaves either no home or a whole one.
SCRIPT = """\
set -eu
home="$2/workspace" aside="$2/.setup-volume" old="$2/.old-volume"
if [ -e "$home/.delete-volume" ]; then rm -rf "$old"; mv "$home" "$old"; fi
rm -rf "$aside" "$old"
if [ ! -d "$home" ]; then
  mkdir "$aside"
  cp -a "$1/." "$aside/"
  mv "$aside" "$home"
elif [ -e "$home/.sync-volume" ] || [ "${WORKSHOP_SYNC_VOLUME:-}" = yes ]; then
  cp -a -n "$1/." "$home/" || true
fi
"""


@dataclass(frozen=True)
class Home:
    """What the administrator decides about homes: a size, and where the image has its tree."""

    size: str
    path: str = "/opt/app-root"
    storage_class: str = ""
    access_modes: tuple[str, ...] = ("ReadWriteOnce",)


def make_claim(session: Session, home: Home, lasting: bool) -> dict[str, Any]:
    """The volume claim. A lasting one belongs to the user, not to a session."""
    spec: dict[str, Any] = {
        "accessModes": list(home.access_modes),
        "resources": {"requests": {"storage": home.size}},
    }
    if home.storage_class:
        spec["storageClassName"] = home.storage_class
    claim: dict[str, Any] = {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": session_labels.make_metadata(session, session.home, session.hub.namespace),
        "spec": spec,
    }
    if not lasting:
        return claim
    claim = session_labels.make_lasting(claim, session)
    claim["metadata"]["labels"][labels.CLASS] = labels.CLASS_HOME
    return claim


def mount(pod: Mapping[str, Any], session: Session, home: Home) -> dict[str, Any]:
    """The pod with the home in it, and the init container that fills the home the first time."""
    furnished = deepcopy(dict(pod))
    spec = furnished["spec"]
    main = spec["containers"][0]
    volume = {"name": VOLUME, "persistentVolumeClaim": {"claimName": session.home}}
    spec["volumes"] = [*(spec.get("volumes") or []), volume]
    mount = {"name": VOLUME, "mountPath": home.path, "subPath": SUBPATH}
    main["volumeMounts"] = [*(main.get("volumeMounts") or []), mount]
    init = {
        "name": INIT,
        "image": main["image"],
        "command": ["/bin/sh", "-c", SCRIPT, INIT, home.path, MOUNT],
        "volumeMounts": [{"name": VOLUME, "mountPath": MOUNT}],
        "env": [e for e in main.get("env") or [] if e["name"] == "WORKSHOP_SYNC_VOLUME"],
    }
    for key in ("imagePullPolicy", "securityContext", "resources"):
        if main.get(key):
            init[key] = main[key]
    spec["initContainers"] = [*(spec.get("initContainers") or []), init]
    return furnished
