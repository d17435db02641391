"""The files in a real browser: browse, edit, save without loss, make, rename, up and down."""

import asyncio
import os
from pathlib import Path

import pytest

import accessibility
from dashboard import run_dashboard
from pages import expect

pytestmark = pytest.mark.browser

NOTES = """# Boats

```editor:append-lines-to-file
file: ~/lab/boat.yaml
text: |
  sails: 2
```

```editor:select-matching-text
file: ~/lab/boat.yaml
text: Boat
```

```editor:replace-text-selection
file: ~/lab/boat.yaml
text: Ship
```

```editor:set-yaml-value
file: ~/lab/boat.yaml
path: name
value: Eve
```

```editor:copy-file
src: ~/lab/boat.yaml
dest: ~/lab/ship.yaml
```

```files:copy-file
path: lab/boat.yaml
preview: true
```
"""
EVIL = "<img src=x onerror=document.title=1>.txt"
# A person's drop, as the browser's event tells it.
DROP = """([name, text]) => {
  const data = new DataTransfer();
  data.items.add(new File([text], name));
  for (const type of ["dragenter", "dragover", "drop"])
    document.body.dispatchEvent(new DragEvent(type, { dataTransfer: data, bubbles: true }));
}"""


@pytest.fixture(scope="module")
def axe():
    """The script of axe-core: installed beside the proxy."""
    return accessibility.read_axe()


@pytest.fixture
def home(tmp_path):
    home = tmp_path / "home"
    (home / "lab").mkdir(parents=True)
    (home / "lab" / "boat.yaml").write_text("kind: Boat\n# a \u65e5\u672c boat\nname: 'Ada'\n")
    (home / EVIL).write_text("<script>document.title = 1</script>\n")
    (home / "dos.txt").write_bytes(b"one\r\ntwo\r\n")
    (home / "mixed.txt").write_bytes(b"\xef\xbb\xbfone\r\ntwo\nthree")
    (home / "picture.png").write_bytes(b"\x89PNG\r\n\0\xff")
    (home / "large.txt").write_bytes(b"x" * (1024 * 1024 + 1))
    return home


@pytest.fixture
async def url(tmp_path, home):
    notes = tmp_path / "notes"
    notes.mkdir()
    (notes / "index.md").write_text(NOTES)
    async with run_dashboard(notes, home) as address:
        yield address


@pytest.fixture
async def page(browser):
    page = await browser.new_page(viewport={"width": 1280, "height": 720}, accept_downloads=True)
    page.troubles = []
    page.on("pageerror", lambda error: page.troubles.append(str(error)))

    def note(message):
        # A browser tells each refusal of the server, which the page tells in words.
        if message.type == "error" and "Failed to load resource" not in message.text:
            page.troubles.append(message.text)

    page.on("console", note)
    yield page
    await page.close()


async def open_file(page, name):
    await page.locator("#entries").get_by_role("button", name=name, exact=True).click()
    await expect(page.locator(".open .name")).to_have_text(name)
    await expect(page.locator(".cm-content")).to_be_focused()


async def write(page, text):
    """Write at the end of what is open."""
    await page.locator(".cm-content").press("Control+End")
    await page.keyboard.type(text)
    await expect(page.locator("#unsaved")).to_be_visible()


