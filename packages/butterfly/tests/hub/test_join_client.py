"""Who asks to join, on a real socket with each fault of the service.

The real service in a real hub is in tests/test_joining.py of the repository.
"""

import json

import pytest
import tornado.httpserver
import tornado.netutil
import tornado.web

from jupyterhub_butterfly.hub import culler_client, join_client
from jupyterhub_butterfly.rules.joining import State


class Service(tornado.web.RequestHandler):
    def initialize(self, scene):
        self.scene = scene

    def post(self):
        assert self.request.headers["Authorization"] == "token secret"
        self.scene.asked.append((self.request.path, json.loads(self.request.body)))
        status, body = self.scene.answer
        if status == 0:
            self.request.connection.stream.close()
            return
        self.set_status(status)
        self.finish(body if isinstance(body, str) else json.dumps(body))


class Scene:
    def __init__(self):
        self.asked, self.answer = [], (200, {})


@pytest.fixture
async def scene():
    scene = Scene()
    server = tornado.httpserver.HTTPServer(
        tornado.web.Application([("/.*", Service, {"scene": scene})])
    )
    sockets = tornado.netutil.bind_sockets(0, "127.0.0.1")
    server.add_sockets(sockets)
    url = f"http://127.0.0.1:{sockets[0].getsockname()[1]}"
    culler = culler_client.CullerClient(url, "secret", "lab", lambda: 1e6)
    scene.client = join_client.JoinClient(culler)
    yield scene
    await scene.client.drain()
    server.stop()
    await server.close_all_connections()
    if culler._client is not None:
        culler._client.close()


async def test_who_asks(scene):
    scene.answer = (200, {"guest": "grace", "may_type": True})
    assert await scene.client.redeem("s3") == join_client.Guest("grace", may_type=True)
    assert scene.asked == [("/api/session/join/redeem", {"server": "lab", "secret": "s3"})]


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        ((404, {"message": "x"}), join_client.NOBODY),
        ((403, {}), join_client.NOBODY),
        ((200, {}), join_client.NOBODY),
        ((200, {"guest": ""}), join_client.NOBODY),
        ((200, {"guest": {"a": 1}}), join_client.NOBODY),
        ((200, "no JSON"), join_client.UNANSWERED),
        ((429, {}), join_client.UNANSWERED),
        ((500, "x"), join_client.UNANSWERED),
        ((0, ""), join_client.UNANSWERED),
    ],
)
async def test_nobody_is_let_in_by_a_fault(scene, answer, sentence):
    scene.answer = answer
    with pytest.raises(join_client.NotKnownError) as told:
        await scene.client.redeem("s3")
    assert str(told.value) == sentence


@pytest.mark.parametrize("may_type", ["yes", 1, None])
async def test_typing_takes_a_plain_yes(scene, may_type):
    scene.answer = (200, {"guest": "grace", "may_type": may_type})
    assert not (await scene.client.redeem("s3")).may_type


@pytest.mark.parametrize("answer", [(200, {}), (500, ""), (0, "")])
async def test_a_note_is_told_and_holds_nobody_up(scene, answer):
    scene.answer = answer
    scene.client.note("grace", State.WATCHING)
    await scene.client.drain()
    noted = {"server": "lab", "guest": "grace", "state": "watching"}
    assert scene.asked == [("/api/session/join/note", noted)]
