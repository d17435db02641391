import asyncio
from datetime import UTC, datetime

import pytest
import pytest_asyncio

import crowd as crowds
from pages import expect, expect_focus, expect_value

pytestmark = [
    pytest.mark.hub,
    pytest.mark.browser,
    pytest.mark.asyncio(loop_scope="module"),
]


async def test_an_instructor_sees_who_is_here_and_it_updates_by_itself(
    culler_service, browser, artifacts
):
    await culler_service.start_server("ada")
    await culler_service.start_server("bob", "second")
    page = await culler_service.open_page(browser, "grace")
    await page.wait_for_selector("tbody tr:nth-child(2)")
    await expect(page.locator("#summary")).to_have_text("2 sessions of 2 people")
    await culler_service.start_server("cy")
    await page.wait_for_selector("tbody tr:nth-child(3)")
    await page.screenshot(path=artifacts / "instructor-page.png")
    assert page.troubles == []


async def test_stop_asks_first_and_works_by_keyboard(culler_service, browser):
    await culler_service.start_server("ada")
    page = await culler_service.open_page(browser, "grace")
    stop = page.get_by_role("button", name="Stop the session of ada")
    await stop.wait_for()
    await stop.focus()
    await page.keyboard.press("Enter")
    await page.get_by_role("dialog", name="Stop the session of ada?").wait_for()
    await page.keyboard.press("Escape")
    assert await culler_service.running() == ["ada"]
    await stop.focus()
    await page.keyboard.press("Enter")
    await page.get_by_role("button", name="Stop it").press("Enter")
    await page.get_by_text("Nobody is here.").wait_for()
    assert await culler_service.running() == []
    assert page.troubles == []


async def test_extend_gives_time_and_says_so(culler_service, browser):
    await culler_service.start_server("ada")
    page = await culler_service.open_page(browser, "grace")
    await page.get_by_text("9 min", exact=True).wait_for()
    await page.get_by_role("button", name="Extend the session of ada").click()
    await page.get_by_text("29 min", exact=True).wait_for()
    await expect(page.locator("#news")).to_contain_text("Extended the session of ada.")
    button = page.get_by_role("button", name="Extend the session of ada")
    await page.wait_for_function("b => b.disabled", arg=await button.element_handle())


async def test_open_leads_into_the_session(culler_service, browser):
    await culler_service.start_server("ada")
    page = await culler_service.open_page(browser, "grace")
    link = page.get_by_role("link", name="Open the session of ada in a new tab")
    async with page.context.expect_page() as opened:
        await link.press("Enter")
    tab = await opened.value
    await tab.wait_for_load_state()
    assert tab.url == f"{culler_service.hub.url}user/ada/"
    assert page.troubles == []


async def test_find_and_sort(culler_service, browser):
    for name in ("ada", "bob", "cy"):
        await culler_service.start_server(name)
    page = await culler_service.open_page(browser, "grace")
    await page.wait_for_selector("tbody tr:nth-child(3)")
    await page.fill("#find", "class-b")
    visible = page.locator("tbody tr:visible th span")
    await expect(visible).to_have_text(["bob"])
    await page.fill("#find", "")
    await page.get_by_role("button", name="Who").click()
    await expect(visible).to_have_text(["cy", "bob", "ada"])
    await expect(page.locator("thead th:first-child")).to_have_attribute("aria-sort", "descending")


async def test_an_announcement_is_shown_as_text(culler_service, browser):
    page = await culler_service.open_page(browser, "root")
    await page.fill("[name=text]", "<img src=x onerror=alert(1)> Lunch")
    await page.get_by_role("button", name="Announce").click()
    await page.get_by_text("<img src=x onerror=alert(1)> Lunch").wait_for()
    await page.get_by_role("button", name="Take back").click()
    await page.wait_for_selector("#said", state="hidden")
    assert page.troubles == []


async def test_a_helper_sees_the_own_group_and_no_buttons_that_do_not_work(culler_service, browser):
    await culler_service.start_server("ada")
    await culler_service.start_server("bob")
    page = await culler_service.open_page(browser, "hal")
    await page.get_by_role("row", name="ada").wait_for()
    await expect(page.locator("tbody tr")).to_have_count(1)
    await expect(page.get_by_role("button", name="Stop the session of ada")).to_be_disabled()
    await expect(page.locator("#say")).to_have_count(0)


@pytest.mark.parametrize(("user", "says"), [("guy", "it is for instructors")])
async def test_who_may_see_no_session_is_told_what_to_do(culler_service, browser, user, says):
    page = await culler_service.open_page(browser, user)
    await expect(page.locator("main")).to_contain_text(says)


