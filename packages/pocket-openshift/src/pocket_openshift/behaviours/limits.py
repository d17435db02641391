"""LimitRanges applied to pods and claims, as the LimitRanger admission plugin does."""

from __future__ import annotations

from pocket_openshift import limiting, pod_defaults, statuses

from . import Behaviour, Call, Object


class Limits(Behaviour):
    """Defaults and bounds of a namespace."""

    resources = ("limitranges", "pods", "persistentvolumeclaims")

    def default(self, call: Call, obj: Object, old: Object | None) -> None:
        """Fill in what the object leaves out."""
        if call.kind.resource == "limitranges":
            for item in (obj.get("spec") or {}).get("limits") or ():
                limiting.fill_item(item)
        elif call.kind.resource == "pods" and old is None:
            ranges = self.store.select("limitranges", obj["metadata"]["namespace"])
            limiting.fill_pod(obj, ranges)
            obj["status"]["qosClass"] = pod_defaults.qos_class(obj["spec"])
            pod_defaults.add_tolerations(obj["spec"])

    def validate(self, call: Call, obj: Object, old: Object | None) -> None:
        """Refuse what may not be."""
        if call.kind.resource == "limitranges" or old is not None:
            return
        ranges = self.store.select("limitranges", obj["metadata"]["namespace"])
        judge = limiting.judge_pod if call.kind.resource == "pods" else limiting.judge_claim
        found = judge(obj, ranges)
        if found:
            why = found[0] if len(found) == 1 else f"[{', '.join(found)}]"
            raise statuses.forbidden(call.kind, obj["metadata"]["name"], why)
