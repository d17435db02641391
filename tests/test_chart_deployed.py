"""templates/chart on a cluster, by the real helm: from the first install to nothing left.

The hub is a pod of the node agent; people come through the router, by the Ingress.
"""

import asyncio
import json

import pytest

import deployment
import helm

pytest_plugins = ("pod_fixtures", "deployment_fixtures")
pytestmark = [pytest.mark.hub, pytest.mark.slow]

for program in ("helm", "kubectl"):
    if reason := helm.problem_with(program):
        pytest.skip(reason, allow_module_level=True)

# The emulator's server-side apply takes nothing away by leaving it out
# (docs/pocket-openshift-scope.md), so that helm makes its patches itself.
WAIT = ("-n", "teach", "--wait", "--timeout", "120s", "--server-side=false")
RELEASE = ("intro", helm.CHART, *WAIT)
VALUES = {
    "host": deployment.HOST,
    "ingress__enabled": True,
    "ingress__insecure": True,
    "settings__TRUSTED_PROXIES": "127.0.0.1",
}


def read_secret(client):
    return json.loads(client.kubectl("get", "secret", "intro-secrets", "-n", "teach", "-o", "json"))


async def test_from_install_to_nothing_left(site, tmp_path):
    values = {**VALUES, "hub__command": deployment.make_command(tmp_path / "pods")}
    with deployment.explained(site, "teach", "intro-spawner"):
        site.helm("install", *RELEASE, **values)
        async with deployment.shell_of_a_visitor() as (guest, shell):
            project = await shell.run("echo $PROJECT_NAMESPACE")
            assert project == f"intro-{guest.name}"
            assert await shell.run("kubectl auth can-i create deployments") == "yes"
            cookie = read_secret(site)["data"]["COOKIE_SECRET"]

            title = {"settings__WORKSHOP_TITLE": "Introduction to Go"}
            await asyncio.to_thread(site.helm, "upgrade", *RELEASE, **values, **title)
            assert "Introduction to Go" in await deployment.read_login_page()
            assert read_secret(site)["data"]["COOKIE_SECRET"] == cookie
            await guest.open()  # the login and the session outlived the hub
            async with guest.terminal("2") as again:
                assert await again.run("echo $PROJECT_NAMESPACE") == project

            await asyncio.to_thread(site.helm, "rollback", "intro", "1", *WAIT)
            assert "Introduction to Go" not in await deployment.read_login_page()
            await guest.open()
        site.kubectl("get", "namespace", project)

        said = site.helm("status", "intro", "-n", "teach")
        for line in find_commands(said):
            site.kubectl(*line[1:]) if line[0] == "kubectl" else site.helm(*line[1:])
        assert deployment.list_left(site, "teach", "intro") == ""
        with pytest.raises(helm.CommandError, match="not found"):
            site.kubectl("get", "namespace", project)


def find_commands(notes):
    """The commands that the notes of a release name for its end."""
    lines = notes.partition("To take it away")[2].splitlines()
    return [line.split() for line in lines if line.strip().startswith(("helm", "kubectl"))]


def test_a_second_workshop_of_one_name_is_refused_before_it_harms_the_first(site):
    nothing = {"hub__command": ["sleep", "600"]}
    site.helm("install", "intro", helm.CHART, "-n", "teach", **nothing)
    with pytest.raises(helm.CommandError, match='workshop called "intro" already'):
        site.helm("install", "intro", helm.CHART, "-n", "other", "--create-namespace", **nothing)
    site.helm("install", "more", helm.CHART, "-n", "other", "--create-namespace", **nothing)
    site.helm("uninstall", "more", "-n", "other")
    rights = ("auth", "can-i", "create", "namespaces")
    account = "--as=system:serviceaccount:teach:intro-spawner"
    assert site.kubectl(*rights, account).strip() == "yes"
