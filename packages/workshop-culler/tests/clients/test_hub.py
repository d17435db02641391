import asyncio
import contextlib
import logging
from datetime import UTC, datetime

import pytest
from aiohttp import web

from workshop_culler import errors
from workshop_culler.clients.hub import Hub, HubAddress

LOG = logging.getLogger("test")
HUB = {"X-JupyterHub-Version": "6.1.1"}


@contextlib.asynccontextmanager
async def scripted(*answers, **address):
    """A client to a server that gives these answers one after the other, on a real socket."""
    seen, waits = [], []
    rest = list(answers)

    async def handle(request):
        seen.append(f"{request.method} {request.path_qs}")
        answer = rest.pop(0) if len(rest) > 1 else rest[0]
        if callable(answer):
            return await answer(request)
        status, body, headers = (*answer, HUB)[:3]
        if body is None:
            return web.Response(status=status, headers=headers)
        return web.json_response(body, status=status, headers=headers)

    async def sleep(seconds):
        waits.append(seconds)

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", handle)
    runner = web.AppRunner(app, shutdown_timeout=0.01, handler_cancellation=True)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    try:
        async with Hub(
            HubAddress(f"http://127.0.0.1:{port}/hub/api", "secret", **address), LOG, sleep
        ) as client:
            client.seen, client.waits = seen, waits
            yield client
    finally:
        await runner.cleanup()


USER = {"name": "ada", "servers": {}}


def page(*names, following=None):
    items = [{"name": name, "servers": {}, "last_activity": None} for name in names]
    return {"items": items, "_pagination": {"next": following}}


async def test_lists_go_page_by_page_without_following_the_hubs_address():
    following = {"offset": 2, "limit": 2, "url": "http://elsewhere.example/hub/api/users"}
    async with scripted((200, page("a", "b", following=following)), (200, page("c"))) as client:
        users = await client.list_users("active")
        assert [user.name for user in users] == ["a", "b", "c"]
        assert client.seen == [
            "GET /hub/api/users?state=active&limit=200",
            "GET /hub/api/users?state=active&limit=2&offset=2",
        ]


async def test_paging_ends_when_the_rest_is_too_young():
    following = {"offset": 2, "limit": 2}
    async with scripted((200, page("a", "b", following=following))) as client:
        users = await client.list_users("inactive", enough=lambda user: user.name == "b")
        assert len(users) == 2
        assert "sort=last_activity" in client.seen[0]


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        pytest.param((404, {"message": "Not Found"}), errors.GoneError, id="the hub says 404"),
        pytest.param((404, {}, {}), errors.PermanentError, id="something else says 404"),
        pytest.param((404, None, {}), errors.PermanentError, id="an empty 404"),
        pytest.param((403, {"message": "no"}), errors.PermanentError, id="forbidden"),
        pytest.param((302, None), errors.PermanentError, id="a redirect is not followed"),
        pytest.param((200, None), errors.PermanentError, id="an empty answer"),
        pytest.param((200, [USER]), errors.PermanentError, id="an answer that is no object"),
    ],
)
async def test_answers_that_are_final(answer, error):
    async with scripted(answer) as client:
        with pytest.raises(error):
            await client.find_user("ada")
        assert len(client.seen) == 1
        assert client.waits == []


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
async def test_what_may_pass_is_tried_again(status):
    async with scripted((status, {}), (200, USER)) as client:
        assert (await client.find_user("ada")).name == "ada"
        assert len(client.waits) == 1


@pytest.mark.parametrize("name", [".", ".."])
async def test_a_name_that_would_be_another_address_is_nobodys(name):
    async with scripted((200, USER)) as client:
        with pytest.raises(errors.GoneError):
            await client.find_user(name)
        assert client.seen == []


async def test_it_gives_up_after_three_tries():
    async with scripted(*[(503, {"message": "starting"})] * 3) as client:
        with pytest.raises(errors.TemporaryError, match="starting"):
            await client.find_user("ada")
        assert len(client.seen) == 3


@pytest.mark.parametrize(("says", "least", "most"), [("7", 7, 7), ("0", 0.5, 2), ("soon", 0.5, 2)])
async def test_it_waits_as_long_as_it_is_told(says, least, most):
    busy = (429, {}, {**HUB, "Retry-After": says})
    async with scripted(busy, (200, USER)) as client:
        await client.find_user("ada")
        assert len(client.waits) == 1
        assert least <= client.waits[0] <= most


async def test_who_is_told_to_wait_for_long_comes_again_in_the_next_pass():
    async with scripted((429, {}, {**HUB, "Retry-After": "9999"}), (200, USER)) as client:
        with pytest.raises(errors.TemporaryError):
            await client.find_user("ada")
        assert client.waits == []


async def drop(request):
    """Hang up in the middle, as a hub that is killed does."""
    request.transport.close()
    return web.Response()


async def test_no_answer_is_temporary():
    async with scripted(drop) as client:
        with pytest.raises(errors.TemporaryError, match="no answer"):
            await client.stop_server("ada")


