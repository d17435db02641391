"""Take away each right in turn: the hub names it when it starts, and the session's start fails.

The hub's account is asked about by the cluster itself, with rights that are enforced.
"""

from __future__ import annotations

import logging

import pytest

from workshop_spawner.hub_tasks import rights_check
from workshop_spawner.manifests import budgets, network
from workshop_spawner.rules import plan, rights

NEEDED = rights.list_rights(
    plan.SessionSpec(
        budget=budgets.parse_budget("small"), isolation=network.Rules(port=8888), role="admin"
    )
)


def render(right):
    return f"{right.verb} {right.resource}{' everywhere' if right.everywhere else ''}"


def without(right, site):
    """Take the right from the template's roles in the cluster."""
    kind = "clusterroles" if right.everywhere else "namespaces/workshops/roles"
    name = "workshop-hub-projects" if right.everywhere else "workshop-hub"
    path = f"/apis/rbac.authorization.k8s.io/v1/{kind}/{name}"
    role = site.as_admin(path)
    kept = [r for r in rights.list_granted(role["rules"], right.everywhere) if r != right]
    role["rules"] = [
        {
            "apiGroups": [r.group],
            "resources": [r.resource],
            "verbs": [r.verb],
            **({"resourceNames": [r.name]} if r.name else {}),
        }
        for r in kept
    ]
    assert site.pocket.request("PUT", path, role).status == 200


async def test_the_template_suffices(site, kube, caplog):
    caplog.set_level(logging.INFO)
    assert await rights_check.check(kube, "workshops", NEEDED, logging.getLogger("t")) == []
    assert "has all rights" in caplog.text


@pytest.mark.parametrize("right", NEEDED, ids=render)
async def test_a_right_that_is_taken_away_is_named(site, kube, caplog, right):
    without(right, site)
    missing = await rights_check.check(kube, "workshops", NEEDED, logging.getLogger("t"))
    assert missing == [right]
    assert f'resources: ["{right.resource}"]' in caplog.text
    assert f'verbs: ["{right.verb}"]' in caplog.text


async def test_an_api_that_is_away_is_not_a_missing_right(site, kube, caplog):
    site.pocket.faults.add(verb="*", resource="*", status=500, times=None)
    assert (
        await rights_check.check(kube.within(0.3), "workshops", NEEDED, logging.getLogger("t"))
        == []
    )
    assert "Cannot tell" in caplog.text


async def test_a_right_that_nothing_fails_without_is_no_error(site, kube, caplog):
    """An image by a bare name may be an ImageStream's; without the right it is taken as written."""
    needed = rights.list_rights(plan.SessionSpec(), rights.Uses(streams=True))
    missing = await rights_check.check(kube, "workshops", needed, logging.getLogger("t"))
    assert [right.resource for right in missing] == ["imagestreams"]
    (record,) = [one for one in caplog.records if "ImageStreams" in one.message]
    assert record.levelname == "WARNING"
    assert "lacks rights" not in caplog.text