async def test_a_text_is_edited_and_nothing_of_it_is_lost(url, page, home, artifacts):
    await page.goto(f"{url}dashboard/home")
    names = page.locator("#entries .name")
    await expect(names).to_have_text(
        ["lab", EVIL, "dos.txt", "large.txt", "mixed.txt", "picture.png"]
    )
    await names.first.click()
    await open_file(page, "boat.yaml")
    await expect(page.locator("#edit-name")).to_have_text("~/lab/boat.yaml")
    await page.screenshot(path=artifacts / "files-panel.png")
    await write(page, "sails: 2")
    await page.keyboard.press("Control+s")
    await expect(page.locator("#news")).to_have_text("~/lab/boat.yaml is saved.")
    text = "kind: Boat\n# a \u65e5\u672c boat\nname: 'Ada'\nsails: 2"
    assert (home / "lab" / "boat.yaml").read_text() == text

    # What the shell writes meanwhile is shown, and not overwritten by what is written here.
    (home / "lab" / "boat.yaml").write_text("kind: Shell\n")
    await page.evaluate("dispatchEvent(new Event('focus'))")
    await expect(page.locator(".cm-line").first).to_have_text("kind: Shell")
    await write(page, "mine")
    (home / "lab" / "boat.yaml").write_text("kind: Other\n")
    await page.get_by_role("button", name="Save", exact=True).click()
    await expect(page.locator("#conflict-text")).to_contain_text("Nothing was overwritten")
    await page.screenshot(path=artifacts / "files-conflict.png")
    await page.get_by_role("button", name="Keep both").click()
    await expect(page.locator("#edit-name")).to_have_text("~/lab/boat (mine).yaml")
    assert (home / "lab" / "boat.yaml").read_text() == "kind: Other\n"
    assert (home / "lab" / "boat (mine).yaml").read_text() == "kind: Shell\nmine"

    await open_file(page, "boat.yaml")
    await write(page, "again")
    (home / "lab" / "boat.yaml").unlink()
    await page.keyboard.press("Control+s")
    await page.get_by_role("button", name="Overwrite it with mine").click()
    await expect(page.locator("#news")).to_have_text("~/lab/boat.yaml is saved.")
    assert (home / "lab" / "boat.yaml").read_text() == "kind: Other\nagain"

    await write(page, "lost?")
    await page.get_by_role("button", name="Close", exact=True).click()
    dialog = page.get_by_role("dialog", name="Save ~/lab/boat.yaml?")
    await dialog.get_by_role("button", name="Cancel").click()
    await expect(page.locator("#unsaved")).to_be_visible()
    await page.get_by_role("button", name="Close", exact=True).click()
    await dialog.get_by_role("button", name="Discard them").click()
    await expect(page.locator("#edit")).to_be_hidden()
    assert (home / "lab" / "boat.yaml").read_text() == "kind: Other\nagain"
    assert page.troubles == []


async def test_what_is_typed_while_a_save_is_under_way_is_saved_too(url, page, home):
    lab = home / "lab" / "boat.yaml"
    lab.write_text("")
    (home / "lab" / "crew.txt").write_text("Ada")
    reached, go_on = asyncio.Event(), asyncio.Event()

    async def hold(route):
        if route.request.method == "PUT":
            reached.set()
            await go_on.wait()
        await route.continue_()

    await page.route("**/files/home/lab/boat.yaml", hold)
    await page.goto(f"{url}dashboard/home")
    await page.get_by_role("button", name="lab", exact=True).click()
    crew = page.locator("#entries").get_by_role("button", name="crew.txt", exact=True)
    dialog = page.get_by_role("dialog", name="Save ~/lab/boat.yaml?")
    for choice, text in (("Save", "one, two"), ("Discard them", "one, twoone")):
        reached.clear()
        go_on.clear()
        await open_file(page, "boat.yaml")
        await write(page, "one")
        await page.keyboard.press("Control+s")
        await reached.wait()
        await write(page, ", two")
        await crew.click()
        await dialog.get_by_role("button", name=choice, exact=True).click()
        if choice == "Save":
            go_on.set()
        await expect(page.locator("#edit-name")).to_have_text("~/lab/crew.txt")
        if choice != "Save":
            async with page.expect_response("**/files/home/lab/boat.yaml"):
                go_on.set()
        assert lab.read_text() == text
    # The answer for the one file says nothing about the other.
    await write(page, "!")
    await page.keyboard.press("Control+s")
    await expect(page.locator("#news")).to_have_text("~/lab/crew.txt is saved.")
    assert (home / "lab" / "crew.txt").read_text() == "Ada!"
    assert page.troubles == []


async def test_each_byte_that_is_not_edited_stays(url, page, home):
    await page.goto(f"{url}dashboard/home")
    for name in ("dos.txt", "mixed.txt"):
        before = (home / name).read_bytes()
        await open_file(page, name)
        await write(page, "x\ny")
        await page.keyboard.press("Control+s")
        await expect(page.locator("#news")).to_have_text(f"~/{name} is saved.")
        end = b"x\r\ny" if name == "dos.txt" else b"x\ny"
        assert (home / name).read_bytes() == before + end
    await open_file(page, EVIL)
    await expect(page.locator(".cm-line").first).to_have_text("<script>document.title = 1</script>")
    for name, says in (("picture.png", "is no text"), ("large.txt", "too much to edit here")):
        await page.locator("#entries").get_by_role("button", name=name, exact=True).click()
        await expect(page.locator("#trouble")).to_contain_text(says)
    await expect(page).to_have_title("Files")
    await expect(page.locator("main img")).to_have_count(0)
    assert page.troubles == []


