"""The raised hand, on a real socket with each fault of the service.

The real service in a real hub is in tests/test_raised_hands.py of the repository.
"""

import json

import pytest
import tornado.httpserver
import tornado.netutil
import tornado.web

from jupyterhub_butterfly.hub import culler_client, raised_hand
from jupyterhub_butterfly.rules import countdown, hands
from jupyterhub_butterfly.rules.hands import HandView

NOW = "2026-03-01T12:00:00+00:00"
LOST = {"text": "I am lost", "since": "2026-03-01T12:00:00Z", "number": 1}


class Service(tornado.web.RequestHandler):
    def initialize(self, scene):
        self.scene = scene

    def get(self):
        self.answer()

    def post(self):
        self.answer()

    def answer(self):
        assert self.request.headers["Authorization"] == "token secret"
        path = self.request.uri.removeprefix("/api/session/hand")
        sent = json.loads(self.request.body) if self.request.body else None
        self.scene.asked.append((self.request.method, path, sent))
        status, body = self.scene.answer
        if status == 0:
            self.request.connection.stream.close()
            return
        self.set_status(status)
        self.finish(body if isinstance(body, str) else json.dumps(body))


class Scene:
    def __init__(self):
        self.asked, self.now, self.answer = [], 1000.0, (200, {"hand": None})


@pytest.fixture
async def scene():
    scene = Scene()
    server = tornado.httpserver.HTTPServer(
        tornado.web.Application([("/.*", Service, {"scene": scene})])
    )
    sockets = tornado.netutil.bind_sockets(0, "127.0.0.1")
    server.add_sockets(sockets)
    url = f"http://127.0.0.1:{sockets[0].getsockname()[1]}"
    culler = culler_client.CullerClient(url, "secret", "lab", lambda: 1e6, clock=lambda: scene.now)
    scene.hand = raised_hand.RaisedHand(culler)
    yield scene
    server.stop()
    await server.close_all_connections()


async def test_it_is_raised_and_lowered(scene):
    scene.answer = (200, {"hand": LOST})
    raised = HandView(raised=True, text="I am lost")
    assert await scene.hand.raise_hand("I am lost") == raised
    assert await scene.hand.find() == raised
    scene.answer = (200, {"hand": None})
    assert await scene.hand.lower_hand() == HandView()
    assert scene.asked == [
        ("POST", "", {"server": "lab", "text": "I am lost"}),
        ("POST", "/lower", {"server": "lab"}),
    ]


async def test_however_many_pages_ask_the_service_is_asked_now_and_then(scene):
    for _ in range(5):
        assert await scene.hand.find() == HandView()
    assert scene.asked == [("GET", "?server=lab", None)]
    scene.now += raised_hand.FRESH_SECONDS
    scene.answer = (200, {"hand": LOST})
    assert (await scene.hand.find()).raised
    assert len(scene.asked) == 2


@pytest.mark.parametrize("answer", [(0, ""), (500, "oh"), (503, {}), (429, {}), (200, "[]")])
async def test_without_an_answer_it_is_as_it_was_and_who_tries_is_told(scene, answer):
    scene.answer = (200, {"hand": LOST})
    await scene.hand.raise_hand("I am lost")
    scene.now += raised_hand.FRESH_SECONDS
    scene.answer = answer
    assert await scene.hand.find() == HandView(known=False, raised=True, text="I am lost")
    for change in (scene.hand.raise_hand("Here!"), scene.hand.lower_hand()):
        with pytest.raises(hands.NotSentError, match="Try again"):
            await change


async def test_where_the_service_is_not_there_it_is_asked_rarely(scene):
    scene.answer = (404, "")
    assert not (await scene.hand.find()).available
    scene.now += countdown.RARELY - 1
    assert not (await scene.hand.find()).available
    assert len(scene.asked) == 1
    with pytest.raises(hands.NotSentError, match="nobody here"):
        await scene.hand.raise_hand("I am lost")
    scene.now += 1
    scene.answer = (200, {"hand": None})
    assert (await scene.hand.find()).available


async def test_a_new_hint_has_the_clock_asked_at_once(scene):
    scene.answer = (200, {"hand": LOST, "hint": 0, "now": NOW, "warn_seconds": 1})
    await scene.hand.find()
    await scene.hand.culler.get_view()
    asked = len(scene.asked)
    await scene.hand.culler.get_view()
    assert len(scene.asked) == asked, "a moment ago it was asked"
    scene.now += raised_hand.FRESH_SECONDS
    scene.answer = (200, {"hand": LOST, "hint": 1, "now": NOW, "warn_seconds": 1})
    assert (await scene.hand.find()).hint == 1
    await scene.hand.culler.get_view()
    assert len(scene.asked) == asked + 2
