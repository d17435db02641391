"""The pages of anonymous login, asked by real HTTP of a real hub."""

from __future__ import annotations

import asyncio
import html
import re
from types import SimpleNamespace

import aiohttp
import pytest
from jupyterhub import orm
from tornado import httputil, web

from pages import expect
from workshop_spawner.context import HubContext
from workshop_spawner.visitors import handlers, proxy_mark

pytestmark = pytest.mark.hub


@pytest.fixture
def lobby(hub_factory, single_server):
    """A hub whose servers are plain processes: these tests are about its kube."""

    async def start(more="", **options):
        return await hub_factory(
            "c.JupyterHub.authenticator_class = 'workshop-anonymous'\n"
            "c.JupyterHub.spawner_class = 'simple'\n"
            f"c.Spawner.cmd = {single_server!r}\n"
            f"{more}\n",
            **options,
        )

    return start


async def users(hub):
    return (await hub.api("GET", "users"))[1]


async def test_the_door(lobby, visit):
    """One hub, many small questions: a hub takes seconds to start."""
    hub = await lobby("c.AnonymousAuthenticator.ask_name = True")
    stranger = await visit(hub)

    for _ in range(3):
        status, page, _ = await stranger.get("hub/login")
        assert status == 200
    assert await users(hub) == [], "looking makes nothing"
    assert 'name="_xsrf"' in page

    async with stranger.http.post(hub.url + "hub/login", data={"name": "Eve"}) as answer:
        assert answer.status == 403
    assert await users(hub) == [], "a form from elsewhere makes nothing"

    status, page, _ = await stranger.press(page, "hub/login", name="")
    assert status == 403
    assert "type your name" in page
    status, page, _ = await stranger.press(page, "hub/login", name="x" * 81)
    assert status == 403
    assert "x" * 81 in page, "what was typed is not lost"
    assert await users(hub) == []

    visitor = await visit(hub)
    assert "hello from" in await visitor.enter(name="Ada <b>Lovelace</b>")
    (user,) = await users(hub)
    assert user["groups"] == ["workshop-anonymous"]
    assert user["admin"] is False
    kept = {"name": "Ada <b>Lovelace</b>", "anonymous": True}
    assert user.get("user_info") == (kept if hasattr(orm.User, "user_info") else None)
    assert len(user["name"]) >= 8

    assert f"hello from {visitor.name}" in (await visitor.get("hub/login"))[1]
    _, page, _ = await (await visit(hub)).get("hub/login")
    assert [u["name"] for u in await users(hub)] == [visitor.name], "the same browser comes back"


async def test_two_tabs_at_the_same_instant_are_one_visitor(lobby, visit):
    hub = await lobby()
    visitor = await visit(hub)
    _, page, _ = await visitor.get("hub/login")
    await asyncio.gather(*(visitor.press(page, "hub/login") for _ in range(3)))
    assert len(await users(hub)) == 1


async def test_two_browsers_with_one_address_are_two_visitors(lobby, visit):
    hub = await lobby()
    one, two = await visit(hub), await visit(hub)
    await asyncio.gather(one.enter(), two.enter())
    assert one.name != two.name
    assert len(await users(hub)) == 2


async def test_the_access_code(lobby, visit):
    hub = await lobby(
        "c.AnonymousAuthenticator.access_code = 'sesame'\n"
        "c.AnonymousAuthenticator.ask_name = True\n"
        "c.AnonymousAuthenticator.visitors_per_address = 3\n"
    )
    visitor = await visit(hub)
    _, page, _ = await visitor.get("hub/login")
    status, page, _ = await visitor.press(page, "hub/login", name="Ada", code="open")
    assert status == 403
    assert "not the access code" in page
    assert 'value="Ada"' in page
    assert 'value="open"' in page
    assert "sesame" not in page
    assert await users(hub) == []
    assert "hello from" in await visitor.enter(name="Ada", code=" sesame ")
    assert "sesame" not in hub.log_text
    guesser = await visit(hub)
    _, page, _ = await guesser.get("hub/login")
    statuses = [
        (await guesser.press(page, "hub/login", name="Eve", code=f"{n}"))[0] for n in range(3)
    ]
    assert statuses == [403, 403, 429], "guesses count, right codes do not"
    # Whoever has to wait learns nothing: the right code gets the same answer.
    for fields in ({"name": ""}, {"name": "x" * 81}, {"name": "Eve"}):
        answers = [
            (await guesser.press(page, "hub/login", code=code, **fields))[0]
            for code in ("sesame", "wrong")
        ]
        assert answers == [429, 429], fields