async def test_an_answer_that_was_lost_does_no_harm():
    """The stop happened, its answer did not arrive: the second try finds it gone."""
    async with scripted(drop, (404, {"message": "no such server"})) as client:
        assert await client.stop_server("ada") is True


async def test_an_answer_that_never_comes_is_not_waited_for():
    async def hang(request):
        await asyncio.Event().wait()

    async with scripted(hang, timeout=0.05) as client:
        with pytest.raises(errors.TemporaryError, match="TimeoutError"):
            await client.whoami()


@pytest.mark.parametrize(
    ("answer", "stopped"), [((204, None), True), ((202, None), False), ((404, {}), True)]
)
async def test_stopping(answer, stopped):
    async with scripted(answer) as client:
        assert await client.stop_server("ada") is stopped


@pytest.mark.parametrize(
    ("user", "server", "path"),
    [
        ("ada", "", "DELETE /hub/api/users/ada/server"),
        ("ada", "lab", "DELETE /hub/api/users/ada/servers/lab"),
        ("a b/c?d", "", "DELETE /hub/api/users/a%20b%2Fc%3Fd/server"),
        ("ada@x.org", "l%b", "DELETE /hub/api/users/ada@x.org/servers/l%25b"),
    ],
)
async def test_names_are_quoted(user, server, path):
    async with scripted((204, None)) as client:
        await client.stop_server(user, server)
        assert client.seen == [path]


async def test_named_servers_are_removed_if_asked():
    bodies = []

    async def remember(request):
        bodies.append(await request.text())
        return web.Response(status=204)

    async with scripted(*[remember] * 3) as client:
        await client.stop_server("ada", "lab", remove=True)
        await client.stop_server("ada", "lab")
        await client.stop_server("ada", remove=True)
    assert bodies == ['{"remove": true}', "", ""]


async def test_a_user_whose_server_still_stops_is_left_for_later():
    async with scripted((400, {"message": "is in the process of stopping"})) as client:
        with pytest.raises(errors.TemporaryError, match="process of stopping"):
            await client.delete_user("ada")
        assert client.waits == []


async def test_the_clock_is_the_hubs():
    answer = (200, USER, {**HUB, "Date": "Sun, 01 Mar 2026 12:00:00 GMT"})
    async with scripted(answer) as client:
        await client.find_user("ada")
        assert client.now == datetime(2026, 3, 1, 12, tzinfo=UTC)


async def test_no_more_at_once_than_allowed():
    now, most = 0, 0

    async def count(request):
        nonlocal now, most
        now += 1
        most = max(most, now)
        await asyncio.sleep(0)
        now -= 1
        return web.json_response(USER, headers=HUB)

    async with scripted(*[count] * 20, concurrency=3) as client:
        await asyncio.gather(*(client.find_user("ada") for _ in range(20)))
    assert 1 < most <= 3


async def test_stops_that_wait_are_five_times_as_many():
    """They hold up nothing else: who is asked about meanwhile is answered."""
    now, most, all_there, asked = 0, 0, asyncio.Event(), asyncio.Event()

    async def stop(_request):
        nonlocal now, most
        now += 1
        most = max(most, now)
        if now == 10:
            all_there.set()
        await asked.wait()
        now -= 1
        return web.Response(status=204, headers=HUB)

    async with scripted(*[stop] * 10, (200, USER), *[stop] * 5, concurrency=2) as client:
        stops = [asyncio.create_task(client.stop_server(f"user{n}")) for n in range(15)]
        async with asyncio.timeout(30):
            await all_there.wait()
        await client.find_user("ada")
        assert now == 10
        asked.set()
        assert await asyncio.gather(*stops) == [True] * 15
    assert most == 10


async def test_no_token_in_any_message():
    async with scripted((403, {"message": "no"})) as client:
        with pytest.raises(errors.ApiError) as error:
            await client.whoami()
    assert "secret" not in repr(error.value)


async def test_the_token_does_not_show_in_the_address():
    assert "secret" not in repr(HubAddress("http://x", "secret"))


@pytest.mark.hub
@pytest.mark.asyncio(loop_scope="module")
async def test_a_real_hub(culler_hub):
    await culler_hub.start_server("ada")
    await culler_hub.start_server("ada", "lab", profile="gpu")
    await culler_hub.add_user("bob")
    async with culler_hub.client() as client:
        (ada,) = await client.list_users("active")
        assert sorted(server.name for server in ada.servers) == ["", "lab"]
        assert {server.profile for server in ada.servers} == {"", "gpu"}
        assert all(server.started and server.ready for server in ada.servers)
        assert {user.name for user in await client.list_users("inactive")} == {"bob", "root"}
        with pytest.raises(errors.GoneError):
            await client.find_user("nobody")
        assert await client.stop_server("ada", "lab", remove=True)
        assert await client.stop_server("ada")
        assert (await client.find_user("ada")).servers == ()
        assert await client.stop_server("ada")
        await client.delete_user("ada")
        await client.delete_user("ada")
        assert await culler_hub.users() == ["bob", "root"]
