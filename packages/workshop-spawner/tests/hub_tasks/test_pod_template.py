"""Pods of nobody are those that a visitor without a choice would get."""

from __future__ import annotations

import logging
from functools import partial

import pytest
from traitlets.config import Config

from workshop_spawner import WorkshopSpawner
from workshop_spawner.hub_tasks.pod_template import NAMES, PodTemplate, make_sample
from workshop_spawner.rules import plan, pool_rules, warm_pods

LOG = logging.getLogger("t")
PROFILES = [
    {"display_name": "Small", "kubespawner_override": {"image": "small"}},
    {"display_name": "Big", "default": True, "kubespawner_override": {"image": "big"}},
]


@pytest.fixture
def make(credentials, close_clients, site, kube):
    def make(**settings):
        settings = {"application": "intro", "namespace": "workshops", "image": "app", **settings}
        config = Config(WorkshopSpawner={"cmd": ["serve"], **settings})
        samples = partial(make_sample, WorkshopSpawner, config, None, LOG)
        return PodTemplate(kube, plan.SessionSpec(), samples)

    return make


async def test_it_is_the_pod_of_the_reserved_session_by_the_settings(make, site):
    session = pool_rules.make_session(site.hub)
    prepared = await make(mem_limit="1G", environment={"A": "1"}).prepare(session)
    assert prepared.pod["metadata"]["name"] == session.pod
    assert prepared.pod["spec"]["serviceAccountName"] == session.account
    (container,) = prepared.pod["spec"]["containers"]
    assert container["args"] == ["workshop-launch", "--", "serve"]
    assert container["ports"][0]["containerPort"] == 8888
    assert container["resources"]["limits"]["memory"]
    (names,) = (e["value"] for e in container["env"] if e["name"].endswith("NAMES"))
    assert "A" in names.split(",")
    assert prepared.environment == {}


async def test_it_has_the_profile_of_who_chooses_none(make, site):
    prepared = await make(profile_list=PROFILES).prepare(pool_rules.make_session(site.hub))
    assert prepared.pod["spec"]["containers"][0]["image"] == "big"


async def test_two_of_one_setting_are_the_same_and_of_another_not(make, site):
    sample = pool_rules.make_sample(site.hub)
    made = [await make(**how).prepare(sample) for how in ({}, {}, {"image": "other"})]
    prints = [warm_pods.make_fingerprint(each) for each in made]
    assert prints[0] == prints[1] != prints[2]


async def test_whose_labels_and_annotations_are_others_is_another(make, site):
    sample = pool_rules.make_sample(site.hub)
    mine = {"extra_labels": {"who": "{username}"}, "extra_annotations": {"net": "{username}"}}
    one, other = [await make(**mine).prepare(sample, name) for name in NAMES]
    assert one.pod["metadata"] != other.pod["metadata"]
    assert warm_pods.make_fingerprint(one) == warm_pods.make_fingerprint(other)
    for trait in mine:
        strict = await make(**mine | {trait: {"strict": "yes"}}).prepare(sample)
        assert warm_pods.make_fingerprint(strict) != warm_pods.make_fingerprint(one)


@pytest.mark.parametrize(
    ("settings", "found"),
    [
        ({}, None),
        ({"environment": {"WHO": "{username}"}}, None),
        ({"working_dir": "/home"}, None),
        ({"extra_labels": {"who": "{username}"}}, None),
        ({"volumes": [{"name": "v", "hostPath": {"path": "/h/{username}"}}]}, "volumes[0]"),
        (
            {"init_containers": [{"name": "i", "image": "i", "args": ["{unescaped_username}"]}]},
            "initContainers[0].args[0]",
        ),
        ({"extra_pod_config": {"hostname": "{user_server}"}}, "spec.hostname"),
    ],
)
async def test_what_is_named_after_its_visitor_is_found(make, site, settings, found):
    problem = await make(**settings).find_problem(site.hub)
    assert (problem is None) is (found is None)
    assert found is None or found in problem
