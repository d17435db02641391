"""templates/kubernetes on a cluster, by kubectl: to a shell, and to nothing left."""

import asyncio
import json

import pytest
import yaml

import deployment
import doc_blocks
import helm
import kustomize
import pod_command

pytest_plugins = ("pod_fixtures", "deployment_fixtures")
pytestmark = [pytest.mark.hub, pytest.mark.slow, helm.need("kubectl")]

UPGRADE = helm.ROOT / "docs" / "how-to" / "upgrade.md"
README = kustomize.FOLDER / "README.md"


def make_overlay(folder):
    """Ours for the node agent, which has no images."""
    overlay = kustomize.copy_overlay(folder, "ingress", host=deployment.HOST)
    file = overlay / "kustomization.yaml"
    read = yaml.safe_load(file.read_text())
    command = pod_command.make_words()
    path = "/spec/template/spec/containers/0/command"
    change = json.dumps([{"op": "add", "path": path, "value": command}])
    read["patches"] = [{"target": {"kind": "Deployment"}, "patch": change}]
    file.write_text(yaml.safe_dump(read))
    with (overlay / "settings.env").open("a") as settings:
        settings.write("TRUSTED_PROXIES=127.0.0.1\n")
    (overlay / "secrets.env").write_text("SPAWNER_PASSWORD=sesame\n")
    (overlay / "jupyterhub_config.py").write_text(
        "c.JupyterHub.template_vars['workshop_title'] = 'My own'\n"
    )
    return overlay


def run(site, overlay, script):
    """What a block of a page says, for this overlay."""
    words = ("bash", "-euo", "pipefail", "-c")
    script = script.replace("my-workshop/overlays/ingress", str(overlay))
    return helm.run(*words, script, environ=site.environ)


async def test_from_apply_to_nothing_left(site, cluster, tmp_path):
    overlay = make_overlay(tmp_path / "copy")
    tls = tmp_path / "tls"
    tls.mkdir()
    deployment.write_certificate(tls)
    _, go = doc_blocks.read_blocks(README, "console")["Go"]
    with deployment.explained(site, "teach", "intro-spawner"):
        script = go.replace("-n workshop ", "-n teach ").replace(
            "workshop-spawner", "intro-spawner"
        )
        await asyncio.to_thread(run, site, overlay, f"cd {tls}\n{script}")
        assert "My own" in await deployment.read_login_page(site.authority)
        async with deployment.shell_of_a_visitor(site.authority, code="sesame") as (guest, shell):
            project = await shell.run("echo $PROJECT_NAMESPACE")
            assert project == f"intro-{guest.name}"
            (upgrade,) = doc_blocks.read_blocks(UPGRADE, "console")["On Kubernetes, by kustomize"]
            said = await asyncio.to_thread(run, site, overlay, upgrade)
            assert "deployment.apps/intro-spawner unchanged" in said
            (block,) = doc_blocks.read_blocks(README, "console")["Take it away"]
            await asyncio.to_thread(run, site, overlay, block)
        await cluster.until(lambda: not deployment.list_left(cluster, "intro"))
        with pytest.raises(helm.CommandError, match="not found"):
            site.kubectl("get", "namespace", project)