async def test_a_misspelt_code_stops_the_hub(lobby):
    hub = await lobby("c.AnonymousAuthenticator.acces_code = 'sesame'", start=False)
    with pytest.raises(AssertionError, match="the hub ended"):
        await hub.start()
    assert "is no setting. Did you mean access_code?" in hub.log_text
    assert "Traceback" not in hub.log_text
    assert "sesame" not in hub.log_text


async def test_too_many_visitors_get_a_page_that_keeps_what_was_typed(lobby, visit):
    hub = await lobby(
        "c.AnonymousAuthenticator.visitors_per_address = 1\n"
        "c.AnonymousAuthenticator.visitors_window = 60\n"
    )
    await (await visit(hub)).login()
    late = await visit(hub)
    forged = {"X-Forwarded-For": "203.0.113.7", "X-Real-Ip": "203.0.113.8"}
    async with late.http.get(hub.url + "hub/login", headers=forged) as answer:
        page = await answer.text()
    found = re.search(r'name="_xsrf" value="([^"]*)"', page)
    async with late.http.post(
        hub.url + "hub/login",
        data={"_xsrf": found[1], "name": 'Ada "<b>"', "next": "/hub/home"},
        headers=forged,
    ) as answer:
        assert answer.status == 429, "an address that the visitor claims does not count"
        assert 0 < int(answer.headers["Retry-After"]) <= 60
        text = await answer.text()
    assert 'id="workshop-full"' in text
    assert "form.submit()" in text
    assert 'id="give-up" href="/hub/login"' in text
    assert len(await users(hub)) == 1

    # What the page sends by itself is what was typed.
    fields = re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', text)
    form = {name: html.unescape(value) for name, value in fields}
    typed = {"next": "/hub/home", "name": 'Ada "<b>"', "code": ""}
    assert {name: form[name] for name in typed} == typed


@pytest.mark.browser
async def test_the_page_that_tries_again_lets_in_once_there_is_room(lobby, visit, browser):
    hub = await lobby(
        "c.AnonymousAuthenticator.ask_name = True\n"
        "c.AnonymousAuthenticator.visitors_per_address = 1\n"
        "c.AnonymousAuthenticator.visitors_window = 5\n"
    )
    page = await browser.new_page()
    await page.goto(f"{hub.url}hub/login?next=%2Fhub%2Fhome")
    await page.get_by_label("Your name").fill('Ada "<b>"')
    await (await visit(hub)).login(name="Eve")
    await page.get_by_role("button", name="Start").click()
    await page.get_by_text("This page tries again").wait_for()
    assert len(await users(hub)) == 1
    await page.wait_for_url("**/hub/home")
    assert len(await users(hub)) == 2


async def test_a_full_hub_has_a_page_that_tries_again(lobby, visit):
    hub = await lobby("c.JupyterHub.active_server_limit = 1")
    await (await visit(hub)).enter()
    late = await visit(hub)
    status, page, url = await late.login()
    assert status == 429
    assert url.endswith("/hub/spawn"), "asking again starts the session"
    assert "All places are taken" in page
    assert "location.replace" in page
    assert 'id="give-up"' in page
    _, page, url = await late.press(page, "hub/restart", leave="yes")
    assert url.endswith("/hub/login?left=yes"), "the way out of the queue"
    await hub.logged(f"Forgot the visitor {late.name}")


