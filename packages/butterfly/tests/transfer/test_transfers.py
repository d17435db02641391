"""Files dragged into a page, chosen, offered by the shell, in a real browser with both clients."""

import os
import re

import pytest

from pages import expect

pytestmark = pytest.mark.browser
CLIENTS = pytest.mark.parametrize("client", ["butterfly", "xterm"])

# Drops files onto the page as a file manager does; `size` 0 gives the text alone.
DROP = """([name, text, size]) => {
  const data = new DataTransfer();
  data.items.add(new File([size ? "x".repeat(size) : text], name));
  const target = document.elementFromPoint(200, 200);
  for (const type of ["dragenter", "dragover", "drop"])
    target.dispatchEvent(new DragEvent(type, { dataTransfer: data, bubbles: true }));
}"""
ENTER = DROP.replace('["dragenter", "dragover", "drop"]', '["dragenter", "dragover"]')


class Tab:
    """A browser tab."""

    def __init__(self, page):
        self.page = page
        self.errors = []
        page.on("pageerror", lambda error: self.errors.append(str(error)))

    async def drop(self, name, text="", size=0):
        await self.page.evaluate(DROP, [name, text, size])

    async def row(self, words):
        """Wait for the line of the panel that has these words."""
        row = self.page.locator(".files-row", has_text=re.compile(words))
        await row.first.wait_for()
        return row.first

    async def click(self, words, button):
        await (await self.row(words)).get_by_role("button", name=button, exact=True).click()

    async def run(self, command):
        await self.page.keyboard.type(command)
        await self.page.keyboard.press("Enter")


@pytest.fixture
async def server(server_factory):
    return await server_factory("--ButterflyApp.upload_bytes=3000000")


@pytest.fixture
async def open_tab(browser, server):
    async def start(path, **options):
        options.setdefault("viewport", {"width": 900, "height": 560})
        context = await browser.new_context(accept_downloads=True, **options)
        tab = Tab(await context.new_page())
        await tab.page.goto(server.url + path)
        if "terminal" in path:
            await tab.page.wait_for_selector("html[data-terminal-state=open]")
        return tab

    return start


@CLIENTS
async def test_a_file_dropped_goes_to_the_shells_folder(open_tab, client, tmp_path, artifacts):
    (tmp_path / "lab").mkdir()
    tab = await open_tab(f"terminal/session/1?client={client}")
    await tab.run("cd lab && touch there")
    while not (tmp_path / "lab" / "there").exists():
        await tab.page.wait_for_timeout(20)
    await tab.page.evaluate(ENTER, ["notes.txt", "", 0])
    await tab.page.wait_for_selector("#files-drop:visible >> text=Drop to upload to ~/lab")
    await tab.page.screenshot(path=artifacts / f"drop-{client}.png")
    await tab.drop("notes é.txt", "first")
    await tab.row("notes é.txt is in ~/lab")
    assert (tmp_path / "lab" / "notes é.txt").read_text() == "first"
    await expect(tab.page.locator("#files-drop")).to_be_hidden()
    await tab.drop("large.bin", size=2_000_000)
    await tab.row("large.bin is in ~/lab")
    assert (tmp_path / "lab" / "large.bin").stat().st_size == 2_000_000
    await tab.page.screenshot(path=artifacts / f"uploaded-{client}.png")
    assert tab.errors == []


@CLIENTS
async def test_nothing_is_replaced_without_asking(open_tab, client, tmp_path, artifacts):
    (tmp_path / "a.tar.gz").write_text("mine")
    tab = await open_tab(f"terminal/session/1?client={client}")
    await tab.drop("a.tar.gz", "new")
    await tab.row("is in ~ already")
    await tab.page.screenshot(path=artifacts / f"replace-{client}.png")
    await tab.click("already", "Keep both")
    await tab.row(r"a.tar \(1\).gz is in ~ ")
    assert (tmp_path / "a.tar.gz").read_text() == "mine"
    assert (tmp_path / "a.tar (1).gz").read_text() == "new"
    await tab.drop("a.tar.gz", "newer")
    await tab.click("already", "Replace")
    await tab.row("^a.tar.gz is in ~ ")
    assert (tmp_path / "a.tar.gz").read_text() == "newer"
    await tab.drop("a.tar.gz", "newest")
    await tab.click("already", "Skip")
    await tab.page.locator(".files-row", has_text="already").wait_for(state="detached")
    assert (tmp_path / "a.tar.gz").read_text() == "newer"


