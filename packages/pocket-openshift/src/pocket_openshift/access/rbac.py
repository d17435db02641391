"""Rules of access: does a rule allow an act, does a set of rules cover another. Pure.

`authorization` finds which rules a user has; the texts for "attempting to grant" are made here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

ANY = "*"


@dataclass(frozen=True, slots=True)
class Act:
    """What somebody wants to do: a verb on a resource, or on a URL `path` that is none."""

    verb: str
    group: str = ""
    resource: str = ""
    subresource: str = ""
    namespace: str = ""
    name: str = ""
    path: str = ""

    @property
    def full_resource(self) -> str:
        """`pods` or `pods/log`."""
        return f"{self.resource}/{self.subresource}" if self.subresource else self.resource


@dataclass(frozen=True, slots=True)
class Rule:
    """One PolicyRule. An empty `names` means any name."""

    verbs: tuple[str, ...]
    groups: tuple[str, ...] = ()
    resources: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()

    def allows(self, act: Act) -> bool:
        """Whether this rule alone permits the act."""
        if act.verb not in self.verbs and ANY not in self.verbs:
            return False
        if act.path:
            return any(_path_matches(path, act.path) for path in self.paths)
        return (
            (act.group in self.groups or ANY in self.groups)
            and self._has_resource(act)
            and (not self.names or act.name in self.names)
        )

    def _has_resource(self, act: Act) -> bool:
        wanted = act.full_resource
        return any(
            resource in (ANY, wanted) or (act.subresource and resource == f"*/{act.subresource}")
            for resource in self.resources
        )

    def as_dict(self) -> dict[str, list[str]]:
        """As it stands in a Role."""
        named = {
            "apiGroups": self.groups,
            "nonResourceURLs": self.paths,
            "resourceNames": self.names,
            "resources": self.resources,
        }
        return {
            "verbs": list(self.verbs),
            **{name: list(values) for name, values in named.items() if values},
        }


def _path_matches(pattern: str, path: str) -> bool:
    if pattern in (ANY, path):
        return True
    return pattern.endswith("*") and path.startswith(pattern[:-1])


def rule_from(item: Mapping[str, Any]) -> Rule:
    """A Role's rule as a value."""
    return Rule(
        verbs=tuple(item.get("verbs") or ()),
        groups=tuple(item.get("apiGroups") or ()),
        resources=tuple(item.get("resources") or ()),
        names=tuple(item.get("resourceNames") or ()),
        paths=tuple(item.get("nonResourceURLs") or ()),
    )


def rules_from(role: Mapping[str, Any]) -> tuple[Rule, ...]:
    """All rules of a Role or ClusterRole."""
    return tuple(rule_from(item) for item in role.get("rules") or ())


def _atoms(rule: Rule) -> Iterator[Rule]:
    """A rule as its smallest parts: one verb, one group, one resource, one name."""
    for verb in rule.verbs:
        for path in rule.paths:
            yield Rule((verb,), paths=(path,))
        for group in rule.groups:
            for resource in rule.resources:
                for name in rule.names or ("",):
                    yield Rule((verb,), (group,), (resource,), (name,) if name else ())


def _covers(held: Rule, atom: Rule) -> bool:
    if atom.verbs[0] not in held.verbs and ANY not in held.verbs:
        return False
    if atom.paths:
        return any(_path_covers(path, atom.paths[0]) for path in held.paths)
    return (
        (atom.groups[0] in held.groups or ANY in held.groups)
        and _resource_covered(held.resources, atom.resources[0])
        and (not held.names or bool(atom.names and atom.names[0] in held.names))
    )


def _resource_covered(held: Sequence[str], wanted: str) -> bool:
    _, slash, subresource = wanted.partition("/")
    return wanted in held or ANY in held or bool(slash and f"*/{subresource}" in held)


def _path_covers(held: str, wanted: str) -> bool:
    if held in (ANY, wanted):
        return True
    return held.endswith("*") and wanted.rstrip("*").startswith(held[:-1])


def missing_rules(held: Sequence[Rule], wanted: Iterable[Rule]) -> list[Rule]:
    """The smallest parts of `wanted` that `held` does not cover; empty means no escalation."""
    missing = dict.fromkeys(
        atom
        for rule in wanted
        for atom in _atoms(rule)
        if not any(_covers(rule, atom) for rule in held)
    )
    return list(missing)


def render_missing(missing: Sequence[Rule]) -> str:
    """The parts as the real server lists them: verbs of one resource together, sorted."""
    grouped: dict[Rule, list[str]] = {}
    for atom in missing:
        place = Rule((), atom.groups, atom.resources, atom.names, atom.paths)
        grouped.setdefault(place, []).append(atom.verbs[0])
    lines = [_render(place, verbs) for place, verbs in grouped.items()]
    return "\n".join(sorted(lines))


def _render(place: Rule, verbs: Sequence[str]) -> str:
    fields = (
        ("APIGroups", place.groups),
        ("Resources", place.resources),
        ("ResourceNames", place.names),
        ("NonResourceURLs", place.paths),
        ("Verbs", verbs),
    )
    parts = [f"{name}:[{_quoted(values)}]" for name, values in fields if values]
    return "{" + ", ".join(parts) + "}"


def _quoted(values: Sequence[str]) -> str:
    return ", ".join(f'"{value}"' for value in values)
