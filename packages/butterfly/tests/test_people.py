"""For people: copying, phones, screen readers, colours that can be read. In Chromium, both clients.

Firefox is in test_firefox.py.
"""

import re

import pytest

from pages import async_api, expect, expect_value

pytestmark = pytest.mark.browser
CLIENTS = pytest.mark.parametrize("client", ["butterfly", "xterm"])
# What is typed before the shell is back from an interrupt may be lost, as in any terminal.
INTERRUPTED = r"\^C\n[#$]$"
SHOWN = """() => {
  const term = window.terminalXterm, lines = [];
  if (term) for (let i = 0; i < term.buffer.active.length; i++)
    lines.push(term.buffer.active.getLine(i).translateToString(true));
  else for (const line of document.querySelectorAll("#packed .line, #term .line"))
    lines.push(line.textContent);
  return lines.map(line => line.replace(/\\u00a0/g, " ").trimEnd()).join("\\n");
}"""
WORD = """word => {
  const term = window.terminalXterm;
  if (term) {
    const box = document.querySelector(".xterm-screen").getBoundingClientRect();
    for (let i = 0; i < term.buffer.active.length; i++)
      if (term.buffer.active.getLine(i).translateToString(true) === word)
        return [box.x + 15, box.y + (i + 0.5) * box.height / term.rows];
  }
  for (const line of document.querySelectorAll("#packed .line, #term .line"))
    if (line.textContent.replace(/\\u00a0/g, " ").trim() === word) {
      const box = line.getBoundingClientRect();
      return [box.x + 15, box.y + box.height / 2];
    }
}"""


@pytest.fixture
async def open_page(browser, server):
    async def start(client, **options):
        options.setdefault("viewport", {"width": 900, "height": 560})
        context = await browser.new_context(**options)
        await context.grant_permissions(["clipboard-read", "clipboard-write"])
        page = await context.new_page()
        await page.goto(f"{server.url}terminal/session/1?client={client}")
        await page.wait_for_selector("html[data-terminal-state=open]")
        await shows(page, "[#$]$")
        return page

    return start


async def tap(page, x, y):
    """Tap the screen; done when the page has dealt with the click that comes of it.

    That one comes a moment later, and a press takes the focus away before the click gives it back.
    """
    await page.evaluate(
        "() => void (window.tapped = new Promise((done) => addEventListener("
        "'click', () => setTimeout(done, 0), { capture: true, once: true })))"
    )
    await page.touchscreen.tap(x, y)
    await page.evaluate("window.tapped")


async def shows(page, pattern):
    try:
        await page.wait_for_function(
            f"p => new RegExp(p, 'm').test(({SHOWN})())", arg=pattern, timeout=120_000
        )
    except async_api.TimeoutError as error:
        shown = await page.evaluate(SHOWN)
        raise AssertionError(f"no {pattern!r} in what is shown:\n{shown}") from error


async def run(page, command):
    await page.keyboard.type(command)
    await page.keyboard.press("Enter")


@CLIENTS
@pytest.mark.parametrize("keys", ["Control+c", "Control+Shift+c"])
async def test_a_word_is_selected_by_a_double_click_and_copied(open_page, client, keys):
    page = await open_page(client)
    await run(page, "clear; echo some/word-$((40+2))")
    await shows(page, "^some/word-42$")
    await page.mouse.dblclick(*await page.evaluate(WORD, "some/word-42"))
    await page.keyboard.press(keys)
    await page.wait_for_function(
        "() => navigator.clipboard.readText().then(text => text === 'some/word-42')",
        timeout=120_000,
    )
    assert "^C" not in await page.evaluate(SHOWN), "no interrupt"
    await run(page, "echo li''stens; cat")
    await shows(page, "^listens$")  # so that the shell no longer reads what is typed
    await run(page, "meow")
    await shows(page, "meow\nmeow$")  # it runs
    await page.keyboard.press("Control+c")  # nothing is selected any more
    await shows(page, INTERRUPTED)
    await run(page, "echo interrup''ted")
    await shows(page, "^interrupted$")


async def test_a_double_click_at_the_very_end_does_not_hang_the_page(open_page):
    """Butterfly's own loop for it never ended where no blank follows."""
    page = await open_page("butterfly")
    await run(page, "clear; printf '\\033[2Jlast'")
    await shows(page, "last")
    for line in await page.query_selector_all("#term .line"):
        box = await line.bounding_box()
        if box and box["height"]:
            await page.mouse.dblclick(box["x"] + 10, box["y"] + box["height"] / 2)
    assert await page.evaluate("6 * 7") == 42


