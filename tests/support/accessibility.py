"""What axe-core finds in a page (https://www.deque.com/axe/axe-core/); it lies beside the proxy."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.async_api import Page

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]
FOUND = """async tags => {
  const found = await axe.run(document, {runOnly: {type: "tag", values: tags}});
  return found.violations.flatMap(rule => rule.nodes.map(
    node => `${rule.id}: ${node.html.slice(0, 200)} (${node.any.concat(node.all, node.none)
      .map(check => check.message).join("; ")})`));
}"""


def read_axe() -> str:
    """The script, to be evaluated in a page once."""
    proxy = shutil.which("configurable-http-proxy")
    script = Path(proxy).parents[1] / "axe-core" / "axe.min.js" if proxy else None
    if script is None or not script.is_file():
        raise AssertionError(
            "axe-core is not there. Install it: npm install axe-core, beside the proxy"
        )
    return script.read_text()


async def find_troubles(page: Page) -> list[str]:
    """A line for each part of the page as it is now that breaks a rule."""
    found: list[str] = await page.evaluate(FOUND, RULES)
    return found
