"""The dashboard in a real browser, with the real terminal and a real shell behind it."""

import re

import pytest

from dashboard import run_dashboard
from pages import expect, expect_focus, expect_value
from workshop_dashboard import loader, site

pytestmark = pytest.mark.browser

INDEX = """---
Title: Start here
NextPage: second
---
# Start here

```execute
word=spoken; echo "in shell $((40 + 2))"
```

```execute-2
echo "in second $((40 + 3))"
```

```execute
sleep 600
```

```execute
<ctrl-c>
```

```execute
cat <<END
first line $((40 + 4))
  second line
END
```

```copy-and-edit
oc new-project mine
```

<script>document.title = "taken over"</script>
<img src="img/gone.png" onerror="document.title = 'taken over'" alt="a picture">
"""
SECOND = """# The second page

```execute
echo "still $word"
```

<pre><code class="language-execute">echo <ruby>a<rp>; echo hidden</rp></ruby>&#x202e;b</code></pre>

[Back to the start](index.md), [the terminal](%terminal_url%) and [elsewhere](https://example.com/),
[the slides](%slides_url%#/3), [the console](%console_url%/k8s), [a place here](#the-second-page)
"""


THIRD = """# What others call actions

```terminal:execute
title: Ask
prefix: Task
description: Two questions.
command: echo name$((1)); read name; echo boat$((2)); read boat; echo "$name sails $boat"
```

```terminal:input
text: Ada
```

```terminal:input
text: ding
endl: false
cascade: true
```

```terminal:input
text: hy
```

```section:begin
title: If it sinks
```

```terminal:execute
command: echo "bailed $((40 + 5))"
autostart: true
```

```section:end
```

```editor:append-lines-to-file
file: ~/boat.yaml
text: |
  kind: Boat
```

```examiner:execute-test
name: has-boat
title: Is there a boat?
args: [boat.yaml]
```

```examiner:execute-test
name: says
title: Who sails?
inputs:
  schema:
    captain:
      type: string
      title: "Captain:"
      required: true
```

```editor:execute-command
command: spring.start
args: [kind]
```

```dashboard:create-dashboard
name: Mine
url: terminal:mine
```

```terminal:execute
command: echo "in mine $((m += 46))"
session: mine
```

```terminal:execute
command: echo "once $((n += 1))"
session: mine
clear: true
cooldown: -1
```

```terminal:execute
command: echo unseen
hidden: true
```

Say `ahoy`{{< copy >}} aloud.

```terminal:execute
command: echo never {{< unknown >}}
```
"""


@pytest.fixture
async def server(tmp_path):
    """A terminal's server on loopback with notes of two pages; its address."""
    folder = tmp_path / "notes"
    folder.mkdir()
    (folder / "index.md").write_text(INDEX)
    (folder / "second.md").write_text(SECOND)
    (folder / "third.md").write_text(THIRD)
    program = folder / "examiner" / "tests" / "has-boat"
    program.parent.mkdir(parents=True)
    program.write_text('#!/bin/sh\ntest -e "$HOME/$1" || { echo not there; exit 1; }\n')
    program.chmod(0o755)
    says = program.with_name("says")
    says.write_text("#!/bin/sh\ngrep -q Ada || { echo not Ada; exit 1; }\n")
    says.chmod(0o755)
    home = tmp_path / "home"
    home.mkdir()
    async with run_dashboard(folder, home) as url:
        yield url


@pytest.fixture
async def open_page(browser, server):
    """Open the dashboard in a window of its own; errors of its scripts fail the test."""
    errors = []
    pages = []

    async def open_one(path="", **options):
        page = await browser.new_page(**options)
        page.on("pageerror", lambda error: errors.append(str(error)))
        await page.goto(server + path)
        await page.locator(".terminal.ready").first.wait_for(state="attached")
        pages.append(page)
        return page

    yield open_one
    for page in pages:
        await page.close()
    assert errors == []


async def shell_says(page, words, session="1"):
    """Wait until the terminal `session` shows `words`."""
    frame = page.frame_locator(f'.terminal[data-session="{session}"] iframe')
    await frame.get_by_text(words).first.wait_for(timeout=120_000)


def block(page, words):
    return page.locator(".block", has_text=words)


def run_button(page, words):
    return block(page, words).locator("button.main")


async def test_a_click_runs_the_command_in_the_shell(open_page, artifacts):
    page = await open_page()
    assert page.url.endswith("/dashboard/")
    await expect_value(page, "document.activeElement.tagName !== 'IFRAME'", value=True)
    await run_button(page, "in shell").click()
    await shell_says(page, "in shell 42")
    await block(page, "in shell").locator(".mark").wait_for()
    await page.screenshot(path=artifacts / "dashboard.png")


