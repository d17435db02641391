"""A container engine for machines without a daemon, a registry or a user's rights: podman and runc.

All that it keeps is in one folder of the checkout and one below /run, so that it sees no image of
the machine's own engine, and two checkouts do not see each other's. It needs root, and a kernel
that lets root make namespaces and mounts: `problem_with_machine` asks for both.

The settings are for machines whose root lacks CAP_SYS_RESOURCE and that have both kinds of cgroups.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

# Program -> Debian's package.
PROGRAMS = {
    "podman": "podman",
    "conmon": "conmon",
    "runc": "runc",
    "mmdebstrap": "mmdebstrap",
    "unshare": "util-linux",
}
# A namespace for mounts and one for the network: what a container is made of, and what the tests of
# the images run in, so that the fixed ports of the hub's image disturb nobody.
UNSHARE = ("unshare", "--net", "--mount", "--propagation", "private", "--kill-child", "--fork")
# Where a command with a network of its own (own_network.py) finds the machine's.
OUTSIDE = "NETWORK_OUTSIDE"
CERTIFICATES = ("SSL_CERT_FILE", "PIP_CERT", "REQUESTS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS")
SYSTEM_CERTIFICATES = "/etc/ssl/certs/ca-certificates.crt"

STORAGE = """\
[storage]
driver = "{driver}"
runroot = "{short}/storage"
graphroot = "{folder}/storage"
"""
CONTAINERS = """\
[containers]
default_ulimits = ["nofile=20000:20000", "nproc=8192:8192"]
netns = "host"
log_driver = "k8s-file"

[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "none"
lock_type = "file"
tmp_dir = "{short}/libpod"
"""


class MissingProgramsError(Exception):
    """Programs that the engine is made of are not installed; the message says how to get them."""


class EngineError(Exception):
    """The engine refused; the message is what it said."""


@dataclass(frozen=True)
class Engine:
    """podman, with a store of its own."""

    folder: Path

    @property
    def short(self) -> Path:
        """Where its sockets are: their addresses may not be long."""
        digest = hashlib.sha256(str(self.folder).encode()).hexdigest()[:8]
        return Path("/run") / f"workshop-{digest}"

    def environment(self) -> dict[str, str]:
        """The environment in which `podman` is this engine."""
        settings = {
            "CONTAINERS_STORAGE_CONF": str(self.folder / "storage.conf"),
            "CONTAINERS_CONF": str(self.folder / "containers.conf"),
            "BUILDAH_ISOLATION": "chroot",
        }
        return {**os.environ, **settings}

    def prepare(self) -> None:
        """Write its settings. Raises `MissingProgramsError`."""
        if lacking := [name for name in PROGRAMS if not shutil.which(name)]:
            packages = " ".join(sorted({PROGRAMS[name] for name in lacking}))
            raise MissingProgramsError(
                f"The images need {', '.join(lacking)}. On Debian: "
                f"apt-get install --no-install-recommends {packages}"
            )
        for folder in (self.folder, self.short):
            folder.mkdir(parents=True, exist_ok=True)
        names = {"folder": self.folder, "short": self.short, "driver": find_driver(self.folder)}
        (self.folder / "storage.conf").write_text(STORAGE.format(**names))
        (self.folder / "containers.conf").write_text(CONTAINERS.format(**names))
        (self.folder / "pip.conf").write_text("[global]\ncert = /run/ca.crt\ntimeout = 60\n")
        (self.folder / "npmrc").write_text("cafile=/run/ca.crt\n")

    def run(self, *words: str, prefix: tuple[str, ...] = ()) -> str:
        """What podman prints. Raises `EngineError`."""
        command = [*prefix, "podman", *words]
        done = subprocess.run(command, env=self.environment(), capture_output=True, text=True)
        if done.returncode:
            raise EngineError(f"podman {' '.join(words[:3])} ...: {done.stderr.strip()[-4000:]}")
        return done.stdout.strip()

    def build(self, *words: str) -> None:
        """Build an image, with what the machine's network reaches. Raises `EngineError`."""
        outside = os.environ.get(OUTSIDE)
        prefix = ("nsenter", f"--net={outside}") if outside else ()
        self.run("build", "--pull=never", *self.mounts_for_builds(), *words, prefix=prefix)

    def read_logs(self, container: str) -> str:
        """What a container has written, to either of its outputs."""
        command = ["podman", "logs", container]
        both = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
        return subprocess.run(command, env=self.environment(), text=True, **both).stdout

    def show(self, *words: str) -> None:
        """Run podman with its output on ours. Raises `EngineError`."""
        if code := subprocess.run(["podman", *words], env=self.environment()).returncode:
            raise EngineError(f"podman {' '.join(words[:3])} ... ended with {code}; see above.")

    def mounts_for_builds(self, environ: Mapping[str, str] = os.environ) -> list[str]:
        """Options that let a build fetch what the machine can: its certificates, by mounts."""
        bundle = find_certificates(environ)
        if bundle is None:
            return []
        pairs = {
            str(bundle): "/run/ca.crt",
            str(self.folder / "pip.conf"): "/etc/pip.conf",
            str(self.folder / "npmrc"): "/root/.npmrc",
        }
        return [word for here, there in pairs.items() for word in ("-v", f"{here}:{there}:ro")]


def find_certificates(environ: Mapping[str, str]) -> Path | None:
    """The bundle of certificates that this machine's own programs trust."""
    named = [environ[name] for name in CERTIFICATES if environ.get(name)]
    paths = map(Path, [*named, SYSTEM_CERTIFICATES])
    return next((path for path in paths if path.is_file()), None)


def find_driver(folder: Path) -> str:
    """`overlay` where the kernel stacks file systems on that folder's, else `vfs` (slower)."""
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        lower, upper, work, merged = (Path(scratch, name) for name in ("l", "u", "w", "m"))
        for path in (lower, upper, work, merged):
            path.mkdir()
        options = f"lowerdir={lower},upperdir={upper},workdir={work}"
        mount = ["mount", "-t", "overlay", "overlay", "-o", options, str(merged)]
        done = subprocess.run([*UNSHARE, *mount], capture_output=True)
    return "vfs" if done.returncode else "overlay"


def problem_with_machine() -> str | None:
    """Why no container can run on this machine, however it is set up; None if they can."""
    if os.getuid() != 0:
        return "containers without a daemon need root here"
    done = subprocess.run([*UNSHARE, "mount", "-t", "tmpfs", "tmpfs", "/mnt"], capture_output=True)
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip()
        return f"this machine does not permit namespaces and mounts ({said or done.returncode})"
    return None
