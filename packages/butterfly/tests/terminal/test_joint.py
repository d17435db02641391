"""The one guest of a server: who is told what, and what time ends."""

import asyncio

import pytest

from jupyterhub_butterfly.rules import joining
from jupyterhub_butterfly.rules.joining import Deed
from jupyterhub_butterfly.terminal import joint


class Page:
    """A guest's page."""

    def __init__(self):
        self.states = []
        self.over = asyncio.Event()

    def changed(self, join):
        self.states.append(str(join.state))
        if join.state == "ended":
            self.over.set()


class Scene:
    def __init__(self):
        self.told, self.noted, self.page = [], [], Page()
        self.now = 1000.0
        self.joint = joint.Joint(
            self.told.append, lambda guest, state: self.noted.append(state), lambda: self.now
        )

    def answer(self, deed, number=1):
        self.joint.answer({"cmd": "join", "do": deed, "number": number})


@pytest.fixture
async def scene():
    scene = Scene()
    yield scene
    scene.joint.act(scene.page, Deed.END)


async def test_from_the_question_to_the_end(scene):
    scene.joint.ask(scene.page, "grace", may_type=True)
    assert (scene.joint.view["guest"], scene.joint.may_see(scene.page)) == ("grace", False)
    scene.answer("allow")
    assert (scene.joint.may_see(scene.page), scene.joint.may_type(scene.page)) == (True, False)
    scene.joint.act(scene.page, Deed.ASK_TYPING)
    scene.answer("allow")
    assert scene.joint.may_type(scene.page)
    scene.answer("stop-typing")
    assert (scene.joint.may_see(scene.page), scene.joint.may_type(scene.page)) == (True, False)
    scene.answer("end")
    assert (scene.joint.may_see(scene.page), scene.joint.view) == (False, None)
    states = ["asked", "watching", "typing-asked", "typing", "watching", "ended"]
    assert scene.page.states == scene.noted == [each["state"] for each in scene.told] == states


async def test_there_is_one_guest_at_a_time(scene):
    scene.joint.ask(scene.page, "grace", may_type=True)
    scene.answer("allow")
    other = Page()
    with pytest.raises(joint.BusyError, match="Somebody else"):
        scene.joint.ask(other, "alan", may_type=True)
    scene.joint.act(other, Deed.END)  # of a page that is not the guest's
    assert scene.joint.may_see(scene.page)
    assert not scene.joint.may_see(other)
    scene.joint.act(scene.page, Deed.END)
    scene.joint.ask(other, "alan", may_type=False)
    scene.answer("allow", number=1)  # to a question that is over
    assert not scene.joint.may_see(other)
    scene.answer("allow", number=2)
    assert scene.joint.may_see(other)
    scene.joint.act(other, Deed.END)


async def test_a_question_is_refused_when_nobody_answers(scene, monkeypatch):
    monkeypatch.setattr(joining, "QUESTION_SECONDS", 0)
    scene.joint.ask(scene.page, "grace", may_type=True)
    await asyncio.wait_for(scene.page.over.wait(), 60)
    assert scene.page.states == ["asked", "ended"]


async def test_a_guest_leaves_when_the_time_is_over(scene, monkeypatch):
    monkeypatch.setattr(joining, "LONGEST_SECONDS", 0)
    scene.joint.ask(scene.page, "grace", may_type=True)
    scene.answer("allow")
    await asyncio.wait_for(scene.page.over.wait(), 60)
    assert scene.page.states == ["asked", "watching", "ended"]


async def test_each_question_has_a_time_of_its_own(scene, monkeypatch):
    loop, limits = asyncio.get_running_loop(), []

    def call_later(seconds, do, *args):
        limits.append(loop.call_at(loop.time() + seconds, do, *args))
        return limits[-1]

    monkeypatch.setattr(loop, "call_later", call_later)
    scene.joint.ask(scene.page, "grace", may_type=True)
    scene.answer("allow")
    scene.joint.act(scene.page, Deed.ASK_TYPING)
    scene.answer("refuse")
    scene.joint.act(scene.page, Deed.ASK_TYPING)
    assert [limit.cancelled() for limit in limits] == [False, True, True, False]
    scene.joint.act(scene.page, Deed.END)
    assert all(limit.cancelled() for limit in limits)


async def test_who_said_no_is_left_alone_for_a_while(scene):
    for number in (1, 2):
        scene.joint.ask(scene.page, "grace", may_type=True)
        scene.answer("refuse", number)
    scene.joint.ask(scene.page, "grace", may_type=True)
    scene.answer("allow", 3)
    scene.joint.act(scene.page, Deed.ASK_TYPING)
    scene.answer("refuse", 3)
    assert scene.joint.view["may_type"] is False
    scene.joint.act(scene.page, Deed.ASK_TYPING)
    assert scene.joint.view["state"] == "watching"
    scene.joint.act(scene.page, Deed.END)
    with pytest.raises(joint.BusyError, match="Talk to them"):
        scene.joint.ask(scene.page, "grace", may_type=True)
    scene.now += joining.REFUSAL_SECONDS
    scene.joint.ask(scene.page, "grace", may_type=True)


async def test_answers_without_sense_change_nothing(scene):
    scene.answer("allow")  # nobody asks
    scene.joint.ask(scene.page, "grace", may_type=True)
    for message in ({}, {"do": "allow"}, {"do": {}, "number": 1}, {"do": "type", "number": 1}):
        scene.joint.answer(message)
    assert scene.page.states == ["asked"]
