"""templates/openshift as text and as objects: what they take, make, and may do."""

import json
import re
from pathlib import Path

import hub_settings
import kubernetes_validate
import pytest
from traitlets.config import LoggingConfigurable
from traitlets.config.loader import PyFileConfigLoader

import make_templates
import openshift_templates_data as data
import pod_hub
from openshift_templates import hub
from workshop_spawner import WorkshopSpawner
from workshop_spawner.hub_tasks import settings
from workshop_spawner.rules import rights

NAMES = sorted(data.FILES)
HUBS = [name for name in NAMES if "SPAWNER_IMAGE" in data.FILES[name].read_text()]
HUBS += ["jupyterhub-deployer", "jupyterhub-quickstart", "jupyterhub-workspace"]
ORIGINALS = json.loads(Path(data.ROOT, "tests/support/original_parameters.json").read_text())
MIGRATION = data.ROOT / "docs" / "how-to" / "migrate-templates.md"
# Which of ours stands for which of theirs.
SUCCESSORS = {
    "jupyterhub-quickstart/jupyterhub-builder": "jupyterhub-builder",
    "jupyterhub-quickstart/jupyterhub-deployer": "jupyterhub-deployer",
    "jupyterhub-quickstart/jupyterhub-quickstart": "jupyterhub-quickstart",
    "jupyterhub-quickstart/jupyterhub-workspace": "jupyterhub-workspace",
    "workshop-dashboard/development": "dashboard",
    "workshop-dashboard/production": "dashboard",
    "workshop-dashboard/production-cluster-admin": "dashboard-cluster-admin",
    "workshop-dashboard/production-workshop-only": "workshop-only",
    "workshop-terminal/development": "terminal",
    "workshop-terminal/production": "terminal",
    "workshop-terminal/production-workspace": "terminal-workspace",
    **{
        f"workshop-spawner/{mode}-{kind}": mode
        for mode in hub_settings.MODES
        for kind in ("development", "production")
    },
}
IMAGES = re.compile(r".*_IMAGE")
# Parameters that ours do not have, or have another default of: the page says why.
REPLACED = {
    "CONSOLE_BRANDING",
    "CONSOLE_MEMORY",
    "GIT_REPOSITORY_REF",
    "GIT_REPOSITORY_URL",
    "OPENSHIFT_PASSWORD",
    "OPENSHIFT_USERNAME",
}
OTHER_DEFAULTS = {
    ("learning-portal", "RESOURCE_BUDGET"): "small",
    ("learning-portal", "SPAWNER_ROLE"): "",
}


def test_the_files_are_what_their_source_makes():
    made = {each.name: each.render() for each in make_templates.list_templates()}
    kept = {name: path.read_text() for name, path in data.FILES.items()}
    assert kept == made, "run `python3 noxfile.py -s templates`"


@pytest.mark.parametrize(("original", "ours"), SUCCESSORS.items(), ids=SUCCESSORS)
def test_each_parameter_of_the_original_is_taken_or_replaced(original, ours):
    taken = {
        each["name"]: {"from": each["from"]} if "generate" in each else each.get("value", "")
        for each in data.read(ours)["parameters"]
    }
    for name, default in ORIGINALS[original].items():
        if name not in taken:
            assert name in REPLACED or IMAGES.fullmatch(name), f"{ours} lacks {name}"
            assert f"`{name}`" in MIGRATION.read_text()
        elif IMAGES.fullmatch(name):
            assert "/" not in str(taken[name])
        else:
            assert taken[name] == OTHER_DEFAULTS.get((ours, name), default), name


def test_the_migration_page_has_every_parameter_and_template():
    text = MIGRATION.read_text()
    everything = {name for each in ORIGINALS.values() for name in each}
    assert {name for name in everything if f"`{name}`" not in text} == set()
    files = {path.rpartition("/")[2] for path in ORIGINALS}
    assert {file for file in files if f"`{file}" not in text} == set()
    assert {name for name in NAMES if f"`{name}.yaml`" not in text} == set()


