"""Sessions of several workshops of one hub, by its API: what they have, and who is refused."""

import json

import pytest
import yaml

from workshop_spawner.chosen import ChosenSpawner, read_person

pytestmark = pytest.mark.hub
NAMESPACE = "workshops"

GIT = """\
title: Git basics
budget: medium
environment: {COURSE: git}
download_url: https://example.com/git.tar.gz
session_age: 3600
parameters:
  team: {most: 10}
extra_resources: |
  apiVersion: v1
  kind: ConfigMap
  metadata: {name: team}
  data: {team: "${parameter_team}"}
"""
FILES = {
    "git": GIT,
    "go": "title: Go\ndetails: [name]\ncapacity: 1\nproject: none\nidentity: none\n",
    "staff": "title: Staff\ngroups: [staff]\n",
    "later": "title: Later\nvisible_from: 2999-01-01T00:00:00Z\n",
    "code": "title: Code\naccess_code: sesame\n",
}


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "workshops"
    made.mkdir()
    for name, text in FILES.items():
        (made / f"{name}.yaml").write_text(text)
    return made


@pytest.fixture
async def hub(site, workshop, folder):
    site.pocket.start_node()
    return await workshop(
        'c.JupyterHub.authenticator_class = "dummy"\nc.Authenticator.allow_all = True\n'
        "c.JupyterHub.cleanup_servers = False\n"
        f"c.WorkshopSpawner.workshops = {str(folder)!r}\n"
        'c.WorkshopSpawner.environment = {"OF_THE_HUB": "yes"}\n'
    )


def find_pod(site, user):
    pods = site.as_admin(f"/api/v1/namespaces/{NAMESPACE}/pods")["items"]
    notes = "hub.jupyter.org/username"
    return next((p for p in pods if p["metadata"]["annotations"].get(notes) == user), None)


async def start(hub, user, **options):
    await hub.api("POST", f"users/{user}")
    status, _ = await hub.api("POST", f"users/{user}/server", options)
    return status


async def is_ready(hub, user):
    _, told = await hub.api("GET", f"users/{user}")
    return told["servers"].get("", {}).get("ready")


async def test_a_session_has_what_its_workshop_says_and_else_what_the_hub_says(hub, site, folder):
    options = {"workshop": "git", "parameters": {"team": "red"}}
    assert await start(hub, "ann", **options) in (201, 202)
    await hub.until(lambda: is_ready(hub, "ann"))
    pod = find_pod(site, "ann")
    env = {each["name"]: each for each in pod["spec"]["containers"][0]["env"]}
    assert env["COURSE"]["value"] == "git"
    assert env["OF_THE_HUB"]["value"] == "yes"
    assert env["DOWNLOAD_URL"]["value"] == "https://example.com/git.tar.gz"
    assert pod["spec"]["containers"][0]["image"] == "example.com/workshop"
    metadata = pod["metadata"]
    assert metadata["labels"]["workshop.jupyter.org/workshop"] == "git"
    assert len(metadata["annotations"]["workshop.jupyter.org/edition"]) == 12
    assert "workshop.jupyter.org/expires" in metadata["annotations"]
    quotas = site.as_admin("/api/v1/namespaces/intro-ann/resourcequotas")["items"]
    assert {each["spec"]["hard"].get("limits.cpu") for each in quotas} >= {"2"}
    # What the link said is in a Secret, and in the extra resources, and nowhere in the pod.
    reference = env["PARAMETER_TEAM"]["valueFrom"]["secretKeyRef"]
    assert reference["key"] == "parameter-team"
    made = site.as_admin("/api/v1/namespaces/intro-ann/configmaps/team")
    assert made["data"] == {"team": "red"}
    assert '"red"' not in json.dumps(pod["spec"])

    # Another workshop of the same hub, at the same time.
    assert await start(hub, "bob", workshop="go", details={"name": "Bob"}) in (201, 202)
    await hub.until(lambda: is_ready(hub, "bob"))
    assert await start(hub, "cat", workshop="go", details={"name": "C"}) == 429, (
        "one place, and it is taken"
    )
    assert "intro-bob" not in site.names("/api/v1/namespaces")
    assert site.as_admin("/api/v1/namespaces/intro-ann") is not None

    # Who comes after a change has the new edition; who was there before goes on with the old one.
    changed = yaml.safe_load(GIT) | {"project": "none"}
    del changed["extra_resources"], changed["budget"]
    (folder / "git.yaml").write_text(yaml.safe_dump(changed))
    seen = len(hub.log)
    await hub.logged("The hub offers these workshops now", since=seen)
    assert await start(hub, "dan", **options) in (201, 202)
    await hub.until(lambda: is_ready(hub, "dan"))
    assert "intro-dan" not in site.names("/api/v1/namespaces")
    edition = "workshop.jupyter.org/edition"
    newer = find_pod(site, "dan")["metadata"]["annotations"][edition]
    assert (
        find_pod(site, "ann")["metadata"]["annotations"][edition]
        == metadata["annotations"][edition]
    )
    assert newer != metadata["annotations"][edition]
    (folder / "git.yaml").write_text("title: Git\nimag: wrong\n")
    told = await hub.logged("The workshops stay as they were", since=seen)
    assert "git.yaml, line 2: 'imag' is no key of it; did you mean image?" in told
    (folder / "git.yaml").write_text(yaml.safe_dump(changed))

    # A session is stopped as it was started, whatever its workshop says by now.
    await hub.restart()
    await hub.until(lambda: is_ready(hub, "ann"))
    assert (await hub.api("DELETE", "users/ann/server"))[0] in (202, 204)
    await hub.until(lambda: _is_gone(site, "intro-ann"))
    assert (await hub.api("DELETE", "users/dan/server"))[0] in (202, 204)
    assert (await hub.api("DELETE", "users/bob/server"))[0] in (202, 204)
    await site.gone()
    # What was asked about somebody is forgotten with the session; which workshop it was is not.
    assert await hub.until(lambda: find_options(hub, "bob")) == '{"workshop": "go"}'


async def find_options(hub, user):
    """The options of a user's server that the hub keeps, once the server has stopped."""
    _, told = await hub.api("GET", f"users/{user}?include_stopped_servers")
    server = told["servers"].get("", {})
    return server.get("stopped") and json.dumps(server["user_options"])


async def _is_gone(site, namespace):
    return site.as_admin(f"/api/v1/namespaces/{namespace}") is None


async def test_what_somebody_may_not_start_the_spawner_refuses_however_they_ask(hub, site):
    for number, options in enumerate(
        (
            {},
            {"workshop": "none"},
            {"workshop": "staff"},
            {"workshop": "later"},
            {"workshop": "code"},
            {"workshop": "code", "access_code": "sesame", "code": "sesame"},
            {"workshop": "code", "workshop_proof": "0" * 64},
            {"workshop": ["git"]},
            {"workshop": "git", "parameters": {"team": "$(reboot)"}},
            {"workshop": "git", "parameters": {"image": "evil"}},
            {"workshop": "go"},
            {"workshop": "go", "details": {"name": "$(reboot)"}},
            {"workshop": "git", "image": "evil", "parameters": {"team": "a" * 11}},
        )
    ):
        user = f"eve{number}"
        status = await start(hub, user, **options)
        assert status in (400, 403, 500), options
        assert find_pod(site, user) is None
    assert site.left() == []


def test_it_is_asked_before_a_profile_is():
    assert "load_user_options" in vars(ChosenSpawner)
    assert callable(read_person)
