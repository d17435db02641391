"""The raised hands on the instructor's page: who was first, live, as text, by keyboard."""

import pytest

from pages import expect

pytestmark = [
    pytest.mark.hub,
    pytest.mark.browser,
    pytest.mark.asyncio(loop_scope="module"),
]
EVIL = '<img src=x onerror="document.title=1"><script>document.title=1</script> \u202eh'


async def tell(culler_service, user, what, **body):
    """Have the session of a user tell something."""
    token = await culler_service.token(user, f"access:servers!server={user}/")
    status, answer = await culler_service.ask("POST", f"api/session/{what}", body, token=token)
    assert status == 200, answer


async def test_hands_come_in_their_order_and_go_when_lowered(culler_service, browser, artifacts):
    for name in ("ada", "bob"):
        await culler_service.start_server(name)
    page = await culler_service.open_page(browser, "grace")
    await expect(page.locator("tbody tr")).to_have_count(2)
    await expect(page.locator("#hands")).to_be_hidden()
    await tell(culler_service, "bob", "hand", text="My pod is pending")
    await tell(culler_service, "ada", "hand")
    await tell(culler_service, "bob", "page", page="2 of 5: Deploy it")
    await tell(culler_service, "bob", "tests", passed=2, failed=1, failing="boat-floats")
    items = page.locator("#hands-list li")
    await expect(items.locator("strong")).to_have_text(["bob", "ada"])
    await expect(items.locator(".asks")).to_have_text(["My pod is pending", "Needs help"])
    await expect(items.first).to_contain_text("raised just now")
    await expect(items.first).to_contain_text("2 of 5: Deploy it")
    await expect(page).to_have_title("(2) Sessions")
    row = page.get_by_role("row", name="bob")
    await expect(row).to_contain_text("2 tests passed, 1 failed (boat-floats)")
    await expect(row).to_contain_text("Hand raised")
    await page.screenshot(path=artifacts / "instructor-page-hands.png")
    for width in (320, 768):
        await page.set_viewport_size({"width": width, "height": 700})
        assert not await page.evaluate("document.documentElement.scrollWidth > innerWidth"), width
        await page.screenshot(path=artifacts / f"instructor-page-hands-{width}.png")

    await page.get_by_role("button", name="Lower the hand of bob").focus()
    await page.keyboard.press("Enter")
    await expect(items.locator("strong")).to_have_text(["ada"])
    await expect(page.locator("#news")).to_have_text("The hand of bob is lowered.")
    await expect(page.get_by_role("button", name="Lower the hand of ada")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.locator("#hands")).to_be_hidden()
    await expect(page).to_have_title("Sessions")
    assert page.troubles == []


async def test_what_a_session_tells_is_text_whatever_it_is(culler_service, browser):
    await culler_service.start_server("ada")
    page = await culler_service.open_page(browser, "grace")
    await expect(page.locator("tbody tr")).to_have_count(1)
    await tell(culler_service, "ada", "hand", text=EVIL)
    await tell(culler_service, "ada", "page", page=EVIL)
    await tell(culler_service, "ada", "tests", passed=0, failed=1, failing=EVIL)
    said = EVIL.replace("\u202e", "").replace("  ", " ")
    await expect(page.locator("#hands-list .asks")).to_have_text(said)
    await expect(page.locator("tbody tr .tests")).to_contain_text(said[:60])
    await expect(page.locator("tbody tr")).to_contain_text(EVIL[:60])
    await expect(page.locator("main img, main script")).to_have_count(0)
    await expect(page).to_have_title("(1) Sessions")
    assert page.troubles == []


async def test_a_helper_who_may_see_only_sees_the_hands_and_lowers_none(culler_service, browser):
    for name in ("ada", "bob"):
        await culler_service.start_server(name)
        await tell(culler_service, name, "hand", text=f"{name} is lost")
    page = await culler_service.open_page(browser, "hal")
    await expect(page.locator("#hands-list .asks")).to_have_text(["ada is lost"])
    await expect(page.get_by_role("button", name="Lower the hand of ada")).to_be_disabled()
