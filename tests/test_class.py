"""A class of six in two workshops, an assistant and an instructor: what each sees and does.

Real hub, culler, cluster, pods as processes, and eight browsers.
"""

import re
import secrets

import pytest

import accessibility
import cluster as demo_cluster
from pages import expect

pytestmark = [pytest.mark.hub, pytest.mark.browser, pytest.mark.slow]
CONFIG = """
import sys
c.JupyterHub.authenticator_class = "workshop-anonymous"
c.JupyterHub.spawner_class = "workshop"
c.JupyterHub.cleanup_servers = False
c.WorkshopSpawner.namespace = "workshop"
c.WorkshopSpawner.application = "workshop"
c.WorkshopSpawner.image = "pocket/terminal"
c.WorkshopSpawner.cmd = ["jupyterhub-butterfly", "--ip=$(POD_IP)"]
c.WorkshopSpawner.workshops = {workshops!r}
c.WorkshopSpawner.environment = {{
    "WORKSHOP_CULLER_URL": c.JupyterHub.bind_url + "services/workshop-culler/",
}}
c.JupyterHub.custom_scopes = {{
    "custom:workshop:assist": {{"description": "assist"}},
    "custom:workshop:instruct": {{"description": "instruct"}},
}}
c.JupyterHub.services += [
    {{
        "name": "workshop-culler",
        "command": [sys.executable, "-m", "workshop_culler", "--timeout=0", "--max-age=14400",
                    "--WorkshopCuller.extension=20000",
                    "--state-file={folder}/culler.json"],
        "url": "http://127.0.0.1:{port}",
    }},
    {{"name": "grace", "api_token": "{grace}"}},
    {{"name": "hal", "api_token": "{hal}"}},
]
c.JupyterHub.load_roles += [
    {{"name": "culler", "services": ["workshop-culler"],
      "scopes": ["list:users", "read:users:activity", "read:users:groups", "read:servers",
                 "delete:servers", "delete:users"]}},
    {{"name": "grace", "services": ["grace"],
      "scopes": ["access:services!service=workshop-culler", "custom:workshop:instruct"]}},
    {{"name": "hal", "services": ["hal"],
      "scopes": ["access:services!service=workshop-culler", "custom:workshop:assist"]}},
]
"""
NOTES = {
    "git": ("Commits", "Branches", "Merges"),
    "pods": ("A pod", "Two pods"),
}
TITLES = {"git": "Git basics", "pods": "Pods for beginners"}
WIDE = {"width": 1280, "height": 800}


def write_workshops(folder):
    """The files of two workshops, and their notes; the folder of the files."""
    workshops = folder / "workshops"
    workshops.mkdir()
    for name, pages in NOTES.items():
        notes = folder / "notes" / name
        notes.mkdir(parents=True)
        for number, title in enumerate(pages):
            (notes / f"{number}.md").write_text(f"# {title}\n\nSome words about it.\n")
        details = "details: [name, email]\n" if name == "git" else "capacity: 3\n"
        (workshops / f"{name}.yaml").write_text(
            f"title: {TITLES[name]}\ndescription: What you need.\ntags: [{name}]\n"
            f"difficulty: beginner\nenvironment: {{WORKSHOP_FOLDER: {notes}}}\n{details}"
        )
    return workshops


class School:
    """A hub, and those who come to it, each with a browser of their own."""

    def __init__(self, hub, browser, codes):
        self.hub, self.browser, self.codes = hub, browser, codes

    async def open(self, path, **options):
        """A new browser at this path of the hub."""
        context = await self.browser.new_context(**{"viewport": WIDE, **options})
        page = await context.new_page()
        page.troubles = []
        page.on("pageerror", lambda error: page.troubles.append(str(error)))
        await page.goto(self.hub.url + path)
        return page

    async def visit(self, workshop, *, name="", **options):
        """A visitor who finds a workshop in the catalogue, and is in a session of it."""
        page = await self.open("hub/workshops", **options)
        await page.get_by_label("Search").fill(TITLES[workshop][:4])
        await expect(page.locator("#count")).to_contain_text("1 workshop found")
        await page.get_by_role("link", name=TITLES[workshop]).click()
        await page.locator("#workshop #start-button").click()
        await page.locator("#workshop-login #start-button").click()
        if name:
            await page.get_by_label("Your name").fill(name)
            await page.get_by_label("Your e-mail address").fill(f"{name.lower()}@example.org")
            await page.get_by_role("button", name="Start").click()
        await page.wait_for_url("**/user/**")
        await expect(page.locator(".terminal.ready")).to_have_count(1)
        page.user = re.search(r"/user/([^/]+)/", page.url)[1]
        return page

    async def enter(self, who):
        """The instructors' page, by the code of a role."""
        page = await self.open("services/workshop-culler/login")
        await page.get_by_label("Code for instructors").fill(self.codes[who])
        await page.get_by_role("button", name="Enter").click()
        await expect(page.get_by_role("heading", name="Sessions")).to_be_visible()
        return page