async def test_who_has_no_access_is_refused_by_the_hub(culler_service, browser):
    context = await browser.new_context()
    page = await context.new_page()
    await page.goto(culler_service.page)
    await page.fill("input[name=username]", "ada")
    await page.fill("input[name=password]", "x")
    await page.click("input[type=submit], button[type=submit]")
    await page.wait_for_load_state()
    await expect(page.locator("body")).to_contain_text("403")
    await expect(page.locator("table")).to_have_count(0)


async def test_a_form_of_another_site_can_do_nothing(culler_service, browser):
    """The cookie alone is not enough: without the XSRF token a request is a stranger's."""
    await culler_service.start_server("ada")
    page = await culler_service.open_page(browser, "grace")
    status = await page.evaluate(
        """async (url) => (await fetch(url, {method: "POST", body: '{"user": "ada"}'})).status""",
        culler_service.page + "api/session/stop",
    )
    assert status == 403
    assert await culler_service.running() == ["ada"]


async def test_the_page_is_usable_on_a_phone_and_in_the_dark(culler_service, browser, artifacts):
    await asyncio.gather(*(culler_service.start_server(f"attendee-{n}") for n in range(5)))
    page = await culler_service.open_page(browser, "grace", color_scheme="dark")
    await page.set_viewport_size({"width": 390, "height": 780})
    await page.wait_for_selector("tbody tr:nth-child(5)")
    wide = await page.evaluate("document.documentElement.scrollWidth > innerWidth")
    assert not wide
    for verb in ("Extend", "Stop"):
        button = page.get_by_role("button", name=f"{verb} the session of attendee-4")
        box = await button.bounding_box()
        assert box["x"] >= 0, verb
        assert box["x"] + box["width"] <= 390, "it can be pressed without scrolling sideways"
    cell = page.locator("tbody tr").first.get_by_role("cell", name="running")
    assert "State" in await cell.evaluate("(cell) => getComputedStyle(cell, '::before').content")
    await page.screenshot(path=artifacts / "instructor-page-phone.png")


# What is done to the rows of the table: the ids of those that were filled, moved or came and went.
WATCH = """() => {
  window.touched = {filled: new Set(), moved: new Set()};
  const name = (node) => node.closest?.("tr")?.querySelector("th span").textContent
    ?? node.parentElement?.closest("tr")?.querySelector("th span").textContent;
  new MutationObserver((records) => {
    for (const record of records) {
      if (record.target.id === "rows")
        [...record.addedNodes, ...record.removedNodes].forEach((tr) => touched.moved.add(name(tr)));
      else touched.filled.add(name(record.target));
    }
  }).observe(document.getElementById("rows"),
             {subtree: true, childList: true, characterData: true, attributes: true});
}"""
TOUCHED = """() => {
  const found = {filled: [...touched.filled].sort(), moved: [...touched.moved].sort()};
  touched.filled.clear(); touched.moved.clear();
  return found;
}"""
NAMES_SHOWN = """() =>
  [...document.querySelectorAll("#rows tr:not([hidden]) th span")].map((n) => n.textContent)
"""


@pytest_asyncio.fixture(loop_scope="module")
async def crowd(tmp_path):
    async with crowds.gather_crowd(500, tmp_path) as crowd:
        yield crowd


@pytest_asyncio.fixture(loop_scope="module")
async def full_page(crowd, browser):
    """The page with five hundred sessions on it."""
    page = await browser.new_page(viewport={"width": 1280, "height": 720})
    page.troubles = []
    page.on("pageerror", lambda error: page.troubles.append(str(error)))
    page.on("console", lambda m: m.type == "error" and page.troubles.append(m.text))
    await page.goto(crowd.url)
    await page.wait_for_selector("#rows tr:nth-child(500)")
    await page.evaluate(WATCH)
    yield page
    assert page.troubles == []
    await page.close()


def row(page, name):
    return page.locator("#rows tr", has=page.get_by_text(name, exact=True))


async def test_five_hundred_sessions_and_one_that_changes(crowd, full_page, artifacts):
    """An update touches the row that it is about and no other."""
    await expect(full_page.locator("#summary")).to_have_text(
        "500 sessions of 500 people, 13 starting"
    )
    await full_page.screenshot(path=artifacts / "instructor-page-500.png")
    crowd.say_page("attendee-123", "4 of 5: Roll back again")
    await row(full_page, "attendee-123").get_by_text("Roll back again").wait_for(state="attached")
    assert await full_page.evaluate(TOUCHED) == {"filled": ["attendee-123"], "moved": []}


async def test_the_row_that_goes_to_the_other_end_moves_alone(crowd, full_page):
    await full_page.get_by_role("button", name="Last active").click()
    first = "attendee-499"
    await full_page.wait_for_function(f"() => ({NAMES_SHOWN})()[0] === '{first}'")
    await full_page.evaluate(TOUCHED)
    crowd.change(first, last_activity=datetime.now(UTC).isoformat())
    await full_page.wait_for_function(f"() => ({NAMES_SHOWN})().at(-1) === '{first}'")
    assert (await full_page.evaluate(TOUCHED))["moved"] == [first]


