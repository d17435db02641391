"""`processedtemplates`: the server fills in a template and gives it back; nothing is kept."""

from __future__ import annotations

from pocket_openshift.core.behaviour import Behaviour, Call, Endpoint, Reply
from pocket_openshift.resources.rules import template_rules
from pocket_openshift.vocabulary import errors

_KIND = "Template"
_GROUP = "template.openshift.io"


class Templates(Behaviour):
    """Answers `oc process` and `pocket-openshift new-app`."""

    def endpoints(self) -> dict[str, Endpoint]:
        """The one answer."""
        return {f"create processedtemplates.{_GROUP}": self._process}

    def _process(self, call: Call) -> Reply:
        if not isinstance(call.body, dict) or call.body.get("kind", _KIND) != _KIND:
            raise errors.bad_request("the body of the request must be a Template")
        made, wrong = template_rules.process(call.body)
        metadata = made.get("metadata") or {}
        if wrong:
            name = metadata.get("name", "")
            raise errors.invalid_of(_GROUP, _KIND, name, wrong)
        made["metadata"] = {**metadata, "namespace": call.namespace}
        return Reply({"kind": _KIND, "apiVersion": f"{_GROUP}/v1", **made}, 201)