async def test_a_click_on_the_text_runs_it_too(open_page):
    page = await open_page()
    await block(page, "in shell").locator("pre").click()
    await shell_says(page, "in shell 42")


async def test_a_terminal_that_is_not_there_is_opened(open_page, artifacts):
    page = await open_page()
    await run_button(page, "in second").click()
    await shell_says(page, "in second 43", session="2")
    await page.screenshot(path=artifacts / "dashboard-two-terminals.png")


async def test_lines_are_kept_and_ctrl_c_interrupts(open_page):
    page = await open_page()
    await run_button(page, "sleep 600").click()
    await shell_says(page, "sleep 600")
    await run_button(page, "Ctrl+C").click()
    await run_button(page, "first line").click()
    await shell_says(page, "first line 44")


async def test_pages_turn_and_the_shell_lives_on(open_page):
    page = await open_page()
    await run_button(page, "in shell").click()
    await shell_says(page, "in shell 42")
    await page.get_by_role("link", name="Continue").click()
    await page.get_by_role("heading", name="The second page").wait_for()
    assert page.url.endswith("/dashboard/page/second")
    assert await page.title() == "The second page - Start here"
    await expect_focus(page, "notes")
    await run_button(page, "still").click()
    await shell_says(page, "still spoken")
    await page.go_back()
    await page.get_by_role("heading", name="Start here").wait_for()
    await block(page, "in shell").locator(".mark").wait_for()
    await shell_says(page, "still spoken")


async def test_what_was_run_is_marked_after_a_reload_and_the_shell_is_the_same(open_page):
    page = await open_page()
    await run_button(page, "in shell").click()
    await shell_says(page, "in shell 42")
    await page.reload()
    await block(page, "in shell").locator(".mark").wait_for()
    await shell_says(page, "in shell 42")


async def test_links_to_the_servers_other_pages_open_beside_it(open_page):
    page = await open_page("dashboard/page/second")
    for name, target in [("slides", "_blank"), ("console", "_blank"), ("a place", None)]:
        assert await page.get_by_role("link", name=name).get_attribute("target") == target


async def test_links_elsewhere_leave_the_page_alone(open_page):
    page = await open_page("dashboard/page/second")
    link = page.get_by_role("link", name="elsewhere")
    await expect(link).to_have_attribute("target", "_blank")
    assert "noopener" in await link.get_attribute("rel")


async def test_a_link_to_the_terminal_goes_there(open_page):
    page = await open_page("dashboard/page/second")
    await page.get_by_role("link", name="the terminal", exact=True).click()
    await expect_focus(page, "IFRAME")
    assert page.url.endswith("/second")


async def test_nothing_that_runs_is_hidden(open_page):
    page = await open_page("dashboard/page/second")
    text = await block(page, "echo a").locator("pre").inner_text()
    assert text.strip() == "echo a; echo hiddenb"


async def test_no_script_of_a_page_runs(open_page):
    page = await open_page()
    refused = []
    page.on("console", lambda message: refused.append(message.text))
    await page.evaluate("""() => {
        const script = document.createElement("script");
        script.textContent = "document.title = 'taken over'";
        document.body.append(script);
    }""")
    assert await page.title() == "Start here"
    assert any("Content Security Policy" in text for text in refused)


async def test_all_can_be_done_with_the_keyboard(open_page):
    page = await open_page()
    skip = page.get_by_role("link", name="Skip to the notes")
    await skip.focus()
    assert (await skip.bounding_box())["x"] >= 0
    await page.keyboard.press("Enter")
    await expect_focus(page, "notes")
    await page.keyboard.press("Tab")
    await run_button(page, "in shell").focus()
    await page.keyboard.press("Enter")
    await shell_says(page, "in shell 42")
    await page.keyboard.press("Control+F6")
    await expect_focus(page, "IFRAME")
    await page.keyboard.type("echo typed $((40 + 5))\n")
    await shell_says(page, "typed 45")
    await page.keyboard.press("Control+F6")
    await expect_focus(page, "notes")
    ring = "getComputedStyle(document.getElementById('notes')).outlineStyle"
    await expect_value(page, ring, "solid")  # who comes by the keys sees where they are
    await page.keyboard.press("Tab")
    await expect_value(page, ring, "none")


