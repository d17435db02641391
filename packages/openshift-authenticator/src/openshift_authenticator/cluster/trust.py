"""Which certificate authorities are trusted for which host.

Three sources count at once: the system's, the cluster's (mounted into the pod) and the
administrator's bundle for that host.
"""

from __future__ import annotations

import os
import ssl
from dataclasses import dataclass

from openshift_authenticator import errors


@dataclass(frozen=True)
class Roots:
    """What one host's certificate may be signed by, besides the system's authorities.

    ``files`` are PEM bundles; the ones that do not exist are passed over, so that the in-cluster
    bundle may be named outside a cluster too. ``verify=False`` trusts anybody.
    """

    files: tuple[str, ...] = ()
    verify: bool = True


def make_roots(*files: str, verify: bool = True) -> Roots:
    """Roots of the files that are named; empty names are settings that nobody set."""
    return Roots(tuple(filter(None, files)), verify)


def problem_with_bundle(path: str) -> str | None:
    """Why the file ``path`` is no bundle of certificates; None if it is one."""
    try:
        ssl.create_default_context(cafile=path)
    except FileNotFoundError:
        return f"the file {path} does not exist"
    except ssl.SSLError:
        return f"the file {path} holds no certificate in PEM form"
    except OSError as error:
        return f"the file {path} cannot be read ({error.strerror})"
    return None


def make_context(roots: Roots) -> ssl.SSLContext:
    """A TLS client context that trusts the system's authorities and ``roots``.

    Raises errors.MisconfiguredError for a file that is no PEM bundle.
    """
    context = ssl.create_default_context()
    # Python 3.13 began to refuse authorities without the key-usage extensions, and routers'
    # own ones often lack them. The chain, the dates and the host name are still verified.
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    for path in roots.files:
        if os.path.exists(path):
            _load(context, path)
    if not roots.verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def _load(context: ssl.SSLContext, path: str) -> None:
    try:
        context.load_verify_locations(cafile=path)
    except OSError as error:  # of which ssl.SSLError is one
        raise errors.MisconfiguredError(
            f"No certificate can be read from {path}, so the cluster cannot be trusted."
        ) from error


class Trust:
    """Hands out the context of a host's roots, made anew when one of its files changed.

    The in-cluster bundle is rotated under a running pod, so a context must not be kept for ever.
    """

    def __init__(self) -> None:
        self._made: dict[Roots, tuple[tuple[float, ...], ssl.SSLContext]] = {}

    def context_for(self, roots: Roots) -> ssl.SSLContext:
        """The current context for ``roots``."""
        stamps = tuple(_modified(path) for path in roots.files)
        made = self._made.get(roots)
        if made is None or made[0] != stamps:
            made = self._made[roots] = (stamps, make_context(roots))
        return made[1]


def _modified(path: str) -> float:
    try:
        return os.stat(path).st_mtime
    except OSError:
        return 0.0
