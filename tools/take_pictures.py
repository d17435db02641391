"""Retake the pictures of the documentation: `python3 noxfile.py -s pictures [-- SCENE...]`.

Each scene is played by a headless Chromium in a demo that is started for it, as people do it:
nothing in a picture is made up. Look at what came of it before you commit it.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import re
import shutil
import sys
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
IMAGES = ROOT / "docs" / "images"
sys.path[:0] = [str(ROOT / "demo"), str(ROOT / "tests" / "support")]

from playwright.async_api import Browser, Locator, Page, async_playwright, expect  # noqa: E402

import serve  # noqa: E402 - of the demo
import shared_chromium  # noqa: E402 - of the tests

SECONDS = 60
WIDE, TABLET, PHONE = (1280, 720), (768, 900), (320, 640)
# How fast a file goes up while it is looked at, and how large it is, in bytes (a second).
UPLOAD_SPEED, UPLOAD_SIZE = 1_000_000, 8_000_000
COLOURS = r"printf '\033[32mpassed\033[0m 3, \033[31mfailed\033[0m 1, \033[33mskipped\033[0m 2\n'"
COMMANDS = {
    "ls --color=always": "solutions",
    "cd lab": "lab]",
    "echo 'h\u00e9llo \u2713' https://kubernetes.io/docs/": "h\u00e9llo \u2713 https",
    COLOURS: "passed 3",
}


@dataclass(frozen=True)
class Scene:
    """What a scene plays with: a browser, a running demo, and where pictures go."""

    browser: Browser
    demo: Mapping[str, str]
    folder: Path

    async def visit(self, size: tuple[int, int], *, touch: bool = False) -> Page:
        """Come as a new visitor, and wait for the notes and a shell."""
        page = await self.open(self.demo["DEMO_URL"], size, touch=touch)
        await page.get_by_role("button", name="Start").click()
        await expect(page.locator(".terminal.ready")).to_have_count(1)
        await expect(page.locator("#clock .time, #warning .sentence").first).not_to_be_empty()
        return page

    async def open(self, url: str, size: tuple[int, int], *, touch: bool = False) -> Page:
        """Open an address in a browser of its own."""
        width, height = size
        context = await self.browser.new_context(
            viewport={"width": width, "height": height}, has_touch=touch, reduced_motion="reduce"
        )
        page = await context.new_page()
        page.set_default_timeout(SECONDS * 1000)
        await page.goto(url)
        return page

    async def take(self, page: Page, name: str) -> None:
        """Take a picture, once what is said for a moment has been said."""
        await page.evaluate("document.fonts.ready")
        await page.screenshot(path=self.folder / f"{name}.png", animations="disabled")
        print(f"  {name}.png", flush=True)


def shell(page: Page, session: str = "1") -> Locator:
    """What the terminal `session` of a dashboard shows."""
    frame = page.frame_locator(f'.terminal[data-session="{session}"] iframe')
    return frame.locator("body")


async def run(page: Page, title: str, wanted: str) -> None:
    """Click a block of the notes, and wait for what it prints and until the page is silent."""
    await page.get_by_role("button", name=title, exact=False).first.click()
    await expect(shell(page)).to_contain_text(wanted)
    await expect(page.locator("#state")).to_be_empty()
    await page.mouse.move(0, 0)


async def type_commands(page: Page, commands: Mapping[str, str]) -> None:
    """Type into a terminal that has a window of its own; each with what it must print."""
    for command, wanted in commands.items():
        await page.keyboard.type(f"{command}\n")
        await expect(page.locator("body")).to_contain_text(wanted)


async def open_terminal(page: Page, session: str, query: str = "") -> None:
    """Go from a dashboard to a terminal alone, and make the folders that pictures show."""
    await page.goto(f"{page.url.split('/dashboard')[0]}/terminal/session/{session}{query}")
    await expect(page.locator("html")).to_have_attribute("data-terminal-state", "open")
    make = "cd; mkdir -p lab solutions; cp /etc/hostname lab/notes.txt; clear; echo rea''dy"
    await type_commands(page, {make: "ready"})
    await page.keyboard.type("clear\n")
    await expect(page.locator("body")).not_to_contain_text("ready")


async def play_dashboard(scene: Scene) -> None:
    """Notes beside terminals: light and dark, slides, on a tablet and on a phone."""
    page = await scene.visit((1400, 860))
    await run(page, "Run", "Hello from")
    await scene.take(page, "session")
    await page.set_viewport_size({"width": WIDE[0], "height": WIDE[1]})
    await page.get_by_title("Menu").click()
    await page.get_by_role("button", name="Add a terminal").click()
    await expect(page.locator(".terminal.ready")).to_have_count(2)
    await scene.take(page, "dashboard")
    await page.emulate_media(color_scheme="dark")
    await page.get_by_title("Menu").click()
    await scene.take(page, "dashboard-dark")
    await page.keyboard.press("Escape")
    await page.emulate_media(color_scheme="light")
    await page.get_by_role("tab", name="Slides").click()
    slides = page.frame_locator("#panel-slides iframe")
    await expect(slides.locator(".slide-number")).to_contain_text("1")
    await expect(slides.locator("section.present h1")).to_be_visible()
    await scene.take(page, "dashboard-slides")
    await page.set_viewport_size({"width": TABLET[0], "height": TABLET[1]})
    await scene.take(page, "dashboard-tablet")
    phone = await scene.visit(PHONE, touch=True)
    await scene.take(phone, "dashboard-phone-notes")
    await run(phone, "Run", "Hello from")
    await scene.take(phone, "dashboard-phone-terminal")


async def play_terminal(scene: Scene) -> None:
    """The terminal alone: both clients, both themes, and on a phone."""
    page = await scene.visit((900, 420))
    await open_terminal(page, "7")
    await type_commands(page, COMMANDS)
    await scene.take(page, "terminal-butterfly")
    await page.get_by_role("button", name="Menu").click()
    await page.get_by_role("menuitem", name="Dark or light").click()
    await page.keyboard.press("Escape")
    await scene.take(page, "terminal-light")
    page = await scene.visit((900, 420))
    await open_terminal(page, "7", "?client=xterm")
    await type_commands(page, COMMANDS)
    await scene.take(page, "terminal-xterm")
    phone = await scene.visit((390, 500), touch=True)
    await open_terminal(phone, "7", "?client=xterm")
    await type_commands(phone, {"seq 40": "40"})
    await scene.take(phone, "terminal-phone")


async def play_files(scene: Scene) -> None:
    """Files: a block that changes one, a save that is refused, transfers of the terminal."""
    page = await scene.visit(WIDE)
    await page.get_by_title("All pages").click()
    await page.get_by_role("link", name="Create a pod").first.click()
    await run(page, "Run", "END")
    block = page.locator(".block", has_text="Let it say")
    await block.get_by_role("button", name="Let it say", exact=False).click()
    files = page.frame_locator("#panel-files iframe")
    text = files.locator(".cm-content")
    await expect(text).to_contain_text("Ahoy")
    await block.locator(".lines").evaluate("each => each.scrollIntoView({ block: 'end' })")
    await expect(page.locator("#state")).to_be_empty()
    await scene.take(page, "files-tab")
    await text.press("Control+End")
    await page.keyboard.type("# mine")
    change = "echo '# of the shell' >> hello.yaml; echo do''ne\r"
    await page.evaluate("line => workshop.send('1', line)", change)
    await expect(shell(page)).to_contain_text("done")
    await text.press("Control+s")
    await expect(files.locator("#conflict")).to_be_visible()
    await scene.take(page, "files-conflict")
    await page.set_viewport_size({"width": 900, "height": 560})
    await open_terminal(page, "7")
    await type_commands(page, {"workshop-download hello.yaml lab": "click Download"})
    await expect(page.get_by_text("The shell offers")).to_have_count(2)
    await scene.take(page, "terminal-offer")
    for offer in range(2):
        await page.get_by_role("button", name="No", exact=True).nth(1 - offer).click()
    await take_upload(scene, page)
    await page.goto(f"{page.url.split('/terminal/')[0]}/files/home/")
    await scene.take(page, "files")


async def take_upload(scene: Scene, page: Page) -> None:
    """A file on its way, over a line that is slow enough to see it."""
    network = await page.context.new_cdp_session(page)
    speed = {"offline": False, "latency": 5, "downloadThroughput": -1}
    await network.send(
        "Network.emulateNetworkConditions", {**speed, "uploadThroughput": UPLOAD_SPEED}
    )
    large = scene.folder.parent / "measurements.csv"
    large.write_bytes(b"1,2,3\n" * (UPLOAD_SIZE // 6))
    async with page.expect_file_chooser() as chooser:
        await page.get_by_role("button", name="Menu").click()
        await page.get_by_role("menuitem", name="Upload files", exact=False).click()
    await (await chooser.value).set_files(large)
    await expect(page.get_by_text(re.compile(r"[345]\.\d MiB of"))).to_be_visible()
    await scene.take(page, "terminal-upload")
    await page.get_by_role("button", name="Cancel").click()


async def play_clock(scene: Scene) -> None:
    """A session that ends within minutes, and one that has ended: in a terminal and on a phone."""
    phone = await scene.visit(PHONE, touch=True)
    await scene.take(phone, "dashboard-clock-phone")
    page = await scene.visit((1000, 500))
    await open_terminal(page, "7")
    await type_commands(page, COMMANDS)
    await expect(page.locator("#terminal-clock.loud")).to_be_visible()
    await scene.take(page, "session-clock")
    instructor = await enter_as_instructor(scene)
    name = phone.url.split("/user/")[1].split("/")[0]
    row = instructor.get_by_role("row", name=name)
    await row.get_by_role("button", name="Stop").click()
    await instructor.get_by_role("dialog").get_by_role("button", name="Stop").click()
    await expect(phone.locator("#ended")).to_be_visible()
    await scene.take(phone, "dashboard-ended-phone")


async def enter_as_instructor(scene: Scene) -> Page:
    """The instructors' page, by the demo's code."""
    url = f"{scene.demo['DEMO_URL']}services/workshop-culler/login"
    page = await scene.open(url, WIDE)
    await page.get_by_label("Code for instructors").fill(scene.demo["DEMO_INSTRUCTOR_CODE"])
    await page.get_by_role("button", name="Enter").click()
    await expect(page.get_by_role("heading", name="Sessions")).to_be_visible()
    return page


async def play_instructor(scene: Scene) -> None:
    """Three visitors, two of whom raise a hand, and what the instructor sees of them."""
    visitors = [await scene.visit(WIDE) for _ in range(3)]
    for place, page in enumerate(visitors):
        for _ in range(place):
            title = await page.title()
            await page.locator("a[rel=next]").click()
            await expect(page).not_to_have_title(title)
    await raise_hand(visitors[2], "My pod stays Pending")
    await expect(visitors[2].locator("#state")).to_contain_text("Your hand is raised")
    await scene.take(visitors[2], "hand-raised")
    await raise_hand(visitors[1], "")
    instructor = await enter_as_instructor(scene)
    await expect(instructor.locator("#hands-list .asks")).to_have_count(2)
    told = instructor.locator("#rows, #hands-list").get_by_text("3 of 5")
    await expect(told).to_have_count(2)
    # Projects are known from the culler's next pass on.
    await expect(instructor.get_by_role("cell", name="workshop-", exact=False)).to_have_count(3)
    await scene.take(instructor, "instructor-page-hands")
    for left in (1, 0):
        await instructor.get_by_role("button", name="Lower", exact=False).first.click()
        await expect(instructor.locator("#hands-list .asks")).to_have_count(left)
    await instructor.mouse.move(0, 0)
    await scene.take(instructor, "instructor-page")
    await take_guest(scene, instructor, visitors[0])


async def take_guest(scene: Scene, instructor: Page, visitor: Page) -> None:
    """The instructor asks to see a visitor's terminals, and sees them."""
    await run(visitor, "Run", "Hello from")
    name = visitor.url.split("/user/")[1].split("/")[0]
    async with instructor.context.expect_page() as opened:
        await instructor.get_by_role("row", name=name).get_by_role("link", name="Join").click()
    guest = await opened.value
    await guest.set_viewport_size({"width": WIDE[0], "height": WIDE[1]})
    await expect(visitor.get_by_role("button", name="Let them see")).to_be_visible()
    await scene.take(visitor, "join-asked")
    await visitor.get_by_role("button", name="Let them see").click()
    await expect(guest.frame_locator("iframe").locator(".xterm-rows")).to_contain_text("Hello from")
    await scene.take(guest, "join-guest")


