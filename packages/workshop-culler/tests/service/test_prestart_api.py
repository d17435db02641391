"""A class is prepared by programs and on the instructors' page, at a real hub."""

import pytest

from pages import expect
from waiting import until_so

pytestmark = [pytest.mark.hub, pytest.mark.asyncio(loop_scope="module")]
NO_PLACES = "This hub holds no places ready: its spawner is not WorkshopSpawner. Name the people."


async def until_ready(culler_service, token, number):
    async def find():
        _, told = await culler_service.ask("GET", "api/prestart", token=token)
        return told["prestart"] if told["prestart"]["ready"] == number else None

    return await until_so(find)


async def test_a_program_has_people_started_and_takes_it_back(culler_service):
    await culler_service.start_server("ada")
    await culler_service.stop_all()
    token = await culler_service.token("grace", "access:services!service=culler", "servers")
    status, told = await culler_service.ask("GET", "api/prestart", token=token)
    assert (status, told) == (200, {"prestart": None})
    body = {"people": ["ada"], "at": "2020-01-01T09:00:00+01:00"}
    for _ in range(2):
        status, told = await culler_service.ask("POST", "api/prestart", body, token=token)
        assert (status, told["prestart"]["wanted"]) == (202, 1)
    await until_ready(culler_service, token, 1)
    assert await culler_service.running() == ["ada"]
    for refused, status, why in (
        ({"people": "ada", "at": "9:00"}, 400, "'at' must be a date and time with its zone"),
        ({"places": 3}, 409, NO_PLACES),
    ):
        answer = await culler_service.ask("POST", "api/prestart", refused, token=token)
        assert answer[0] == status
        assert why in answer[1]["message"]
    # What was refused has not taken the place of what runs.
    await until_ready(culler_service, token, 1)
    for _ in range(2):
        answer = await culler_service.ask("DELETE", "api/prestart", token=token)
        assert answer == (200, {"prestart": None})
    assert await culler_service.running() == ["ada"], "what runs goes on"
    # Who may see and stop sessions may not have them started.
    poor = await culler_service.token("grace", "read:servers", "delete:servers")
    status, told = await culler_service.ask("POST", "api/prestart", body, token=poor)
    assert (status, "takes the scope" in told["message"]) == (403, True)


@pytest.mark.browser
async def test_an_instructor_prepares_a_class_and_sees_how_far_it_is(
    culler_service, browser, artifacts
):
    await culler_service.start_server("ada")
    await culler_service.stop_all()
    context = await browser.new_context(viewport={"width": 1280, "height": 720})
    page = await context.new_page()
    await page.goto(culler_service.page)
    await page.fill("input[name=username]", "grace")
    await page.fill("input[name=password]", "x")
    await page.click("input[type=submit], button[type=submit]")
    await page.wait_for_url(culler_service.page)
    await page.get_by_text("Prepare a class").click()
    await page.get_by_label("Anonymous places").fill("40")
    await page.get_by_role("button", name="Prepare", exact=True).click()
    await expect(page.locator("#failed")).to_have_text(NO_PLACES)
    await page.get_by_label("Anonymous places").fill("0")
    await page.get_by_label("Servers of").fill("ada, nobody")
    await page.get_by_role("button", name="Prepare", exact=True).click()
    await expect(page.locator("#prestart-text")).to_have_text("1 of 2 ready")
    await expect(page.get_by_role("progressbar", name="1 of 2 ready")).to_be_visible()
    await expect(page.locator("#prestart-why")).to_contain_text("nobody: not known to this hub")
    await expect(page.locator("#failed")).to_be_hidden()
    await page.screenshot(path=artifacts / "instructor-page-prestart.png")
    await page.get_by_role("button", name="Look").click()
    await expect(page.locator("#images-list")).to_contain_text("does not look at the cluster")
    # A page that is opened meanwhile shows it, too.
    await page.reload()
    await expect(page.locator("#prestart-text")).to_have_text("1 of 2 ready")
    await page.get_by_role("button", name="Cancel", exact=True).first.click()
    await expect(page.locator("#prestart-state")).to_be_hidden()
    await context.close()
