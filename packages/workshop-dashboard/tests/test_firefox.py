"""The dashboard in Firefox, at three widths: one person's way through it, by keys where it has any.

What a button does by a key is shown in Chromium (test_work_area.py).
"""

import json
import shutil

import pytest

import firefox as firefoxes
from dashboard import run_dashboard

pytestmark = [pytest.mark.browser, pytest.mark.slow]
SECONDS = 100
INDEX = """# Set sail

```execute
echo "first $((40 + 2))"
```

```execute-2
echo "second $((40 + 3))"
```
"""
READY = "document.querySelectorAll('.terminal.ready').length"
FOCUS = "(document.activeElement.id || document.activeElement.tagName)"
WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture
async def firefox(tmp_path):
    program = shutil.which("firefox-esr") or shutil.which("firefox")
    if program is None:
        pytest.skip("needs a Firefox (apt-get install firefox-esr)")
    folder = tmp_path / "profile"
    folder.mkdir()
    async with firefoxes.start_firefox(program, folder) as firefox:
        yield firefox


@pytest.fixture
async def address(tmp_path):
    notes, home = tmp_path / "notes", tmp_path / "home"
    (notes / "slides").mkdir(parents=True)
    home.mkdir()
    (notes / "index.md").write_text(INDEX)
    (notes / "next.md").write_text("# Land in sight\n")
    (notes / "slides" / "slides.md").write_text("# Cast off\n---\n# The fleet\n")
    async with run_dashboard(notes, home) as url:
        yield url


async def until(firefox, expression):
    await firefox.until(expression, SECONDS)


async def shell_says(firefox, words, session="1"):
    frame = f"document.querySelector('.terminal[data-session=\"{session}\"] iframe')"
    text = f"({frame}?.contentDocument?.body?.textContent ?? '').replace(/\u00a0/g, ' ')"
    await until(firefox, f"{text}.includes({json.dumps(words)})")


async def test_a_way_through_the_dashboard_by_keys(firefox, address, artifacts):
    await firefox.resize(1280, 720)
    await firefox.open(address)
    await until(firefox, f"{READY} === 1")
    assert await firefox.evaluate(FOCUS) != "IFRAME"  # reading begins at the notes
    await firefox.press("Tab")
    await until(firefox, "document.activeElement.textContent === 'Skip to the notes'")
    await firefox.press("Enter")
    await until(firefox, f"{FOCUS} === 'notes'")
    await firefox.press("Tab")
    await until(firefox, "document.activeElement.matches('.block .main')")
    await firefox.click(".block .main")
    await shell_says(firefox, "first 42")

    # Who has clicked wants to type there next; and back to the notes.
    await until(firefox, f"{FOCUS} === 'IFRAME'")
    await firefox.type("echo typed-$((40+4))\n")
    await shell_says(firefox, "typed-44")
    await firefox.press("Control", "F6")
    await until(firefox, f"{FOCUS} === 'notes'")

    # A second terminal, and the bar between the two.
    await firefox.click(".block:nth-of-type(2) .main")
    await shell_says(firefox, "second 43", "2")
    await firefox.evaluate("document.querySelector('.split').focus()")
    await firefox.press("ArrowUp")
    await until(firefox, "document.activeElement.getAttribute('aria-valuenow') === '45'")
    await firefox.screenshot(artifacts / "firefox-dashboard.png")

    # Tabs: the slides come when they are shown, and take keys of their own.
    await firefox.evaluate("document.getElementById('tab-terminals').focus()")
    await firefox.press("ArrowRight")
    await until(firefox, f"{FOCUS} === 'tab-slides'")
    deck = "document.querySelector('#panel-slides iframe')?.contentDocument"
    title = f"{deck}?.querySelector('section.present')?.textContent.trim()"
    await until(firefox, f"{title} === 'Cast off'")
    await firefox.press("Control", "F6")
    await until(firefox, f"{FOCUS} === 'notes'")
    await firefox.press("Control", "F6")
    await until(firefox, f"{FOCUS} === 'IFRAME'")
    await firefox.press("ArrowRight")
    await until(firefox, f"{title} === 'The fleet'")
    await firefox.press("Control", "F6")
    await until(firefox, f"{FOCUS} === 'notes'")

    # On to the last page and its button.
    await firefox.press("n")
    await until(firefox, "document.querySelector('article h1').textContent === 'Land in sight'")
    await firefox.click(".turn .leave")
    await until(firefox, "document.getElementById('finish').open")
    await firefox.press("Escape")
    await until(firefox, "!document.getElementById('finish').open")
    await until(firefox, "document.activeElement.matches('.turn .leave')")
    await firefox.evaluate("document.getElementById('notes').focus()")
    await firefox.press("p")
    await until(firefox, "document.querySelector('article h1').textContent === 'Set sail'")

    # A tablet and a phone: one of the two at a time, and the keys where the work is.
    hidden = "getComputedStyle(document.getElementById('work')).visibility === 'hidden'"
    for width in (768, 320):
        await firefox.resize(width, 640)
        await until(firefox, f"innerWidth === {width}")
        await firefox.click(".switch [data-show=notes]")
        await until(firefox, hidden)
        assert await firefox.evaluate(WIDE) <= 0
        await firefox.click(".block .main")
        await until(firefox, f"!({hidden}) && {FOCUS} === 'work'")
        await firefox.press("Control", "F6")
        await until(firefox, f"{hidden} && {FOCUS} === 'notes'")
        await firefox.press("Control", "F6")
        await until(firefox, f"!({hidden}) && {FOCUS} === 'IFRAME'")
        await firefox.type(f"echo wide-$(({width}+1))\n")
        await shell_says(firefox, f"wide-{width + 1}")
        assert await firefox.evaluate(WIDE) <= 0
    await firefox.evaluate("workshop.sessionEnded('age')")
    await until(
        firefox, "document.getElementById('ended').innerText.includes('Its time was over.')"
    )
    await firefox.screenshot(artifacts / "firefox-dashboard-phone.png")