@pytest.mark.parametrize("name", NAMES)
def test_every_object_is_a_whole_one_of_a_kind_of_today(name):
    made = data.process(name)
    text = json.dumps(made["objects"]) + made["message"]
    # What a Dockerfile says is none of the template's.
    assert "${" not in text.replace("${TERMINAL}", "")
    for obj in made["objects"]:
        group = obj["apiVersion"].partition("/")[0]
        if not group.endswith("openshift.io"):
            kubernetes_validate.validate(obj, "1.36", strict=True)
    kinds = {(obj["apiVersion"], obj["kind"]) for obj in made["objects"]}
    assert ("apps.openshift.io/v1", "DeploymentConfig") not in kinds


@pytest.mark.parametrize("name", NAMES)
def test_every_object_and_pod_has_the_label_by_which_it_is_deleted(name):
    made = data.process(name)
    app = made["labels"]["app"]
    objects = made["objects"]
    assert {obj["metadata"]["labels"]["app"] for obj in objects} == {app}
    assert {pod["metadata"]["labels"]["app"] for pod in data.list_pods(objects)} <= {app}


@pytest.mark.parametrize("name", NAMES)
def test_no_image_is_of_a_registry_or_moves(name):
    texts = [
        (each["name"], each.get("value", ""))
        for each in data.read(name)["parameters"]
        if IMAGES.fullmatch(each["name"])
    ]
    for parameter, value in texts:
        assert re.fullmatch(r"[a-z-]+:[\w.-]+|", value), parameter
        assert not value.endswith(":latest")
    assert "latest" not in json.dumps(data.list_objects(name))


@pytest.mark.parametrize("name", NAMES)
def test_what_belongs_to_the_cluster_says_of_which_deployment_it_is(name):
    made = data.process(name)
    app = made["labels"]["app"]
    found = [obj for obj in made["objects"] if obj["kind"] in data.CLUSTER_KINDS]
    for obj in found:
        metadata = obj["metadata"]
        assert metadata["name"].startswith(f"{app}-{data.NAMESPACE}-"), obj["kind"]
        assert metadata["labels"]["workshop.jupyter.org/namespace"] == data.NAMESPACE
    assert bool(found) == (name not in data.WITHOUT_CLUSTER_RIGHTS)


@pytest.mark.parametrize("name", NAMES)
def test_secrets_are_in_secrets(name):
    template = data.read(name)
    secret = [
        each["name"]
        for each in template["parameters"]
        if re.search(r"PASSWORD|SECRET$|TOKEN|CRYPT_KEY|_CODE", each["name"])
        and each["name"] != "IMAGE_PULL_SECRET"
    ]
    others = [obj for obj in template["objects"] if obj["kind"] not in ("Secret", "OAuthClient")]
    text = json.dumps(others)
    assert [name for name in secret if f"${{{name}}}" in text] == []
    kept = json.dumps([obj for obj in template["objects"] if obj["kind"] == "Secret"])
    assert [name for name in secret if f"${{{name}}}" not in kept] == []


@pytest.mark.parametrize("name", NAMES)
def test_pods_are_held_down_and_ask_for_what_they_need(name):
    for pod in data.list_pods(data.list_objects(name)):
        spec = pod["spec"]
        assert spec["securityContext"]["runAsNonRoot"]
        for container in [*spec.get("initContainers", ()), *spec["containers"]]:
            security = container["securityContext"]
            assert security["allowPrivilegeEscalation"] is False
            assert security["capabilities"] == {"drop": ["ALL"]}
            assert {"cpu", "memory"} <= set(container["resources"]["requests"])
            assert container["resources"]["limits"]["memory"]


@pytest.mark.parametrize("name", NAMES)
def test_every_pod_is_behind_a_network_policy_and_every_route_behind_tls(name):
    objects = data.list_objects(name)
    closed = [
        obj["spec"]["podSelector"]["matchLabels"]["deployment"]
        for obj in objects
        if obj["kind"] == "NetworkPolicy"
    ]
    pods = data.list_pods(objects)
    assert {pod["metadata"]["labels"]["deployment"] for pod in pods} == set(closed)
    for route in (obj for obj in objects if obj["kind"] == "Route"):
        assert route["spec"]["tls"] == {
            "termination": "edge",
            "insecureEdgeTerminationPolicy": "Redirect",
        }