async def raise_hand(page: Page, words: str) -> None:
    """As a person does who is stuck."""
    await page.locator("#hand").click()
    await page.get_by_label("What do you need help with", exact=False).fill(words)
    await page.keyboard.press("Enter")
    await expect(page.locator("#hand")).to_have_attribute("aria-pressed", "true")


# How each scene is played, and with which options of the demo.
SCENES: Mapping[str, tuple[Callable[[Scene], Awaitable[None]], tuple[str, ...]]] = {
    "dashboard": (play_dashboard, ()),
    "terminal": (play_terminal, ()),
    "files": (play_files, ()),
    "clock": (play_clock, ("--age-minutes", "5")),
    "instructor": (play_instructor, ()),
}


@contextlib.asynccontextmanager
async def run_chromium() -> AsyncIterator[Browser]:
    """The machine's own Chromium, without windows."""
    options: dict[str, Any] = {"executable_path": shared_chromium.find_program()}
    async with async_playwright() as driver:
        browser = await driver.chromium.launch(**options, args=shared_chromium.FLAGS)
        yield browser
        await browser.close()


async def main(names: list[str], target: Path) -> None:
    """Play the scenes in a folder of their own, then put their pictures into the target."""
    expect.set_options(timeout=SECONDS * 1000)
    with tempfile.TemporaryDirectory(prefix="pictures-") as folder:
        taken = Path(folder) / "taken"
        taken.mkdir()
        async with run_chromium() as browser:
            for name in names:
                play, options = SCENES[name]
                place = Path(folder) / name
                place.mkdir()
                words = serve.parse_arguments(["--port", "0", *options])
                async with serve.serve(words, place) as (settings, _):
                    await play(Scene(browser, settings, taken))
        for picture in sorted(taken.iterdir()):
            shutil.copy(picture, target / picture.name)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Retake the pictures of the documentation.")
    parser.add_argument("scenes", nargs="*", metavar="SCENE", help=f"one of: {', '.join(SCENES)}")
    parser.add_argument("--to", type=Path, default=IMAGES, help="folder (default: docs/images)")
    given = parser.parse_args()
    if unknown := set(given.scenes) - set(SCENES):
        parser.error(f"no such scene: {', '.join(sorted(unknown))}; there are {', '.join(SCENES)}")
    asyncio.run(main(given.scenes or list(SCENES), given.to))