async def test_files_are_made_renamed_deleted_and_go_up_and_down(
    url, page, home, tmp_path, artifacts
):
    (home / "out").symlink_to("/etc")
    Path(os.fsdecode(os.fsencode(home / "lab") + b"/caf\xe9.txt")).write_text("")
    (home / "lab" / "dos.txt").write_text("not the one that was shown before")
    await page.goto(f"{url}dashboard/home")
    # A folder with a name that no address can hold is shown, and is what the buttons act on.
    await page.get_by_role("button", name="lab", exact=True).click()
    await expect(page.locator("#entries .name")).to_have_text(
        ["boat.yaml", "caf\ufffd.txt", "dos.txt"]
    )
    await expect(page.locator("#entries .other .name")).to_be_disabled()
    await expect(page.locator("#entries .other a")).to_have_count(0)
    await page.get_by_role("button", name="Delete caf").click()
    await page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    await expect(page.locator("#trouble")).to_contain_text("in the terminal")
    await page.get_by_role("button", name="Delete dos.txt").click()
    await page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    await expect(page.locator("#news")).to_have_text("dos.txt is deleted.")
    assert (home / "dos.txt").exists()
    assert not (home / "lab" / "dos.txt").exists()
    await page.get_by_role("button", name="Home").click()
    await page.get_by_role("button", name="New folder").click()
    await page.keyboard.type("d\u00e9ck")
    await page.keyboard.press("Enter")
    await expect(page.locator("#news")).to_have_text("~/d\u00e9ck is made.")
    await expect(page.locator("#empty")).to_be_visible()
    await page.get_by_role("button", name="New file").click()
    await page.keyboard.type("log.sh")
    await page.keyboard.press("Enter")
    await expect(page.locator(".cm-content")).to_be_focused()
    await page.keyboard.type("echo ahoy")
    await page.evaluate(DROP, ["map.txt", "here be dragons"])
    await expect(page.locator(".files-row")).to_contain_text("map.txt is in ~/d\u00e9ck")
    entries = page.locator("#entries .name")
    await expect(entries).to_have_text(["log.sh", "map.txt"])
    await page.screenshot(path=artifacts / "files-upload.png")
    async with page.expect_download() as download:
        await page.get_by_role("link", name="Download map.txt").click()
    await (await download.value).save_as(tmp_path / "map.txt")
    assert (tmp_path / "map.txt").read_text() == "here be dragons"

    await page.get_by_role("button", name="Rename log.sh").click()
    await expect(page.locator("#ask-value")).to_have_value("log.sh")
    await page.keyboard.type("map")
    await page.keyboard.press("Enter")
    await expect(page.locator("#news")).to_have_text("log.sh is ~/d\u00e9ck/map.sh now.")
    await expect(page.locator("#edit-name")).to_have_text("~/d\u00e9ck/map.sh")
    await page.locator(".cm-content").press("Control+s")
    await expect(page.locator("#news")).to_have_text("~/d\u00e9ck/map.sh is saved.")
    assert (home / "d\u00e9ck" / "map.sh").read_text() == "echo ahoy"
    await page.get_by_role("button", name="Rename map.sh").click()
    await page.locator("#ask-value").fill("map.txt")
    await page.keyboard.press("Enter")
    await expect(page.locator("#trouble")).to_have_text("There is a file of this name already.")

    await page.get_by_role("button", name="Home").click()
    await expect(page.get_by_role("button", name="out", exact=True)).to_be_disabled()
    await page.get_by_role("button", name="Delete d\u00e9ck").click()
    dialog = page.get_by_role("dialog", name="Delete d\u00e9ck?")
    await dialog.get_by_role("button", name="Cancel").click()
    assert (home / "d\u00e9ck").exists()
    await page.get_by_role("button", name="Delete d\u00e9ck").click()
    await dialog.get_by_role("button", name="Delete").click()
    await expect(page.locator("#news")).to_have_text("d\u00e9ck is deleted.")
    await expect(page.locator("#edit")).to_be_hidden()
    assert not (home / "d\u00e9ck").exists()
    assert page.troubles == []


