"""Kinds are asked for once, and one broken group hides no other."""

import pytest

from workshop_kube import errors
from workshop_kube.client.discovery import Discovery
from workshop_kube.rules import answers

DEPLOYMENT = ("apps/v1", "Deployment")


async def test_a_known_kind_costs_no_request(kube):
    before = kube.pool.count
    assert (await Discovery().find_kind(kube.api, "v1", "Pod")).plural == "pods"
    assert kube.pool.count == before


async def test_an_unknown_kind_is_asked_for_once(kube):
    discovery, before = Discovery(), kube.pool.count
    for _ in range(3):
        assert (await discovery.find_kind(kube.api, *DEPLOYMENT)).plural == "deployments"
    assert kube.pool.count == before + 1


async def test_a_kind_that_the_cluster_does_not_have(kube):
    for version in ("gizmo.example/v1", "apps/v1"):
        with pytest.raises(errors.RefusedError, match="the cluster has no Gizmo"):
            await Discovery().find_kind(kube.api, version, "Gizmo")


async def test_the_404_of_a_proxy_says_nothing(kube, monkeypatch):
    answer = answers.parse_answer(404, {}, b"<html>Not here</html>")

    async def fetch(*_, **__):
        return answer

    monkeypatch.setattr(kube.pool, "fetch", fetch)
    with pytest.raises(errors.UnknownError):
        await Discovery().find_kind(kube.api, "apps/v1", "Deployment")
    with pytest.raises(errors.UnknownError):
        await kube.has_api("apps/v1")
    with pytest.raises(errors.UnknownError):
        await kube.whoami()


async def test_a_group_that_is_broken_hides_no_other(kube, monkeypatch):
    discovery, send = Discovery(), kube.api.send

    async def break_one(call):
        if call.path == "/apis/apps/v1":
            raise errors.TemporaryError("list kinds", "the aggregated API is down", status=503)
        return await send(call)

    monkeypatch.setattr(kube.api, "send", break_one)
    found, broken = await discovery.list_kinds(kube.api, "list")
    assert {kind.kind for kind in found} >= {"ConfigMap", "Route"}
    assert "Deployment" not in {kind.kind for kind in found}
    assert [line.split()[0] for line in broken] == ["apps/v1"]
    with pytest.raises(errors.TemporaryError):
        await discovery.has_version(kube.api, "apps/v1")
