"""The server's own pages over real HTTP."""

import pytest

from jupyterhub_butterfly import handlers, settings


async def test_a_page_has_its_security_headers(server, person):
    async with person.session.get(f"{server.url}terminal/session/1") as page:
        policy = page.headers["Content-Security-Policy"]
        assert "script-src 'self';" in policy
        assert "frame-ancestors 'self'" in policy
        assert page.headers["X-Content-Type-Options"] == "nosniff"
        assert page.headers["Cache-Control"] == "no-store"


async def test_who_may_frame_it_is_a_trait(server_factory, person_factory):
    server = await server_factory("--ButterflyApp.frame_ancestors=https://portal.example")
    person = person_factory(server.url)
    async with person.session.get(f"{server.url}terminal/session/1") as page:
        assert "frame-ancestors https://portal.example" in page.headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    "path",
    [
        "static/butterfly/main.min.js",
        "static/butterfly/fonts/SourceCodePro-Regular.otf",
        "static/terminal/link.js",
    ],
)
async def test_static_files_are_served(server, person, path):
    async with person.session.get(server.url + path) as answer:
        assert answer.status == 200
        assert len(await answer.read()) > 1000


@pytest.mark.parametrize(
    "path",
    [
        "static/butterfly/../__init__.py",
        "static/terminal/%2e%2e/app.py",
        "static/terminal/..%2fapp.py",
        "static/terminal/%00",
        "nowhere",
        "terminal/nowhere",
        "ws/session/",
        "theme/x/style.css",
        "sessions/list.json",
    ],
)
async def test_nothing_else_is(server, person, path):
    from yarl import URL

    async with person.session.get(URL(server.url + path, encoded=True)) as answer:
        assert answer.status in {403, 404}
        assert "import" not in await answer.text()


async def test_sessions_are_listed(server, person):
    async with person.terminal("work") as terminal:
        await terminal.run("true")
        async with person.session.get(f"{server.url}terminal/sessions") as answer:
            listed = (await answer.json())["sessions"]
    assert listed == [{"name": "work", "viewers": 1, "running": True}]


async def test_a_lost_page_gets_its_ticket_again(server, person):
    async with person.session.get(f"{server.url}terminal/ticket") as answer:
        assert (await answer.json(content_type=None))["ticket"] == person.config["ticket"]


async def test_a_missing_client_is_a_page_with_a_sentence(server_factory, person_factory, tmp_path):
    code = (
        "import pathlib, jupyterhub_butterfly.clients as c, jupyterhub_butterfly.app as a;"
        f"c.XTERM = pathlib.Path({str(tmp_path)!r}); a.main()"
    )
    server = await server_factory(code=code)
    person = person_factory(server.url)
    async with person.session.get(f"{server.url}terminal/session/1?client=xterm") as page:
        assert page.status == 501
        assert "hatch_build.py" in await page.text()


async def test_what_is_not_there_shows_the_way_back(server, person):
    async with person.session.get(f"{server.url}no/such?<script>") as answer:
        text = await answer.text()
    assert answer.status == 404
    assert "There is nothing here" in text
    assert "no/such" not in text
    assert 'href="/"' in text
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


def test_only_the_person_whose_session_it_is_may_start_it_anew():
    hub = settings.HubSettings("ada", "", "/user/ada/", "", 0, "", "", "", frozenset({"x"}))
    own = {"hub": "/hub/", "home": "/hub/home", "start": "/hub/spawn"}
    assert handlers.make_hub_links(hub, "ada", "/user/ada/") == own
    assert handlers.make_hub_links(hub, "grace", "/user/ada/") == {**own, "start": ""}
    alone = {"hub": "", "home": "/", "start": ""}
    assert handlers.make_hub_links(None, "ada", "/") == alone
