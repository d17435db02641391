"""The hub's own pages in our templates, with anonymous visitors and with accounts."""

from types import SimpleNamespace

import aiohttp
import pytest
from jinja2 import ChoiceLoader, Environment, FileSystemLoader, PrefixLoader

from workshop_spawner.visitors import hub_pages


def make_app(*folders, **template_vars):
    files = FileSystemLoader([str(folder) for folder in folders])
    loader = ChoiceLoader([PrefixLoader({"templates": files}), files])
    settings = {"jinja2_env": Environment(loader=loader), "template_vars": template_vars}
    return SimpleNamespace(tornado_settings=settings), files


def test_an_admins_templates_come_before_ours_and_ours_before_the_hubs(tmp_path):
    app, files = make_app(tmp_path / "admin", tmp_path / "hub")
    for _ in range(2):
        hub_pages.show_pages(app)
    assert files.searchpath == [
        str(tmp_path / "admin"),
        str(hub_pages.TEMPLATES),
        str(tmp_path / "hub"),
    ]


def test_an_admins_variables_stay():
    app, _ = make_app(workshop_leave_url="/elsewhere", workshop_title="Pods")
    hub_pages.offer_leaving(app, "/hub/restart")
    names = app.tornado_settings["template_vars"]
    assert names == {"workshop_leave_url": "/elsewhere", "workshop_title": "Pods"}


@pytest.mark.hub
async def test_the_login_of_people_with_accounts_names_the_workshop(workshop):
    hub = await workshop(
        'c.JupyterHub.authenticator_class = "dummy"\nc.Authenticator.allow_all = True\n'
        'c.JupyterHub.template_vars = {"workshop_title": "Pods & more"}\n'
    )
    async with aiohttp.ClientSession() as session:
        async with session.get(f"{hub.url}hub/login") as answer:
            page = await answer.text()
        assert "<h1>Pods &amp; more</h1>" in page
        assert 'name="password"' in page
        assert "--paper: light-dark(" in page
        async with session.get(f"{hub.url}hub/nothing") as answer:
            assert "There is nothing here" in await answer.text()
