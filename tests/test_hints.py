"""A hint from the instructor's page is in the session of the one who asked: two browsers."""

import pytest

import culler_service
from pages import expect, log_in

# Words in angle brackets would vanish from a page that took them for HTML.
HINT = "Put the pod's name for <POD>: kubectl describe pod <POD>"

pytestmark = [pytest.mark.hub, pytest.mark.browser, pytest.mark.slow]


async def test_who_asks_for_help_is_given_a_hint_that_stays_until_it_is_closed(
    hub_factory, held_port, browser, artifacts, tmp_path
):
    (tmp_path / "index.md").write_text("# Boats\n")
    config = culler_service.DASHBOARD.format(folder=tmp_path) + culler_service.make_config(
        held_port, max_age=14400
    )
    hub = await hub_factory(config + culler_service.SEEN)
    await hub.logged("judged ")
    ada = await log_in(browser, hub.url, "ada")
    hint = ada.get_by_role("region", name="A hint for you")
    await expect(ada.locator("#hand")).to_have_text("Raise hand", timeout=120_000)
    await expect(ada.locator(".terminal.ready")).to_have_count(1)
    await ada.locator("#hand").click()
    await ada.keyboard.press("Enter")
    await expect(ada.locator("#hand")).to_have_text("Hand raised")

    grace = await log_in(browser, f"{hub.url}services/workshop-culler/", "grace")
    give = grace.get_by_role("button", name="Give a hint to ada, whose hand is raised")
    await give.click()
    await grace.keyboard.type(HINT)
    await grace.keyboard.press("Enter")
    # The page asks every ten seconds while its hand is raised.
    await expect(hint).to_be_visible(timeout=60_000)
    await expect(hint.locator(".words")).to_have_text(HINT)
    await expect(ada.locator("#spoken")).to_have_text(f"A hint for you: {HINT}")
    await ada.screenshot(path=artifacts / "hint.png")
    await ada.reload()
    await expect(hint.locator(".words")).to_have_text(HINT)
    await ada.set_viewport_size({"width": 390, "height": 720})
    await ada.emulate_media(color_scheme="dark")
    await expect(hint).to_be_in_viewport(ratio=1)
    assert not await ada.evaluate("document.documentElement.scrollWidth > innerWidth")
    await ada.screenshot(path=artifacts / "hint-390-dark.png")
    await ada.set_viewport_size({"width": 1280, "height": 720})
    await ada.get_by_role("button", name="Close the hint").click()
    await expect(hint).to_be_hidden()
    await ada.reload()
    await expect(ada.locator("#hand")).to_have_text("Hand raised")
    await expect(ada.locator(".terminal.ready")).to_have_count(1)
    await expect(hint).to_be_hidden()

    # The terminal by itself, in a tab of its own, shows it too; and a second hint is another one.
    alone = await ada.context.new_page()
    await alone.goto(f"{hub.url}user/ada/terminal/session/1")
    await give.click()
    await grace.keyboard.type("And at the logs")
    await grace.keyboard.press("Enter")
    await expect(hint.locator(".words")).to_have_text("And at the logs", timeout=60_000)
    await expect(hint).to_be_visible()
    await alone.reload()
    await expect(alone.locator("#terminal-hint")).to_contain_text("And at the logs")
    await alone.screenshot(path=artifacts / "hint-terminal.png")
    assert (ada.troubles, grace.troubles) == ([], [])
