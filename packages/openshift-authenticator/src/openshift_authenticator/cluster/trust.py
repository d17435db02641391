"""Which certificate authorities are trusted for which host.

Three sources count at once: the system's, the cluster's (mounted into the pod) and the
administrator's bundle for that host. Files that change while we run are read again.
"""

from __future__ import annotations

import ssl

from workshop_kube.client.tls import FileContext


def make_context(*files: str, verify: bool = True) -> FileContext:
    """Makes the context that trusts the system's authorities and those in `files`.

    Files that do not exist are passed over, so that the in-cluster bundle may be named outside a
    cluster, too. `verify=False` trusts anybody.
    """
    return FileContext(*files, verify=verify)


def problem_with_bundle(path: str) -> str | None:
    """Why the file `path` is no bundle of certificates; None if it is one."""
    try:
        ssl.create_default_context(cafile=path)
    except FileNotFoundError:
        return f"the file {path} does not exist"
    except ssl.SSLError:
        return f"the file {path} holds no certificate in PEM form"
    except OSError as error:
        return f"the file {path} cannot be read ({error.strerror})"
    return None
