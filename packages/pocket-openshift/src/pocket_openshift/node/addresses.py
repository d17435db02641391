"""An address in 127.0.0.0/8 for each pod, so that many can listen on one port.

An address is held by a bound UDP socket, so that no two agents on one machine give the same one,
and so that it is
free again however the agent ends.
"""

from __future__ import annotations

import errno
import hashlib
import ipaddress
import itertools
import socket
from collections.abc import Iterator

HOLD_PORT = 10258
TRIES = 64
_FIRST = int(ipaddress.IPv4Address("127.1.0.1"))
_SPAN = int(ipaddress.IPv4Address("127.254.255.254")) - _FIRST


class NoAddressError(OSError):
    """No address of 127.0.0.0/8 could be held."""


def candidates(uid: str) -> Iterator[str]:
    """Addresses for a pod, in an order of its own; none ends in .0 or .255, which some dislike."""
    for attempt in itertools.count():
        digest = hashlib.sha256((f"{uid}/{attempt}").encode()).digest()
        address = ipaddress.IPv4Address(_FIRST + int.from_bytes(digest[:8], "big") % _SPAN)
        if address.packed[3] not in (0, 255):
            yield str(address)


class PodAddress:
    """A held address; `release` it when the pod is gone."""

    def __init__(self, text: str, holder: socket.socket | None) -> None:
        self.text = text
        self._holder = holder

    def release(self) -> None:
        """Let others have it."""
        if self._holder:
            self._holder.close()


def hold(uid: str) -> PodAddress:
    """An address that nobody else holds; 127.0.0.1 for all where there is no other (macOS)."""
    for text in itertools.islice(candidates(uid), TRIES):
        holder = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            holder.bind((text, HOLD_PORT))
        except OSError as error:
            holder.close()
            if error.errno == errno.EADDRNOTAVAIL:
                return PodAddress("127.0.0.1", None)
            continue
        return PodAddress(text, holder)
    message = f"no address of 127.0.0.0/8 is free: is UDP port {HOLD_PORT} taken on all of them?"
    raise NoAddressError(message)
