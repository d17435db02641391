"""The dashboard's pages over real HTTP, behind a gate that lets in who has the word."""

import json
import logging
import re
from types import SimpleNamespace

import pytest
from tornado import httpclient, httpserver, testing, web
from traitlets.config import Config

from jupyterhub_butterfly import auth, extensions
from workshop_dashboard import extension, remote

PREFIX = "/user/ada/"
HUB = SimpleNamespace(user="ada")  # of the hub's settings the pages ask only whose session it is


class Gate:
    """Lets in whoever says the word."""

    mode = "word"

    async def admit(self, handler):
        if handler.request.headers.get("X-Word") != "please":
            raise auth.RefusedError("Say the word.")
        return auth.Visitor(handler.request.headers.get("X-Name", "ada"), "1")

    def xsrf_token(self, handler):
        return b'to"ken'


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "img").mkdir()
    (tmp_path / "index.md").write_text("# Hi there\n![p](img/p.svg)\n\n```execute\nls\n```\n")
    (tmp_path / "second.md").write_text("# Second\n")
    (tmp_path / "img/p.svg").write_text("<svg xmlns='x'><script>alert(1)</script></svg>")
    (tmp_path / "page.html").write_text("<script>alert(1)</script>")
    (tmp_path / "what is.bin").write_bytes(b"x" * 600_000)
    return tmp_path


@pytest.fixture
async def ask(folder):
    servers = []
    client = httpclient.AsyncHTTPClient(force_instance=True)

    def serve(**settings):
        config = Config(Dashboard={"notes_dir": str(folder), **settings})
        context = extensions.Context(
            PREFIX,
            config,
            logging.getLogger("t"),
            "ada",
            "butterfly",
            serve.told.append,
            "/hub/spawn",
        )
        routes = [(PREFIX + r.pattern, r.handler, r.kwargs) for r in extension.load(context).routes]
        server = httpserver.HTTPServer(web.Application(routes, gate=Gate(), prefix=PREFIX, hub=HUB))
        socket, port = testing.bind_unused_port()
        server.add_socket(socket)
        servers.append(server)

        async def get(path, word="please", name="ada", **options):
            url = f"http://127.0.0.1:{port}{PREFIX}{path}"
            headers = {"X-Word": word, "X-Name": name, "Accept": "text/html"}
            options = {"raise_error": False, "follow_redirects": False, **options}
            return await client.fetch(url, headers=headers, **options)

        return get

    serve.told = []
    yield serve
    client.close()
    for server in servers:
        server.stop()
        await server.close_all_connections()


PATHS = [
    "dashboard",
    "dashboard/",
    "dashboard/page/index",
    "dashboard/page/",
    "dashboard/files/img/p.svg",
    "dashboard/alive",
    "dashboard/search.json",
    "dashboard/static/notes.js",
]
# Of the slides, which these notes do not have: tests/slides/test_handlers.py.
SLIDES = ["slides", "slides/"]


@pytest.mark.parametrize("path", PATHS)
async def test_nobody_gets_past_the_gate(ask, path):
    get = ask()
    assert (await get(path, word="")).code == 403
    assert (await get(path)).code in (200, 300, 302)


def test_the_paths_above_are_all_routes(folder):
    context = extensions.Context(PREFIX, Config(), logging.getLogger("t"), "ada", "butterfly")
    changing = ["dashboard/edit", "dashboard/test"]  # test_session_handlers.py
    for route in extension.load(context).routes:
        paths = [*PATHS, *SLIDES, *changing]
        assert any(re.fullmatch(route.pattern, path) for path in paths), route.pattern


async def test_the_page(ask):
    page = (await ask()("dashboard/")).body.decode()
    assert '<h1 id="note-hi-there">Hi there</h1>' in page
    assert '<pre data-action="execute" data-session="1">' in page
    assert f'src="{PREFIX}dashboard/files/img/p.svg"' in page
    assert f'data-src="{PREFIX}terminal/session/1"' in page
    assert 'data-xsrf="to&#34;ken"' in page
    assert f'href="{PREFIX}dashboard/page/second"' in page


async def test_instructors_are_told_where_the_person_is_and_not_who_looks_in(ask):
    get = ask()
    await get("dashboard/")
    await get("dashboard/page/second", name="grace")
    await get("dashboard/page/none")
    await get("dashboard/files/img/p.svg")
    await get("dashboard/page/second")
    assert ask.told == ["1 of 2: Hi there", "2 of 2: Second"]


