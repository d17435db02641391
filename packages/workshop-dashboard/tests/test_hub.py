"""The dashboard behind a real hub and its proxy: login, pages by script, other people."""

import re
import sys

import aiohttp
import pytest

pytestmark = [pytest.mark.hub, pytest.mark.browser, pytest.mark.slow]

CONFIG = """
c.JupyterHub.authenticator_class = "dummy"
c.Authenticator.allow_all = True
c.JupyterHub.spawner_class = "simple"
c.Spawner.cmd = ["{python}", "-m", "jupyterhub_butterfly"]
c.Spawner.environment = {{"WORKSHOP_FOLDER": "{folder}", "KUBECONFIG": "/dev/null"}}
"""


@pytest.fixture
async def hub(hub_factory, tmp_path):
    folder = tmp_path / "notes"
    folder.mkdir()
    (folder / "index.md").write_text(
        "---\nNextPage: second\n---\n# For %username%\n\n```execute\necho $((40 + 2)) times\n```\n"
    )
    (folder / "second.md").write_text("# The second page\n![A picture](p.svg)\n")
    (folder / "p.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg' width='7' height='7'/>")
    return await hub_factory(CONFIG.format(python=sys.executable, folder=folder))


async def log_in(page, hub, name):
    await page.goto(hub.url)
    await page.get_by_label("Username").fill(name)
    await page.get_by_label("Password").fill("x")
    await page.get_by_role("button", name="Sign in").click()


async def test_a_person_works_through_the_notes(hub, browser, artifacts):
    page = await browser.new_page()
    answers = []
    page.on("response", lambda answer: answers.append((answer.status, answer.url)))
    await log_in(page, hub, "ada")
    await page.locator(".terminal.ready").wait_for(timeout=120_000)
    assert page.url.endswith("/user/ada/dashboard/")
    await page.get_by_role("heading", name="For ada").wait_for()
    await page.locator("button.main").click()
    frame = page.frame_locator(".terminal iframe")
    await frame.get_by_text("42 times").wait_for()

    # The next page comes by script, with the token that the hub asks for: no reload.
    await page.evaluate("window.stillHere = true")
    await page.get_by_role("link", name="Continue").click()
    await page.get_by_role("heading", name="The second page").wait_for()
    assert await page.evaluate("window.stillHere") is True
    picture = page.get_by_alt_text("A picture")
    await picture.wait_for()
    assert await picture.evaluate("image => image.decode().then(() => image.naturalWidth)") == 7
    await page.screenshot(path=artifacts / "dashboard-behind-a-hub.png")
    refused = [one for one in answers if one[0] >= 400]
    assert refused == []


async def test_another_person_sees_nothing_of_it(hub, browser):
    ada = await browser.new_page()
    await log_in(ada, hub, "ada")
    await ada.locator(".terminal.ready").wait_for(timeout=120_000)
    eve = await (await browser.new_context()).new_page()
    await log_in(eve, hub, "eve")
    await eve.locator(".terminal.ready").wait_for(timeout=120_000)
    for path in ("dashboard/", "dashboard/page/second", "dashboard/files/p.svg"):
        answer = await eve.goto(f"{hub.url}user/ada/{path}")
        assert answer.status in (403, 404)
        assert "The second page" not in await answer.text()


async def test_nobody_sees_anything_without_a_login(hub, browser):
    page = await browser.new_page()
    await log_in(page, hub, "ada")
    await page.locator(".terminal.ready").wait_for(timeout=120_000)
    markup = await page.content()
    script = re.search(r'src="([^"]*notes\.js[^"]*)"', markup)[1]
    async with aiohttp.ClientSession() as session:
        for path in ("dashboard/", "dashboard/page/index", "dashboard/files/p.svg"):
            url = f"{hub.url}user/ada/{path}"
            async with session.get(url, headers={"Accept": "application/json"}) as answer:
                assert "login" in str(answer.url) or answer.status == 403
                assert "For ada" not in await answer.text()
        async with session.get(hub.url.rstrip("/") + script, allow_redirects=False) as answer:
            assert answer.status in (302, 403)
