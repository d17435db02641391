"""Pages in a real browser: Debian's Chromium, and `expect`, which waits for what is to be seen.

`assert await page.is_visible(...)` asks once, perhaps before the page has heard of the click;
tests/test_pages.py refuses such lines.
"""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any

import pytest

import shared_chromium

if TYPE_CHECKING:
    from playwright.async_api import Browser, Page

async_api = pytest.importorskip(
    "playwright.async_api", reason="needs playwright (pip install playwright)"
)
expect = async_api.expect
# A busy machine is no fault; what is never so fails by it.
SECONDS = 120
expect.set_options(timeout=SECONDS * 1000)


@contextlib.asynccontextmanager
async def run_chromium() -> AsyncIterator[Browser]:
    """A headless Chromium, through Playwright; the machine's own, never a download."""
    if shared_chromium.find_program() is None:
        pytest.skip("needs a Chromium (apt-get install chromium)")
    async with async_api.async_playwright() as driver:
        chromium = await driver.chromium.connect(shared_chromium.SHARED.address())
        chromium.on("context", lambda context: context.set_default_timeout(SECONDS * 1000))
        yield chromium
        await chromium.close()  # only its contexts: another test goes on in it


async def expect_focus(page: Page, name: str) -> None:
    """Wait until the element with this id, or of this tag (`IFRAME`), has the focus."""
    js = "name => [document.activeElement.id, document.activeElement.tagName].includes(name)"
    await page.wait_for_function(js, arg=name, timeout=SECONDS * 1000)


async def expect_value(page: Page, expression: str, value: object) -> None:
    """Wait until this JavaScript expression, or its promise, has this value (compared as JSON)."""
    js = f"async value => JSON.stringify(await {expression}) === JSON.stringify(value)"
    await page.wait_for_function(js, arg=value, timeout=SECONDS * 1000)


async def log_in(browser: Browser, url: str, name: str, **options: Any) -> Page:
    """A page of the hub in which a user of its dummy authenticator has logged in.

    What its scripts raise is in `page.troubles`; `options` are those of the browser's context.
    """
    options = {"viewport": {"width": 1280, "height": 720}, **options}
    page = await (await browser.new_context(**options)).new_page()
    page.troubles = []
    page.on("pageerror", lambda error: page.troubles.append(str(error)))
    await page.goto(url)
    await page.fill("input[name=username]", name)
    await page.fill("input[name=password]", "x")
    await page.click("input[type=submit], button[type=submit]")
    return page
