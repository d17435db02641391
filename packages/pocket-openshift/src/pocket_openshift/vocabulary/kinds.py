"""The kinds that are served, one row of `kinds.json` each; nothing else knows a list of kinds.

`paths` finds a row for a URL, `discovery` prints the rows, the store and the rules of access speak
of a row by its `resource` ("pods", "routes.route.openshift.io").
"""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import dataclass, field
from importlib import resources
from typing import Any

READ = ("get", "list", "watch")
WRITE = ("create", "delete", "deletecollection", "patch", "update")
ALL = tuple(sorted(READ + WRITE))


@dataclass(frozen=True, slots=True)
class Kind:
    """One served kind.

    `stored` is False for kinds that only answer (reviews, requests, views of another kind).
    `subresources` maps a name ("status") to the verbs it knows.
    """

    group: str
    version: str
    kind: str
    plural: str
    namespaced: bool = True
    verbs: tuple[str, ...] = ALL
    short: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    subresources: dict[str, tuple[str, ...]] = field(
        default_factory=dict, hash=False, compare=False
    )
    stored: bool = True

    @property
    def api_version(self) -> str:
        """`v1` or `group/version`, as objects of this kind carry it."""
        return f"{self.group}/{self.version}" if self.group else self.version

    @property
    def resource(self) -> str:
        """The plural with its group, as error messages say it.

        For example `pods`, `routes.route.openshift.io`.
        """
        return f"{self.plural}.{self.group}" if self.group else self.plural

    @property
    def singular(self) -> str:
        """The singular name that discovery and kubectl use."""
        return self.kind.lower()

    @property
    def storage_hash(self) -> str:
        """What discovery calls storageVersionHash.

        Eight bytes of SHA-256 over group/version/kind.
        """
        text = f"{self.group}/{self.version}/{self.kind}"
        return base64.b64encode(hashlib.sha256(text.encode()).digest()[:8]).decode()


def _kind(row: dict[str, Any]) -> Kind:
    """A row of the data file, with its lists as tuples."""
    parts = {name: tuple(verbs) for name, verbs in row.pop("subresources", {}).items()}
    given: dict[str, Any] = {
        name: tuple(v) if isinstance(v, list) else v for name, v in row.items()
    }
    return Kind(**given, subresources=parts)


_TABLE = resources.files(__package__).joinpath("kinds.json").read_text(encoding="utf-8")
KINDS: tuple[Kind, ...] = tuple(_kind(row) for row in json.loads(_TABLE))

_BY_PATH = {(k.group, k.version, k.plural): k for k in KINDS}
_BY_RESOURCE = {k.resource: k for k in KINDS}
_BY_KIND = {(k.api_version, k.kind): k for k in KINDS if k.plural != "processedtemplates"}
GROUP_VERSIONS: tuple[tuple[str, str], ...] = tuple(
    dict.fromkeys((k.group, k.version) for k in KINDS)
)


def at_path(group: str, version: str, plural: str) -> Kind | None:
    """The row for the parts of a URL, or None."""
    return _BY_PATH.get((group, version, plural))


def named(resource: str) -> Kind:
    """The row for `pods` or `routes.route.openshift.io`; KeyError when there is none."""
    return _BY_RESOURCE[resource]


def of_object(obj: dict) -> Kind | None:
    """The row for an object's `apiVersion` and `kind`, or None."""
    return _BY_KIND.get((str(obj.get("apiVersion")), str(obj.get("kind"))))


def of_group_version(group: str, version: str) -> list[Kind]:
    """All rows of one group and version, in the table's order."""
    return [k for k in KINDS if (k.group, k.version) == (group, version)]