@pytest.mark.parametrize("auto", [True, False])
async def test_the_page_presses_its_button_where_it_should(lobby, visit, auto):
    hub = await lobby(f"c.AnonymousAuthenticator.auto_start = {auto}")
    _, page, _ = await (await visit(hub)).get("hub/login")
    assert ("requestSubmit" in page) is auto


PAST_THE_PROXY = "Nobody logs in at this port; use the workshop&#39;s own address."


async def test_the_port_of_the_hubs_api_is_no_way_round_the_limits(lobby, visit):
    hub = await lobby("c.AnonymousAuthenticator.access_code = 'sesame'")
    listening = re.search(r"Hub API listening on (http://\S+?)/hub/", hub.log_text)
    assert listening
    guesser = await visit(hub)
    login = f"{listening[1]}/hub/login"
    forged = {"X-Forwarded-For": "203.0.113.7", "X-Workshop-Proxy": "forged"}
    for headers in ({}, forged):
        async with guesser.http.get(login, headers=headers) as answer:
            found = re.search(r'name="_xsrf" value="([^"]*)"', await answer.text())
        for code in ("wrong", "sesame"):
            data = {"_xsrf": found[1], "code": code}
            async with guesser.http.post(login, data=data, headers=headers) as answer:
                said = re.findall(r'role="alert">([^<]*)', await answer.text())
                assert (answer.status, said) == (403, [PAST_THE_PROXY]), "right or wrong"
    assert await users(hub) == []
    # Through the proxy a forged mark is written over, and the way in is open.
    async with guesser.http.get(hub.url + "hub/login", headers=forged) as answer:
        found = re.search(r'name="_xsrf" value="([^"]*)"', await answer.text())
    data = {"_xsrf": found[1], "code": "sesame"}
    async with guesser.http.post(hub.url + "hub/login", data=data, headers=forged) as answer:
        assert answer.status == 200
    assert len(await users(hub)) == 1


async def test_a_session_that_knows_the_proxys_mark_logs_nobody_in(site, workshop, visit):
    """Every request that the proxy passes on to a session has it, and programs there may tell."""
    site.pocket.start_node()
    hub = await workshop("c.AnonymousAuthenticator.access_code = 'sesame'\n")
    visitor = await visit(hub)
    await visitor.enter(code="sesame")
    (pod,) = site.as_admin("/api/v1/namespaces/workshops/pods")["items"]
    secret = bytes.fromhex((hub.folder / "cookie_secret").read_text())
    headers = {
        proxy_mark.HEADER: proxy_mark.make_mark(secret),
        "X-Forwarded-For": "203.0.113.7",
    }
    login = f"http://127.0.0.1:{hub.hub_port}/hub/login"
    for source in (pod["status"]["podIP"], "127.9.9.9"):
        connector = aiohttp.TCPConnector(local_addr=(source, 0))
        jar = aiohttp.CookieJar(unsafe=True)
        async with aiohttp.ClientSession(connector=connector, cookie_jar=jar) as http:
            async with http.get(login, headers=headers) as answer:
                found = re.search(r'name="_xsrf" value="([^"]*)"', await answer.text())
            for code in ("wrong", "sesame"):
                data = {"_xsrf": found[1], "code": code}
                async with http.post(login, data=data, headers=headers) as answer:
                    said = re.findall(r'role="alert">([^<]*)', await answer.text())
                    assert (answer.status, said) == (403, [PAST_THE_PROXY]), "right or wrong"
    assert [user["name"] for user in await users(hub)] == [visitor.name]