async def test_only_scripts_of_this_very_answer_run(ask):
    get = ask()
    first, second = await get("dashboard/"), await get("dashboard/")
    policies = [answer.headers["Content-Security-Policy"] for answer in (first, second)]
    nonces = [re.search(r"script-src 'nonce-([\w-]{20,})'(;|$)", policy)[1] for policy in policies]
    assert nonces[0] != nonces[1]
    page = first.body.decode()
    scripts = re.findall(r"<script[^>]*>", page)
    assert scripts
    assert all(f'nonce="{nonces[0]}"' in script and "src=" in script for script in scripts)
    assert "unsafe" not in policies[0]
    assert "frame-ancestors" in policies[0]
    assert not re.search(r"<[^>]+\s(on\w+|style)=", page)


async def test_a_trusted_workshop_may_act(ask, folder):
    (folder / "index.md").write_text(
        "# Hi\n\n<script>document.title = 'x'</script>\n<p style='color: red' id='here'>x</p>\n"
        "<iframe src='https://films.example/1'></iframe>\n\n[go](#here)\n"
    )
    plain = (await ask()("dashboard/")).body.decode()
    assert not re.search("document.title|color: red|<iframe src=.https", plain)
    answer = await ask(trusted=True)("dashboard/")
    page, policy = answer.body.decode(), answer.headers["Content-Security-Policy"]
    nonce = re.search(r"script-src 'nonce-([^']+)' https:", policy)[1]
    assert f"<script nonce=\"{nonce}\">document.title = 'x'</script>" in page
    assert '<p style="color: red" id="here">' in page
    assert '<iframe src="https://films.example/1">' in page
    assert 'href="#here"' in page
    assert "frame-src 'self' https:" in policy
    # The notes may lie in the home: what its person writes into them acts for nobody else.
    guest = await ask(trusted=True)("dashboard/", name="grace")
    assert "nonce=" not in re.search("<script[^>]*>document.title", guest.body.decode())[0]
    policy = guest.headers["Content-Security-Policy"]
    assert " https:" not in re.search("script-src [^;]*", policy)[0]


async def test_a_page_that_is_not_there(ask):
    answer = await ask()("dashboard/page/gone%3Cb%3E")
    assert answer.code == 404
    page = answer.body.decode()
    assert "The notes have no page gone&lt;b&gt;" in page
    assert "terminal/session/1" in page


async def test_notes_that_cannot_be_read_leave_the_terminal(ask, folder):
    (folder / "workshop.yaml").write_text("[")
    answer = await ask()("dashboard/")
    assert answer.code == 500
    assert "workshop.yaml is not YAML" in answer.body.decode()
    assert "terminal/session/1" in answer.body.decode()


async def test_notes_on_their_way_are_looked_for_again(ask, monkeypatch):
    def begin(self, source):
        self._problem, self._is_pending = "One moment", True

    monkeypatch.setattr(remote.RemoteLoader, "begin", begin)
    answer = await ask(download_url="https://x.example/a.git")("dashboard/")
    assert (answer.code, answer.headers["Refresh"]) == (200, "2")
    assert "The notes are on their way" in answer.body.decode()


async def test_a_change_of_the_notes_is_seen(ask, folder):
    get = ask()
    await get("dashboard/")
    (folder / "index.md").write_text("# Changed\n")
    assert "Changed" in (await get("dashboard/")).body.decode()


async def test_without_notes_there_is_a_terminal(ask):
    page = (await ask(notes_dir="")("dashboard/")).body.decode()
    assert "terminal/session/1" in page
    assert 'id="notes"' not in page


async def test_the_layout_is_drawn(ask):
    page = (await ask(layout="split/2", notes_share=30, title="My <w>")("dashboard/")).body.decode()
    assert page.count("<iframe") == 3
    assert 'data-notes-share="30"' in page
    assert "My &lt;w&gt;" in page


@pytest.mark.parametrize(
    ("path", "code", "media_type", "saved"),
    [
        ("img/p.svg", 200, "image/svg+xml", False),
        ("page.html", 200, "text/html", True),
        ("what%20is.bin", 200, "application/octet-stream", True),
        ("index.md", 404, "text/html", False),
        ("../secret", 404, "text/html", False),
        ("..%2f..%2fetc%2fpasswd", 404, "text/html", False),
        ("img", 404, "text/html", False),
    ],
)
async def test_a_file_beside_the_pages(ask, path, code, media_type, saved):
    answer = await ask()(f"dashboard/files/{path}")
    assert answer.code == code
    assert answer.headers["Content-Type"].startswith(media_type)
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert ("attachment" in answer.headers.get("Content-Disposition", "")) == saved
    if code == 200:
        assert answer.headers["Content-Security-Policy"].endswith("; sandbox")


async def test_a_large_file_is_refused(ask, monkeypatch):
    monkeypatch.setattr("workshop_dashboard.file_answers.MAX_FILE_BYTES", 1000)
    assert (await ask()("dashboard/files/what%20is.bin")).code == 413


