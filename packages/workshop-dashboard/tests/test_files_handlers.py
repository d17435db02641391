"""The page of the files: when there is one, and what its scripts may do."""

import gzip
import re

import pytest
from tornado import httpclient, httpserver, testing, web

from jupyterhub_butterfly import auth
from workshop_dashboard import assets, files_handlers, handlers

PREFIX = "/user/ada/"
LIMITS = {"upload": 1000, "download": 2000}


class Gate:
    """Lets in whoever has a name."""

    async def admit(self, handler):
        name = handler.request.headers.get("X-Name")
        if not name:
            raise auth.RefusedError("Log in.")
        return auth.Visitor(name, "1")

    def xsrf_token(self, handler):
        return b'<"token">'


@pytest.fixture
async def fetch():
    context = files_handlers.FilesContext(LIMITS)
    routes = [
        (PREFIX + route.pattern, route.handler, route.kwargs)
        for route in files_handlers.make_routes(context)
    ]
    server = httpserver.HTTPServer(web.Application(routes, gate=Gate(), prefix=PREFIX))
    socket, port = testing.bind_unused_port()
    server.add_socket(socket)
    client = httpclient.AsyncHTTPClient(force_instance=True)

    async def send(name, path="home", **more):
        url = f"http://127.0.0.1:{port}{PREFIX}dashboard/{path}"
        headers = {"X-Name": name, "Accept": "application/json", **more}
        return await client.fetch(
            url, headers=headers, raise_error=False, decompress_response=False
        )

    yield send
    client.close()
    server.stop()
    await server.close_all_connections()


async def test_scripts_run_by_the_answers_nonce_only(fetch):
    answer = await fetch("ada")
    page, policy = answer.body.decode(), answer.headers["Content-Security-Policy"]
    nonce = re.search(r"script-src 'nonce-([^']+)'", policy)[1]
    assert set(re.findall(r'nonce="([^"]*)"', page)) == {nonce}
    assert "unsafe" not in policy
    assert "frame-ancestors 'self'" in policy
    assert nonce not in (await fetch("ada")).body.decode()
    assert "&lt;\\&#34;token\\&#34;&gt;" in page, "what is put into the page is escaped"


async def test_it_stands_behind_the_gate(fetch):
    for path in ("home", "editor/codemirror.js"):
        assert (await fetch("", path)).code == 403


async def test_the_editor_comes_packed_to_who_takes_that(fetch):
    editor = assets.read_editor()
    if editor is None:
        assert (await fetch("ada", "editor/codemirror.js")).code == 404
        return
    plain = await fetch("ada", "editor/codemirror.js")
    packed = await fetch("ada", "editor/codemirror.js", **{"Accept-Encoding": "gzip"})
    assert plain.body == gzip.decompress(packed.body) == editor.data
    assert packed.headers["Content-Encoding"] == "gzip"


@pytest.mark.parametrize(
    ("limits", "is_on"),
    [({}, False), (LIMITS, True), ({"upload": 0, "download": 1}, False), ({"upload": 1}, False)],
)
def test_where_files_are_turned_off_there_is_no_page(limits, is_on):
    context = files_handlers.FilesContext(limits)
    assert context.is_on is is_on
    patterns = [route.pattern for route in files_handlers.make_routes(context)]
    assert (handlers.FILES in patterns, bool(patterns)) == (is_on, is_on)
