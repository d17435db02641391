"""The pages of several workshops, asked by real HTTP of a real hub, and in a browser."""

import re

import pytest

import accessibility
from pages import expect, run_chromium

pytestmark = pytest.mark.hub
FILES = {
    "git": "title: Git <basics>\ndescription: Commits\ntags: [git, shell]\nduration: 45\n"
    "difficulty: beginner\nproject: none\nidentity: none\nparameters: {team: {required: true}}\n",
    "go": "title: Go\ntags: [code]\ndifficulty: advanced\nproject: none\nidentity: none\n",
    "staff": "title: Only for staff\ngroups: [staff]\n",
    "later": "title: Only later\nvisible_from: 2999-01-01T00:00:00Z\n",
    "code": "title: With a code\naccess_code: sesame\ndetails: [name, email]\n"
    "project: none\nidentity: none\n",
}

PROFILES = """
OVERRIDE = {"environment": {"SIZE": "big"}}
c.WorkshopSpawner.profile_list = [
    {"display_name": "Small", "slug": "small", "default": True},
    {"display_name": "Big", "slug": "big", "kubespawner_override": OVERRIDE},
]
"""


@pytest.fixture
async def hub(site, workshop, tmp_path):
    site.pocket.start_node()
    folder = tmp_path / "workshops"
    folder.mkdir()
    for name, text in FILES.items():
        (folder / f"{name}.yaml").write_text(text)
    return await workshop(f"c.WorkshopSpawner.workshops = {str(folder)!r}\n{PROFILES}")


def find_user(page, url):
    found = re.search(r"/(?:user|spawn-pending)/([^/?]+)", url)
    assert found, page
    return found[1]


async def test_from_the_list_to_a_session_and_back_to_it(hub, visit):
    """One hub, many small questions: a hub takes seconds to start."""
    somebody = await visit(hub)
    status, page, _ = await somebody.get("hub/workshops")
    assert status == 200
    assert "Git &lt;basics&gt;" in page
    assert "Only for staff" not in page
    assert "Only later" not in page
    assert (await hub.api("GET", "users"))[1] == [], "looking makes nobody"
    assert 'name="git"' not in page
    _, page, _ = await somebody.get("hub/workshops?q=commits&tag=git")
    assert "1 workshop found" in page
    for name in ("staff", "later", "none"):
        assert (await somebody.get(f"hub/workshops/{name}"))[0] == 404
        assert (await somebody.get(f"hub/workshops/{name}/badge.svg"))[0] == 404
    status, drawn, _ = await somebody.get("hub/workshops/git/badge.svg")
    assert (status, "Git &lt;basics&gt;" in drawn) == (200, True)
    _, page, _ = await somebody.get("hub/workshops/git?team=red")
    assert "/hub/login?next=/hub/workshops/git%3Fteam%3Dred" in page

    # A link that says what it must not.
    _, page, _ = await somebody.get('hub/workshops/git?team=red&image=evil&x="><script>')
    assert "takes no parameter image, x" in page
    assert '"><script>' not in page

    # A form from elsewhere starts nothing, nor one of somebody who has not logged in.
    async with somebody.http.post(hub.url + "hub/workshops/git") as answer:
        assert answer.status == 403

    _, _, url = await somebody.login(next="/hub/workshops/git?team=red")
    assert url.endswith("/hub/workshops/git?team=red")
    _, page, _ = await somebody.get("hub/workshops/git?team=red")
    assert 'value="red"' in page
    # What the page refuses is told on it, and what was typed is still there.
    status, page, _ = await somebody.press(page, "hub/workshops/git", **{"parameter-team": "$(x)"})
    assert (status, "letters, digits" in page, "$(x)" in page) == (400, True, True)
    status, page, _ = await somebody.press(page, "hub/workshops/git", **{"parameter-evil": "x"})
    assert (status, "takes no parameter evil" in page) == (400, True)
    status, page, _ = await somebody.press(page, "hub/workshops/staff")
    assert status == 404
    _, page, _ = await somebody.get("hub/workshops/git")
    _, page, url = await somebody.press(page, "hub/workshops/git", **{"parameter-team": "red"})
    somebody.name = find_user(page, url)
    if "spawn-pending" in url:
        assert (await somebody.follow())[-1].get("ready")
    assert f"hello from {somebody.name}" in (await somebody.get(f"user/{somebody.name}/"))[1]

    # The link leads back to the session; another workshop says what is in the way.
    assert "hello from" in (await somebody.get("hub/workshops/git?team=blue"))[1]
    assert "hello from" in (await somebody.get("hub/spawn"))[1]
    _, page, _ = await somebody.get("hub/workshops/go")
    assert "You have a session of Git &lt;basics&gt;" in page
    assert 'action="/hub/restart"' in page
    _, page, url = await somebody.press(page, "hub/restart", workshop="go")
    assert url.endswith("/hub/workshops/go"), "a new visitor, before the other workshop"
    for name in ("staff", "later", "none"):
        _, page, _ = await somebody.get("hub/restart")
        _, page, url = await somebody.press(page, "hub/restart", workshop=name)
        assert url.endswith("/hub/workshops"), "nobody learns by it what there is"