def read_hub_environment(name, **values):
    objects = data.list_objects(name, **values)
    deployment = data.find(objects, "Deployment", "-spawner")
    (container,) = deployment["spec"]["template"]["spec"]["containers"]
    return objects, data.read_environment(objects, container)


@pytest.mark.parametrize("name", HUBS)
def test_a_hub_takes_all_that_it_is_told(name, tmp_path):
    """With the defaults, and with every parameter that it is told set to the page's example."""
    _, environ = read_hub_environment(name)
    given = {**environ, "APP_ROOT": str(tmp_path)}
    read = hub_settings.read_settings(given)
    assert hub_settings.list_unheard(given) == []
    application = data.process(name)["labels"]["app"]
    assert (read.application, read.service) == (application, f"{application}-spawner")
    assert set(environ) <= set(hub_settings.list_names())


def test_what_a_hub_is_told_are_settings_of_it():
    assert {*hub.TOLD, *hub.SECRET} <= set(hub_settings.list_names())


def test_a_portal_for_visitors_is_small_and_ends():
    _, environ = read_hub_environment("learning-portal")
    read = hub_settings.read_settings(environ)
    assert (read.resource_budget, read.limit, read.idle, read.age) == ("small", 8, 300, 3600)
    assert read.network_policies
    assert read.spawner_role == "", "workshop-admin where the cluster has it"
    assert read.instructor_code


@pytest.mark.parametrize("name", HUBS)
def test_people_are_led_to_a_hub_that_its_proxy_knows(name):
    """The hub itself answers a moment before: whoever came then would see an error."""
    deployment = data.find(data.list_objects(name), "Deployment", "-spawner")
    (container,) = deployment["spec"]["template"]["spec"]["containers"]
    assert container["readinessProbe"]["httpGet"] == {"path": "/hub/health", "port": 8080}
    assert container["livenessProbe"]["httpGet"]["port"] == 8081


def list_granted(objects):
    """What the roles of the hub's account grant."""
    found = set()
    for obj in objects:
        if obj["kind"] in ("Role", "ClusterRole") and "-spawner" in obj["metadata"]["name"]:
            everywhere = obj["kind"] == "ClusterRole"
            found |= set(rights.list_granted(obj["rules"], everywhere))
    return found


OWN_RIGHTS = [name for name in HUBS if name not in ("jupyterhub-deployer", "jupyterhub-quickstart")]
# Parameters for which a template grants rights that its defaults do not need.
ASKING = {
    "EXPOSED_PORTS": "8080",
    "EXPOSED_BY": "route",
    "NETWORK_INTERNET": "false",
    "RESERVED_SESSIONS": "2",
    "RESERVED_PODS": "2",
    "RESOURCE_BUDGET": "medium",
    "VOLUME_SIZE": "1Gi",
    "SPAWNER_ROLE": "edit",
}


@pytest.mark.parametrize("asking", [False, True], ids=["defaults", "all parameters"])
@pytest.mark.parametrize("name", OWN_RIGHTS)
def test_a_hub_has_the_rights_that_it_needs(monkeypatch, tmp_path, name, asking):
    taken = {each["name"] for each in data.read(name)["parameters"]}
    values = {key: value for key, value in ASKING.items() if asking and key in taken}
    objects, environ = read_hub_environment(name, **values)
    (tmp_path / "oauth").mkdir()
    (tmp_path / "oauth" / "secret").write_text("of-the-client")
    for key, value in {**environ, "APP_ROOT": str(tmp_path)}.items():
        monkeypatch.setenv(key, value)
    loader = PyFileConfigLoader("jupyterhub_config.py", str(pod_hub.IMAGE))
    traits = WorkshopSpawner.__new__(WorkshopSpawner)
    LoggingConfigurable.__init__(traits, config=loader.load_config())
    read = settings.make_settings(traits)
    needed = set(rights.list_rights(read.spec, read.uses))
    assert needed - list_granted(objects) == set()
    if asking:
        more = list_granted(objects) - needed
        # A role that may be named, an image that may be an ImageStream, and a mode's one file.
        assert {right.resource for right in more} <= {
            *("clusterroles", "imagestreams", "limitranges", "resourcequotas"),
            *("persistentvolumeclaims", "endpoints"),
        }
