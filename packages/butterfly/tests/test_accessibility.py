"""What axe-core finds on the pages: nothing. In Chromium, both clients, both themes."""

import json

import pytest

import accessibility

pytestmark = pytest.mark.browser
THEMES = pytest.mark.parametrize("theme", ["dark", "light"])
PAGES = [
    "terminal/session/1?client=butterfly",
    "terminal/session/1?client=xterm",
    "files/home/",
    "no/such/page",
]
SETTINGS = "jupyterhub-butterfly:settings"


@pytest.fixture(scope="session")
def axe():
    """The script of axe-core: installed beside the proxy."""
    return accessibility.read_axe()


@pytest.fixture
async def open_page(browser):
    async def start(url, theme):
        context = await browser.new_context(
            viewport={"width": 900, "height": 560}, color_scheme=theme, bypass_csp=True
        )
        chosen = json.dumps(json.dumps({"theme": theme}))
        await context.add_init_script(
            f"localStorage.setItem('jupyterhub-butterfly:settings', {chosen})"
        )
        page = await context.new_page()
        await page.goto(url)
        return page

    return start


@THEMES
@pytest.mark.parametrize("path", PAGES)
async def test_nothing_is_in_the_way_of_people_on_a_page(open_page, server, axe, path, theme):
    page = await open_page(server.url + path, theme)
    if "session" in path:
        await page.wait_for_selector(f"html[data-terminal-state=open][data-theme={theme}]")
    await page.evaluate(axe)
    assert await accessibility.find_troubles(page) == []
