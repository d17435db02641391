"""The browser of the service's pages."""

import pytest_asyncio


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser():
    """A headless Chromium on the module's loop, as the shared hub is."""
    from pages import run_chromium  # only where it is asked for: it needs playwright

    async with run_chromium() as chromium:
        yield chromium
