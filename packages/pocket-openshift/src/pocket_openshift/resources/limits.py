"""LimitRanges applied to pods and claims, as the LimitRanger admission plugin does."""

from __future__ import annotations

from pocket_openshift.core.behaviour import Behaviour, Call, Object
from pocket_openshift.resources.rules import limit_rules, pod_rules
from pocket_openshift.vocabulary import errors


class Limits(Behaviour):
    """Defaults and bounds of a namespace."""

    resources = ("limitranges", "pods", "persistentvolumeclaims")

    def default(self, call: Call, obj: Object, old: Object | None) -> None:
        """Fill in what the object leaves out."""
        if call.kind.resource == "limitranges":
            for item in (obj.get("spec") or {}).get("limits") or ():
                limit_rules.fill_item(item)
        elif call.kind.resource == "pods" and old is None:
            ranges = self.store.select("limitranges", obj["metadata"]["namespace"])
            limit_rules.fill_pod(obj, ranges)
            obj["status"]["qosClass"] = pod_rules.qos_class(obj["spec"])
            pod_rules.add_tolerations(obj["spec"])

    def validate(self, call: Call, obj: Object, old: Object | None) -> None:
        """Refuse what may not be."""
        if call.kind.resource == "limitranges" or old is not None:
            return
        ranges = self.store.select("limitranges", obj["metadata"]["namespace"])
        find = (
            limit_rules.find_pod_problems
            if call.kind.resource == "pods"
            else limit_rules.find_claim_problems
        )
        found = find(obj, ranges)
        if found:
            why = found[0] if len(found) == 1 else f"[{', '.join(found)}]"
            raise errors.forbidden(call.kind, obj["metadata"]["name"], why)