@pytest.fixture
def make_door():
    """A page of the hub, asked with the proxy's mark; a user's server is at `host`."""
    mark = proxy_mark.make_mark(b"secret")
    db = orm.new_session_factory("sqlite:///:memory:")()

    def make(peer, host, watch):
        server = orm.Server(ip=host, port=8888, proto="http", base_url="/")
        db.add(orm.Spawner(name="", user=orm.User(name="mallory"), server=server))
        db.commit()
        context = SimpleNamespace(_orig_remote_ip=peer, remote_ip=peer, protocol="http")
        socket = SimpleNamespace(getsockname=lambda: ("10.128.0.5", 8081))
        connection = SimpleNamespace(
            context=context,
            stream=SimpleNamespace(socket=socket),
            set_close_callback=lambda _: None,
        )
        headers = httputil.HTTPHeaders(
            {proxy_mark.HEADER: mark, "X-Forwarded-For": "203.0.113.7", "Host": "hub"}
        )
        settings = {"db": db, "hub": SimpleNamespace(base_url="/hub/")}
        app = web.Application(authenticator=SimpleNamespace(proxy_mark=mark), **settings)
        HubContext.of(app.settings).pod_watch = watch
        request = httputil.HTTPServerRequest(
            headers=headers,
            connection=connection,
            start_line=httputil.RequestStartLine("GET", "/", "HTTP/1.1"),
        )
        return handlers.VisitMixin(app, request)

    yield make
    bind = db.get_bind()
    db.close()
    bind.dispose()


@pytest.mark.parametrize("peer", ["10.128.0.17", "fd00::17"])
@pytest.mark.parametrize("host", ["10.128.0.17", "workshop-user-mallory.workshops"])
@pytest.mark.parametrize("dead", [False, True, None], ids=["watch", "dead watch", "no watch"])
async def test_the_mark_said_back_counts_from_no_pod(make_door, watch_pods, peer, host, dead):
    """As with `services_enabled`, `internal_ssl`, `pod_connect_ip` and pods of two addresses."""
    watch = None
    if dead is not None:
        watch = await watch_pods({"component": "x"})
        addresses = [{"ip": "10.128.0.17"}, {"ip": "fd00::17"}]
        watch.resources = {"workshops/p": {"metadata": {}, "status": {"podIPs": addresses}}}
        if dead:
            await asyncio.sleep(0)  # what has not begun cannot be stopped
            await watch.stop()
    door = make_door(peer, host, watch)
    assert not door.is_by_proxy()
    assert door.find_address() == peer, "what it writes is not believed"


async def test_the_mark_counts_from_where_no_session_is(make_door, watch_pods):
    """The proxy's connection comes from a node's address where it goes through a Service."""
    door = make_door(
        "10.0.0.9", "workshop-user-ada.workshops", await watch_pods({"component": "x"})
    )
    assert door.is_by_proxy()
    assert door.find_address() == "203.0.113.7"


BAD_NEXT = [
    "//evil.example/",
    "/\\evil.example",
    "https://evil.example/",
    "https:evil.example",
    "\t//evil.example",
    "javascript:alert(1)",
    "///evil.example",
    "\u2215\u2215evil.example",
]


async def test_next_stays_on_the_host(lobby, visit):
    hub = await lobby()
    for bad in BAD_NEXT:
        visitor = await visit(hub)
        _, page, _ = await visitor.get("hub/login", params={"next": bad})
        found = re.search(r'name="_xsrf" value="([^"]*)"', page)
        async with visitor.http.post(
            hub.url + "hub/login", data={"_xsrf": found[1], "next": bad}, allow_redirects=False
        ) as answer:
            assert answer.status == 302
            target = answer.headers["Location"]
            assert target.startswith("/")
            assert not target.startswith(("//", "/\\")), bad
    visitor = await visit(hub)
    _, page, _ = await visitor.get("hub/login", params={"next": '/hub/home"><script>'})
    assert '<script>"' not in page
    assert 'value="/hub/home&#34;' in page


