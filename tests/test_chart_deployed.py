"""templates/chart on a cluster, by the real helm: from the first install to nothing left.

The hub is a pod of the node agent; people come through the router, by the Ingress.
"""

import asyncio
import json
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

import deployment
import doc_blocks
import helm
import pod_command

pytest_plugins = ("pod_fixtures", "deployment_fixtures")
pytestmark = [pytest.mark.hub, pytest.mark.slow, helm.need("helm", "kubectl")]

HOW_TO = helm.ROOT / "docs" / "how-to"
PAGE = HOW_TO / "deploy-on-kubernetes.md"
BLOCKS = doc_blocks.read_blocks(PAGE, "console")
DEBUG, UPGRADE, REMOVE = (
    HOW_TO / name for name in ("debug-a-session.md", "upgrade.md", "remove.md")
)
SETTINGS = doc_blocks.read_blocks(PAGE, "yaml")


@pytest.fixture
def desk(site, tmp_path):
    """A folder like that of a reader of the page, in which `run(heading)` runs what is below it."""
    folder = tmp_path / "desk"
    folder.mkdir()
    (folder / "templates").symlink_to(helm.ROOT / "templates")
    deployment.write_certificate(folder)
    settings = yaml.safe_load(SETTINGS["2. Your settings"][0])
    # The node agent has no images.
    settings["hub"] = {"command": pod_command.make_words()}
    settings["settings"]["TRUSTED_PROXIES"] = "127.0.0.1"
    return Desk(site, folder, settings)


@dataclass
class Desk:
    site: helm.Cluster
    folder: Path
    values: dict

    async def run(self, heading, number=0):
        """Run a block of the page as it is written, with the settings as they are now."""
        return await self.follow(BLOCKS[heading][number])

    async def follow(self, script):
        """Run a script with the settings as they are now."""
        (self.folder / "workshop.yaml").write_text(yaml.safe_dump(self.values))
        # The emulator's server-side apply takes nothing away by leaving it out
        # (docs/pocket-openshift-scope.md), so that helm makes its patches itself.
        for verb in ("install", "upgrade", "rollback"):
            script = script.replace(f"helm {verb} ", f"helm {verb} --server-side=false ")
        words = ("bash", "-euo", "pipefail", "-c", f"cd {self.folder}\n{script}")
        return await asyncio.to_thread(helm.run, *words, environ=self.site.environ)


async def test_the_page_leads_from_install_to_nothing_left(site, cluster, desk):
    authority = site.authority
    with deployment.explained(site, "workshop", "intro-spawner"):
        for number in range(len(BLOCKS["1. A namespace for the hub and its sessions"])):
            await desk.run("1. A namespace for the hub and its sessions", number)
        await desk.run("3. Go")
        async with deployment.shell_of_a_visitor(authority, code="sesame") as (guest, shell):
            project = await shell.run("echo $PROJECT_NAMESPACE")
            assert project == f"intro-{guest.name}"
            assert await shell.run("kubectl auth can-i create deployments") == "yes"
            cookie = read_secret(site)["data"]["COOKIE_SECRET"]

            for block in doc_blocks.read_blocks(DEBUG, "console")["Where to look"]:
                assert await desk.follow(block.replace("NAME", guest.name))

            desk.values["settings"]["WORKSHOP_TITLE"] = "Something else"
            (upgrade,) = doc_blocks.read_blocks(UPGRADE, "console")["On Kubernetes, by Helm"]
            assert upgrade == BLOCKS["Change something"][0]
            await desk.follow(upgrade)
            assert "Something else" in await deployment.read_login_page(authority)
            assert read_secret(site)["data"]["COOKIE_SECRET"] == cookie
            await guest.open()  # the login and the session outlived the hub
            async with guest.terminal("2") as again:
                assert await again.run("echo $PROJECT_NAMESPACE") == project

            await desk.run("Change something", 1)
            assert "Introduction to Go" in await deployment.read_login_page(authority)
            await guest.open()
        site.kubectl("get", "namespace", project)
        await desk.run("Take it away")
        await cluster.until(lambda: not deployment.list_left(cluster, "intro"))
        (is_left, *_) = doc_blocks.read_blocks(REMOVE, "console")["Is anything left?"]
        assert await desk.follow(is_left) == ""
        for name in (project, "workshop"):
            with pytest.raises(helm.CommandError, match="not found"):
                site.kubectl("get", "namespace", name)


def test_every_block_of_settings_is_one_of_the_chart(tmp_path):
    settings = SETTINGS["2. Your settings"]
    base = tmp_path / "base.yaml"
    base.write_text(settings[0])
    others = [HOW_TO / "event-day.md", UPGRADE]
    more = [
        text
        for page in others
        for texts in doc_blocks.read_blocks(page, "yaml").values()
        for text in texts
    ]
    for number, text in enumerate([*settings[1:], *SETTINGS["What you have"], *more]):
        file = tmp_path / f"{number}.yaml"
        off = {"ingress__enabled": False} if "httpRoute" in text else {}
        file.write_text(text)
        assert helm.render(more=("-f", str(base), "-f", str(file)), **off)


def test_what_the_notes_of_a_release_say_takes_all_away(site, cluster):
    nothing = {"hub__command": ["sleep", "600"]}
    said = site.helm("install", "intro", helm.CHART, "-n", "teach", **nothing)
    lines = said.partition("To take it away")[2].splitlines()
    commands = [line.split() for line in lines if line.strip().startswith(("helm", "kubectl"))]
    assert len(commands) == 2
    for program, *words in commands:
        (site.kubectl if program == "kubectl" else site.helm)(*words)
    assert deployment.list_left(cluster, "intro") == []


def read_secret(site):
    words = ("get", "secret", "intro-secrets", "-n", "workshop", "-o", "json")
    return json.loads(site.kubectl(*words))


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
