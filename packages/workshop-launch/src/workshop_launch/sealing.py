"""Seal a hand-over for one pod, and open it there.

AES-256-GCM, an AEAD that FIPS has approved: who lacks the key can neither read a message nor make
one, and one that was sealed for another pod does not open. The key serves for one hand-over, so
that random nonces of 96 bits never meet again.
"""

from __future__ import annotations

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_BYTES = 32
_NONCE_BYTES = 12
_CONTEXT = b"workshop-launch 1\0"


class SealError(Exception):
    """It was sealed with another key or for another pod, or was changed on its way."""


def make_key() -> bytes:
    """A new key."""
    return os.urandom(KEY_BYTES)


def seal(text: bytes, key: bytes, pod: str) -> bytes:
    """The message that opens with this key in the pod of this uid only."""
    nonce = os.urandom(_NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, text, _CONTEXT + pod.encode())


def open_sealed(message: bytes, key: bytes, pod: str) -> bytes:
    """The text of a message; SealError where it does not open."""
    nonce, sealed = message[:_NONCE_BYTES], message[_NONCE_BYTES:]
    try:
        return AESGCM(key).decrypt(nonce, sealed, _CONTEXT + pod.encode())
    except (InvalidTag, ValueError):
        raise SealError("it was not sealed with this pod's key, for this pod") from None