async def test_the_words_of_all_pages(ask, folder):
    get = ask()
    found = json.loads((await get("dashboard/search.json")).body)
    assert [(page["title"], page["url"]) for page in found] == [
        ("Hi there", f"{PREFIX}dashboard/page/index"),
        ("Second", f"{PREFIX}dashboard/page/second"),
    ]
    (folder / "workshop.yaml").write_text("[")
    assert (await get("dashboard/search.json")).code == 404


async def test_only_an_authors_page_waits_for_changes(ask):
    assert (await ask()("dashboard/changes")).code == 404
    get = ask(live_reload=True)
    assert "data-changes=" in (await get("dashboard/")).body.decode()
    assert (await get("dashboard/changes?since=none")).body == b"1"


async def test_a_script_may_be_kept(ask):
    answer = await ask()("dashboard/static/notes.js?v=1")
    assert answer.headers["Content-Type"].startswith("text/javascript")
    assert "immutable" in answer.headers["Cache-Control"]
    assert (await ask()("dashboard/static/gone.js")).code == 404


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x"])
async def test_a_link_out_of_the_environment_cannot_act(ask, monkeypatch, url):
    monkeypatch.setenv("RESTART_URL", url)
    monkeypatch.setenv("CONSOLE_URL", url)
    assert url not in (await ask()("dashboard/")).body.decode()


async def test_that_it_runs_is_told_and_is_no_activity(ask):
    """The hub's proxy takes each answer below 300 for a person's doing."""
    answer = await ask()("dashboard/alive")
    assert (answer.code, json.loads(answer.body)) == (300, {"alive": True})


async def test_a_new_session_is_offered_to_the_person_whose_it_was(ask):
    get = ask()
    own = (await get("dashboard/")).body.decode()
    assert "Your session has ended." in own
    assert 'href="/hub/spawn" target="_top"' in own
    looks_in = (await get("dashboard/", name="grace")).body.decode()
    assert "This session has ended." in looks_in
    # Nothing begins by itself for who looks in.
    assert '<html lang="en" data-guest' in looks_in
    assert "data-guest" not in own
    assert "/hub/spawn" not in looks_in


async def test_tabs_are_drawn_and_may_be_framed(ask, folder, monkeypatch):
    monkeypatch.setenv("CONSOLE_URL", f"{PREFIX}proxy/absolute/10083/")
    tabs = "dashboards: [{name: Mine, url: 'https://%region%.example'}, {name: Ad, url: 'data:x'}]"
    (folder / "workshop.yaml").write_text(f"vars: [{{name: region, value: north}}]\n{tabs}\n")
    answer = await ask(tabs={"App": "8080"})("dashboard/")
    page, policy = answer.body.decode(), answer.headers["Content-Security-Policy"]
    found = re.findall(r'role="tab" [^>]*data-url="([^"]*)"[^>]*>([^<]*)<', page)
    assert found == [
        (f"{PREFIX}proxy/absolute/10083/", "Console"),
        (f"{PREFIX}proxy/8080/", "App"),
        ("https://north.example", "Mine"),
    ]
    assert "Open the web console" not in page
    assert re.search(r"frame-src 'self' https:( http:)?(;|$)", policy)


async def test_a_console_elsewhere_is_in_the_menu(ask, monkeypatch):
    monkeypatch.setenv("CONSOLE_URL", "https://console.example")
    page = (await ask()("dashboard/")).body.decode()
    assert "Open the web console" in page
    assert 'data-tab="console"' not in page


async def test_the_last_page_ends_in_a_button(ask, monkeypatch):
    first, last = [
        (await ask()(f"dashboard/page/{name}")).body.decode() for name in ("index", "second")
    ]
    assert 'data-do="finish"' not in first
    assert re.search(r'<button[^>]*data-do="finish"', last)
    assert "Well done!" in last
    assert "Start over or leave" not in last
    said = "Come <b>back</b><script>1</script>"
    page = (await ask(finished_message=said)("dashboard/page/second")).body.decode()
    assert "Come <b>back</b></div>" in page


async def test_a_workshop_has_its_own_looks(ask, folder):
    assert "logo" not in (await ask()("dashboard/")).body.decode()
    (folder / "logo.svg").write_text("<svg xmlns='x'/>")
    (folder / "theme.css").write_text(":root { --button: #a02040 }")
    get = ask()
    page = (await get("dashboard/")).body.decode()
    assert f'<img class="logo" src="{PREFIX}dashboard/files/logo.svg" alt="">' in page
    link = re.search(
        rf'<link rel="stylesheet" href="{PREFIX}dashboard/files/theme.css"[^>]*>', page
    )
    assert "nonce=" in link[0]
    answer = await get("dashboard/files/theme.css")
    assert answer.headers["Content-Type"] == "text/css"
