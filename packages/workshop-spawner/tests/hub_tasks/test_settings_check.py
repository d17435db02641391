"""Whatever cannot work is found when the hub starts, whoever logs people in."""

from __future__ import annotations

import pytest
from kubespawner import KubeSpawner
from traitlets.config import Config

from workshop_spawner import WorkshopSpawner
from workshop_spawner.hub_tasks.settings_check import list_problems, list_unused, make_traits
from workshop_spawner.rules import templates

BY_NAME = """
c.JupyterHub.authenticator_class = "dummy"
c.Authenticator.allow_all = True
c.WorkshopSpawner.restart_url = ""
"""
PROFILE = "c.KubeSpawner.profile_list = [{'display_name': 'A', 'kubespawner_override': %s}]"
# What is wrong, and what the sentence must have.
WRONG = [
    ('c.WorkshopSpawner.application = "My Workshop"', ["WorkshopSpawner.application"]),
    ('c.WorkshopSpawner.budget = "smal"', ["WorkshopSpawner.budget", "smal"]),
    (
        'c.WorkshopSpawner.application = "intro"\nc.WorkshopSpawner.budget = "smal"',
        ["WorkshopSpawner.budget", "smal"],
    ),
    ('c.WorkshopSpawner.bugdet = "small"', ["c.WorkshopSpawner.bugdet", "mean budget?"]),
    ("c.KubeSpawner.volume_mount = []", ["c.KubeSpawner.volume_mount", "mean volume_mounts?"]),
    ("c.Spawner.start_timout = 3", ["c.Spawner.start_timout", "mean start_timeout?"]),
    ('c.WorkShopSpawner.budget = "small"', ["c.WorkShopSpawner", "mean c.WorkshopSpawner?"]),
    ('c.KubeSpawnr.image = "x"', ["c.KubeSpawnr", "mean c.KubeSpawner?"]),
    ('c.Spawner.environment = {"A": \'{"a": 1}\'}', ["environment[", "no field"]),
    ('c.KubeSpawner.extra_annotations = {"a": "{nobody}"}', ["extra_annotations", "nobody"]),
    ('c.WorkshopSpawner.project = "user"', ["project", "user-token"]),
    ("c.WorkshopSpawner.reserved_pods = 2", ["reserved_pods is 2", "reserved_sessions", "is 0"]),
    ("c.WorkshopSpawner.reserved_pods = -1", ["reserved_pods"]),
    ("c.WorkshopSpawner.reserved_pod_launcher = []", ["reserved_pod_launcher"]),
    ('c.KubeSpawner.service_account = "me"', ["service_account cannot be used"]),
    (PROFILE % "{'bugdet': 'small'}", ["profile 'A'", "bugdet", "mean budget?"]),
    (PROFILE % "{'budget': 'smal'}", ["profile 'A'", "smal"]),
    (PROFILE % "{'environment': {'A': '{}'}}", ["profile 'A'", "environment['A']"]),
    ("c.WorkshopSpawner.extra_resources = '/no/such/file'", ["extra_resources", "/no/such/file"]),
    ("c.WorkshopSpawner.extra_resources = 'kind: ['", ["extra_resources"]),
    ('c.WorkshopSpawner.application = "kube"', ["application", "kube"]),
    *(
        (
            f'c.WorkshopSpawner.project = "{project}"\n'
            'c.WorkshopSpawner.identity = "user-token"\n'
            'c.WorkshopSpawner.extra_resources = "{kind: ConfigMap, apiVersion: v1, metadata: '
            '{name: a}}"',
            ["WorkshopSpawner.extra_resources has no effect", "project"],
        )
        for project in ("user", "none")
    ),
    ("c.WorkshopSpawner.profile_limits = {'gpu': 4}", ["profile_limits", "'gpu'", "it is empty"]),
    (
        "c.WorkshopSpawner.profile_list = [{'display_name': 'A B'}]\n"
        "c.WorkshopSpawner.profile_limits = {'A B': 4}",
        ["profile_limits", "'A B'", "(a-b)"],
    ),
    (
        "c.WorkshopSpawner.network_policies = False\nc.WorkshopSpawner.network_internet = False",
        ["WorkshopSpawner.network_internet has no effect", "network_policies"],
    ),
    (
        'c.WorkshopSpawner.application = "kubernetes-basics"\n'
        'c.WorkshopSpawner.project_api = "request"',
        ["application", "'kubernetes-'"],
    ),
    *(
        (
            f'c.WorkshopSpawner.project = "user"\nc.WorkshopSpawner.identity = "user-token"\n'
            f'c.WorkshopSpawner.project_template = "{template}"',
            ["project_template", template, "refuses names that begin with"],
        )
        for template in ("kube-{username}", "openshift-{username}-dev", "kubernetes-{username}")
    ),
    *(
        (
            f'c.WorkshopSpawner.project = "user"\nc.WorkshopSpawner.identity = "user-token"\n'
            f'c.WorkshopSpawner.project_template = "{template}"',
            ["project_template", template, "no name for an object"],
        )
        for template in ("My {username}", "{username}_dev", "{username}-", "")
    ),
]


def check(lines):
    c = Config()
    exec(lines)
    return list_problems(WorkshopSpawner, c, None)