@CLIENTS
async def test_a_phones_keyboard_types(open_page, client, artifacts):
    page = await open_page(
        client,
        viewport={"width": 390, "height": 700},
        has_touch=True,
        is_mobile=True,
        device_scale_factor=2,
    )
    await tap(page, 150, 300)
    focused = "['TEXTAREA', 'INPUT'].includes(document.activeElement.tagName)"
    await expect_value(page, focused, value=True)  # so the keyboard comes up
    cdp = await page.context.new_cdp_session(page)
    for text in ("e", "ec", "echo"):  # a word as it is suggested and taken
        end = {"text": text, "selectionStart": len(text), "selectionEnd": len(text)}
        await cdp.send("Input.imeSetComposition", end)
    await cdp.send("Input.insertText", {"text": "echo"})
    await page.keyboard.insert_text(" phone-é")
    await page.keyboard.press("Enter")
    await shows(page, "^phone-é$")
    await page.screenshot(path=artifacts / f"phone-{client}.png")
    width = "document.documentElement.scrollWidth <= innerWidth"
    assert await page.evaluate(width), "nothing is wider than the screen"


# What a keyboard that completes words sends while the page is busy: one after the other, with no
# time in between for what a client has put off.
AT_ONCE = """([word, rest, keys]) => {
  const field = document.activeElement;
  const always = { bubbles: true, cancelable: true, composed: true };
  const send = (Event, type, more) => field.dispatchEvent(new Event(type, { ...always, ...more }));
  send(CompositionEvent, "compositionstart", { data: "" });
  send(CompositionEvent, "compositionupdate", { data: word });
  field.value += word;
  send(InputEvent, "input", { data: word, inputType: "insertCompositionText", isComposing: true });
  send(CompositionEvent, "compositionend", { data: word });
  field.value += rest;
  send(InputEvent, "input", { data: rest, inputType: "insertText" });
  for (const [key, keyCode] of keys)
    for (const type of ["keydown", "keyup"]) send(KeyboardEvent, type, { key, keyCode });
}"""


@CLIENTS
async def test_a_keyboard_that_is_faster_than_the_page_loses_nothing(open_page, client):
    page = await open_page(client)
    # Butterfly's takes characters from another event, which scripts cannot make.
    keys = [["x", 88], ["Enter", 13]] if client == "xterm" else [["Enter", 13]]
    for word in ("one", "two"):
        await page.evaluate(AT_ONCE, ["echo", f" {word}-é", keys])
        await shows(page, f"^{word}-éx?$")
    assert client == "butterfly" or "two-éx\n" in await page.evaluate(SHOWN)


# Each timer of the end of a composition takes longer than the one before, as on a busy machine.
BETWEEN = """([word, rest]) => {
  const field = document.activeElement, real = window.setTimeout;
  const always = { bubbles: true, cancelable: true, composed: true };
  const send = (Event, type, more) => field.dispatchEvent(new Event(type, { ...always, ...more }));
  send(CompositionEvent, "compositionstart", { data: "" });
  send(CompositionEvent, "compositionupdate", { data: word });
  field.value += word;
  send(InputEvent, "input", { data: word, inputType: "insertCompositionText", isComposing: true });
  let timers = 0;
  window.setTimeout = (job, ms) => real(job, 400 * timers++);
  send(CompositionEvent, "compositionend", { data: word });
  window.setTimeout = real;
  return new Promise((done) => real(() => {
    field.value += rest;
    send(InputEvent, "input", { data: rest, inputType: "insertText" });
    send(KeyboardEvent, "keydown", { key: "x", keyCode: 88 });
    send(KeyboardEvent, "keydown", { key: "Enter", keyCode: 13 });
    done(timers);
  }, 100));
}"""


async def test_what_is_typed_between_two_timers_of_a_composition_is_not_lost(open_page):
    page = await open_page("xterm")
    for word in ("one", "two"):
        assert await page.evaluate(BETWEEN, ["echo", f" {word}-é"]) == 2
        await shows(page, f"^{word}-éx$")


