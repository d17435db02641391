"""A network and mounts of a test's own, in which every port is free and files can be put anywhere.

with private_namespaces():
    ...  # also for threads and programs that are started meanwhile

Needs root (CAP_SYS_ADMIN), as CI has it; `problem_with_namespaces()` says so.
"""

from __future__ import annotations

import contextlib
import ctypes
import fcntl
import os
import socket
import struct
import subprocess
from collections.abc import Iterator
from pathlib import Path

OWN_FOLDER, NEW_MOUNTS, NEW_NETWORK = 0x00000200, 0x00020000, 0x40000000  # linux/sched.h
SET_FLAGS, UP = 0x8914, 0x1  # linux/sockios.h, linux/if.h
LIBC = ctypes.CDLL(None, use_errno=True)


def problem_with_namespaces() -> str | None:
    """Why there can be none here; None if there can."""
    command = ["unshare", "--net", "--mount", "true"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    except (OSError, subprocess.SubprocessError) as error:
        return f"needs util-linux' unshare: {error}"
    return f"needs root, to start a pod: {done.stderr.strip()}" if done.returncode else None


@contextlib.contextmanager
def private_namespaces() -> Iterator[None]:
    """Move this thread into namespaces of its own, and back at the end."""
    folder = Path.cwd()
    before = [os.open(f"/proc/thread-self/ns/{kind}", os.O_RDONLY) for kind in ("net", "mnt")]
    try:
        _call("unshare", NEW_NETWORK | NEW_MOUNTS)
        mount("--make-rprivate", "/")
        _raise_loopback()
        yield
    finally:
        # Threads that were started meanwhile share this one's folder, and the kernel minds that.
        _call("unshare", OWN_FOLDER)
        for handle in before:
            _call("setns", handle, 0)
            os.close(handle)
        os.chdir(folder)


def mount(*words: str | Path) -> None:
    """Call mount(8); CalledProcessError with what it said."""
    subprocess.run(["mount", *map(str, words)], check=True, capture_output=True)


def add_host(folder: Path, *names: str) -> None:
    """Let these names lead to loopback, for this thread and what it starts."""
    hosts = folder / "hosts"
    lines = [f"127.0.0.1 {name}" for name in names]
    hosts.write_text("\n".join([Path("/etc/hosts").read_text(), *lines, ""]))
    mount("--bind", hosts, "/etc/hosts")


def _raise_loopback() -> None:
    with socket.socket() as any_socket:
        fcntl.ioctl(any_socket, SET_FLAGS, struct.pack("16sH14x", b"lo", UP))


def _call(name: str, *words: int) -> None:
    if getattr(LIBC, name)(*words):
        number = ctypes.get_errno()
        raise OSError(number, f"{name}: {os.strerror(number)}")
