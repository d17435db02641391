"""Hints and the board of pages on the instructor's page: live, as text, by who may."""

import pytest

from accessibility import find_troubles, read_axe
from pages import expect

pytestmark = [
    pytest.mark.hub,
    pytest.mark.browser,
    pytest.mark.asyncio(loop_scope="module"),
]
EVIL = '<img src=x onerror="document.title=1"><script>document.title=1</script>'


async def tell(culler_service, user, what, **body):
    token = await culler_service.token(user, f"access:servers!server={user}/")
    status, answer = await culler_service.ask("POST", f"api/session/{what}", body, token=token)
    assert status == 200, answer


async def find_hint(culler_service, user):
    token = await culler_service.token(user, f"access:servers!server={user}/")
    _, clock = await culler_service.ask("GET", "api/session", token=token)
    return clock["hint"] and clock["hint"]["text"]


async def test_an_instructor_sees_how_far_all_are_and_gives_hints(
    culler_service, browser, artifacts
):
    for name in ("ada", "bob"):
        await culler_service.start_server(name)
    await tell(culler_service, "ada", "page", page="10 of 12: The end")
    await tell(culler_service, "bob", "page", page=f"2 of 12: {EVIL}")
    await tell(culler_service, "bob", "hand", text="My pod is pending")
    page = await culler_service.open_page(browser, "grace")
    await expect(page.locator("tbody tr")).to_have_count(2)
    await expect(page.locator("#board-list .page")).to_have_text(
        [f"2 of 12: {EVIL}", "10 of 12: The end"]
    )
    await expect(page.locator("#board-list .count")).to_have_text(["1", "1"])
    await expect(page.locator("#board-of")).to_have_text("(2 of 2 sessions)")
    await expect(page.get_by_role("row", name="ada")).to_contain_text("there since")

    await page.get_by_role("button", name="Give a hint to bob, whose hand is raised").click()
    dialog = page.get_by_role("dialog", name="A hint for bob")
    await expect(dialog).to_be_visible()
    await expect(dialog.get_by_role("button", name="Take back")).to_be_hidden()
    await page.keyboard.type(f"Look at the events {EVIL}")
    await page.screenshot(path=artifacts / "instructor-page-hint.png")
    await page.keyboard.press("Enter")
    await expect(page.locator("#news")).to_have_text("Told the session of bob.")
    await expect(page.get_by_role("row", name="bob")).to_contain_text("Hint: Look at the events")
    assert await find_hint(culler_service, "bob") == f"Look at the events {EVIL}"
    assert await find_hint(culler_service, "ada") is None
    await expect(page.locator("main img, main script")).to_have_count(0)

    await page.get_by_role("button", name="Hint to all shown").click()
    await page.get_by_label("They see it above").fill("We go on in five minutes")
    await page.get_by_role("button", name="Send").click()
    await expect(page.locator("#news")).to_have_text("Told 2 sessions.")
    await expect(page.get_by_role("row", name="ada")).to_contain_text("Hint: We go on")
    await page.get_by_role("button", name="Give a hint to ada", exact=True).click()
    dialog = page.get_by_role("dialog", name="A hint for ada")
    await expect(dialog).to_contain_text("They see: We go on in five minutes (by grace)")
    await dialog.get_by_role("button", name="Take back").click()
    await expect(page.locator("#news")).to_have_text("The hint is taken back.")
    assert await find_hint(culler_service, "ada") is None
    await page.get_by_role("button", name="Give a hint to ada", exact=True).click()
    await page.keyboard.type("Never sent")
    await page.keyboard.press("Escape")
    await expect(dialog).to_be_hidden()
    assert await find_hint(culler_service, "ada") is None

    await page.evaluate(read_axe())
    assert await find_troubles(page) == []
    for scheme in ("light", "dark"):
        await page.emulate_media(color_scheme=scheme)
        for width in (390, 1280):
            await page.set_viewport_size({"width": width, "height": 800})
            assert not await page.evaluate("document.documentElement.scrollWidth > innerWidth")
            await page.screenshot(path=artifacts / f"instructor-page-board-{scheme}-{width}.png")
    assert page.troubles == []


async def test_an_assistant_helps_one_class_and_stops_nobody(culler_service, browser):
    for name in ("ada", "bob"):
        await culler_service.start_server(name)
    page = await culler_service.open_page(browser, "abe")
    await expect(page.locator("tbody tr")).to_have_count(1)
    await expect(page.get_by_role("button", name="Stop the session of ada")).to_be_disabled()
    await expect(page.get_by_role("button", name="Extend the session of ada")).to_be_disabled()
    await expect(page.locator("#say")).to_have_count(0)
    await page.get_by_role("button", name="Give a hint to ada").click()
    await page.keyboard.type("Look at the logs")
    await page.keyboard.press("Enter")
    await expect(page.locator("#news")).to_have_text("Told the session of ada.")
    assert await find_hint(culler_service, "ada") == "Look at the logs"
    assert page.troubles == []
