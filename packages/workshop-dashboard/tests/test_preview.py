"""The author's preview, over real HTTP."""

import pytest
from tornado import httpclient, httpserver, testing

from workshop_dashboard import loader, preview


@pytest.fixture
async def ask(tmp_path):
    (tmp_path / "index.md").write_text("# Hi\n[x](gone.md)\n")
    (tmp_path / "p.svg").write_text("<svg/>")
    server = httpserver.HTTPServer(preview.create_app(loader.Loader(tmp_path)))
    socket, port = testing.bind_unused_port()
    server.add_socket(socket)
    client = httpclient.AsyncHTTPClient(force_instance=True)

    async def get(path, **headers):
        return await client.fetch(
            f"http://127.0.0.1:{port}{path}", raise_error=False, headers=headers
        )

    yield get
    client.close()
    server.stop()
    await server.close_all_connections()


async def test_a_page_and_what_is_wrong_with_it(ask):
    answer = await ask("/")
    assert answer.code == 200
    assert "line 2: the link to gone.md leads nowhere" in answer.body.decode()
    assert "script-src 'self'" in answer.headers["Content-Security-Policy"]


async def test_a_change_is_seen_at_once(ask, tmp_path):
    await ask("/")
    (tmp_path / "index.md").write_text("# Changed")
    assert "Changed" in (await ask("/page/index")).body.decode()


async def test_the_workshops_logo_and_colours_are_shown(ask, tmp_path):
    (tmp_path / "logo.svg").write_text("<svg/>")
    (tmp_path / "theme.css").write_text(":root { --bar: #401020 }")
    page = (await ask("/")).body.decode()
    assert '<img class="logo" src="/files/logo.svg" alt="">' in page
    assert 'href="/files/theme.css"' in page
    answer = await ask("/files/theme.css")
    assert (answer.code, answer.headers["Content-Type"].split(";")[0]) == (200, "text/css")


async def test_what_cannot_be_shown_is_told(ask, tmp_path):
    (tmp_path / "workshop.yaml").write_text("[")
    answer = await ask("/")
    assert "workshop.yaml is not YAML" in answer.body.decode()


async def test_a_page_waits_for_the_next_version(ask, tmp_path):
    page = (await ask("/")).body.decode()
    assert 'data-changes="/changes"' in page
    assert 'data-search="/search.json"' in page or "1 of 1" in page
    first = (await ask("/changes?since=")).body.decode()
    (tmp_path / "index.md").write_text("# Changed")
    assert (await ask(f"/changes?since={first}")).body.decode() != first


async def test_all_words_are_to_be_found(ask, tmp_path):
    assert b'"title": "Hi"' in (await ask("/search.json")).body
    (tmp_path / "workshop.yaml").write_text("[")
    assert (await ask("/search.json")).code == 404


async def test_files_and_scripts(ask):
    assert (await ask("/files/p.svg")).headers["Content-Security-Policy"].endswith("sandbox")
    assert (await ask("/static/notes.js")).code == 200
    for path in ("/files/gone", "/files/..%2f..%2fetc%2fpasswd", "/static/gone.js"):
        assert (await ask(path)).code == 404


async def test_a_foreign_name_for_this_machine_leads_nowhere(ask):
    assert (await ask("/", Host="evil.example")).code == 404
