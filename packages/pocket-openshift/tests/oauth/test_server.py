import asyncio

import pytest

from pocket_openshift.core import control_plane
from pocket_openshift.oauth import app
from pocket_openshift.oauth.rules import identity_provider


@pytest.fixture
def server():
    plane = control_plane.ControlPlane(behaviours=app.BEHAVIOURS)
    made = app.server_of(plane)
    made.add(identity_provider.LoginUser("alice", "right", ("students",)))
    return made


async def test_the_right_password_gives_a_person(server):
    result = await server.log_in("alice", "right")
    assert (result.person.name, result.reason, result.wait) == ("alice", "", 0.0)


async def test_many_guesses_at_once_are_slowed_down_too(server):
    results = await asyncio.gather(*(server.log_in("alice", f"guess {n}") for n in range(20)))
    assert not any(result.person for result in results)
    tried = [result for result in results if result.reason == "access_denied"]
    assert len(tried) <= server.throttle.free + 4
    assert (await server.log_in("alice", "right")).wait > 0


async def test_the_clients_of_oc_are_there_once_the_address_is_known(server):
    server.plane.settings.oauth_url = "https://localhost:12345"
    server.started()
    found = server.registry.client("openshift-challenging-client")
    assert found.redirects == ("https://localhost:12345/oauth/token/implicit",)
    assert server.port == 12345
    server.plane.settings.oauth_url = "https://localhost:54321"
    server.started()
    found = server.registry.client("openshift-challenging-client")
    assert found.redirects == ("https://localhost:54321/oauth/token/implicit",), "as with --data"
