"""Fixtures: servers that misbehave on purpose, over real TLS, and rooms that talk to them.

What behaves is pocket-openshift's job; a server that lies is the one thing made here.
"""

import asyncio
import base64
import json
import ssl
from dataclasses import dataclass, field

import pytest
import trustme
from tornado import httpserver, netutil, web

from openshift_authenticator import cluster, trust


def make_jwt(claims):
    """A token that looks like a service account's; nobody here checks its signature."""

    def part(value):
        return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")

    return f"{part({'alg': 'none'})}.{part(claims)}.signature"


@pytest.fixture
def account_dir(tmp_path):
    """Mount a service account as Kubernetes does; call it again and the token is another."""
    folder = tmp_path / "serviceaccount"
    folder.mkdir()

    def mount(namespace="workshop", name="hub", serial=1):
        claims = {"sub": f"system:serviceaccount:{namespace}:{name}", "jti": str(serial)}
        (folder / "token").write_text(make_jwt(claims))
        (folder / "namespace").write_text(namespace)
        return folder

    return mount


@dataclass
class LyingServer:
    """Answers each path as the test says: a tuple (status, headers, body), or a coroutine."""

    ca_file: str
    port: int = 0
    answers: dict = field(default_factory=dict)
    seen: list = field(default_factory=list)

    @property
    def url(self):
        return f"https://localhost:{self.port}"

    async def answer(self, handler):
        request = handler.request
        self.seen.append(request)
        answer = self.answers.get(request.path, (404, {}, "404 page not found\n"))
        if callable(answer):
            answer = await answer(request)
        status, headers, body = answer
        handler.set_status(status)
        for name, value in headers.items():
            handler.set_header(name, value)
        handler.finish(body if isinstance(body, str | bytes) else json.dumps(body))


@pytest.fixture(scope="session")
def authority():
    return trustme.CA()


@pytest.fixture
async def lying_server(tmp_path, authority):
    ca_file = tmp_path / "lying-ca.crt"
    authority.cert_pem.write_to_path(ca_file)
    lying = LyingServer(str(ca_file))

    class Handler(web.RequestHandler):
        async def prepare(self):
            await lying.answer(self)

    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("localhost").configure_cert(context)
    server = httpserver.HTTPServer(web.Application([(".*", Handler)]), ssl_options=context)
    sockets = netutil.bind_sockets(0, "127.0.0.1")
    server.add_sockets(sockets)
    lying.port = sockets[0].getsockname()[1]
    yield lying
    server.stop()
    await server.close_all_connections()
    await asyncio.sleep(0)


@pytest.fixture
def door_to():
    """A door that trusts the given file, with a short timeout."""
    doors = []

    def make(ca_file, timeout=2.0):
        context = trust.make_context(trust.make_roots(ca_file))
        doors.append(cluster.Door(lambda url: context, timeout))
        return doors[-1]

    yield make
    for door in doors:
        door.close()
