"""Finding the OAuth server: retried, cached, one search at a time."""

import asyncio

import pytest

from openshift_authenticator import errors
from openshift_authenticator.cluster import discovery
from workshop_kube.openshift_login import endpoints

PATH = endpoints.WELL_KNOWN_PATH
GOOD = {
    "issuer": "https://oauth.example",
    "authorization_endpoint": "https://oauth.example/oauth/authorize",
    "token_endpoint": "https://oauth.example/oauth/token",
}


@pytest.fixture(autouse=True)
def short_delays(monkeypatch):
    monkeypatch.setattr(discovery, "DELAYS", (0.0, 0.0))


@pytest.fixture
def clock():
    class Clock:
        now = 1000.0

        def __call__(self):
            return self.now

    return Clock()


@pytest.fixture
def finder(api, clock):
    return discovery.Discovery(api, clock)


async def test_found_and_kept(finder, lying_server, clock):
    lying_server.answers[PATH] = (200, {}, GOOD)
    assert (await finder.find()).authorize == GOOD["authorization_endpoint"]
    clock.now += endpoints.KEEP_SECONDS - 1
    await finder.find()
    assert len(lying_server.seen) == 1
    clock.now += 2
    await finder.find()
    assert len(lying_server.seen) == 2


async def test_trouble_is_tried_three_times_then_told(finder, lying_server):
    lying_server.answers[PATH] = (503, {}, "no")
    with pytest.raises(errors.ClusterError, match="503"):
        await finder.find()
    assert len(lying_server.seen) == 3


async def test_trouble_that_passes(finder, lying_server):
    async def second_time(request):
        return (200, {}, GOOD) if len(lying_server.seen) > 1 else (500, {}, "no")

    lying_server.answers[PATH] = second_time
    assert (await finder.find()).token == GOOD["token_endpoint"]


async def test_a_cluster_that_was_down_at_first_is_found_later(finder, lying_server, clock):
    lying_server.answers[PATH] = (503, {}, "no")
    with pytest.raises(errors.ClusterError):
        await finder.find()
    lying_server.answers[PATH] = (200, {}, GOOD)
    clock.now += discovery.PAUSE_SECONDS
    assert (await finder.find()).issuer == GOOD["issuer"]


async def test_a_crowd_asks_once(finder, lying_server):
    lying_server.answers[PATH] = (200, {}, GOOD)
    await asyncio.gather(*(finder.find() for _ in range(50)))
    assert len(lying_server.seen) == 1


async def test_a_crowd_asks_once_in_trouble_too(finder, lying_server):
    lying_server.answers[PATH] = (503, {}, "no")
    results = await asyncio.gather(*(finder.find() for _ in range(50)), return_exceptions=True)
    assert all(isinstance(result, errors.ClusterError) for result in results)
    assert len(lying_server.seen) == 3


async def test_what_was_known_survives_an_outage(finder, lying_server, clock):
    lying_server.answers[PATH] = (200, {}, GOOD)
    await finder.find()
    lying_server.answers[PATH] = (500, {}, "no")
    clock.now += endpoints.KEEP_SECONDS
    assert (await finder.find()).issuer == GOOD["issuer"]


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ((404, {}, "404 page not found\n"), errors.NotOpenShiftError),
        ((403, {}, {"kind": "Status"}), errors.NotOpenShiftError),
        ((200, {}, "<html>"), errors.BadDiscoveryError),
        ((200, {}, {**GOOD, "token_endpoint": "https://evil.example/"}), errors.BadDiscoveryError),
        ((302, {"Location": "https://evil.example/"}, ""), errors.BadDiscoveryError),
    ],
)
async def test_a_firm_no_is_not_asked_again(finder, lying_server, answer, error):
    lying_server.answers[PATH] = answer
    with pytest.raises(error):
        await finder.find()
    assert len(lying_server.seen) == 1
