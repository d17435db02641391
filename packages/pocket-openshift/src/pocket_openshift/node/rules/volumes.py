"""What a pod's volumes hold, as files to write.

Pure; `mounts.py` writes them, `sources.py` fetches what they need.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from typing import Any

from pocket_openshift.node.rules import downward, environment, expansion

KNOWN = ("emptyDir", "configMap", "secret", "downwardAPI", "projected", "persistentVolumeClaim")
DEFAULT_MODE = 0o644


class MountError(ValueError):
    """A volume cannot be set up (yet); the kubelet's FailedMount."""


@dataclasses.dataclass(frozen=True)
class File:
    """One file of a volume: its path below the volume, its bytes and its permissions."""

    path: str
    content: bytes
    mode: int = DEFAULT_MODE


@dataclasses.dataclass(frozen=True)
class TokenWish:
    """A service account token that a projected volume wants."""

    volume: str
    path: str
    audience: str
    seconds: int


@dataclasses.dataclass(frozen=True)
class Needs:
    """The names of all objects that a pod refers to."""

    config_maps: frozenset[str]
    secrets: frozenset[str]
    claims: frozenset[str]
    tokens: tuple[TokenWish, ...]


def find_needs(pod: Mapping[str, Any]) -> Needs:
    """Everything that must be fetched before the pod's containers can be set up."""
    maps: set[str] = set()
    secrets: set[str] = set()
    for kind, name in _references(pod):
        (secrets if kind == "secret" else maps).add(name)
    volumes = pod["spec"].get("volumes") or []
    claims = {
        volume["persistentVolumeClaim"]["claimName"]
        for volume in volumes
        if volume.get("persistentVolumeClaim")
    }
    tokens = tuple(wish for volume in volumes for wish in _token_requests(volume))
    return Needs(frozenset(maps), frozenset(secrets), frozenset(claims), tokens)


def _references(pod: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for volume in pod["spec"].get("volumes") or []:
        for source in [volume, *((volume.get("projected") or {}).get("sources") or [])]:
            if source.get("configMap"):
                yield "configMap", source["configMap"]["name"]
            if source.get("secret"):
                yield "secret", source["secret"].get("secretName") or source["secret"]["name"]
    for container in [*(pod["spec"].get("initContainers") or []), *pod["spec"]["containers"]]:
        for entry in [*(container.get("envFrom") or []), *_value_sources(container)]:
            for kind in ("configMap", "secret"):
                reference = entry.get(kind + "Ref") or entry.get(kind + "KeyRef")
                if reference:
                    yield kind, reference["name"]


def _value_sources(container: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [entry["valueFrom"] for entry in container.get("env") or [] if entry.get("valueFrom")]


def _token_requests(volume: Mapping[str, Any]) -> Iterator[TokenWish]:
    for source in (volume.get("projected") or {}).get("sources") or []:
        wish = source.get("serviceAccountToken")
        if wish:
            seconds = int(wish.get("expirationSeconds") or 3600)
            yield TokenWish(volume["name"], wish["path"], wish.get("audience", ""), seconds)


def find_kind(volume: Mapping[str, Any]) -> str:
    """Which kind of volume it is. MountError for one that this node does not have."""
    for kind in KNOWN:
        if volume.get(kind) is not None:
            return kind
    kinds = ", ".join(key for key in volume if key != "name") or "nothing"
    raise MountError(
        "volume {!r}: this node has no volumes of the kind {}".format(volume["name"], kinds)
    )


def make_files(
    pod: Mapping[str, Any],
    volume: Mapping[str, Any],
    sources: environment.Sources,
    tokens: Mapping[TokenWish, str],
) -> tuple[File, ...]:
    """A volume's files where they come from the API. MountError when a source is missing."""
    kind = find_kind(volume)
    if kind == "projected":
        return tuple(_projected(pod, volume, sources, tokens))
    if kind in ("configMap", "secret", "downwardAPI"):
        mode = volume[kind].get("defaultMode", DEFAULT_MODE)
        return tuple(_checked(file) for file in _source_files(pod, volume, mode, sources))
    return ()


def _projected(
    pod: Mapping[str, Any],
    volume: Mapping[str, Any],
    sources: environment.Sources,
    tokens: Mapping[TokenWish, str],
) -> Iterator[File]:
    mode = volume["projected"].get("defaultMode", DEFAULT_MODE)
    for source in volume["projected"].get("sources") or []:
        yield from (_checked(file) for file in _source_files(pod, source, mode, sources))
    for wish in _token_requests(volume):
        # The kubelet gives tokens to the owner alone unless runAsUser or fsGroup ask for more.
        yield _checked(File(wish.path, tokens[wish].encode(), 0o600))


def _source_files(
    pod: Mapping[str, Any], source: Mapping[str, Any], mode: int, sources: environment.Sources
) -> Iterator[File]:
    if source.get("downwardAPI"):
        for item in source["downwardAPI"].get("items") or []:
            yield File(
                item["path"], _downward_text(pod, item, sources).encode(), item.get("mode") or mode
            )
    for kind in ("configMap", "secret"):
        if source.get(kind):
            reference = source[kind]
            name = reference.get("secretName") or reference.get("name", "")
            yield from _keyed_files(kind, name, reference, mode, sources)


def _downward_text(
    pod: Mapping[str, Any], item: Mapping[str, Any], sources: environment.Sources
) -> str:
    try:
        if item.get("fieldRef"):
            return downward.field(pod, item["fieldRef"]["fieldPath"], sources.facts)
        return downward.resource(pod, item.get("resourceFieldRef") or {}, "", sources.capacity)
    except ValueError as error:
        raise MountError(str(error)) from error


def _keyed_files(
    kind: str, name: str, reference: Mapping[str, Any], mode: int, sources: environment.Sources
) -> Iterator[File]:
    data = environment.data_of(kind, name, sources)
    if data is None:
        if reference.get("optional"):
            return
        raise MountError(f'{kind.lower()} "{name}" not found')
    items = reference.get("items")
    if items is None:
        yield from (File(key, value, mode) for key, value in data.items())
        return
    for item in items:
        if item["key"] in data:
            yield File(item["path"], data[item["key"]], item.get("mode") or mode)
        elif not reference.get("optional"):
            raise MountError('{} "{}" has no key {}'.format(kind.lower(), name, item["key"]))


def _checked(file: File) -> File:
    """Refuse a path that would leave the volume, should an API server ever let one pass."""
    if file.path.startswith("/") or ".." in file.path.split("/") or not file.path:
        raise MountError(f"{file.path!r} is no path below a volume")
    return file


def make_mounts(
    container: Mapping[str, Any], folders: Mapping[str, str], values: Mapping[str, str]
) -> dict[str, str]:
    """MountPath -> folder for each volumeMount of a container. `values` are for subPathExpr."""
    mounts = {}
    for mount in container.get("volumeMounts") or []:
        folder = folders.get(mount["name"])
        if folder is None:
            raise MountError("volumeMount {!r} names no volume of the pod".format(mount["name"]))
        below = mount.get("subPath") or expansion.expand(mount.get("subPathExpr") or "", values)
        if below:
            folder = folder + "/" + _checked(File(below, b"")).path
        mounts[mount["mountPath"]] = folder
    return mounts