async def test_the_divider_moves_by_keys_and_mouse_and_is_remembered(open_page):
    page = await open_page(viewport={"width": 1200, "height": 800})
    divider = page.get_by_role("separator")
    await expect(divider).to_have_attribute("aria-valuenow", "40")
    await divider.focus()
    await page.keyboard.press("ArrowRight")
    await expect(divider).to_have_attribute("aria-valuenow", "42")
    box = await divider.bounding_box()
    await page.mouse.move(box["x"] + 4, 400)
    await page.mouse.down()
    await page.mouse.move(600, 400)
    await page.mouse.move(720, 400)
    await page.mouse.up()
    await expect(divider).to_have_attribute("aria-valuenow", "60")
    width = (await page.locator("#notes").bounding_box())["width"]
    assert 700 < width < 730
    await page.reload()
    await expect(divider).to_have_attribute("aria-valuenow", "60")


async def test_a_block_can_be_copied(open_page):
    page = await open_page()
    await page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    await run_button(page, "oc new-project").click()
    await block(page, "oc new-project").locator(".mark").wait_for()
    await expect_value(page, "navigator.clipboard.readText()", "oc new-project mine")
    await run_button(page, "sleep 600").click(modifiers=["Shift"])
    await block(page, "sleep 600").locator(".mark").wait_for()
    await expect_value(page, "navigator.clipboard.readText()", "sleep 600")


async def test_input_has_its_enter_and_one_block_starts_the_next(open_page):
    page = await open_page("dashboard/page/third")
    await expect(page.locator(".block .description")).to_have_text("Two questions.")
    await page.get_by_role("button", name="Task: Ask").click()
    await shell_says(page, "name1")
    await run_button(page, "Ada").click()
    await shell_says(page, "boat2")
    await page.get_by_role("button", name="Type: ding").click()
    await shell_says(page, "Ada sails dinghy")


async def test_a_section_opens_and_starts_what_is_in_it(open_page):
    page = await open_page("dashboard/page/third")
    await page.get_by_text("If it sinks").click()
    await shell_says(page, "bailed 45")


async def test_files_are_changed_and_steps_are_checked(open_page, artifacts):
    page = await open_page("dashboard/page/third")
    check = page.get_by_role("button", name="Is there a boat?")
    await check.click()
    await page.get_by_text("not there").wait_for()
    await page.get_by_role("button", name="Append lines to file").click()
    await page.locator(".lines .selected", has_text="kind: Boat").wait_for()
    await check.click()
    await page.get_by_text("Passed.", exact=True).wait_for()
    await page.screenshot(path=artifacts / "notes-editor-examiner.png")


async def test_a_check_may_ask(open_page):
    page = await open_page("dashboard/page/third")
    await page.get_by_label("Captain:").fill("Bob")
    await page.get_by_role("button", name="Who sails?").click()
    await page.get_by_text("not Ada").wait_for()
    await page.get_by_label("Captain:").fill("Ada")
    await page.keyboard.press("Enter")
    await page.get_by_text("Passed.", exact=True).wait_for()


async def test_a_terminal_with_a_name_is_opened(open_page):
    page = await open_page("dashboard/page/third")
    await page.get_by_role("button", name="Create dashboard: Mine").click()
    await page.locator('.terminal.ready[data-session="mine"]').wait_for(state="attached")
    await run_button(page, "in mine").click()
    await shell_says(page, "in mine 46", "mine")
    await run_button(page, "once").click()
    await shell_says(page, "once 1", "mine")
    # A second click of what runs once does nothing: what is run behind it comes next.
    await run_button(page, "once").click()
    await run_button(page, "in mine").click()
    await shell_says(page, "in mine 92", "mine")
    shown = page.frame_locator('.terminal[data-session="mine"] iframe').locator("body")
    await expect(shown).not_to_contain_text("once 2")
    await expect(block(page, "echo unseen")).to_be_hidden()


async def test_lesser_forms_of_what_is_not_here(open_page):
    page = await open_page("dashboard/page/third")
    await page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    await page.get_by_role("button", name="Run command of the editor").click()
    await page.get_by_text("Copied").first.wait_for(state="attached")
    await page.get_by_role("button", name="Copy: ahoy").click()
    await page.wait_for_function("navigator.clipboard.readText().then((text) => text === 'ahoy')")
    await expect(block(page, "echo never")).to_have_count(0)


async def test_all_pages_are_searched(open_page, artifacts):
    page = await open_page()
    await page.locator(".pages summary").click()
    await page.get_by_role("searchbox").fill("elsewhere")
    hit = page.locator(".hits a")
    await hit.first.wait_for()
    await expect(hit).to_have_count(1)
    await page.screenshot(path=artifacts / "search.png")
    await hit.click()
    await page.get_by_role("heading", name="The second page").wait_for()


