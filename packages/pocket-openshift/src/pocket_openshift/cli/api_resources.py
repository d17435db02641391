"""What an API server says it has, and which of it a person means by a word."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from workshop_kube.rules.kinds import Kind
from workshop_kube.rules.manifests import Manifest, Object, make_reference


@dataclass(frozen=True, slots=True)
class Resource:
    """A kind of objects, what people call it (in lower case), and its categories, such as `all`."""

    kind: Kind
    names: frozenset[str]
    categories: frozenset[str] = frozenset()

    @property
    def label(self) -> str:
        """How a line of output names it, as kubectl does."""
        return make_label(self.kind.api_version, self.kind.kind)

    def refer(self, name: str, namespace: str) -> Object:
        """A reference to one of its objects; what has no namespace is given none."""
        where = namespace if self.kind.is_namespaced else ""
        return make_reference(self.kind.api_version, self.kind.kind, name, where)


def make_label(api_version: str, kind: str) -> str:
    """A kind as kubectl's lines name it: `pod`, `route.route.openshift.io`."""
    group = api_version.rpartition("/")[0]
    return f"{kind.lower()}.{group}" if group else kind.lower()


def parse_resources(api_version: str, listing: Manifest) -> list[Resource]:
    """The resources of an APIResourceList, without its subresources."""
    return [
        _parse_resource(api_version, entry)
        for entry in listing.get("resources") or ()
        if "/" not in entry["name"]
    ]


def _parse_resource(api_version: str, entry: Manifest) -> Resource:
    verbs = tuple(entry.get("verbs") or ())
    kind = Kind(api_version, entry["kind"], entry["name"], bool(entry.get("namespaced")), verbs)
    words = {kind.plural, entry.get("singularName") or "", kind.kind, *entry.get("shortNames", ())}
    names = {word.lower() for word in words if word}
    if kind.group:
        names |= {f"{name}.{kind.group}" for name in names}
    return Resource(kind, frozenset(names), frozenset(entry.get("categories") or ()))


def find_named(known: Iterable[Resource], word: str) -> Resource | None:
    """The resource that a word means."""
    return next((resource for resource in known if word.lower() in resource.names), None)
