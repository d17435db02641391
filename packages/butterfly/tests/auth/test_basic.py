"""One name and one password, without a hub."""

import base64
import unittest.mock

import aiohttp
import pytest
from tornado import httputil, web

from jupyterhub_butterfly import settings
from jupyterhub_butterfly.auth import RefusedError, basic

ENV = {"AUTH_USERNAME": "ada", "AUTH_PASSWORD": "pass:wörd"}


def header(text):
    return "Basic " + base64.b64encode(text.encode()).decode()


@pytest.mark.parametrize(
    ("value", "parsed"),
    [
        (header("ada:pass:wörd"), ("ada", "pass:wörd")),
        (header("ada"), None),
        ("Basic !!!", None),
        ("Basic /w==", None),
        ("Bearer abc", None),
        ("", None),
    ],
)
def test_credentials_are_parsed_or_not(value, parsed):
    assert basic.find_credentials(value) == parsed


def test_waits_grow_to_a_bound():
    waits = [basic.make_wait(n) for n in (0, 5, 6, 7, 100)]
    assert waits == [0, 0, 2, 4, basic.LONGEST_WAIT]


@pytest.mark.parametrize(("name", "password"), [("", "x"), ("ada", "")])
def test_without_name_or_password_it_does_not_start(name, password):
    with pytest.raises(settings.SettingsError, match="AUTH_PASSWORD"):
        basic.BasicGate(name, password, b"secret")


async def test_the_right_password_opens_pages_and_sockets(server_factory, person_factory):
    server = await server_factory("--mode=basic", env=ENV)
    stranger, ada = person_factory(server.url), person_factory(server.url)
    async with stranger.session.get(f"{server.url}terminal/session/1") as page:
        assert page.status == 401
        assert page.headers["WWW-Authenticate"].startswith("Basic ")
    ada.session.headers["Authorization"] = header("ada:pass:wörd")
    await ada.open_terminal("/")
    async with ada.terminal() as terminal:
        environment = await terminal.run("env")
    assert "wörd" not in environment
    assert "AUTH_" not in environment
    stranger.config = ada.config
    for kind in ("ws", "ctl"):
        with pytest.raises(aiohttp.WSServerHandshakeError):
            async with stranger.connect(kind):
                pass
        with pytest.raises(aiohttp.WSServerHandshakeError):
            async with ada.connect(kind, ticket=None):
                pass


async def test_guessing_is_slowed_down(server_factory, person_factory):
    server = await server_factory("--mode=basic", env=ENV)
    thief = person_factory(server.url)
    statuses = []
    for number in range(8):
        headers = {"Authorization": header(f"ada:{number}")}
        async with thief.session.get(server.url, headers=headers) as page:
            statuses.append(page.status)
    assert statuses == [401] * 6 + [403] * 2


async def test_guessing_goes_on_no_faster_for_the_right_guess(monkeypatch):
    async def at_once(_seconds):
        return None

    monkeypatch.setattr(basic.asyncio, "sleep", at_once)
    now = [0.0]
    gate = basic.BasicGate("ada", "right", b"secret", clock=lambda: now[0])
    application = web.Application(cookie_secret="secret", prefix="/")

    def asking(password, cookie=""):
        headers = httputil.HTTPHeaders(Authorization=header(f"ada:{password}"), Host="localhost")
        if cookie:
            headers["Cookie"] = cookie
        connection = unittest.mock.Mock()
        line = httputil.RequestStartLine("GET", "/", "HTTP/1.1")
        request = httputil.HTTPServerRequest(
            headers=headers, connection=connection, start_line=line
        )
        return web.RequestHandler(application, request)

    owner = asking("right")
    assert await gate.admit(owner)
    morsel = owner._new_cookie[basic.KNOWN_COOKIE]
    for number in range(6):
        assert await gate.admit(asking(number)) is None
    for password in ("wrong", "right"):
        with pytest.raises(RefusedError):
            await gate.admit(asking(password))
    known = f"{basic.KNOWN_COOKIE}={morsel.value}"
    assert await gate.admit(asking("right", known)), "the owner is not shut out"
    assert await gate.admit(asking("wrong", known)) is None, "a cookie is no password"
    with pytest.raises(RefusedError):
        await gate.admit(asking("right", f"{basic.KNOWN_COOKIE}=known"))
    now[0] += basic.LONGEST_WAIT
    assert await gate.admit(asking("right"))