async def test_the_hubs_own_ways_lead_to_the_list_and_start_nothing(hub, visit, site):
    somebody = await visit(hub)
    _, _, url = await somebody.login()
    assert url.endswith("/hub/workshops"), "who has chosen nothing chooses"
    _, page, url = await somebody.get("hub/spawn?workshop=staff&opt-workshop=staff")
    assert url.endswith("/hub/workshops")
    (user,) = [one["name"] for one in (await hub.api("GET", "users"))[1]]
    xsrf = next(c.value for c in somebody.http.cookie_jar if c.key == "_xsrf")
    sent = {"_xsrf": xsrf, "workshop": "staff"}
    async with somebody.http.post(f"{hub.url}hub/spawn", data=sent) as answer:
        assert "Choose one of them first" in await answer.text()
    url = f"{hub.url}hub/api/users/{user}/server?_xsrf={xsrf}"
    async with somebody.http.post(url, json={"workshop": "staff"}) as answer:
        assert answer.status in (400, 403, 500)
    assert site.names("/api/v1/namespaces/workshops/pods") == []

    _, page, _ = await somebody.get("hub/workshops/code")
    assert "Access code" in page
    status, page, _ = await somebody.press(page, "hub/workshops/code", code="wrong")
    assert (status, "not the access code" in page) == (403, True)
    assert "Your name and e-mail address can be read by" in page
    sent = {"code": " sesame ", "profile": "big", "about-name": "Ada 'b' Lovelace"}
    status, page, _ = await somebody.press(page, "hub/workshops/code", **sent)
    assert (status, "Your e-mail address is missing" in page) == (400, True)
    sent["about-email"] = "ada@example.com"
    _, page, url = await somebody.press(page, "hub/workshops/code", **sent)
    somebody.name = find_user(page, url)
    if "spawn-pending" in url:
        assert (await somebody.follow())[-1].get("ready")
    _, told = await hub.api("GET", f"users/{user}")
    assert "sesame" not in str(told)
    (pod,) = site.as_admin("/api/v1/namespaces/workshops/pods")["items"]
    env = pod["spec"]["containers"][0]["env"]
    assert {"name": "SIZE", "value": "big"} in env, "profiles go on working"
    # What was asked about the visitor is in the session's Secret alone.
    reference = next(each for each in env if each["name"] == "ATTENDEE_EMAIL")["valueFrom"]
    assert reference["secretKeyRef"]["key"] == "attendee-email"
    assert "ada@example.com" not in str(pod)
    assert "ada@example.com" not in hub.log_text
    (told,) = (await hub.api("GET", f"users/{user}"))[1]["servers"].values()
    assert told["user_options"]["details"] == {
        **{"name": "Ada 'b' Lovelace", "email": "ada@example.com"}
    }


@pytest.mark.browser
async def test_in_a_browser_with_keys_on_a_phone_and_in_the_dark(hub, tmp_path):
    async with run_chromium() as browser:
        for scheme, width in (("light", 1280), ("dark", 390)):
            context = await browser.new_context(
                color_scheme=scheme, viewport={"width": width, "height": 844}
            )
            page = await context.new_page()
            await page.goto(f"{hub.url}hub/workshops")
            await page.evaluate(accessibility.read_axe())
            assert await accessibility.find_troubles(page) == []
            wide = "document.documentElement.scrollWidth <= innerWidth"
            assert await page.evaluate(wide)
            await page.screenshot(path=tmp_path / f"workshops-{scheme}.png", full_page=True)
            await page.keyboard.press("/")
            await page.keyboard.type("basics")
            await expect(page.locator("#count")).to_have_text("1 workshop found")
            await expect(page.locator(".workshop-cards > li:visible")).to_have_count(1)
            await page.keyboard.press("Tab")
            await page.locator(".workshop-cards > li:visible a").press("Enter")
            await page.locator("#workshop").wait_for()
            await page.goto(f"{hub.url}hub/workshops/go")
            await page.evaluate(accessibility.read_axe())
            assert await accessibility.find_troubles(page) == []
            assert await page.evaluate(wide)
            await page.screenshot(path=tmp_path / f"workshop-{scheme}.png", full_page=True)
            # One press before the login is enough.
            await page.locator("#start-button").click()
            await page.locator("#workshop-login #start-button").click()
            await expect(page.locator("body")).to_contain_text("hello from")
            await context.close()
