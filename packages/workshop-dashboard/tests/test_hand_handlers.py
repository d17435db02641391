"""The raised hand over real HTTP, with each thing that the service may do."""

import json
from types import SimpleNamespace

import pytest
from tornado import httpclient, httpserver, testing, web

from jupyterhub_butterfly import auth, extensions
from workshop_dashboard import hand_handlers

PREFIX = "/user/ada/"
HUB = SimpleNamespace(user="ada")


class Gate:
    """Lets in whoever has a name; pages have a token for what changes something."""

    async def admit(self, handler):
        name = handler.request.headers.get("X-Name")
        if not name:
            raise auth.RefusedError("Log in.")
        return auth.Visitor(name, "1")

    def check_xsrf(self, handler):
        if handler.request.headers.get("X-XSRFToken") != "token":
            raise auth.RefusedError("No token.")


class Hand:
    """As the terminal's server has it; `trouble` is what the service answers with."""

    def __init__(self):
        self.view, self.trouble = extensions.HandView(), ""

    async def find(self):
        return self.view

    async def raise_hand(self, text):
        return self._set(extensions.HandView(raised=True, text=text))

    async def lower_hand(self):
        return self._set(extensions.HandView())

    def _set(self, view):
        if self.trouble:
            raise extensions.NotSentError(self.trouble)
        self.view = view
        return view


@pytest.fixture
def hand():
    return Hand()


@pytest.fixture
async def ask(hand):
    context = hand_handlers.HandContext(hand)
    routes = [
        (PREFIX + route.pattern, route.handler, route.kwargs)
        for route in hand_handlers.make_routes(context)
    ]
    server = httpserver.HTTPServer(web.Application(routes, gate=Gate(), prefix=PREFIX, hub=HUB))
    socket, port = testing.bind_unused_port()
    server.add_socket(socket)
    client = httpclient.AsyncHTTPClient(force_instance=True)

    async def send(method, body=None, name="ada", token="token"):
        data = body if body is None or isinstance(body, str) else json.dumps(body)
        answer = await client.fetch(
            f"http://127.0.0.1:{port}{PREFIX}dashboard/hand",
            method=method,
            headers={"X-Name": name, "X-XSRFToken": token, "Accept": "application/json"},
            body=data,
            raise_error=False,
            follow_redirects=False,
        )
        is_json = answer.headers.get("Content-Type", "").startswith("application/json")
        return answer.code, json.loads(answer.body) if is_json else answer.body.decode()

    yield send
    client.close()
    server.stop()
    await server.close_all_connections()


async def test_it_is_told_raised_and_lowered(ask):
    nothing = {"available": True, "known": True, "raised": False, "text": "", "hint": 0}
    raised = {**nothing, "raised": True, "text": "I am <b>lost</b>"}
    # 300: the hub's proxy takes it for no activity of the person.
    assert await ask("GET") == (300, nothing)
    assert await ask("POST", {"text": "I am <b>lost</b>"}) == (200, raised)
    assert await ask("GET") == (300, raised)
    assert await ask("DELETE") == (200, nothing)


async def test_what_cannot_be_sent_is_told_in_a_sentence(ask, hand):
    hand.trouble = "It could not be sent. Try again in a moment."
    for answer in (await ask("POST", {"text": ""}), await ask("DELETE")):
        assert answer == (503, {"message": hand.trouble})


@pytest.mark.parametrize("body", ["", "nonsense", "[1]", '{"text": 7}', "[" * 4000, '{"text": []}'])
async def test_what_is_no_hand_is_refused(ask, hand, body):
    assert (await ask("POST", body))[0] == 400
    assert not hand.view.raised


async def test_a_text_that_is_much_too_long_is_refused(ask, hand):
    assert (await ask("POST", {"text": "x" * 5000}))[0] == 400
    assert not hand.view.raised


@pytest.mark.parametrize(("name", "token"), [("", "token"), ("eve", "token"), ("ada", "")])
@pytest.mark.parametrize(("method", "body"), [("POST", {"text": "x"}), ("DELETE", None)])
async def test_nobody_else_raises_or_lowers_it(ask, hand, method, body, name, token):
    before = hand.view
    assert (await ask(method, body, name=name, token=token))[0] == 403
    assert hand.view is before


async def test_nobody_else_sees_it(ask):
    assert (await ask("GET", name="grace"))[0] == 403
