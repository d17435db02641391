"""The package's own scripts, styles and icon, each with the fingerprint of its bytes."""

from __future__ import annotations

import functools
import hashlib
import importlib.resources
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

TYPES = MappingProxyType(
    {
        ".css": "text/css; charset=utf-8",
        ".js": "text/javascript; charset=utf-8",
        ".svg": "image/svg+xml",
    }
)


@dataclass(frozen=True)
class Asset:
    """One file: its bytes, its media type and the first characters of its SHA-256."""

    name: str
    data: bytes
    media_type: str
    fingerprint: str


@functools.cache
def read_assets() -> Mapping[str, Asset]:
    """Return all files of `static/`, by name."""
    folder = importlib.resources.files("workshop_dashboard") / "static"
    found = (file for file in folder.iterdir() if file.is_file())
    assets = (_asset(file.name, file.read_bytes()) for file in found if _suffix(file.name) in TYPES)
    return MappingProxyType({asset.name: asset for asset in assets})


def make_urls(base: str) -> dict[str, str]:
    """Return the address of each asset below `base`, which ends with a slash.

    The fingerprint is part of it: a browser may keep a file for ever and still sees a new one.
    """
    return {a.name: f"{base}{a.name}?v={a.fingerprint}" for a in read_assets().values()}


def _asset(name: str, data: bytes) -> Asset:
    return Asset(name, data, TYPES[_suffix(name)], hashlib.sha256(data).hexdigest()[:16])


def _suffix(name: str) -> str:
    return name[name.rfind(".") :]
