"""Routes get a host, and only those who may can choose it."""

from __future__ import annotations

from pocket_openshift.access import rbac
from pocket_openshift.core.behaviour import Behaviour, Call, Object
from pocket_openshift.resources.rules import route_rules
from pocket_openshift.vocabulary import errors, kinds

_ROUTES = "routes.route.openshift.io"


class Routes(Behaviour):
    """Admission of routes; what listens on the hosts is the node agent's part."""

    resources = (_ROUTES,)

    def default(self, call: Call, obj: Object, old: Object | None) -> None:
        """Check the host that is asked for, then give one where none is."""
        namespace = obj["metadata"].get("namespace") or call.namespace

        def permitted(verb: str) -> bool:
            act = rbac.Act(
                verb,
                "route.openshift.io",
                "routes",
                "custom-host",
                namespace,
                obj["metadata"].get("name", ""),
            )
            return self.plane.authorization.permit(call.user, act).allowed

        if old is None:
            self._refuse(obj, route_rules.find_new_host_causes(obj, permitted))
            route_rules.fill_in(obj)
            route_rules.give_host(obj, namespace, self.plane.settings.subdomain)
        else:
            route_rules.fill_in(obj)
            obj["spec"].setdefault("host", old["spec"].get("host", ""))
            self._refuse(obj, route_rules.find_changed_host_causes(obj, old, permitted))

    @staticmethod
    def _refuse(obj: Object, wrong: list[errors.Cause]) -> None:
        if wrong:
            name = obj["metadata"].get("name", "")
            raise errors.invalid(kinds.named(_ROUTES), name, wrong)
