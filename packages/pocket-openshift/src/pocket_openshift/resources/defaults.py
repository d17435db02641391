"""Kinds that are only filled in and stored."""

from __future__ import annotations

from pocket_openshift.core.behaviour import Behaviour, Call, Object
from pocket_openshift.resources.rules import defaults


class Defaults(Behaviour):
    """What `rules.defaults` knows of them."""

    resources = defaults.KINDS

    def default(self, call: Call, obj: Object, old: Object | None) -> None:
        """Fill in what the object leaves out."""
        defaults.fill(call.kind.resource, obj)
