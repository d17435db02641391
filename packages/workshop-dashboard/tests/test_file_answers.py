"""Files of an author as answers; more of it in test_handlers.py."""

import pytest
from tornado import httpclient, httpserver, testing, web

from workshop_dashboard import file_answers


class Answer(web.RequestHandler):
    def initialize(self, path, *, acts):
        self.path, self.acts = path, acts

    async def get(self):
        await file_answers.send_file(self, self.path, self.path.name, acts=self.acts)


@pytest.mark.parametrize(
    ("name", "acts", "saved"),
    [
        ("a.css", False, True),
        ("a.css", True, False),
        ("a.js", True, False),
        ("a.woff2", True, False),
        ("a.zip", True, True),
        ("a.png", False, False),
    ],
)
async def test_only_what_a_page_may_show_is_not_saved(tmp_path, name, acts, saved):
    (tmp_path / name).write_bytes(b"x")
    own = {"path": tmp_path / name, "acts": acts}
    server = httpserver.HTTPServer(web.Application([(r"/", Answer, own)]))
    socket, port = testing.bind_unused_port()
    server.add_socket(socket)
    client = httpclient.AsyncHTTPClient(force_instance=True)
    answer = await client.fetch(f"http://127.0.0.1:{port}/")
    client.close()
    server.stop()
    await server.close_all_connections()
    assert ("Content-Disposition" in answer.headers) is saved
    assert answer.headers["Content-Security-Policy"].endswith("sandbox")
