"""An admin's shell files, whose variables are settings as much as the container's own."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from pathlib import Path

SECONDS = 60.0
SCRIPT = 'set -a; for file in "$@"; do . "$file" >&2 || exit 1; done; exec env -0'


def source_files(files: list[Path], environ: Mapping[str, str]) -> dict[str, str]:
    """The environment that the files leave, sourced in this order; those missing are left out.

    SystemExit with what a file said when it fails or does not end within a minute.
    """
    found = [str(file) for file in files if file.is_file()]
    if not found:
        return dict(environ)
    command = ["/bin/sh", "-e", "-c", SCRIPT, "hub", *found]
    names = " or ".join(found)
    try:
        done = subprocess.run(  # noqa: S603 - the admin's own files
            command, env=dict(environ), capture_output=True, timeout=SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        raise SystemExit(f"{names} did not end within {SECONDS:.0f} s.") from None
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip()
        raise SystemExit(f"{names} ended with {done.returncode}: {said[-1000:]}")
    pairs = (entry.decode(errors="replace").partition("=") for entry in done.stdout.split(b"\0"))
    return {name: value for name, _, value in pairs if name}
