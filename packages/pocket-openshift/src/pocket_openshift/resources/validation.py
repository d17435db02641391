"""Objects are checked against the rules of their kinds, once defaults are filled in.

Listed first among the behaviours: what makes no sense is refused (422) before anything else looks
at it. Subresources that only say how things are (`status`) may say anything.
"""

from __future__ import annotations

from pocket_openshift.core.behaviour import Behaviour, Call, Object
from pocket_openshift.resources.rules import warnings
from pocket_openshift.resources.rules.validation import kinds as rules
from pocket_openshift.vocabulary import errors, kinds


class Validation(Behaviour):
    """The rules of all kinds that are stored."""

    resources = tuple(kind.resource for kind in kinds.KINDS if kind.stored)

    def validate(self, call: Call, obj: Object, old: Object | None) -> None:
        """Refuse what may not be, and warn of what is likely a mistake."""
        if old is not None and call.target.subresource:
            return
        causes = rules.find_causes(call.kind.resource, obj, old)
        if causes:
            raise errors.invalid(call.kind, obj["metadata"].get("name", ""), causes)
        for text in warnings.find(call.kind.resource, obj, old):
            call.warn(text)
