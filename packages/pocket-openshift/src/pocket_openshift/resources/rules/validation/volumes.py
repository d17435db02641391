"""Volumes of a pod: their names, and exactly one source that has sense. Pure."""

from __future__ import annotations

from collections.abc import Callable

from pocket_openshift.resources.rules.validation import claims, formats, object_meta, variables
from pocket_openshift.vocabulary.field_errors import (
    Causes,
    Object,
    duplicate,
    each_invalid,
    forbidden,
    invalid,
    items,
    not_supported,
    part,
    required,
)
from workshop_kube.rules import quantities

_MODE = "must be a number between 0 and 0777 (octal), both inclusive"
_HOST_PATHS = (
    "",
    "BlockDevice",
    "CharDevice",
    "Directory",
    "DirectoryOrCreate",
    "File",
    "FileOrCreate",
    "Socket",
)


def volumes(spec: Object, place: str, pod: str = "") -> tuple[dict[str, Object], list]:
    """The volumes that may be mounted, by name, and what is wrong with the others.

    `pod` is the name of the pod, where it has one already.
    """
    good: dict[str, Object] = {}
    wrong: list = []
    for where, volume in items(spec, "volumes", place):
        name = volume.get("name", "")
        causes = [*_source(volume, where, pod), *_name(name, f"{where}.name")]
        if name in good:
            causes.append(duplicate(f"{where}.name", name))
        if causes:
            wrong += causes
        else:
            good[name] = volume
    return good, wrong


def _name(name: str, place: str) -> Causes:
    if name:
        yield from each_invalid(place, name, formats.dns_label(name))
    else:
        yield required(place)


def _source(volume: Object, place: str, pod: str) -> Causes:
    given = [name for name in _SOURCES if volume.get(name) is not None]
    for number, name in enumerate(given):
        if number:
            field = {"downwardAPI": "downwarAPI", "cephfs": "cephFS"}.get(name, name)
            yield forbidden(f"{place}.{field}", "may not specify more than 1 volume type")
        else:
            yield from _SOURCES[name](volume[name], f"{place}.{name}")
    if "ephemeral" in given[:1] and pod and volume.get("name"):
        claim = f"{pod}-{volume['name']}"
        for why in formats.dns_subdomain(claim):
            yield invalid(f"{place}.name", volume["name"], f'PVC name "{claim}": {why}')
    if not given:
        yield required(place, "must specify a volume type")


def no_way_up(path: str, place: str) -> Causes:
    """A path without `..`."""
    if ".." in path.split("/"):
        yield invalid(place, path, "must not contain '..'")


def path_inside(path: str, place: str) -> Causes:
    """A path below some folder."""
    if path.startswith("/"):
        yield invalid(place, path, "must be a relative path")
    yield from no_way_up(path, place)


def own_path(path: str, place: str) -> Causes:
    """A path below some folder that the kubelet does not need for itself."""
    yield from path_inside(path, place)
    if path.startswith("..") and not path.startswith("../"):
        yield invalid(place, path, "must not start with '..'")


def _mode(holder: Object, name: str, place: str) -> Causes:
    mode = holder.get(name)
    if mode is not None and not 0 <= mode <= 0o777:
        yield invalid(f"{place}.{name}", mode, _MODE)


def _keys(source: Object, place: str) -> Causes:
    for where, item in items(source, "items", place):
        for name in ("key", "path"):
            if not item.get(name):
                yield required(f"{where}.{name}")
        yield from own_path(item.get("path", ""), f"{where}.path")
        yield from _mode(item, "mode", where)


def _needs(*names: str) -> Callable[[Object, str], Causes]:
    """A source that must say these."""

    def check(source: Object, place: str) -> Causes:
        return (required(f"{place}.{name}") for name in names if not source.get(name))

    return check


def _empty_dir(source: Object, place: str) -> Causes:
    size = source.get("sizeLimit")
    if size is not None and quantities.parse(size) < 0:
        yield forbidden(f"{place}.sizeLimit", "SizeLimit field must be a valid resource quantity")


def _host_path(source: Object, place: str) -> Causes:
    path = source.get("path", "")
    if not path:
        yield required(f"{place}.path")
        return
    yield from no_way_up(path, f"{place}.path")
    kind = source.get("type", "")
    if kind not in _HOST_PATHS:
        yield not_supported(f"{place}.type", kind, _HOST_PATHS)


def _secret(source: Object, place: str) -> Causes:
    yield from _needs("secretName")(source, place)
    yield from _mode(source, "defaultMode", place)
    yield from _keys(source, place)


def _config_map(source: Object, place: str) -> Causes:
    yield from _needs("name")(source, place)
    yield from _mode(source, "defaultMode", place)
    yield from _keys(source, place)


def _nfs(source: Object, place: str) -> Causes:
    yield from _needs("server", "path")(source, place)
    path = source.get("path", "")
    if not path.startswith("/"):
        yield invalid(f"{place}.path", path, "must be an absolute path")


def _git(source: Object, place: str) -> Causes:
    yield from _needs("repository")(source, place)
    yield from path_inside(source.get("directory", ""), f"{place}.directory")


