"""Requests that are sent again, and what they wait for."""

import pytest

from workshop_kube import client, errors
from workshop_kube.client.api import Api
from workshop_kube.rules.calls import Call
from workshop_kube.rules.retries import Patience

PODS = Call("GET", "/api/v1/namespaces/default/pods")


@pytest.fixture
async def pauses():
    return []


@pytest.fixture
async def api(kube, pauses):
    """Waits by writing down how long it would."""

    async def sleep(seconds):
        pauses.append(seconds)

    return Api(
        kube.api.connection,
        kube.pool,
        patience=Patience(),
        sleep=sleep,
        clock=lambda: sum(pauses),
    )


async def test_the_wait_is_what_the_server_asks_for(cluster, api, pauses):
    cluster.faults.add(verb="list", resource="pods", status=429, retry_after=7)
    await api.send(PODS)
    assert pauses == [7]


async def test_waits_grow_until_time_is_up(cluster, api, pauses):
    cluster.faults.add(verb="list", resource="pods", status=503, times=None)
    with pytest.raises(errors.TemporaryError, match="503"):
        await api.send(PODS)
    assert 1 < len(pauses) < Patience().tries
    assert sum(pauses) <= Patience().total
    assert pauses[0] < 0.5 < pauses[-1] <= Patience().longest_wait


async def test_who_asks_to_wait_for_too_long_is_not_waited_for(cluster, api, pauses):
    cluster.faults.add(verb="list", resource="pods", status=429, retry_after=600)
    with pytest.raises(errors.TemporaryError) as caught:
        await api.send(PODS)
    assert (pauses, caught.value.retry_after) == ([], 600)


async def test_the_clock_of_the_cluster_is_known(api):
    assert api.date is None
    await api.send(PODS)
    assert api.date.tzinfo is not None


async def test_nobody_sends_no_token(api):
    with pytest.raises(errors.ForbiddenError, match="system:anonymous"):
        await api.as_owner_of("").send(PODS)


async def test_a_secret_is_in_no_representation(cluster, kube):
    connection = await client.load_kubeconfig(cluster.kubeconfig)
    assert cluster.admin_token not in repr(connection) + repr(vars(kube.api))


@pytest.mark.parametrize("is_final", [True, False])
async def test_a_conflict_that_is_an_answer_is_not_asked_again(cluster, api, pauses, is_final):
    cluster.faults.add(verb="create", resource="pods", status=409, times=None)
    call = Call("POST", PODS.path, body={}, is_conflict_final=is_final)
    with pytest.raises(errors.ConflictError):
        await api.send(call)
    assert (pauses == []) is is_final
