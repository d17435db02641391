"""A log tells which request failed and why, and nothing of its query."""

import logging
import re

import aiohttp
import pytest
from tornado import httpserver, netutil, web

from jupyterhub_butterfly import error_pages


class Failing(error_pages.LogsNoQuery, web.RequestHandler):
    async def get(self, how):
        if how == "refused":
            raise web.HTTPError(403, "Not %s, at 100%%.", "you")
        if how == "quietly":
            raise web.HTTPError(404)
        raise ValueError("broken")


@pytest.mark.parametrize(
    ("status", "again", "links"),
    [
        (502, True, ['<a href="">Try again</a>', '<a href="/u/&quot;a/">Go to the terminal</a>']),
        (403, False, ['<a href="/u/&quot;a/">Go to the terminal</a>']),
        (404, True, ['<a href="/u/&quot;a/">Go to the terminal</a>']),
        (418, True, ['<a href="">Try again</a>', '<a href="/u/&quot;a/">Go to the terminal</a>']),
    ],
)
def test_a_person_reads_a_sentence_and_can_go_on(status, again, links):
    page = error_pages.render_page(status, "No <b>.", '/u/"a/', again=again)
    assert f"<h1>{error_pages.HEADINGS.get(status, 'That did not work')}</h1>" in page
    assert "No &lt;b&gt;." in page
    assert re.findall("<a .*?</a>", page) == links
    assert "<script" not in page


@pytest.fixture
async def url():
    server = httpserver.HTTPServer(web.Application([(r"/(.*)", Failing)], log_function=id))
    sockets = netutil.bind_sockets(0, "127.0.0.1")
    server.add_sockets(sockets)
    yield f"http://127.0.0.1:{sockets[0].getsockname()[1]}"
    server.stop()
    await server.close_all_connections()


@pytest.mark.parametrize(
    ("how", "status", "told"),
    [
        ("refused", 403, ["403 GET /refused: Not you, at 100%."]),
        ("quietly", 404, []),
        ("broken", 500, ["Uncaught error at GET /broken"]),
    ],
)
async def test_a_failure_is_told_without_its_query(url, caplog, how, status, told):
    with caplog.at_level(logging.DEBUG):
        async with (
            aiohttp.ClientSession() as person,
            person.get(f"{url}/{how}?code=s3cret&_xsrf=t1cket") as answer,
        ):
            assert answer.status == status
    assert [record.getMessage() for record in caplog.records if record.levelno > 20] == told
    assert "s3cret" not in caplog.text
    assert "t1cket" not in caplog.text
