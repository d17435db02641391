"""One request to the API, as a value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

JSON = "application/json"
MERGE_PATCH = "application/merge-patch+json"
METADATA_LIST = f"application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,{JSON}"


@dataclass(frozen=True, slots=True)
class Call:
    """What to send where. `path` is below the API server's address.

    `what` names it in errors and logs, `role` is the ClusterRole that it binds, if it does. What
    is not repeatable is never sent again when an answer is lost. Where a conflict is an answer (a
    Binding's: another has the pod), `is_conflict_final`.
    """

    method: str
    path: str
    what: str = ""
    body: Any = None
    query: Mapping[str, str | int] = field(default_factory=dict)
    content_type: str = JSON
    accept: str = JSON
    role: str = ""
    is_repeatable: bool = True
    is_conflict_final: bool = False

    @property
    def title(self) -> str:
        """What is asked, in words or as method and path."""
        return self.what or f"{self.method} {self.path}"

    @property
    def target(self) -> str:
        """Path and query; parts of the query that are empty are left out."""
        query = {key: value for key, value in self.query.items() if value != ""}
        return f"{self.path}?{urlencode(query)}" if query else self.path