async def test_keys_turn_the_pages_and_what_was_read_is_marked(open_page):
    page = await open_page()
    await page.locator("#notes").focus()
    await page.keyboard.press("n")
    await page.get_by_role("heading", name="The second page").wait_for()
    await page.keyboard.press("p")
    await page.get_by_role("heading", name="Start here").wait_for()
    await page.locator(".pages summary").click()
    await expect(page.locator(".pages li.read")).to_have_text("The second page")


async def test_a_phone_shows_one_panel_at_a_time(open_page, artifacts):
    page = await open_page(viewport={"width": 390, "height": 780})
    terminals, notes = page.locator("#terminals"), page.locator("#notes")
    await expect(notes).to_be_visible()
    await expect(terminals).to_be_hidden()
    await page.screenshot(path=artifacts / "dashboard-phone.png")
    await run_button(page, "in shell").click()
    await terminals.wait_for()
    await expect(notes).to_be_hidden()
    await shell_says(page, "in shell 42")
    await page.get_by_role("button", name="Notes").click()
    await notes.wait_for()
    wide = await page.evaluate("document.documentElement.scrollWidth")
    assert wide <= 390


async def test_it_is_dark_where_people_like_it_dark(open_page, artifacts):
    page = await open_page(color_scheme="dark")
    await page.screenshot(path=artifacts / "dashboard-dark.png")
    paper = await page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert sum(map(int, re.findall(r"\d+", paper)[:3])) < 150


async def test_a_terminal_that_is_gone_is_told(open_page):
    page = await open_page()
    await page.evaluate("""() => {
        const frame = document.querySelector(".terminal iframe");
        frame.dataset.src = "/terminal/gone";
        window.workshop.reloadTerminals();
        window.workshop.answerWithin = 200;
    }""")
    await run_button(page, "in shell").click()
    await page.locator("#state", has_text="The terminal does not answer").wait_for()
    await expect(block(page, "in shell").locator(".mark")).to_be_hidden()


async def test_only_a_terminal_can_say_that_it_is_ready(open_page):
    page = await open_page()
    ready = await page.evaluate("""async () => {
        document.querySelector(".terminal iframe").dataset.src = "/terminal/gone";
        window.workshop.reloadTerminals();
        const told = new Promise((done) => addEventListener("message", done, { once: true }));
        window.postMessage({ type: "terminal:ready" }, location.origin);
        await told;
        return document.querySelectorAll(".terminal.ready").length;
    }""")
    assert ready == 0


WRITTEN = """# Draft

```terminal:execute
command: echo "begun $((40 + 7))" >> begun; wc -l < begun
autostart: true
```

```section:begin
title: More
```

```terminal:execute
command: echo more >> begun
autostart: true
```

```section:end
```

{}
"""


async def test_an_author_keeps_place_and_keys_while_the_page_changes(browser, tmp_path):
    folder, home = tmp_path / "notes", tmp_path / "home"
    folder.mkdir()
    home.mkdir()
    lines = [f"Line {number}" for number in range(80)]
    draft = folder / "index.md"
    draft.write_text(WRITTEN.format("\n\n".join(lines)))
    async with run_dashboard(folder, home, "--Dashboard.live_reload=True") as url:
        page = await browser.new_page()
        await page.goto(url)
        await shell_says(page, "1")
        await page.get_by_text("More", exact=True).click()
        await page.get_by_text("Line 60").scroll_into_view_if_needed()
        place = await page.evaluate("document.getElementById('notes').scrollTop")
        await page.evaluate("workshop.focusTerminal()")
        await page.keyboard.type("echo bef")
        draft.write_text(WRITTEN.format("\n\n".join([*lines, "The last word"])))
        await expect(page.get_by_text("The last word")).to_be_attached()
        assert await page.evaluate("document.getElementById('notes').scrollTop") == place
        await expect(page.locator("details.section")).to_have_attribute("open", "")
        await page.keyboard.type("ore; echo lines $(wc -l < begun)\n")
        await shell_says(page, "lines 2")  # no block has begun once more
        await page.close()


async def test_a_site_without_a_server_copies_instead(browser, tmp_path, artifacts):
    folder = tmp_path / "notes"
    folder.mkdir()
    (folder / "index.md").write_text(INDEX)
    (folder / "second.md").write_text(SECOND)
    site.build_site(loader.Loader(folder), tmp_path / "site")
    page = await browser.new_page(viewport={"width": 900, "height": 700})
    await page.goto((tmp_path / "site" / "index.html").as_uri())
    copying = run_button(page, "in shell")
    await expect(copying).to_have_text("Copy")
    await copying.click()
    await block(page, "in shell").locator(".mark").wait_for()
    await page.screenshot(path=artifacts / "notes-site.png")
    await page.get_by_role("link", name="Continue").click()
    await page.get_by_role("heading", name="The second page").wait_for()
    await page.close()
