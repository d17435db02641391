"""What an API server says it has, and which of it a person means. Pure; `session` asks it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote


@dataclass(frozen=True, slots=True)
class Resource:
    """One kind of objects at an API server; `root` is `/api/v1` or `/apis/GROUP/VERSION`."""

    root: str
    plural: str
    singular: str
    kind: str
    namespaced: bool
    short: tuple[str, ...] = ()
    verbs: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()

    @property
    def group(self) -> str:
        """The API group, '' for the core."""
        parts = self.root.split("/")
        return parts[2] if parts[1] == "apis" else ""

    @property
    def label(self) -> str:
        """How a line of output names it, as kubectl does: `pod`, `route.route.openshift.io`."""
        name = self.singular or self.kind.lower()
        return f"{name}.{self.group}" if self.group else name

    def path(self, namespace: str, name: str = "") -> str:
        """The URL of one object, or of all; `*` as the namespace means all of them."""
        where = f"/namespaces/{quote(namespace)}" if self.namespaced and namespace != "*" else ""
        return f"{self.root}{where}/{self.plural}" + (f"/{quote(name, safe='')}" if name else "")


def parse(root: str, listing: Mapping[str, Any]) -> list[Resource]:
    """The resources of an APIResourceList, without its subresources."""
    return [
        Resource(
            root,
            entry["name"],
            entry.get("singularName") or "",
            entry["kind"],
            bool(entry.get("namespaced")),
            tuple(entry.get("shortNames") or ()),
            tuple(entry.get("verbs") or ()),
            tuple(entry.get("categories") or ()),
        )
        for entry in listing.get("resources") or ()
        if "/" not in entry["name"]
    ]


def of_kind(known: Iterable[Resource], kind: str) -> Resource | None:
    """The resource whose objects are of a kind; where there are several, one that keeps them."""
    found = [resource for resource in known if resource.kind == kind]
    kept = [resource for resource in found if "get" in resource.verbs]
    return next(iter(kept or found), None)


def named(known: Iterable[Resource], word: str) -> Resource | None:
    """The resource that a word means."""
    wanted = word.lower()
    for resource in known:
        names = {resource.plural, resource.singular, resource.kind.lower(), *resource.short}
        names |= {f"{name}.{resource.group}" for name in list(names)} if resource.group else set()
        if wanted in names:
            return resource
    return None