@CLIENTS
async def test_what_cannot_be_uploaded_is_told(open_tab, client, tmp_path):
    tab = await open_tab(f"terminal/session/1?client={client}")
    await tab.drop("large.bin", size=3_000_001)
    await tab.row("large.bin has 2.9 MiB; at most 2.9 MiB may pass")
    await tab.drop("-rf", "x")
    await tab.row("begins with a dash")
    (tmp_path / "taken").mkdir()
    await tab.drop("taken", "x")
    await tab.click("taken is in ~ already", "Replace")
    await tab.row("There is a folder of this name")
    assert sorted(os.listdir(tmp_path / "taken")) == []


@CLIENTS
async def test_an_upload_shows_how_far_it_is_and_can_be_cancelled(
    open_tab, client, tmp_path, artifacts
):
    tab = await open_tab(f"terminal/session/1?client={client}")
    cdp = await tab.page.context.new_cdp_session(tab.page)
    await cdp.send("Network.enable")
    slow = {"latency": 0, "downloadThroughput": -1, "uploadThroughput": 150_000, "offline": False}
    await cdp.send("Network.emulateNetworkConditions", slow)
    await tab.drop("large.bin", size=2_900_000)
    row = await tab.row(r"large.bin: [\d.]+ KiB of 2.8 MiB")
    assert 0 < await row.locator("progress").evaluate("bar => bar.value") < 1
    await tab.page.screenshot(path=artifacts / f"uploading-{client}.png")
    await tab.click("large.bin", "Cancel")
    await tab.row("cancelled; nothing was kept")
    assert not (tmp_path / "large.bin").exists()


@CLIENTS
async def test_text_that_is_dragged_is_left_alone(open_tab, client):
    tab = await open_tab(f"terminal/session/1?client={client}")
    prevented = await tab.page.evaluate(
        """() => {
          const data = new DataTransfer();
          data.setData("text/plain", "hello");
          const made = (type) =>
            new DragEvent(type, { dataTransfer: data, bubbles: true, cancelable: true });
          document.body.dispatchEvent(made("dragenter"));
          return document.getElementById("files-drop").hidden;
        }"""
    )
    assert prevented is True
    await expect(tab.page.locator(".files-row")).to_have_count(0)


@CLIENTS
async def test_the_menu_uploads_what_is_chosen_and_keys_stay_out_of_the_shell(
    open_tab, client, tmp_path
):
    tab = await open_tab(f"terminal/session/1?client={client}")
    (tmp_path / "chosen.txt").write_text("chosen")
    (tmp_path / "lab").mkdir()
    await tab.run("cd lab && touch there")
    while not (tmp_path / "lab" / "there").exists():
        await tab.page.wait_for_timeout(20)
    await tab.page.click("#terminal-menu")
    async with tab.page.expect_file_chooser() as chooser:
        await tab.page.click("text=Upload files")
    await (await chooser.value).set_files(tmp_path / "chosen.txt")
    await tab.row("chosen.txt is in ~/lab")
    assert (tmp_path / "lab" / "chosen.txt").read_text() == "chosen"


