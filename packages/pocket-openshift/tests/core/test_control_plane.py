import asyncio

import pytest

from pocket_openshift.core import behaviour, control_plane
from pocket_openshift.vocabulary import errors, identity, kinds, paths

MAP = kinds.named("configmaps")


def config_map(name):
    return {"metadata": {"name": name, "namespace": "a"}}


def call():
    target = paths.parse("POST", "/api/v1/namespaces/a/configmaps", {})
    return behaviour.Call(identity.ADMIN, target, MAP)


class Recorder(behaviour.Behaviour):
    resources = ("configmaps",)

    def __init__(self, plane):
        super().__init__(plane)
        self.seen = []

    def default(self, call, obj, old):
        self.seen.append("default")
        obj["data"] = {"k": "v"}

    def validate(self, call, obj, old):
        self.seen.append("validate")
        assert obj["data"] == {"k": "v"}

    def changed(self, change):
        self.seen.append((change.type, change.key.name))
        if change.type == "ADDED" and change.key.name == "first":
            self.store.create(MAP, config_map("second"))
            self.seen.append("first done")

    def endpoints(self):
        return {"get configmaps": self.get}

    def get(self, call):
        return None


def test_reactions_to_reactions_come_after_them():
    plane = control_plane.ControlPlane(behaviours=[Recorder])
    plane.store.create(MAP, config_map("first"))
    assert plane.behaviours[0].seen == [("ADDED", "first"), "first done", ("ADDED", "second")]


def test_defaults_come_before_checks():
    plane = control_plane.ControlPlane(behaviours=[Recorder, Recorder])
    plane.admit(call(), MAP, config_map("x"), None)
    assert all(b.seen == ["default", "validate"] for b in plane.behaviours)


def test_a_reaction_that_fails_stops_no_other_and_no_request(caplog):
    class Broken(behaviour.Behaviour):
        resources = ("*",)

        def changed(self, change):
            if change.key.name == "bad":
                raise RuntimeError("a bug")

    plane = control_plane.ControlPlane(behaviours=[Broken, Recorder])
    plane.store.create(MAP, config_map("bad"))
    plane.store.create(MAP, config_map("good"))
    assert [seen for seen in plane.behaviours[1].seen if seen[0] == "ADDED"] == [
        ("ADDED", "bad"),
        ("ADDED", "good"),
    ]
    assert "Broken: no reaction to" in caplog.text


def test_a_body_that_a_check_cannot_read_is_a_bad_request():
    class Reader(behaviour.Behaviour):
        resources = ("*",)

        def validate(self, call, obj, old):
            obj["data"].items()

    plane = control_plane.ControlPlane(behaviours=[Reader])
    with pytest.raises(errors.StatusError) as refused:
        plane.admit(call(), MAP, {**config_map("x"), "data": 5}, None)
    assert refused.value.code == 400


def test_a_behaviour_is_asked_only_about_its_kinds():
    plane = control_plane.ControlPlane(behaviours=[Recorder])
    assert plane.behaviours_for("pods") == []
    assert len(plane.endpoints_for("get", "configmaps")) == 1
    assert plane.endpoints_for("get", "pods") == []


def test_what_is_ensured_is_made_once():
    plane = control_plane.ControlPlane()
    first = plane.ensure("configmaps", config_map("c"))
    assert plane.ensure("configmaps", config_map("c")) is first


async def test_what_runs_beside_ends_with_the_cluster():
    plane = control_plane.ControlPlane()
    called = asyncio.Event()
    plane.call_later(0, called.set)
    await asyncio.wait_for(called.wait(), 5)
    task = plane.run_beside(asyncio.sleep(60))
    plane.stop()
    await asyncio.wait([task], timeout=5)
    assert task.cancelled()
