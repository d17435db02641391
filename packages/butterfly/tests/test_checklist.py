"""What a hub expects of a single-user server, point by point, where no other test has it.

Of the fifteen points: bind, prefix, health with version, SIGTERM are in test_app; the gate, CSRF,
logout and tokens by header in test_routes; the hub's token and activity in test_hub; headers in
test_handlers. Here: named servers, internal SSL, an account without a name.
"""

import os
import re
import sys

import psutil
import pytest

COMMON = f"""
c.JupyterHub.authenticator_class = "dummy"
c.Authenticator.allow_all = True
c.JupyterHub.spawner_class = "simple"
c.Spawner.cmd = [{sys.executable!r}, "-m", "jupyterhub_butterfly"]
c.Spawner.args = ["--ButterflyApp.extensions=[]"]
"""


async def start_named(hub, user, name):
    status, _ = await hub.api("POST", f"users/{user}/servers/{name}")
    assert status in {201, 202}
    if status == 202:
        await hub.logged("took")


@pytest.mark.hub
async def test_a_named_server_below_a_base_url_with_its_own_prefix(hub_factory, person_factory):
    hub = await hub_factory(COMMON + "c.JupyterHub.allow_named_servers = True\n")
    ada, bob = person_factory(hub.url), person_factory(hub.url)
    await ada.log_in("ada")
    await bob.log_in("bob")
    await start_named(hub, "ada", "second")
    config = await ada.open_terminal("/user/ada/second/")
    assert config["prefix"] == "/user/ada/second/"
    async with ada.terminal() as terminal:
        assert await terminal.run("echo $JUPYTERHUB_SERVER_NAME") == "second"
    async with bob.session.get(f"{bob.origin}/user/ada/second/terminal/session/1") as page:
        assert page.status == 403
    async with ada.session.get(f"{ada.origin}/user/ada/second/api?redirects=2") as answer:
        assert answer.status == 200
    status, _ = await hub.api("DELETE", "users/ada/servers/second", {})
    assert status == 204


@pytest.mark.hub
async def test_internal_ssl(hub_factory, person_factory, tmp_path):
    hub = await hub_factory(
        COMMON
        + "c.JupyterHub.internal_ssl = True\n"
        + f"c.JupyterHub.internal_certs_location = {str(tmp_path / 'certs')!r}\n"
        + "c.JupyterHub.hub_bind_url = c.JupyterHub.hub_bind_url.replace('http:', 'https:')\n"
        + "c.ConfigurableHTTPProxy.api_url = "
        + "c.ConfigurableHTTPProxy.api_url.replace('http:', 'https:')\n"
    )
    ada = person_factory(hub.url)
    await ada.log_in("ada")
    async with ada.session.get(f"{hub.url}hub/spawn") as page:
        assert page.status == 200
    await hub.logged("User ada took")
    await ada.open_terminal("/user/ada/")
    async with ada.terminal() as terminal:
        assert await terminal.run("echo encrypted") == "encrypted"


@pytest.mark.skipif(os.getuid() != 0, reason="needs root, to become a user without a name")
async def test_an_account_without_a_name_works(server_factory, person_factory, tmp_path):
    """As on OpenShift: a UID that is in no passwd, group 0."""
    tmp_path.chmod(0o777)
    code = (
        "import encodings.idna, os, jupyterhub_butterfly.app as a, jupyterhub_butterfly.auth.none;"
        "a.find_hub_version(); a.clients.find_butterfly();"
        "os.setgroups([]); os.setgid(0); os.setuid(1000650000); a.main()"
    )
    server = await server_factory(code=code)
    assert psutil.Process(server.pid).uids().real == 1000650000
    person = person_factory(server.url)
    await person.open_terminal("/")
    async with person.terminal() as terminal:
        found = await terminal.run("id -u; echo $HOME; echo $USER")
    assert re.match(rf"1000650000\n{tmp_path}\n\w+", found)
