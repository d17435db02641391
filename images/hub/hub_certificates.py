"""The certificates of a login's server: those of the system, and those of OAUTH_CA_FILE."""

from __future__ import annotations

import ssl
from pathlib import Path


def join_bundles(own: Path, folder: Path) -> Path:
    """Write the system's certificates and `own` into one file of `folder`, and return it.

    The client of the login takes one file in place of the system's: with `own` alone a server whose
    certificate is of a public authority would not be known any more. A file that cannot be read is
    returned as it is, so that who logs in is told of it.
    """
    system = ssl.get_default_verify_paths().cafile
    try:
        text = "\n".join(Path(each).read_text() for each in (system, own) if each)
        joined = folder / "hub-login-ca.crt"
        joined.write_text(text)
    except OSError:
        return own
    return joined
