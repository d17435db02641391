"""What axe-core finds on the page in each of its states: nothing. In light and in dark."""

import pytest

import accessibility
from dashboard import run_dashboard
from pages import expect

pytestmark = pytest.mark.browser
INDEX = """# Set sail

```execute
echo hello
```

```copy-and-edit
oc new-project mine
```

> [!WARNING]
> Wind `ahead`.

```python
print("colours", 42)  # of code
```

| a | b |
|---|---|
| 1 | 2 |

- [ ] Hoist the sail
- [x] Cast off
"""


@pytest.fixture(scope="session")
def axe():
    """The script of axe-core: installed beside the proxy."""
    return accessibility.read_axe()


@pytest.fixture
def folders(tmp_path):
    """Notes of two pages with slides, and a home folder."""
    notes, home = tmp_path / "notes", tmp_path / "home"
    (notes / "slides").mkdir(parents=True)
    home.mkdir()
    (notes / "index.md").write_text(INDEX)
    (notes / "next.md").write_text("# Land in sight\n")
    (notes / "slides" / "slides.md").write_text("# Cast off\n")
    return notes, home


async def open_page(browser, url, scheme, axe, width=1280):
    context = await browser.new_context(
        color_scheme=scheme,
        bypass_csp=True,
        reduced_motion="reduce",
        viewport={"width": width, "height": 720},
    )
    page = await context.new_page()
    await page.goto(url)
    await page.evaluate(axe)
    return page


async def find_faults(page):
    """Return what axe finds in the page as it is now."""
    return await accessibility.find_troubles(page)


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_nothing_is_in_the_way_of_people_on_the_page(folders, browser, axe, scheme):
    said = {"RESTART_URL": "/hub/restart", "TERMINAL_TAB": "split"}
    async with run_dashboard(*folders, environment=said) as url:
        page = await open_page(browser, url, scheme, axe)
        await expect(page.locator(".terminal.ready")).to_have_count(2)
        assert await find_faults(page) == []
        await expect(page.get_by_role("checkbox", name="Cast off")).to_be_checked()
        await page.get_by_title("Menu").click()
        assert await find_faults(page) == []
        await page.get_by_role("button", name="Start over or leave").click()
        await expect(page.locator("#leave")).to_be_visible()
        assert await find_faults(page) == []
        await page.keyboard.press("Escape")
        await page.get_by_title("All pages").click()
        assert await find_faults(page) == []
        await page.get_by_role("link", name="Land in sight").first.click()
        await page.get_by_role("button", name="Finish").click()
        await expect(page.locator("#finish")).to_be_visible()
        assert await find_faults(page) == []
        await page.keyboard.press("Escape")
        await page.evaluate("workshop.sessionEnded('idle')")
        await expect(page.locator("#ended")).to_be_visible()
        assert await find_faults(page) == []
        await page.set_viewport_size({"width": 320, "height": 640})
        await expect(page.locator("#work")).to_be_hidden()
        assert await find_faults(page) == []
        await page.context.close()
        deck = await open_page(browser, f"{url}slides/", scheme, axe)
        await expect(deck.get_by_role("heading")).to_be_visible()
        assert await find_faults(deck) == []
        arrows = await deck.locator(".controls").bounding_box()
        number = await deck.locator(".slide-number").bounding_box()
        assert number["x"] + number["width"] < arrows["x"], "the arrows lie over the number"
        await deck.context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_nor_on_notes_alone(folders, browser, axe, scheme):
    async with run_dashboard(*folders, environment={"WORKSHOP_ONLY": "true"}) as url:
        page = await open_page(browser, url, scheme, axe, width=320)
        await expect(page.get_by_role("heading", name="Set sail")).to_be_visible()
        assert await find_faults(page) == []
        await page.evaluate("workshop.sessionEnded('age')")
        await expect(page.locator("#ended")).to_be_visible()
        assert await find_faults(page) == []
        await page.context.close()