def _file(item: Object, place: str) -> Causes:
    """A file of the downward API. Errors name the volume, not the file."""
    path, field, resource = item.get("path", ""), item.get("fieldRef"), item.get("resourceFieldRef")
    if not path:
        yield required(f"{place}.path")
    yield from own_path(path, f"{place}.path")
    if field is not None:
        yield from variables.field_ref(field, f"{place}.fieldRef", variables.VOLUME_FIELDS)
        if resource is not None:
            why = "fieldRef and resourceFieldRef can not be specified simultaneously"
            yield invalid(place, "resource", why)
    elif resource is not None:
        yield from variables.resource_ref(resource, f"{place}.resourceFieldRef", in_volume=True)
    else:
        yield required(place, "one of fieldRef and resourceFieldRef is required")
    yield from _mode(item, "mode", place)


def _downward(source: Object, place: str) -> Causes:
    yield from _mode(source, "defaultMode", place)
    for item in source.get("items") or ():
        yield from _file(item, place)


def _token(token: Object, place: str, volume: str) -> Causes:
    seconds = token.get("expirationSeconds", 3600)
    field = f"{place}.serviceAccountToken.expirationSeconds"
    if seconds < 600:
        yield invalid(field, seconds, "may not specify a duration less than 10 minutes")
    if seconds > 2**32:
        yield invalid(field, seconds, "may not specify a duration larger than 2^32 seconds")
    if token.get("path"):
        yield from own_path(token["path"], f"{volume}.path")
    else:
        yield required(f"{volume}.path")


def _projected(source: Object, place: str) -> Causes:
    yield from _mode(source, "defaultMode", place)
    seen: set[str] = set()
    for where, one in items(source, "sources", place):
        for name in ("secret", "configMap"):
            if one.get(name) is not None:
                yield from _needs("name")(one[name], f"{where}.{name}")
                yield from _keys(one[name], f"{where}.{name}")
                yield from _paths(one[name], seen, place, one[name].get("name", ""))
        if one.get("downwardAPI") is not None:
            for item in one["downwardAPI"].get("items") or ():
                yield from _file(item, f"{where}.downwardAPI")
            yield from _paths(one["downwardAPI"], seen, place)
        if one.get("serviceAccountToken") is not None:
            yield from _token(one["serviceAccountToken"], where, place)
        if len([name for name in one if one[name] is not None]) > 1:
            yield forbidden(where, "may not specify more than 1 volume type per source")


def _paths(source: Object, seen: set[str], place: str, shown: str = "") -> Causes:
    """Two files at one path; what is shown is the source's name, or the path itself."""
    for item in source.get("items") or ():
        path = item.get("path")
        if path and path in seen:
            yield invalid(place, shown or path, "conflicting duplicate paths")
        elif path:
            seen.add(path)


def _ephemeral(source: Object, place: str) -> Causes:
    template = source.get("volumeClaimTemplate")
    if template is None:
        yield required(f"{place}.volumeClaimTemplate")
        return
    where = f"{place}.volumeClaimTemplate"
    meta, there = part(template, "metadata"), f"{where}.metadata"
    yield from object_meta.of_annotations(meta.get("annotations") or {}, f"{there}.annotations")
    yield from object_meta.of_labels(meta.get("labels") or {}, f"{there}.labels")
    yield from claims.spec(part(template, "spec"), f"{where}.spec")


def _csi(source: Object, place: str) -> Causes:
    yield from _needs("driver")(source, place)


def _disk(source: Object, place: str) -> Causes:
    yield from _needs("pdName")(source, place)
    partition = source.get("partition", 0)
    if not 0 <= partition <= 255:
        why = "must be between 1 and 255, inclusive"
        yield invalid(f"{place}.partition", partition, why)


_SOURCES: dict[str, Callable[[Object, str], Causes]] = {
    "emptyDir": _empty_dir,
    "hostPath": _host_path,
    "gitRepo": _git,
    "gcePersistentDisk": _disk,
    "awsElasticBlockStore": _needs("volumeID"),
    "secret": _secret,
    "nfs": _nfs,
    "iscsi": _needs("targetPortal", "iqn"),
    "glusterfs": _needs("endpoints", "path"),
    "flocker": _needs(),
    "persistentVolumeClaim": _needs("claimName"),
    "rbd": _needs("monitors", "image"),
    "cinder": _needs("volumeID"),
    "cephfs": _needs("monitors"),
    "quobyte": _needs("volume"),
    "downwardAPI": _downward,
    "fc": _needs(),
    "flexVolume": _needs("driver"),
    "configMap": _config_map,
    "azureFile": _needs("secretName", "shareName"),
    "vsphereVolume": _needs("volumePath"),
    "photonPersistentDisk": _needs("pdID"),
    "portworxVolume": _needs("volumeID"),
    "azureDisk": _needs("diskName", "diskURI"),
    "storageos": _needs(),
    "projected": _projected,
    "scaleIO": _needs("gateway", "system", "volumeName"),
    "csi": _csi,
    "ephemeral": _ephemeral,
    "image": _needs(),
}