async def test_starting_over_gives_a_new_identity_by_post_only(lobby, visit):
    hub = await lobby()
    visitor = await visit(hub)
    await visitor.enter()
    old = visitor.name
    status, page, _ = await visitor.get("hub/restart")
    assert status == 200
    assert "Start over, or leave?" in page
    assert "hub/logout" not in page.partition("workshop-restart")[2], "a link ends nothing"
    assert [user["name"] for user in await users(hub)] == [old], "asking does nothing"
    async with visitor.http.post(hub.url + "hub/restart") as answer:
        assert answer.status == 403, "nor does a form from elsewhere"
    _, _, url = await visitor.press(page, "hub/restart")
    found = re.search(r"/(?:user|spawn-pending)/([^/?]+)", url)
    assert found
    new = found[1]
    assert new != old
    await hub.logged(f"Forgot the visitor {old}")
    assert [user["name"] for user in await users(hub)] == [new]


async def test_leaving_ends_the_session_and_begins_none(lobby, visit):
    hub = await lobby("c.AnonymousAuthenticator.auto_start = True")
    visitor = await visit(hub)
    await visitor.enter()
    _, page, _ = await visitor.get("hub/restart")
    _, _, url = await visitor.press(page, "hub/restart", leave="yes")
    assert url.endswith("/hub/login?left=yes")
    _, page, _ = await visitor.get("hub/login?left=yes")
    assert "You have left the workshop." in page
    assert "requestSubmit" not in page
    await hub.logged(f"Forgot the visitor {visitor.name}")
    assert await users(hub) == []


async def test_a_stopped_session_forgets_its_visitor(lobby, visit):
    hub = await lobby()
    visitor = await visit(hub)
    await visitor.enter()
    await hub.api("DELETE", f"users/{visitor.name}/server")
    await hub.logged(f"Forgot the visitor {visitor.name}")
    assert await users(hub) == []
    _, _, url = await visitor.get("hub/spawn")
    assert "/hub/login" in url, "and is a stranger again"


async def test_a_visitor_who_is_kept_may_start_again(lobby, visit):
    hub = await lobby("c.AnonymousAuthenticator.forget_users = False")
    visitor = await visit(hub)
    await visitor.enter()
    await hub.api("DELETE", f"users/{visitor.name}/server")
    await hub.logged("server took")
    assert [user["name"] for user in await users(hub)] == [visitor.name]


@pytest.mark.browser
async def test_the_hubs_page_says_why_a_session_has_ended(lobby, visit, browser):
    hub = await lobby("c.AnonymousAuthenticator.forget_users = False")
    page = await browser.new_page()
    await page.goto(hub.url + "hub/login")
    await page.click("#start-button")
    await page.wait_for_url("**/user/*/**")
    name = page.url.split("/user/")[1].split("/")[0]
    await hub.api("DELETE", f"users/{name}/server")
    await page.goto(f"{hub.url}user/{name}/terminal/session/1?ended=age")
    await expect(page.locator("h1")).to_have_text("Your session has ended")
    await expect(page.get_by_text("Its time was over.")).to_be_visible()
    await expect(page.get_by_text("gone with it")).to_be_visible()
    await expect(page.get_by_text("Nobody had typed")).to_be_hidden()
    await page.goto(f"{hub.url}user/{name}/")
    await expect(page.locator("h1")).to_have_text("You have no session now")
    await page.close()


async def test_an_error_is_said_once_with_what_to_do(lobby, visit):
    hub = await lobby('c.JupyterHub.template_vars = {"workshop_title": "Pods & more"}')
    visitor = await visit(hub)
    _, page, _ = await visitor.get("hub/login")
    assert "<title>Pods &amp; more</title>" in re.sub(r"\s*(</?title>)\s*", r"\1", page)
    assert page.count("Pods &amp; more</h1>") == 1
    await visitor.enter()
    status, page, _ = await visitor.get("hub/nothing")
    shown = page.partition('id="workshop-error"')[2]
    assert status == 404
    assert shown.count("There is nothing here") == 1
    assert "To the start page" in shown
    async with visitor.http.post(hub.url + "hub/restart") as answer:
        shown = (await answer.text()).partition('id="workshop-error"')[2]
    assert "This is not allowed" in shown
    assert "None" not in shown
