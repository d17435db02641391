"""Run a command with a network of its own, in which all ports are free: own_network.py COMMAND...

Needs root. Nothing outside is reached from there: only its own loopback. NETWORK_OUTSIDE names the
machine's network, for what has to be fetched.
"""

from __future__ import annotations

import fcntl
import os
import socket
import struct
import sys

from image_engine import OUTSIDE, UNSHARE

SIOCSIFFLAGS, IFF_UP = 0x8914, 1  # netdevice(7)
INSIDE = "--inside"


def bring_up_loopback() -> None:
    """What `ip link set lo up` does, where there is no `ip`."""
    request = struct.pack("16sh22x", b"lo", IFF_UP)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        fcntl.ioctl(control, SIOCSIFFLAGS, request)


def main(words: list[str]) -> None:
    """Become the command, by way of `unshare` and this program once more."""
    if words[:1] == [INSIDE]:
        bring_up_loopback()
        os.execvp(words[1], words[1:])
    os.environ[OUTSIDE] = f"/proc/{os.getppid()}/ns/net"
    command = [*UNSHARE, sys.executable, __file__, INSIDE, *words]
    os.execvp(command[0], command)


if __name__ == "__main__":
    main(sys.argv[1:])
