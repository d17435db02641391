"""BuildConfigs and their Builds, each of which fails with an event that says why."""

from __future__ import annotations

import copy

from pocket_openshift.core import store
from pocket_openshift.core.behaviour import Behaviour, Call, Endpoint, Object, Reply
from pocket_openshift.http import verbs
from pocket_openshift.resources import event_records, workloads
from pocket_openshift.resources.rules import build_rules
from pocket_openshift.vocabulary import errors, kinds, paths

_BUILDS, _CONFIGS = "builds.build.openshift.io", "buildconfigs.build.openshift.io"
_COMPONENT = "build-controller"


class Builds(Behaviour):
    """No image is ever built: there is no registry, and nothing to build in."""

    resources = (_BUILDS, _CONFIGS)

    def default(self, call: Call, obj: Object, old: Object | None) -> None:
        """Fill in what the object leaves out."""
        if call.kind.resource == _CONFIGS:
            build_rules.fill_config(obj)

    def validate(self, call: Call, obj: Object, old: Object | None) -> None:
        """Refuse what could be built nowhere."""
        if problem := build_rules.problem_with_strategy(obj.get("spec") or {}):
            cause = errors.Cause("spec.strategy", "FieldValueInvalid", problem)
            raise errors.invalid(call.kind, obj["metadata"]["name"], [cause])

    def changed(self, change: store.Change) -> None:
        """Begin what a new config triggers; end what has begun."""
        if change.type != "ADDED":
            return
        if change.kind.resource == _BUILDS:
            self._fail(change.obj)
        elif cause := build_rules.find_first_cause(change.obj):
            try:
                self._instantiate(change.obj, cause)
            except errors.StatusError as error:
                self._say(change.obj, "BuildConfigInstantiateFailed", str(error))

    def endpoints(self) -> dict[str, Endpoint]:
        """`oc start-build` and `oc logs`."""
        return {
            f"create {_CONFIGS}/instantiate": self.instantiate,
            f"get {_BUILDS}/log": self.show_log,
        }

    def instantiate(self, call: Call) -> Reply:
        """Begin a build because somebody asks for it; the build, as it is at first."""
        config = verbs.current(self.plane, call)
        return Reply(self._instantiate(config, "Manually triggered"), 201)

    def show_log(self, call: Call) -> Reply:
        """What a build has to say."""
        build = verbs.current(self.plane, call)
        text = (build.get("status") or {}).get("message") or build_rules.explain_failure(build)
        return Reply(f"{text}\n", headers={"Content-Type": "text/plain"})

    def _instantiate(self, config: Object, cause: str) -> Object:
        build = build_rules.make_build(config, cause)
        number, kind = config["status"]["lastVersion"] + 1, kinds.named(_BUILDS)
        target = paths.RequestTarget(
            "create", kind.group, kind.version, kind.plural, config["metadata"]["namespace"]
        )
        call = Call(workloads.CONTROLLER, target, kind)
        made = verbs.create_object(self.plane, call, copy.deepcopy(build))
        status = {**config["status"], "lastVersion": number}
        self.store.update(kinds.named(_CONFIGS), {**config, "status": status})
        return made

    def _fail(self, build: Object) -> None:
        status = build_rules.make_failed_status(build, store.now())
        self.store.update(kinds.named(_BUILDS), {**build, "status": status})
        metadata = build["metadata"]
        name = f"Build {metadata['namespace']}/{metadata['name']} failed"
        self._say(build, "BuildFailed", f"{name}: {status['message']}")

    def _say(self, about: Object, reason: str, text: str) -> None:
        event = event_records.make(about, reason, text, component=_COMPONENT, warning=True)
        event_records.record(self.store, event)
