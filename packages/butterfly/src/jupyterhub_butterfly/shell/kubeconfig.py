"""Log the shell in to the cluster: a kubeconfig for the account or token mounted in the pod.

`make_*` are pure; `ensure_kubeconfig` reads the mounted folder and writes the file, at start.
The token is named by file (`tokenFile`), so that clients follow its rotation and no copy lies
about.
"""

from __future__ import annotations

import json
import logging
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

log = logging.getLogger(__name__)

STANDARD_FOLDER = "/var/run/secrets/kubernetes.io/serviceaccount"
# Of a person: what mounts it there has the shell act as that person, not as the pod's account.
PERSONS_TOKEN = Path("/var/run/workshop/token")


def make_server_url(host: str, port: str) -> str:
    """Return the API's URL as a pod is told it; an IPv6 address gets its brackets."""
    return f"https://[{host}]:{port}" if ":" in host else f"https://{host}:{port}"


def make_kubeconfig(
    server: str, folder: Path, token: Path, namespace: str, *, has_ca: bool
) -> dict[str, Any]:
    """Make the document: context `local`, the holder of `token`, the namespace preset.

    The cluster's CA is that of the account's `folder`.
    """
    cluster: dict[str, Any] = {"server": server}
    if has_ca:
        cluster["certificate-authority"] = str(folder / "ca.crt")
    context = {"cluster": "local", "user": "local", "namespace": namespace or "default"}
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": "local", "cluster": cluster}],
        "users": [{"name": "local", "user": {"tokenFile": str(token)}}],
        "contexts": [{"name": "local", "context": context}],
        "current-context": "local",
    }


def ensure_kubeconfig(environ: Mapping[str, str], home: str) -> str | None:
    """Write the kubeconfig and return its path; None where there is no account or no cluster.

    A KUBECONFIG that somebody has set stays theirs.
    """
    folder = Path(environ.get("SERVICE_ACCOUNT_DIR") or STANDARD_FOLDER)
    host = environ.get("KUBERNETES_SERVICE_HOST", "")
    # A Secret of a template may have it without anything in it.
    has_own = PERSONS_TOKEN.is_file() and PERSONS_TOKEN.stat().st_size > 0
    token = PERSONS_TOKEN if has_own else folder / "token"
    if environ.get("KUBECONFIG") or not host or not token.is_file():
        return None
    port = environ.get("KUBERNETES_SERVICE_PORT_HTTPS") or environ.get("KUBERNETES_SERVICE_PORT")
    namespace = environ.get("PROJECT_NAMESPACE") or _read(folder / "namespace")
    document = make_kubeconfig(
        make_server_url(host, port or "443"),
        folder,
        token,
        namespace,
        has_ca=(folder / "ca.crt").is_file(),
    )
    path = _write(document, Path(home))
    log.info("Shells are logged in to %s, namespace %s", host, namespace or "default")
    return str(path)


def _read(path: Path) -> str:
    try:
        return path.read_text().strip()
    except OSError:
        return ""


def _write(document: dict[str, Any], home: Path) -> Path:
    # JSON is YAML; nothing of the user's own ~/.kube/config is touched.
    text = json.dumps(document, indent=2) + "\n"
    for folder in (home / ".kube", Path(tempfile.gettempdir()) / f"kube-{os.getuid()}"):
        path = folder / "session"
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            path.unlink(missing_ok=True)
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except OSError as error:
            log.warning("Cannot write a kubeconfig in %s: %s", folder, error)
            continue
        with os.fdopen(handle, "w") as file:
            file.write(text)
        return path
    raise OSError("found no place for the kubeconfig: neither the home nor the temporary folder")