@pytest.fixture
async def school(cluster, hub_factory, held_port, browser, tmp_path):
    account = await demo_cluster.prepare(cluster.kubeconfig, tmp_path / "hub.kubeconfig")
    cluster.start_node()
    codes = {who: f"{who}-{secrets.token_hex(16)}" for who in ("grace", "hal")}
    workshops = str(write_workshops(tmp_path))
    config = CONFIG.format(workshops=workshops, folder=tmp_path, port=held_port, **codes)
    hub = await hub_factory(config, env={"KUBECONFIG": str(account)})
    await hub.logged("judged ")
    return School(hub, browser, codes)


def row(page, visitor):
    """A visitor's row on the instructors' page."""
    return page.get_by_role("row", name=visitor.user)


async def test_a_class_from_the_catalogue_to_its_end(school, artifacts):
    names = ("Ada", "Ben", "Cleo")
    gits = [await school.visit("git", name=name) for name in names]
    pods = [await school.visit("pods", viewport={"width": 390, "height": 800})]
    pods += [await school.visit("pods") for _ in range(2)]
    grace, hal = await school.enter("grace"), await school.enter("hal")
    await expect(grace.locator("#summary")).to_contain_text("6 sessions of 6 people")

    # Who is where, in all workshops and in one.
    for visitor in gits[1:]:
        await visitor.locator("a[rel=next]").click()
    await expect(row(grace, gits[1])).to_contain_text("2 of 3: Branches")
    await grace.get_by_label("Workshop").select_option("pods")
    await expect(grace.locator("#rows tr:visible")).to_have_count(3)
    await expect(grace.locator("#board-list")).not_to_contain_text("Branches")
    await grace.get_by_label("Workshop").select_option("git")
    await expect(grace.locator("#rows tr:visible")).to_have_count(3)
    await expect(grace.locator("#board-list")).to_contain_text("Branches")
    await grace.screenshot(path=artifacts / "class-instructor.png")
    await grace.evaluate(accessibility.read_axe())
    assert await accessibility.find_troubles(grace) == []
    await grace.get_by_label("Workshop").select_option("")
    await expect(grace.locator("#rows tr:visible")).to_have_count(6)

    # The instructor knows who they are, an assistant does not.
    await expect(row(grace, gits[0])).to_contain_text("Ada, ada@example.org".replace(", ", " · "))
    await expect(row(hal, gits[0])).to_be_visible()
    await expect(hal.locator("body")).not_to_contain_text("ada@example.org")

    # A hand on a phone, which the assistant sees and answers.
    await pods[0].locator("#hand").click()
    await pods[0].keyboard.type("Where is my pod?")
    await pods[0].keyboard.press("Enter")
    hand = hal.locator("#hands-list li")
    await expect(hand).to_contain_text("Where is my pod?")
    await hand.get_by_role("button", name="Hint").click()
    await hal.keyboard.type("Look at kubectl get pods")
    await hal.keyboard.press("Enter")
    hint = pods[0].get_by_role("region", name="A hint for you")
    await expect(hint).to_contain_text("Look at kubectl get pods")
    await pods[0].screenshot(path=artifacts / "class-hint-390.png")
    await expect(row(hal, gits[0]).get_by_role("button", name="Stop")).to_be_disabled()
    await expect(row(hal, gits[0]).get_by_role("button", name="Extend")).to_be_disabled()
    await expect(hal.locator("#say")).to_have_count(0)

    # The assistant joins with consent, and may not even ask to type.
    async with hal.context.expect_page() as opened:
        await hand.get_by_role("link", name="Join").click()
    guest = (await opened.value).frame_locator("iframe")
    await pods[0].get_by_role("button", name="Let them see").click()
    await expect(guest.locator("#join-words")).to_contain_text("You see their terminal")
    await expect(guest.get_by_role("button", name="Ask to type")).to_be_hidden()
    await expect(pods[0].locator("#terminal-join")).to_contain_text("hal sees your terminals")
    await pods[0].screenshot(path=artifacts / "class-joined-390.png")
    await pods[0].locator("#terminal-join").get_by_role("button", name="End").click()
    await expect(guest.locator("#join-words")).to_contain_text("It is over")

    # The workshop is full for a seventh, who waits and does not get in at the other's cost.
    seventh = await school.open("hub/workshops/pods")
    await seventh.locator("#workshop #start-button").click()
    await seventh.locator("#workshop-login #start-button").click()
    await expect(seventh.locator("body")).to_contain_text(
        "All 3 places of Pods for beginners are taken"
    )
    await seventh.screenshot(path=artifacts / "class-full.png")

    # The instructor speaks to all, extends one, and ends one.
    await grace.get_by_label("Tell everybody").fill("A break until ten")
    await grace.get_by_role("button", name="Announce").click()
    await expect(grace.locator("#said-text")).to_have_text("A break until ten")
    await expect(row(grace, gits[0])).to_contain_text("3 h")
    await row(grace, gits[0]).get_by_role("button", name="Extend").click()
    await expect(row(grace, gits[0])).to_contain_text("5 h")
    await row(grace, gits[2]).get_by_role("button", name="Stop").click()
    await grace.get_by_role("dialog").get_by_role("button", name="Stop").click()
    await expect(gits[2].locator("#ended")).to_contain_text("An instructor")
    await expect(row(grace, gits[2])).to_have_count(0)
    await expect(grace.locator("#rows tr:visible")).to_have_count(5)
    assert "ada@example.org" not in school.hub.log_text
    everybody = [*gits, *pods, grace, hal]
    assert [page.troubles for page in everybody] == [[]] * len(everybody)