async def test_blocks_of_the_notes_show_what_they_edit(url, page, home, artifacts):
    await page.goto(f"{url}dashboard/")
    await page.locator(".terminal.ready").wait_for()
    panel = page.frame_locator("#panel-files iframe")
    blocks = page.locator("#notes button.main")
    shown = page.locator("#notes .block", has_text="Copy file: lab/boat.yaml").locator("pre")
    await expect(shown).to_contain_text("kind: Boat")
    await blocks.nth(0).click()
    await expect(panel.locator("#edit-name")).to_have_text("~/lab/boat.yaml")
    await expect(panel.locator(".cm-line").nth(3)).to_have_text("sails: 2")
    await panel.locator(".cm-content").press("Control+End")
    await page.keyboard.type("crew: 3")
    await expect(panel.locator("#unsaved")).to_be_visible()
    await blocks.nth(1).click()
    await blocks.nth(2).click()
    await expect(panel.locator(".cm-line").first).to_have_text("kind: Ship")
    await page.screenshot(path=artifacts / "files-tab.png")
    kept = "kind: Ship\n# a \u65e5\u672c boat\nname: 'Ada'\nsails: 2\ncrew: 3"
    assert (home / "lab" / "boat.yaml").read_text() == kept
    await blocks.nth(3).click()
    await expect(panel.locator(".cm-line").nth(2)).to_have_text("name: Eve")
    await blocks.nth(4).click()
    said = page.locator("#notes .result", has_text="Copied boat.yaml to ~/lab/ship.yaml.")
    await expect(said).to_be_visible()
    assert (home / "lab" / "ship.yaml").read_text() == kept.replace("'Ada'", "Eve")

    # What cannot be saved is not overwritten by a block either.
    await panel.locator(".cm-content").press("Control+End")
    await page.keyboard.type("!")
    await expect(panel.locator("#unsaved")).to_be_visible()
    (home / "lab" / "boat.yaml").write_text("kind: Other\n")
    os.utime(home / "lab" / "boat.yaml")
    await blocks.nth(0).click()
    await expect(panel.locator("#conflict")).to_be_visible()
    await expect(page.locator("#state")).to_have_text(
        "Save or close the file in the Files tab first."
    )
    assert (home / "lab" / "boat.yaml").read_text() == "kind: Other\n"
    assert page.troubles == []


@pytest.mark.parametrize("width", [320, 768])
async def test_there_is_room_on_each_screen_and_nothing_in_the_way(
    url, page, home, width, artifacts, axe
):
    await page.set_viewport_size({"width": width, "height": 640})
    await page.emulate_media(color_scheme="dark" if width == 768 else "light")
    await page.goto(f"{url}dashboard/home")
    await page.get_by_role("button", name="lab", exact=True).click()
    await open_file(page, "boat.yaml")
    assert not await page.evaluate("document.documentElement.scrollWidth > innerWidth")
    await page.screenshot(path=artifacts / f"files-panel-{width}.png")
    await page.evaluate(axe)
    assert await accessibility.find_troubles(page) == []
    await write(page, "mine")
    (home / "lab" / "boat.yaml").write_text("theirs")
    await page.keyboard.press("Control+s")
    await expect(page.locator("#conflict")).to_be_visible()
    await expect(page.get_by_role("button", name="Keep both")).to_be_focused()
    assert await accessibility.find_troubles(page) == []
    await page.get_by_role("button", name="Take the one on the disk").click()
    await expect(page.locator(".cm-line").first).to_have_text("theirs")
    await expect(page.locator("#unsaved")).to_be_hidden()
    await page.get_by_role("button", name="Close", exact=True).click()
    await expect(page.get_by_role("button", name="boat.yaml", exact=True)).to_be_focused()
    assert not await page.evaluate("document.documentElement.scrollWidth > innerWidth")
    await page.screenshot(path=artifacts / f"files-list-{width}.png")
    await page.get_by_role("button", name="Delete boat.yaml").press("Enter")
    await expect(page.get_by_role("dialog", name="Delete boat.yaml?")).to_be_visible()
    assert await accessibility.find_troubles(page) == []
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("button", name="Delete boat.yaml")).to_be_focused()