async def test_typing_goes_on_while_sessions_come_change_and_go(crowd, full_page):
    """After each key an update arrives: no key is lost, the caret stays, the rows are right."""
    await full_page.focus("#find")
    for number, key in enumerate("class-7"):
        await full_page.keyboard.press(key)
        changed = f"attendee-{number:03}"
        crowd.say_page(changed, f"seen after key {number}")
        del crowd.models[f"attendee-{400 + number}"]
        crowd.live.wake()
        await row(full_page, changed).get_by_text(f"key {number}").wait_for(state="attached")
    await expect(full_page.locator("#find")).to_have_value("class-7")
    await expect_focus(full_page, "find")
    wanted = sorted(name for name, m in crowd.models.items() if m["groups"] == ["class-7"])
    await full_page.wait_for_function("() => document.querySelectorAll('#rows tr').length === 493")
    await expect_value(full_page, f"({NAMES_SHOWN})()", wanted)


async def test_arrow_keys_go_from_row_to_row_and_updates_leave_the_focus(crowd, full_page):
    focused = "document.activeElement.getAttribute('aria-label')"
    await full_page.fill("#find", "class-3")
    await full_page.get_by_role("button", name="Stop the session of attendee-003").focus()
    for key, name in (
        ("ArrowDown", "023"),
        ("ArrowDown", "043"),
        ("ArrowUp", "023"),
        ("End", "483"),
        ("ArrowDown", "483"),
        ("Home", "003"),
    ):
        await full_page.keyboard.press(key)
        await expect_value(full_page, focused, f"Stop the session of attendee-{name}")
    crowd.change("attendee-003", last_activity=datetime.now(UTC).isoformat())
    crowd.say_page("attendee-003", "moved on")
    await row(full_page, "attendee-003").get_by_text("moved on").wait_for()
    await expect_value(full_page, focused, "Stop the session of attendee-003")
    del crowd.models["attendee-003"]
    crowd.live.wake()
    await row(full_page, "attendee-003").wait_for(state="detached")
    await expect_value(full_page, focused, "Stop the session of attendee-023")


async def test_a_class_is_extended_as_far_as_it_can_be(crowd, full_page):
    """One that ended in between keeps nobody else from more time."""
    for name in ("attendee-005", "attendee-025"):
        crowd.models[name]["servers"][""]["started"] = crowds.long_ago()
    crowd.live.wake()
    await full_page.fill("#find", "class-5")
    may = full_page.locator("#rows tr:visible button:enabled", has_text="Extend")
    await may.nth(1).wait_for()
    await expect(may).to_have_count(2)
    del crowd.models["attendee-005"]
    await full_page.get_by_role("button", name="Extend all shown").click()
    await full_page.get_by_role("dialog", name="Extend 2 sessions?").wait_for()
    await full_page.get_by_role("button", name="Extend", exact=True).click()
    await full_page.get_by_text("Not extended: attendee-005: There is no such session.").wait_for()
    await expect(full_page.locator("#news")).to_contain_text("Extended 1 sessions.")
    crowd.say_page("attendee-045", "an update")
    await row(full_page, "attendee-045").get_by_text("an update").wait_for()
    await expect(
        full_page.locator("#failed")
    ).to_be_visible()  # what an action came to outlives updates
    assert len(full_page.troubles) == 1  # the browser's own word on the 404
    full_page.troubles.clear()


async def test_what_a_screen_reader_is_told(full_page):
    """Roles and names: a table with row and column headers, live regions, named controls."""
    table = full_page.get_by_role("table", name="Running sessions")
    heads = await table.get_by_role("columnheader").all_inner_texts()
    assert heads[:4] == ["Who", "State", "Time left", "Last active"]
    await expect(table.get_by_role("rowheader", name="attendee-000")).to_have_count(1)
    await expect(full_page.get_by_role("region", name="Running sessions")).to_have_count(1)
    await expect(full_page.get_by_role("searchbox", name="Find")).to_have_count(1)
    await expect(full_page.get_by_role("status")).to_have_count(2)
    for verb in ("Extend", "Stop"):
        name = f"{verb} the session of attendee-000"
        await expect(full_page.get_by_role("button", name=name)).to_have_count(1)
    link = full_page.get_by_role("link", name="Open the session of attendee-000 in a new tab")
    await expect(link).to_have_attribute("href", "/user/attendee-000/")
    unnamed = await full_page.evaluate(
        """() => [...document.querySelectorAll("main button, main a, input, select")].filter(
          (e) => !e.hidden &&
            !(e.getAttribute("aria-label") || e.textContent.trim() || e.labels?.length)).length"""
    )
    assert unnamed == 0
    await expect(full_page.locator("html")).to_have_attribute("lang", "en")