@pytest.mark.parametrize(("lines", "words"), WRONG)
def test_what_cannot_work_is_named(lines, words):
    (problem,) = check(lines)
    assert all(word in problem for word in words), problem


@pytest.mark.parametrize(
    ("lines", "names"),
    [
        ("", []),
        ('c.WorkshopSpawner.volume_class = "fast"', ["volume_class"]),
        ('c.KubeSpawner.volume_class = "fast"', ["volume_class"]),
        ('c.WorkshopSpawner.volume_class = ""', []),
        (
            'c.WorkshopSpawner.volume_class = "fast"\n' + PROFILE % "{'volume_size': '1Gi'}",
            [],
        ),
        (
            'c.WorkshopSpawner.volume_class = "fast"\n'
            "c.Spawner.pre_spawn_hook = lambda spawner: None",
            [],
        ),
        (
            'c.WorkshopSpawner.project = "none"\nc.WorkshopSpawner.budget = "small"\n'
            'c.WorkshopSpawner.session_rules = "more"',
            ["budget", "session_rules"],
        ),
    ],
)
def test_what_does_nothing_is_told(lines, names):
    c = Config()
    exec(lines)
    assert list_problems(WorkshopSpawner, c, None) == []
    said = list_unused(make_traits(WorkshopSpawner, c, None), c)
    assert sorted(sentence.split()[0] for sentence in said) == [
        f"WorkshopSpawner.{name}" for name in names
    ]


REQUESTED = (
    'c.WorkshopSpawner.application = "kubernetes-basics"\n'
    'c.WorkshopSpawner.project_api = "request"\n'
)


def test_nothing_is_wrong_with_nothing_and_with_what_works():
    assert check("") == []
    assert check(REQUESTED + 'c.WorkshopSpawner.project = "none"') == [], "it requests none"
    own = 'c.WorkshopSpawner.project = "user"\nc.WorkshopSpawner.identity = "user-token"\n'
    assert check(REQUESTED + own) == [], "whose names the application is not in"
    assert check('c.WorkshopSpawner.project_template = "kube-{username}"') == [], "not used"
    assert check("c.KubeSpawner.singleuser_uid = 7\nc.DockerSpawner.image = 'x'") == []
    assert (
        check(PROFILE % "{'environment': {'A': '{username}'}, 'budget': lambda s: 'small'}") == []
    )


def test_who_keeps_no_token_cannot_give_it_to_sessions():
    class Forgetful:
        enable_auth_state = False

    c = Config({"WorkshopSpawner": {"identity": "user-token"}})
    (problem,) = list_problems(WorkshopSpawner, c, Forgetful())
    assert "enable_auth_state" in problem


@pytest.mark.usefixtures("credentials", "close_clients")
async def test_the_fields_of_templates_are_kubespawners():
    spawner = KubeSpawner(_mock=True)
    for field in templates.FIELDS:
        assert "{" not in spawner._expand_user_properties(f"{{{field}}}")
    with pytest.raises(KeyError):
        spawner._expand_user_properties("{no_such_field}")


@pytest.mark.hub
@pytest.mark.parametrize(
    ("line", "words"),
    [
        ('c.WorkshopSpawner.application = "My Workshop"', "WorkshopSpawner.application is"),
        ('c.WorkshopSpawner.bugdet = "small"', "c.WorkshopSpawner.bugdet is no setting"),
    ],
)
async def test_a_hub_by_name_ends_with_one_sentence(workshop, line, words):
    hub = await workshop(BY_NAME + line + "\n", start=False)
    with pytest.raises(AssertionError, match="the hub ended"):
        await hub.start()
    assert await hub.process.wait() == 1
    assert words in hub.log_text
    assert "Traceback" not in hub.log_text


async def start_and_look(hub):
    """It may end before it has started, or soon after."""
    await hub.start()
    await hub.logged("what it never says")


@pytest.mark.hub
async def test_an_application_that_cannot_be_requested_ends_the_hub(site, workshop):
    path = "/apis/rbac.authorization.k8s.io/v1/clusterroles/workshop-hub-projects"
    role = site.as_admin(path)
    role["rules"] = [
        {
            "apiGroups": ["project.openshift.io"],
            "resources": ["projectrequests"],
            "verbs": ["create"],
        }
    ]
    assert site.pocket.request("PUT", path, role).status == 200
    hub = await workshop(
        BY_NAME + 'c.WorkshopSpawner.application = "kubernetes-basics"\n', start=False
    )
    with pytest.raises(AssertionError, match="the hub ended"):
        await start_and_look(hub)
    assert "the cluster refuses names that begin with" in hub.log_text


@pytest.mark.hub
async def test_a_hub_without_a_way_to_its_cluster_says_so(workshop, tmp_path):
    (tmp_path / "kubeconfig").write_text("{}")
    env = {"KUBECONFIG": str(tmp_path / "kubeconfig")}
    hub = await workshop(BY_NAME, start=False, env=env)
    with pytest.raises(AssertionError, match="the hub ended"):
        await start_and_look(hub)
    assert "The hub knows no way to its cluster" in hub.log_text
    assert "Traceback" not in hub.log_text