@CLIENTS
async def test_what_the_shell_offers_is_downloaded_by_a_click_only(
    open_tab, client, tmp_path, artifacts
):
    (tmp_path / "notes é.txt").write_text("hello")
    (tmp_path / "lab").mkdir()
    (tmp_path / "lab" / "a").write_text("a")
    tab = await open_tab(f"terminal/session/1?client={client}")
    downloads = []
    tab.page.on("download", lambda one: downloads.append(one))
    await tab.run("workshop-download notes* lab")
    await tab.row("The shell offers ~/notes é.txt .5 B.")
    await tab.row("The shell offers ~/lab .folder, as zip.")
    await tab.page.screenshot(path=artifacts / f"offer-{client}.png")
    await tab.page.keyboard.press("Enter")  # the shell has the keyboard, not the offer
    await tab.run("for i in 1 2 3 4 5 6; do workshop-download lab; done; touch done-it")
    while not (tmp_path / "done-it").exists():
        await tab.page.wait_for_timeout(20)
    assert len(await tab.page.locator(".files-row.offer").all()) <= 4
    assert downloads == []
    await tab.run("workshop-download notes*")
    async with tab.page.expect_download() as download:
        await tab.click("notes é.txt", "Download")
    got = await download.value
    assert got.suggested_filename == "notes é.txt"
    await got.save_as(tmp_path / "saved")
    assert (tmp_path / "saved").read_text() == "hello"
    async with tab.page.expect_download() as download:
        await (
            tab.page.locator(".files-row", has_text="~/lab")
            .last.get_by_role("button", name="Download")
            .click()
        )
    assert (await download.value).suggested_filename == "lab.zip"


@CLIENTS
async def test_the_shell_asks_for_files(open_tab, client, tmp_path):
    (tmp_path / "lab").mkdir()
    (tmp_path / "chosen.txt").write_text("chosen")
    tab = await open_tab(f"terminal/session/1?client={client}")
    await tab.run("workshop-upload lab")
    await tab.row("asks for files for ~/lab")
    async with tab.page.expect_file_chooser() as chooser:
        await tab.click("asks for files", "Choose files")
    await (await chooser.value).set_files(tmp_path / "chosen.txt")
    await tab.row("chosen.txt is in ~/lab")


@CLIENTS
async def test_output_offers_nothing(open_tab, client, tmp_path):
    """What only a control socket may say does nothing when a program prints it."""
    tab = await open_tab(f"terminal/session/1?client={client}")
    text = '{"cmd": "offer", "kind": "download", "path": "x", "place": "~/x", "size": 1}'
    (tmp_path / "evil").write_text(
        f"{text}\n\x1b]1337;File=name=eA==;inline=0:eA==\x07\x1bP;{text}\x1b\\end-of-evil\n"
    )
    await tab.run("cat evil; touch done-it")
    while not (tmp_path / "done-it").exists():
        await tab.page.wait_for_timeout(20)
    await expect(tab.page.locator(".files-row")).to_have_count(0)


async def test_the_page_of_a_folder(open_tab, tmp_path, artifacts):
    (tmp_path / "lab 1" / "solutions").mkdir(parents=True)
    (tmp_path / "lab 1" / "notes é.txt").write_text("hello")
    (tmp_path / "lab 1" / "deploy.yaml").write_text("x" * 2000)
    tab = await open_tab("files/")
    await tab.page.click("text=lab 1/")
    await tab.page.screenshot(path=artifacts / "files.png")
    async with tab.page.expect_download() as download:
        await tab.page.click("text=notes é.txt")
    assert (await download.value).suggested_filename == "notes é.txt"
    await tab.drop("dropped.txt", "dropped")
    await tab.page.wait_for_selector("td >> text=dropped.txt")  # the list is shown again
    assert (tmp_path / "lab 1" / "dropped.txt").read_text() == "dropped"
    async with tab.page.expect_download() as download:
        await tab.page.click("text=Download all as zip")
    assert (await download.value).suggested_filename == "lab 1.zip"
    await tab.page.click("nav >> text=~")
    await tab.page.wait_for_selector("text=lab 1/")
    assert tab.errors == []


async def test_the_page_of_a_folder_in_the_dark(open_tab, tmp_path, artifacts):
    (tmp_path / "lab").mkdir()
    (tmp_path / "notes.txt").write_text("hello")
    tab = await open_tab("files/", color_scheme="dark")
    await tab.page.screenshot(path=artifacts / "files-dark.png")
    await expect(tab.page.locator("text=notes.txt")).to_be_visible()
