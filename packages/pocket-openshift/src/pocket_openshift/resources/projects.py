"""OpenShift's projects: a view of namespaces.

They are listed by who belongs to them, and made by self-service.
"""

from __future__ import annotations

import dataclasses
import time
from typing import Any

from pocket_openshift.access import rbac
from pocket_openshift.core import deletion, store, watching
from pocket_openshift.core.behaviour import Behaviour, Call, Object, Plane, Reply
from pocket_openshift.http import listing, streams, verbs
from pocket_openshift.resources import namespaces
from pocket_openshift.vocabulary import errors, field_errors, identity, kinds, names

_GROUP = "project.openshift.io"
_BINDINGS = "rolebindings.rbac.authorization.k8s.io"
_NOTES = "openshift.io/"
# What an admin of a project may say of it; all other labels and annotations are the cluster's.
_OWN_WORDS = frozenset({_NOTES + "display-name", _NOTES + "description"})
_IMMUTABLE = "field is immutable, try updating the namespace"
# The real server's list of who belongs where lags that much behind the bindings.
LAG_SECONDS = 1.0


def find_change_causes(old: Object, new: Object) -> list[errors.Cause]:
    """What is wrong with a change of a project: who may not change a namespace may not do it here.

    Labels and annotations tell whose a project is; only its two descriptions are its admin's.
    """
    wrong = []
    for field, free in (("labels", frozenset()), ("annotations", _OWN_WORDS)):
        before, after = (each["metadata"].get(field) or {} for each in (old, new))
        for key in sorted({*before, *after} - free):
            if before.get(key) != after.get(key):
                text = f'Invalid value: "{after.get(key, "")}": {_IMMUTABLE}'
                wrong.append(errors.Cause(f"metadata.{field}[{key}]", "FieldValueInvalid", text))
    return wrong


def view(namespace: Object) -> Object:
    """A namespace as a Project."""
    kind = kinds.named(f"projects.{_GROUP}")
    return {**namespace, "apiVersion": kind.api_version, "kind": kind.kind}


