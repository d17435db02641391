"""The terminal in Firefox, with both clients: typing, copying, pasting, dropping a file."""

import json
import re
import shutil

import pytest

import firefox as firefoxes

pytestmark = [pytest.mark.browser, pytest.mark.slow]
CLIENTS = pytest.mark.parametrize("client", ["butterfly", "xterm"])
LINES = """(() => {
  const term = window.terminalXterm, lines = [];
  if (term) for (let i = 0; i < term.buffer.active.length; i++)
    lines.push(term.buffer.active.getLine(i).translateToString(true));
  else for (const line of document.querySelectorAll("#packed .line, #term .line"))
    lines.push(line.textContent);
  return lines.map(line => line.replace(/\\u00a0/g, " ").trimEnd());
})()"""


@pytest.fixture
async def firefox(tmp_path):
    program = shutil.which("firefox-esr") or shutil.which("firefox")
    if program is None:
        pytest.skip("needs a Firefox (apt-get install firefox-esr)")
    folder = tmp_path / "profile"
    folder.mkdir()
    async with firefoxes.start_firefox(program, folder) as firefox:
        yield firefox


async def shows(firefox, pattern):
    await firefox.until(f"new RegExp({json.dumps(pattern)}, 'm').test({LINES}.join('\\n'))")


@CLIENTS
async def test_type_copy_paste_and_drop(firefox, server, client, tmp_path, artifacts):
    await firefox.open(f"{server.url}terminal/session/1?client={client}")
    await firefox.until("document.documentElement.dataset.terminalState === 'open'")
    await shows(firefox, r"[#$]$")
    await firefox.type("clear; echo copied-word-$((40+2))\n")
    await shows(firefox, r"^copied-word-42$")

    # A word is selected and copied; the same keys without a selection interrupt.
    place = await firefox.evaluate(FIND_WORD)
    await firefox.double_click(*place)
    await firefox.until(f"({SELECTED}) === 'copied-word-42'")
    await firefox.press("Control", "c")
    await firefox.until(f"({SELECTED}) === ''")
    await firefox.type("echo '<")
    await firefox.press("Control", "Shift", "v")
    await shows(firefox, r"<copied-word-42$")
    await firefox.type(">'\n")
    await shows(firefox, r"^<copied-word-42>$")
    lines = await firefox.evaluate(LINES)
    assert "^C" not in "".join(lines)
    await firefox.type("echo li''stens; cat\n")
    await shows(firefox, "^listens$")  # so that the shell no longer reads what is typed
    await firefox.type("meow\n")
    await shows(firefox, "meow\nmeow$")  # it runs
    await firefox.press("Control", "c")
    await shows(firefox, r"\^C\n[#$]$")  # else what is typed may be lost, as in any terminal
    await firefox.type("echo interrup''ted\n")
    await shows(firefox, r"^interrupted$")

    # What comes without a key press, and a file.
    await firefox.evaluate("document.execCommand('insertText', false, \"echo 'é✓日本'\")")
    await firefox.press("Enter")
    await shows(firefox, "^é✓日本$")
    await firefox.evaluate(DROP)
    await firefox.until("/dropped.txt is in ~ /.test(document.body.textContent)")
    assert (tmp_path / "dropped.txt").read_text() == "hello from Firefox"
    await firefox.screenshot(artifacts / f"firefox-{client}.png")
    assert re.search(r"^interrupted$", "\n".join(await firefox.evaluate(LINES)), re.M)


SELECTED = """(window.terminalXterm ? window.terminalXterm.getSelection()
  : document.getSelection().toString()).trim()"""
FIND_WORD = """(() => {
  const word = "copied-word-42";
  if (window.terminalXterm) {
    const rows = window.terminalXterm.buffer.active, box = document.querySelector(".xterm-screen");
    const height = box.clientHeight / window.terminalXterm.rows;
    for (let i = 0; i < rows.length; i++)
      if (rows.getLine(i).translateToString(true) === word)
        return [Math.round(box.getBoundingClientRect().x + 15),
          Math.round(box.getBoundingClientRect().y + (i + 0.5) * height)];
  }
  for (const line of document.querySelectorAll("#packed .line, #term .line"))
    if (line.textContent.replace(/\\u00a0/g, " ").trim() === word) {
      const box = line.getBoundingClientRect();
      return [Math.round(box.x + 15), Math.round(box.y + box.height / 2)];
    }
})()"""

DROP = """(() => {
  const data = new DataTransfer();
  data.items.add(new File(["hello from Firefox"], "dropped.txt"));
  for (const type of ["dragenter", "dragover", "drop"])
    document.body.dispatchEvent(
      new DragEvent(type, { dataTransfer: data, bubbles: true, cancelable: true }));
})()"""
