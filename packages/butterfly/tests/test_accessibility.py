"""What axe-core finds on the pages: nothing. In Chromium, both clients, both themes."""

import json
import shutil
from pathlib import Path

import pytest

pytestmark = pytest.mark.browser
THEMES = pytest.mark.parametrize("theme", ["dark", "light"])
PAGES = [
    "terminal/session/1?client=butterfly",
    "terminal/session/1?client=xterm",
    "files/home/",
    "no/such/page",
]
SETTINGS = "jupyterhub-butterfly:settings"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]
FOUND = """async tags => {
  const found = await axe.run(document, {runOnly: {type: "tag", values: tags}});
  return found.violations.flatMap(rule => rule.nodes.map(
    node => `${rule.id}: ${node.html.slice(0, 200)} (${node.any.concat(node.all, node.none)
      .map(check => check.message).join("; ")})`));
}"""


@pytest.fixture(scope="session")
def axe():
    """The script of axe-core: installed beside the proxy."""
    proxy = shutil.which("configurable-http-proxy")
    script = Path(proxy or "").parents[1] / "axe-core" / "axe.min.js" if proxy else None
    if script is None or not script.is_file():
        pytest.fail("axe-core is not there. Install it: npm install axe-core, beside the proxy")
    return script.read_text()


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
    assert await page.evaluate(FOUND, RULES) == []