async def test_a_phone_has_the_keys_that_its_keyboard_lacks(open_page, artifacts):
    page = await open_page(
        "xterm", viewport={"width": 390, "height": 500}, has_touch=True, is_mobile=True
    )
    key = page.locator("#terminal-keys")
    await tap(page, 150, 200)
    for line, shown in (("echo li''stens; cat", "^listens$"), ("meow", "meow\nmeow$")):
        await page.keyboard.insert_text(line)
        await page.keyboard.press("Enter")
        await shows(page, shown)
    await key.get_by_role("button", name="Interrupt").tap()
    await shows(page, INTERRUPTED)
    await page.keyboard.insert_text("echo fir''st")
    await page.keyboard.press("Enter")
    await shows(page, "^first$")
    await key.get_by_role("button", name="Up", exact=True).tap()
    await page.keyboard.press("Enter")
    await shows(page, "(^first$[^]*){2}")
    await page.keyboard.insert_text("lost")
    await key.get_by_role("button", name="Control").tap()
    await expect(key.get_by_role("button", name="Control")).to_have_attribute(
        "aria-pressed", "true"
    )
    await page.keyboard.insert_text("u")  # Ctrl+U: the line is gone
    await page.keyboard.insert_text("echo us''ed")  # and Ctrl is not held any more
    await page.keyboard.press("Enter")
    await shows(page, "^used$")
    await page.keyboard.insert_text("seq 1 100")
    await page.keyboard.press("Enter")
    await shows(page, "^100$")
    await page.screenshot(path=artifacts / "phone-keys.png")
    focused = "document.activeElement.tagName === 'TEXTAREA'"
    await expect_value(page, focused, value=True)  # the phone's keyboard stays
    below = "document.querySelector('.xterm-screen').getBoundingClientRect().bottom"
    top = "document.getElementById('terminal-keys').getBoundingClientRect().top"
    assert await page.evaluate(f"{below} <= {top}"), "no line is covered"


async def test_a_desk_has_no_such_keys(open_page):
    page = await open_page("xterm")
    await expect(page.locator("#terminal-keys")).to_have_count(0)


async def test_the_xterm_page_has_a_mode_for_screen_readers(open_page):
    page = await open_page("xterm")
    await page.click("#terminal-menu")
    await page.click("text=Screen reader on or off")
    await page.wait_for_selector(".xterm-accessibility", state="attached")
    await page.click("#term")
    await run(page, "echo read-ou''t")
    await page.wait_for_function(
        "() => /read-out/.test(document.querySelector('.xterm-accessibility').textContent)"
    )
    live = await page.get_attribute(".live-region", "aria-live")
    assert live in {"assertive", "polite"}
    await page.reload()
    await page.wait_for_selector(".xterm-accessibility", state="attached")


async def test_butterflys_output_is_a_log_and_its_field_has_a_name(open_page):
    page = await open_page("butterfly")
    await expect(page.locator("#term")).to_have_attribute("role", "log")
    await expect(page.locator("#input-helper")).to_have_attribute("aria-label", "Terminal input")


def luminance(colour):
    parts = [int(n) / 255 for n in re.findall(r"\d+", colour)[:3]]
    low, high = 12.92, 1.055
    r, g, b = (p / low if p <= 0.04045 else ((p + 0.055) / high) ** 2.4 for p in parts)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def contrast(one, other):
    """As WCAG 2 defines it: 4.5 is level AA."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


MEASURE = """() => {
  const found = {};
  for (const line of document.querySelectorAll("#packed .line, #term .line"))
    for (const span of line.querySelectorAll("span")) {
      const name = /colour-(\\d+)/.exec(span.textContent);
      if (name) found[name[1]] = getComputedStyle(span).color;
    }
  return [getComputedStyle(document.body).backgroundColor,
    getComputedStyle(document.body).color, found];
}"""


@pytest.mark.parametrize("theme", ["dark", "light"])
async def test_butterflys_colours_can_be_read(open_page, theme, artifacts):
    page = await open_page("butterfly")
    if theme == "light":
        await page.click("#terminal-menu")
        await page.click("text=Dark or light")
        await page.click("#term")
    await run(
        page,
        "clear; for i in 0 1 2 3 4 5 6 7; do printf '\\033[3%dmcolour-%d\\033[0m "
        "\\033[9%dmcolour-%d\\033[0m\\n' $i $i $i $((i+8)); done",
    )
    await shows(page, "^colour-7 colour-15$")
    background, plain, colours = await page.evaluate(MEASURE)
    await page.screenshot(path=artifacts / f"colours-{theme}.png")
    assert contrast(plain, background) >= 7
    assert len(colours) == 16
    ratios = {number: round(contrast(c, background), 1) for number, c in colours.items()}
    assert {number: ratio for number, ratio in ratios.items() if ratio < 4.5} == {}


async def test_xterm_keeps_the_contrast_by_itself(open_page):
    page = await open_page("xterm")
    assert await page.evaluate("terminalXterm.options.minimumContrastRatio") >= 4.5
