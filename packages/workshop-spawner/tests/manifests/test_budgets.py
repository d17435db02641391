"""The budgets, number for number."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workshop_spawner.manifests import budgets
from workshop_spawner.session import Hub, Session

HUB = Hub("intro", "learning-portal", "workshops", "system:serviceaccount:workshops:hub")
SESSION = Session(HUB, "s" * 16, "alice")

TABLE = {
    "small": ("1", "1Gi", "250m", "256Mi", "1Gi", "3", "10", "20", "5"),
    "medium": ("2", "2Gi", "500m", "512Mi", "5Gi", "6", "15", "25", "10"),
    "large": ("4", "4Gi", "500m", "1Gi", "10Gi", "12", "25", "35", "20"),
    "x-large": ("8", "8Gi", "500m", "2Gi", "20Gi", "18", "35", "45", "30"),
    "xx-large": ("12", "12Gi", "500m", "2Gi", "20Gi", "24", "45", "55", "40"),
    "xxx-large": ("16", "16Gi", "500m", "2Gi", "20Gi", "30", "55", "65", "50"),
}


@pytest.mark.parametrize("name", TABLE)
def test_a_budget_is_as_recorded(name):
    cpu, memory, default_cpu, default_memory, storage, claims, controllers, secrets, services = (
        TABLE[name]
    )
    limits, compute, timebound, counts = budgets.make_objects(SESSION, budgets.parse_budget(name))
    least, most = {"cpu": "50m", "memory": "32Mi"}, {"cpu": cpu, "memory": memory}
    assert limits["spec"]["limits"] == [
        {"type": "Pod", "min": least, "max": most},
        {
            "type": "Container",
            "min": least,
            "max": most,
            "default": {
                "cpu": default_cpu,
                "memory": default_memory,
                "ephemeral-storage": "2Gi",
            },
            "defaultRequest": {"cpu": "50m", "memory": "128Mi", "ephemeral-storage": "128Mi"},
        },
        {"type": "PersistentVolumeClaim", "min": {"storage": "1Gi"}, "max": {"storage": storage}},
    ]
    hard = {"limits.cpu": cpu, "limits.memory": memory}
    assert compute["spec"] == {"hard": hard, "scopes": ["NotTerminating"]}
    assert timebound["spec"] == {"hard": hard, "scopes": ["Terminating"]}
    recorded = {
        "persistentvolumeclaims": claims,
        "replicationcontrollers": controllers,
        "secrets": secrets,
        "services": services,
    }
    hard = counts["spec"]["hard"]
    assert {kind: hard[kind] for kind in recorded} == recorded
    assert "scopes" not in counts["spec"]


# Ours, for what the original did not count: pods and jobs, ConfigMaps, Ingresses and Routes, disk.
OURS = {
    "small": ("20", "40", "5", "16Gi", "100"),
    "medium": ("30", "50", "10", "24Gi", "150"),
    "large": ("50", "70", "20", "32Gi", "200"),
    "x-large": ("70", "90", "30", "48Gi", "250"),
    "xx-large": ("90", "110", "40", "64Gi", "300"),
    "xxx-large": ("110", "130", "50", "80Gi", "350"),
}


@pytest.mark.parametrize("name", TABLE)
def test_a_budget_counts_everything(name):
    pods, configmaps, hosts, disk, others = OURS[name]
    *_, counts = budgets.make_objects(SESSION, budgets.parse_budget(name))
    hard = counts["spec"]["hard"]
    assert hard["services.loadbalancers"] == hard["services.nodeports"] == "0"
    assert hard["pods"] == hard["count/jobs.batch"] == pods
    assert hard["configmaps"] == configmaps
    assert hard["count/ingresses.networking.k8s.io"] == hosts
    assert hard["count/routes.route.openshift.io"] == hosts
    assert hard["limits.ephemeral-storage"] == disk
    for kind in ("cronjobs.batch", "deployments.apps", "builds.build.openshift.io"):
        assert hard[f"count/{kind}"] == others
    assert "count/rolebindings.rbac.authorization.k8s.io" not in hard, "the hub makes its own"


def test_a_custom_budget_may_allow_a_load_balancer():
    budget = budgets.parse_budget({"loadbalancers": 1, "ephemeral_storage": "1Gi"})
    *_, counts = budgets.make_objects(SESSION, budget)
    assert counts["spec"]["hard"]["services.loadbalancers"] == "1"
    assert counts["spec"]["hard"]["limits.ephemeral-storage"] == "1Gi"


def test_names_annotation_and_place_are_as_recorded():
    objects = budgets.make_objects(SESSION, budgets.parse_budget("small"))
    assert [thing["metadata"]["name"] for thing in objects] == [
        "resource-limits",
        "compute-resources",
        "compute-resources-timebound",
        "object-counts",
    ]
    assert [thing["kind"] for thing in objects] == ["LimitRange", *["ResourceQuota"] * 3]
    for thing in objects:
        assert thing["metadata"]["namespace"] == SESSION.project
        assert thing["metadata"]["annotations"]["resource-budget"] == "small"


@pytest.mark.parametrize("name", ["default", "unlimited"])
def test_two_budgets_make_nothing(name):
    assert budgets.make_objects(SESSION, budgets.parse_budget(name)) == ()


def test_a_custom_budget_changes_its_base():
    budget = budgets.parse_budget({"base": "medium", "memory": "3Gi", "services": 2})
    assert budget.name == "custom"
    assert budget.size is not None
    assert (budget.size.cpu, budget.size.memory, budget.size.services) == ("2", "3Gi", 2)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("tiny", "'tiny' is no budget"),
        ({"base": "unlimited"}, "base 'unlimited'"),
        ({"ram": "1Gi"}, "'ram' is nothing a budget has"),
        ({"services": "5"}, "services is a number"),
        ({"services": -1}, "services is a number"),
        ({"memory": None}, "memory is a quantity"),
        ({"memory": ""}, "memory is a quantity"),
        ({"memory": "lots"}, "memory is a quantity"),
    ],
)
def test_a_wrong_budget_is_told_in_words(value, words):
    with pytest.raises(ValueError, match=words):
        budgets.parse_budget(value)


quantities = st.from_regex(r"[1-9][0-9]{0,3}(m|Mi|Gi)?", fullmatch=True)


@given(st.sampled_from(sorted(TABLE)), quantities, st.integers(0, 10_000))
def test_any_custom_budget_gives_four_valid_objects(base, quantity, count):
    changes = {"base": base, "cpu": quantity, "storage": quantity, "secrets": count}
    objects = budgets.make_objects(SESSION, budgets.parse_budget(changes))
    assert len(objects) == 4
    assert objects[3]["spec"]["hard"]["secrets"] == f"{count}"
    assert objects[0]["spec"]["limits"][1]["max"]["cpu"] == quantity


@pytest.mark.parametrize(("anonymous", "name"), [(True, "small"), (False, "default")])
def test_visitors_whom_nobody_knows_have_a_small_budget_by_default(anonymous, name):
    assert budgets.choose_default(anonymous=anonymous) == name
