"""The package's scripts, styles and icon, each with the fingerprint of its bytes."""

from __future__ import annotations

import functools
import gzip
import hashlib
import importlib.resources
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from workshop_dashboard import editor_bundle

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


@functools.cache
def read_editor() -> Asset | None:
    """Return the script of the files' editor, read when it is first asked for; None without it."""
    script = editor_bundle.make_script()
    return _asset("codemirror.js", script.encode()) if script else None


@functools.cache
def pack_editor() -> bytes:
    """Return the editor's script as gzip packs it: a quarter of its megabyte."""
    editor = read_editor()
    return gzip.compress(editor.data, mtime=0) if editor else b""


def make_urls(base: str) -> dict[str, str]:
    """Return the address of each asset below `base`, which ends with a slash.

    The fingerprint is part of it: a browser may keep a file for ever and still sees a new one.
    """
    return {asset.name: make_url(base, asset) for asset in read_assets().values()}


def make_url(base: str, asset: Asset) -> str:
    """Return the address of one asset below `base`."""
    return f"{base}{asset.name}?v={asset.fingerprint}"


def _asset(name: str, data: bytes) -> Asset:
    return Asset(name, data, TYPES[_suffix(name)], hashlib.sha256(data).hexdigest()[:16])


def _suffix(name: str) -> str:
    return name[name.rfind(".") :]
