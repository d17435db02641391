import asyncio
import shutil

import pytest
import pytest_asyncio

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
]
pytestmark = [
    pytest.mark.hub,
    pytest.mark.browser,
    pytest.mark.asyncio(loop_scope="module"),
]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser():
    """A headless Chromium on the module's loop, as the shared hub is."""
    why = "needs playwright (pip install playwright)"
    playwright = pytest.importorskip("playwright.async_api", reason=why)
    path = shutil.which("chromium") or shutil.which("google-chrome")
    if path is None:
        pytest.skip("needs a Chromium (apt-get install chromium)")
    async with playwright.async_playwright() as driver:
        chromium = await driver.chromium.launch(executable_path=path, args=FLAGS)
        yield chromium
        await chromium.close()


async def open_page(browser, office, user, **options):
    """The page in a browser in which `user` has logged in to the hub."""
    context = await browser.new_context(viewport={"width": 1280, "height": 720}, **options)
    page = await context.new_page()
    page.troubles = []
    page.on("pageerror", lambda error: page.troubles.append(str(error)))
    page.on("console", lambda m: m.type == "error" and page.troubles.append(m.text))
    await page.goto(office.page)
    await page.fill("input[name=username]", user)
    await page.fill("input[name=password]", "x")
    await page.click("input[type=submit], button[type=submit]")
    await page.wait_for_url(office.page)
    return page


async def test_an_instructor_sees_who_is_here_and_it_updates_by_itself(office, browser, artifacts):
    await office.start_server("ada")
    await office.start_server("bob", "second")
    page = await open_page(browser, office, "grace")
    await page.wait_for_selector("tbody tr:nth-child(2)")
    assert await page.inner_text("#summary") == "2 sessions of 2 people"
    await office.start_server("cy")
    await page.wait_for_selector("tbody tr:nth-child(3)")
    await page.screenshot(path=artifacts / "instructor-page.png")
    assert page.troubles == []


async def test_stop_asks_first_and_works_by_keyboard(office, browser):
    await office.start_server("ada")
    page = await open_page(browser, office, "grace")
    stop = page.get_by_role("button", name="Stop the session of ada")
    await stop.wait_for()
    await stop.focus()
    await page.keyboard.press("Enter")
    await page.get_by_role("dialog", name="Stop the session of ada?").wait_for()
    await page.keyboard.press("Escape")
    assert await office.running() == ["ada"]
    await stop.focus()
    await page.keyboard.press("Enter")
    await page.get_by_role("button", name="Stop it").press("Enter")
    await page.get_by_text("Nobody is here.").wait_for()
    assert await office.running() == []
    assert page.troubles == []


async def test_extend_gives_time_and_says_so(office, browser):
    await office.start_server("ada")
    page = await open_page(browser, office, "grace")
    await page.get_by_text("9 min", exact=True).wait_for()
    await page.get_by_role("button", name="Extend the session of ada").click()
    await page.get_by_text("29 min", exact=True).wait_for()
    assert "Extended the session of ada." in await page.inner_text("#news")
    button = page.get_by_role("button", name="Extend the session of ada")
    await page.wait_for_function("b => b.disabled", arg=await button.element_handle())


async def test_find_and_sort(office, browser):
    for name in ("ada", "bob", "cy"):
        await office.start_server(name)
    page = await open_page(browser, office, "grace")
    await page.wait_for_selector("tbody tr:nth-child(3)")
    await page.fill("#find", "class-b")
    visible = page.locator("tbody tr:visible th span")
    assert await visible.all_inner_texts() == ["bob"]
    await page.fill("#find", "")
    await page.get_by_role("button", name="Who").click()
    assert await visible.all_inner_texts() == ["cy", "bob", "ada"]
    assert await page.get_attribute("th:first-child", "aria-sort") == "descending"


async def test_an_announcement_is_shown_as_text(office, browser):
    page = await open_page(browser, office, "root")
    await page.fill("[name=text]", "<img src=x onerror=alert(1)> Lunch")
    await page.get_by_role("button", name="Announce").click()
    await page.get_by_text("<img src=x onerror=alert(1)> Lunch").wait_for()
    await page.get_by_role("button", name="Take back").click()
    await page.wait_for_selector("#said", state="hidden")
    assert page.troubles == []


async def test_a_helper_sees_the_own_group_and_no_buttons_that_do_not_work(office, browser):
    await office.start_server("ada")
    await office.start_server("bob")
    page = await open_page(browser, office, "hal")
    await page.get_by_role("row", name="ada").wait_for()
    assert await page.locator("tbody tr").count() == 1
    assert await page.get_by_role("button", name="Stop the session of ada").is_disabled()
    assert await page.locator("#say").count() == 0


@pytest.mark.parametrize(("user", "says"), [("guy", "it is for instructors")])
async def test_who_may_see_no_session_is_told_what_to_do(office, browser, user, says):
    page = await open_page(browser, office, user)
    assert says in await page.inner_text("main")


async def test_who_has_no_access_is_refused_by_the_hub(office, browser):
    context = await browser.new_context()
    page = await context.new_page()
    await page.goto(office.page)
    await page.fill("input[name=username]", "ada")
    await page.fill("input[name=password]", "x")
    await page.click("input[type=submit], button[type=submit]")
    await page.wait_for_load_state()
    assert "403" in await page.inner_text("body")
    assert await page.locator("table").count() == 0


async def test_a_form_of_another_site_can_do_nothing(office, browser):
    """The cookie alone is not enough: without the XSRF token a request is a stranger's."""
    await office.start_server("ada")
    page = await open_page(browser, office, "grace")
    status = await page.evaluate(
        """async (url) => (await fetch(url, {method: "POST", body: '{"user": "ada"}'})).status""",
        office.page + "api/session/stop",
    )
    assert status == 403
    assert await office.running() == ["ada"]


async def test_the_page_is_usable_on_a_phone_and_in_the_dark(office, browser, artifacts):
    await asyncio.gather(*(office.start_server(f"attendee-{n}") for n in range(5)))
    page = await open_page(browser, office, "grace", color_scheme="dark")
    await page.set_viewport_size({"width": 420, "height": 800})
    await page.wait_for_selector("tbody tr:nth-child(5)")
    wide = await page.evaluate("document.documentElement.scrollWidth > innerWidth")
    assert not wide
    await page.screenshot(path=artifacts / "instructor-page-phone.png")
