"""One terminal at many addresses: per-user domains, a public URL, and other people let in."""

import asyncio
import html
import re
import socket
import sys

import aiohttp
import pytest
from aiohttp.abc import AbstractResolver

COMMON = f"""
c.JupyterHub.authenticator_class = "dummy"
c.Authenticator.allow_all = True
c.JupyterHub.spawner_class = "simple"
c.Spawner.cmd = [{sys.executable!r}, "-m", "jupyterhub_butterfly"]
c.Spawner.args = ["--ButterflyApp.extensions=[]"]
"""
pytestmark = pytest.mark.hub


class Here(AbstractResolver):
    """Every host name is this machine, as with a wildcard in the DNS."""

    async def resolve(self, host, port=0, family=socket.AF_INET):
        found = {"hostname": host, "host": "127.0.0.1", "port": port}
        return [{**found, "family": socket.AF_INET, "proto": 0, "flags": 0}]

    async def close(self):
        pass


@pytest.fixture
async def everywhere(person_factory):
    """People whose browser finds each name on this machine."""
    sessions = []

    def make(root):
        person = person_factory(root)
        jar = aiohttp.CookieJar(unsafe=True)
        connector = aiohttp.TCPConnector(resolver=Here())
        person.session = aiohttp.ClientSession(cookie_jar=jar, connector=connector)
        sessions.append(person.session)
        return person

    yield make
    for session in sessions:
        await session.close()


async def start(hub, name):
    status, _ = await hub.api("POST", f"users/{name}/server")
    if status == 202:
        await hub.logged(f"User {name} took")


async def refused(person, **changes):
    with pytest.raises(aiohttp.WSServerHandshakeError) as error:
        async with person.connect("ws", **changes):
            pass
    assert error.value.status == 403


async def test_each_user_has_a_domain_of_their_own(hub_factory, everywhere):
    hub = await hub_factory(
        COMMON + "from urllib.parse import urlsplit\n"
        "port = urlsplit(c.JupyterHub.bind_url).port\n"
        "c.JupyterHub.subdomain_host = f'http://hub.test:{port}'\n"
        "c.JupyterHub.bind_url = f'http://127.0.0.1:{port}'\n"
    )
    root = f"http://hub.test:{hub.port}/"
    ada, bob = everywhere(root), everywhere(root)
    for person, name in ((ada, "ada"), (bob, "bob")):
        await person.log_in(name)
        await start(hub, name)
        person.root = f"http://{name}.hub.test:{hub.port}/"
        await person.open_terminal(f"/user/{name}/")
    async with ada.terminal() as terminal:
        assert await terminal.run("echo $JUPYTERHUB_USER") == "ada"
    for origin in (bob.origin, root.rstrip("/"), "http://evil.test"):
        await refused(ada, origin=origin)
    url = f"{ada.origin}/user/ada/terminal/session/1"
    async with bob.session.get(url) as page:
        assert page.status == 403
    cookies = [c for c in ada.session.cookie_jar if c.key == "jupyterhub-user-ada"]
    assert [c["domain"] for c in cookies] == ["ada.hub.test"], "not shared with other domains"
    async with ada.session.get(f"{ada.origin}/user/ada/logout", allow_redirects=False) as answer:
        assert answer.headers["Location"] == f"{root}hub/logout"


async def test_a_proxy_that_changes_the_host_needs_the_public_url_only(hub_factory, everywhere):
    hub = await hub_factory(
        COMMON + "from urllib.parse import urlsplit\n"
        "port = urlsplit(c.JupyterHub.bind_url).port\n"
        "c.JupyterHub.public_url = f'http://public.test:{port}/'\n"
    )
    ada = everywhere(f"http://public.test:{hub.port}/")
    await ada.log_in("ada")
    await start(hub, "ada")
    await ada.open_terminal("/user/ada/")
    changed = {"Host": "inner.example"}
    async with ada.terminal(headers=changed) as terminal:
        said = await terminal.run("echo $JUPYTERHUB_PUBLIC_URL")
        assert said == f"http://public.test:{hub.port}/user/ada/"
    for origin in ("http://public.test", "https://public.test.evil", "https://evil.example"):
        await refused(ada, origin=origin, headers=changed)


async def approve(person, page):
    """Say yes to the hub's question whether another's server may know who one is."""
    text = await page.text()
    assert 'name="scopes"' in text, f"{page.status} {page.url} {text[:300]}"
    fields = re.findall(r'<input[^>]*name="([^"]+)"[^>]*value="([^"]*)"', text)
    form = [(name, html.unescape(value)) for name, value in fields]
    headers = {"Referer": str(page.url), "Origin": person.origin}
    async with person.session.post(page.url, data=form, headers=headers) as answer:
        assert answer.status == 200, await answer.text()
        return answer


async def test_an_admin_and_who_shares_it_see_the_same_terminal_live(hub_factory, everywhere):
    hub = await hub_factory(
        COMMON + "c.Authenticator.admin_users = {'root'}\n"
        "scopes = ['self', 'shares!user', 'read:users:name']\n"
        "c.JupyterHub.load_roles += [{'name': 'user', 'scopes': scopes}]\n"
    )
    people = {name: everywhere(hub.url) for name in ("ada", "bob", "eve", "root")}
    for name, person in people.items():
        await person.log_in(name)
    await start(hub, "ada")
    ada = people["ada"]
    await ada.open_terminal("/user/ada/")
    await share(hub, ada)
    program = await serve_page()
    port = program.sockets[0].getsockname()[1]
    async with program, ada.terminal() as own:
        assert await find_policy(ada, port) is None
        await own.run("true")
        for name in ("bob", "root"):
            member = people[name]
            page = await member.session.get(f"{member.origin}/user/ada/")
            await approve(member, page)
            await member.open_terminal("/user/ada/")
            async with member.terminal() as shared:
                await shared.type(f"echo from-{name[0]}''{name[1:]}\r")
                await own.until(f"from-{name}")
                await shared.until(f"from-{name}")
            # What ada's program serves has an origin of its own for others: no script of hers
            # acts at the hub as who looks at it.
            assert "sandbox" in await find_policy(member, port)
            assert "allow-same-origin" not in await find_policy(member, port)
        eve = people["eve"]
        page = await eve.session.get(f"{eve.origin}/user/ada/")
        assert page.status == 403 or "oauth2/authorize" in str(page.url)
        await refused(eve, path="/user/ada/ws/session/1", ticket=ada.config["ticket"])


async def serve_page():
    """A program that answers each request with a page without a policy."""

    async def answer(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 2\r\n\r\nhi")
        await writer.drain()
        writer.close()

    return await asyncio.start_server(answer, "127.0.0.1", 0)


async def find_policy(person, port):
    """The content's policy of ada's program, as this person's browser is told it."""
    async with person.session.get(f"{person.origin}/user/ada/proxy/{port}/") as page:
        assert (page.status, await page.text()) == (200, "hi")
        return page.headers.get("Content-Security-Policy")


async def share(hub, ada):
    """Ada gives bob access to her server, by a token of her own."""
    _, model = await hub.api("POST", "users/ada/tokens", {"note": "to share"})
    headers = {"Authorization": f"token {model['token']}"}
    url = f"{hub.url}hub/api/shares/ada/"
    async with ada.session.post(url, json={"user": "bob"}, headers=headers) as answer:
        assert answer.status == 200, await answer.text()