class Projects(Behaviour):
    """Projects and ProjectRequests."""

    resources = (_BINDINGS,)

    def __init__(self, plane: Plane) -> None:
        super().__init__(plane)
        self._rebound: dict[str, float] = {}

    def changed(self, change: store.Change) -> None:
        """Note when who belongs to a namespace changed, for the list that lags."""
        now = time.monotonic()
        if len(self._rebound) > 1000:
            self._rebound = {p: t for p, t in self._rebound.items() if now - t < LAG_SECONDS}
        self._rebound[change.namespace] = now

    def endpoints(self) -> dict:
        """What is answered here instead of by the store."""
        return {
            f"get projects.{_GROUP}": self.get,
            f"list projects.{_GROUP}": self.list,
            f"watch projects.{_GROUP}": self.watch,
            f"delete projects.{_GROUP}": self.delete,
            f"patch projects.{_GROUP}": self.change,
            f"update projects.{_GROUP}": self.change,
            f"create projects.{_GROUP}": self.create,
            f"create projectrequests.{_GROUP}": self.request,
            f"list projectrequests.{_GROUP}": self.check_request,
        }

    def _namespace(self, call: Call) -> Object:
        found = self.store.find("namespaces", "", call.name)
        if found is None:
            raise errors.not_found(call.kind, call.name)
        return found

    def get(self, call: Call) -> Reply:
        """One project."""
        return Reply(view(self._namespace(call)))

    def _visible(self, user: identity.User) -> list[Object]:
        shown = self.plane.authorization.visible_namespaces(user)
        return [
            namespace
            for namespace in self._belonging(user)
            if shown is None or namespace["metadata"]["name"] in shown
        ]

    def _belonging(self, user: identity.User) -> list[Object]:
        everywhere = rbac.Act("get", "", "namespaces")
        if self.plane.authorization.permit(_unscoped(user), everywhere).allowed:
            return self.store.select("namespaces")
        now = time.monotonic()
        found = []
        for name in sorted(self.plane.authorization.namespaces_bound(user)):
            namespace = self.store.find("namespaces", "", name)
            if namespace is None or now - self._rebound.get(name, 0.0) < LAG_SECONDS:
                continue
            act = rbac.Act("get", "", "namespaces", "", name, name)
            if self.plane.authorization.permit(_unscoped(user), act).allowed:
                found.append(namespace)
        return found

    def list(self, call: Call) -> Reply:
        """The projects that the caller belongs to."""
        matches = listing.matcher(call)
        found = [view(ns) for ns in self._visible(call.user)]
        items = [
            {name: value for name, value in obj.items() if name not in ("apiVersion", "kind")}
            for obj in found
            if matches is None or matches(obj)
        ]
        body = {"kind": "ProjectList", "apiVersion": f"{_GROUP}/v1", "metadata": {}, "items": items}
        return Reply(body)

    def watch(self, call: Call) -> Reply:
        """Changes of projects, as seen by who may see them at that moment."""
        seconds, version = streams.seconds_of(call), call.query.get("resourceVersion") or "0"
        if not version.isdigit():
            raise errors.bad_request(f"invalid resource version {version!r}")
        watch = watching.Watch(kinds.named("namespaces"), None, listing.matcher(call))
        if version == "0":
            watch.start_with(self._visible(call.user))
            version = str(self.store.version)
        try:
            self.plane.watching.open(watch, int(version))
        except errors.StatusError as error:
            return streams.expired(error)
        return Reply(stream=self._events(call, watch, seconds))

    async def _events(self, call: Call, watch: watching.Watch, seconds: float) -> Any:
        shown = {ns["metadata"]["name"] for ns in self._visible(call.user)}
        end = time.monotonic() + seconds
        try:
            while (left := end - time.monotonic()) > 0:
                for what, obj in await watch.next_batch(left) or ():
                    if self._may_show(call.user, obj["metadata"]["name"], what, shown):
                        yield watching.render_event(what, verbs.encode(view(obj)))
                if watch.closed:
                    return
        finally:
            self.plane.watching.drop(watch)

    def _may_show(self, user: identity.User, name: str, what: str, shown: set[str]) -> bool:
        """Whether a watcher may hear of a project; of its end only who could see it."""
        if what == "DELETED":
            known = name in shown
            shown.discard(name)
            return known
        seen = self.plane.authorization.visible_namespaces(user)
        act = rbac.Act("get", "", "namespaces", "", name, name)
        if seen is not None and name not in seen:
            return False
        if not self.plane.authorization.permit(_unscoped(user), act).allowed:
            return False
        shown.add(name)
        return True

    def delete(self, call: Call) -> Reply:
        """Delete the namespace behind; answers a Status, as the real server."""
        found = self._namespace(call)
        deletion.check_preconditions(call.kind, found, deletion.options_from(call.query, call.body))
        if not call.dry_run:
            life = next(b for b in self.plane.behaviours if isinstance(b, namespaces.Namespaces))
            life.terminate(found)
        return Reply(errors.make_success())

    def change(self, call: Call) -> Reply:
        """Change what an admin may say of the namespace behind; a 422 for all other marks."""
        old, asked = self._namespace(call), call.kind
        call.kind = kinds.named("namespaces")
        if isinstance(call.body, dict):
            call.body = {k: v for k, v in call.body.items() if k not in ("apiVersion", "kind")}
        change = verbs.VERBS[call.target.verb]
        trial = dataclasses.replace(call, query={**call.query, "dryRun": "All"})
        if causes := find_change_causes(old, change(self.plane, trial).body):
            raise errors.invalid(asked, call.name, causes)
        return Reply(view(change(self.plane, call).body))

    def create(self, call: Call) -> Reply:
        """A project by somebody who may create them outright: a namespace."""
        body = {k: v for k, v in (call.body or {}).items() if k not in ("apiVersion", "kind")}
        call.kind, call.body = kinds.named("namespaces"), body
        return Reply(view(verbs.create(self.plane, call).body), 201)

    def check_request(self, call: Call) -> Reply:
        """GET of projectrequests: whether the caller may make a project."""
        act = rbac.Act("create", _GROUP, "projectrequests")
        if not self.plane.authorization.permit(call.user, act).allowed:
            raise errors.forbidden(call.kind, "", "You may not request a new project via this API.")
        return Reply(errors.make_success())

    def request(self, call: Call) -> Reply:
        """Self-service: a namespace, and its requester as its admin."""
        body = verbs.check_body(call, call.body)
        name = body["metadata"].get("name", "")
        _check_requested(call.kind, name)
        if self.store.find("namespaces", "", name) is not None:
            raise errors.already_exists(call.kind, name, resource="project")
        namespace = {
            "metadata": {
                **{k: v for k, v in body["metadata"].items() if k in ("labels",)},
                "name": name,
                "annotations": {
                    _NOTES + "description": body.get("description", ""),
                    _NOTES + "display-name": body.get("displayName", ""),
                    _NOTES + "requester": call.user.name,
                },
            },
            "spec": {"finalizers": ["openshift.io/origin", "kubernetes"]},
        }
        call.kind = kinds.named("namespaces")
        made = verbs.create_object(self.plane, call, namespace)
        if not call.dry_run:
            self._bind_admin(name, call.user)
        return Reply(view(made), 201)

    def _bind_admin(self, namespace: str, user: identity.User) -> None:
        group = "rbac.authorization.k8s.io"
        self.plane.ensure(
            _BINDINGS,
            {
                "metadata": {"name": "admin", "namespace": namespace},
                "roleRef": {"apiGroup": group, "kind": "ClusterRole", "name": "admin"},
                "subjects": [{"apiGroup": group, "kind": "User", "name": user.name}],
            },
        )


def _check_requested(kind: kinds.Kind, name: str) -> None:
    """Refuse a name that no project may have, or that is the cluster's own."""
    if not name:
        cause = field_errors.required("metadata.name", "name or generateName is required")
        raise errors.invalid(kind, name, [cause])
    if why := names.problem_with_project(name):
        raise errors.invalid(kind, name, [field_errors.invalid("metadata.name", name, why)])
    if why := names.reservation_of_project(name):
        raise errors.forbidden_project(name, why)


def _unscoped(user: identity.User) -> identity.User:
    """The user apart from the token's scopes: `list projects` itself was allowed by them."""
    return identity.User(user.name, user.groups, user.uid)
