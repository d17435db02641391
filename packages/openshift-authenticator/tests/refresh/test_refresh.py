"""A refresh from end to end, the cluster being a real server that misbehaves."""

import asyncio

import pytest

from openshift_authenticator import errors
from openshift_authenticator.refresh import refresh, rules, single_flight
from workshop_kube.rules.reviews import USER_PATH

ALICE = {"metadata": {"name": "alice", "uid": "u-1"}}
NOW = 1_000_000.0


def make_state(token="sha256~x", checked_ago=600.0, **more):
    return {
        "access_token": token,
        "token_response": {"access_token": token},
        "checked_at": NOW - checked_ago,
        "openshift_user": ALICE,
        **more,
    }


class User:
    """As much of JupyterHub's User as a refresh touches."""

    name = "alice"
    api_tokens = ()

    def __init__(self, state):
        self.state = state

    async def get_auth_state(self):
        return self.state


class RefreshHost:
    """As much of the authenticator as a refresh touches; asks the real server."""

    limits = rules.RefreshLimits(300, 3600)
    request_timeout = 30.0

    def __init__(self, api):
        self.api = api
        self.circuit = rules.CircuitBreaker()
        self.single_flight = single_flight.SingleFlight(2)
        self.allowed = True

    def clock(self):
        return NOW

    async def make_model(self, state):
        document = await self.api.get_user(state["access_token"])
        return {"name": "alice", "auth_state": {**state, "openshift_user": document}}

    async def still_admits(self, model):
        return self.allowed


@pytest.fixture
def host(lying_server, api):
    lying_server.answers[USER_PATH] = (200, {}, ALICE)
    return RefreshHost(api)


async def test_a_login_that_is_confirmed_brings_a_new_model(host):
    model = await refresh.renew(host, User(make_state()))
    assert model["name"] == "alice"


async def test_401_means_log_in_again(host, lying_server):
    lying_server.answers[USER_PATH] = (401, {}, {})
    assert await refresh.renew(host, User(make_state())) is False
    assert host.circuit == rules.CircuitBreaker()


@pytest.mark.parametrize("status", [403, 404, 429, 500, 503])
async def test_trouble_is_put_up_with_for_a_while(host, lying_server, status):
    lying_server.answers[USER_PATH] = (status, {}, {})
    assert await refresh.renew(host, User(make_state())) is True
    assert await refresh.renew(host, User(make_state(checked_ago=3601))) is False


async def test_nonsense_is_put_up_with_for_a_while(host, lying_server):
    lying_server.answers[USER_PATH] = (200, {}, "<html>")
    assert await refresh.renew(host, User(make_state())) is True


async def test_a_cluster_in_trouble_is_left_alone_by_everybody(host, lying_server):
    lying_server.answers[USER_PATH] = (503, {"Retry-After": "60"}, {})
    for _ in range(20):
        assert await refresh.renew(host, User(make_state())) is True
    assert len(lying_server.seen) == 1
    assert host.circuit.quiet_until == NOW + 60


async def test_a_403_is_one_users_trouble_not_the_clusters(host, lying_server):
    lying_server.answers[USER_PATH] = (403, {}, {})
    await refresh.renew(host, User(make_state()))
    await refresh.renew(host, User(make_state()))
    assert len(lying_server.seen) == 2


async def test_nobody_waits_longer_than_the_timeout_in_all(host, lying_server):
    released = asyncio.Event()

    async def slow(request):
        await released.wait()
        return 200, {}, ALICE

    lying_server.answers[USER_PATH] = slow
    host.request_timeout = 0.2
    crowd = [refresh.renew(host, User(make_state())) for _ in range(20)]
    async with asyncio.timeout(2):
        assert await asyncio.gather(*crowd) == [True] * 20
    released.set()


async def test_a_long_queue_logs_nobody_out(host, lying_server, monkeypatch):
    """Everybody comes back from a night: the cluster is slow, but well, and nobody is known."""
    host.request_timeout = 1.5  # of one request; the queue takes two seconds and more
    monkeypatch.setattr(refresh, "QUEUE_TIMEOUTS", 60)

    async def slow(request):
        await asyncio.sleep(0.1)
        return 200, {}, ALICE

    lying_server.answers[USER_PATH] = slow
    crowd = [refresh.renew(host, User(make_state(checked_ago=50_000))) for _ in range(40)]
    models = await asyncio.gather(*crowd)
    assert all(isinstance(model, dict) for model in models)
    assert host.circuit == rules.CircuitBreaker()


async def test_nobody_is_sent_away_for_what_happened_to_another(host, lying_server):
    async def first_fails(request):
        return (503, {"Retry-After": "60"}, {}) if len(lying_server.seen) == 1 else (200, {}, ALICE)

    lying_server.answers[USER_PATH] = first_fails
    assert await refresh.renew(host, User(make_state())) is True
    assert await refresh.renew(host, User(make_state())) is True, "left alone"
    assert len(lying_server.seen) == 1
    back = await refresh.renew(host, User(make_state(checked_ago=50_000)))
    assert isinstance(back, dict)


async def test_whoever_waits_too_long_blames_nobody(host, lying_server, monkeypatch):
    monkeypatch.setattr(refresh, "QUEUE_TIMEOUTS", 0.01)
    async with host.single_flight.limiter, host.single_flight.limiter:
        assert await refresh.renew(host, User(make_state())) is True
    assert lying_server.seen == []
    assert host.circuit == rules.CircuitBreaker()
    assert isinstance(await refresh.renew(host, User(make_state())), dict), "its place was kept"


async def test_another_uid_means_log_in_again(host, lying_server):
    other = {"metadata": {"name": "alice", "uid": "u-2"}}
    lying_server.answers[USER_PATH] = (200, {}, other)
    assert await refresh.renew(host, User(make_state())) is False


async def test_whoever_lost_the_right_is_out(host, caplog):
    host.allowed = False
    assert await refresh.renew(host, User(make_state())) is False
    assert "may not enter any more" in caplog.text


@pytest.mark.parametrize("status", [200, 401])
async def test_a_login_meanwhile_is_the_newer_truth(host, lying_server, status):
    user = User(make_state())

    async def answer(request):
        user.state = make_state("sha256~newer", checked_ago=0)
        return status, {}, ALICE

    lying_server.answers[USER_PATH] = answer
    assert await refresh.renew(host, user) is True
    assert user.state["access_token"] == "sha256~newer"


async def test_without_a_token_the_cluster_is_not_asked(host, lying_server):
    assert await refresh.renew(host, User(None)) is False
    assert await refresh.renew(host, User({"access_token": None})) is False
    assert lying_server.seen == []


async def test_a_scope_taken_away_is_put_up_with(host):
    async def refused(state):
        raise errors.ScopeMissingError("user:check-access")

    host.make_model = refused
    assert await refresh.renew(host, User(make_state())) is True
    assert host.circuit == rules.CircuitBreaker()
