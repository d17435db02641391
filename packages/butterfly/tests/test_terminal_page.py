"""The terminal page in a real browser, with both clients: what a person sees and does."""

import re

import pytest

pytestmark = pytest.mark.browser
CLIENTS = pytest.mark.parametrize("client", ["butterfly", "xterm"])


class Tab:
    """A browser tab on a terminal."""

    def __init__(self, page):
        self.page = page
        self.errors = []
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on(
            "console", lambda m: m.type == "error" and self.errors.append(f"{m.text} {m.location}")
        )

    async def open(self, url):
        await self.page.goto(url)
        await self.page.wait_for_selector("html[data-terminal-state=open]")

    async def shown(self):
        """All text of the terminal, as lines without the blanks at their ends."""
        return await self.page.evaluate(READ)

    async def until(self, pattern, seconds=120):
        """Wait until the text shown has the pattern."""
        await self.page.wait_for_function(
            f"p => new RegExp(p, 'm').test(({READ})())", arg=pattern, timeout=seconds * 1000
        )

    async def type(self, text):
        await self.page.keyboard.type(text)

    async def run(self, command, expected):
        await self.type(command)
        await self.page.keyboard.press("Enter")
        await self.until(expected)


READ = """() => {
  const term = window.terminalXterm;
  const lines = [];
  if (term) for (let i = 0; i < term.buffer.active.length; i++)
    lines.push(term.buffer.active.getLine(i).translateToString(true));
  else for (const line of document.querySelectorAll("#packed .line, #term .line"))
    lines.push(line.textContent);
  return lines.map(line => line.replace(/\\u00a0/g, " ").trimEnd()).join("\\n");
}"""


@pytest.fixture
async def tab_factory(browser):
    """`tab = await tab_factory(url)`: a tab of its own browser context."""

    async def make(url, **options):
        options.setdefault("viewport", {"width": 900, "height": 560})
        context = await browser.new_context(**options)
        await context.grant_permissions(["clipboard-read", "clipboard-write"])
        tab = Tab(await context.new_page())
        await tab.open(url)
        return tab

    return make


@pytest.fixture
def address(server):
    return lambda client, session="1": f"{server.url}terminal/session/{session}?client={client}"


@CLIENTS
async def test_type_and_see(tab_factory, address, client, tmp_path, artifacts):
    (tmp_path / "lab").mkdir()
    tab = await tab_factory(address(client))
    await tab.run("echo $((6*7)) héllo", "^42 héllo$")
    await tab.run("ls --color=always ; echo https://example.org/a?b=c", "example.org")
    await tab.page.screenshot(path=artifacts / f"terminal-{client}.png")
    assert tab.errors == []


@CLIENTS
async def test_what_comes_without_a_key_press_reaches_the_shell(tab_factory, address, client):
    tab = await tab_factory(address(client))
    await tab.until(r"[#$]$")
    await tab.page.keyboard.insert_text("echo 'é✓日本😀'")
    await tab.page.keyboard.press("Enter")
    await tab.until("^é✓日本😀")


@CLIENTS
async def test_an_input_methods_composition_arrives_once(tab_factory, address, client):
    tab = await tab_factory(address(client))
    await tab.run("echo ready", "^ready")
    await tab.type("echo ")
    cdp = await tab.page.context.new_cdp_session(tab.page)
    for text in ("に", "にほ", "日本"):
        await cdp.send(
            "Input.imeSetComposition",
            {"text": text, "selectionStart": len(text), "selectionEnd": len(text)},
        )
    await cdp.send("Input.insertText", {"text": "日本"})
    await tab.page.keyboard.press("Enter")
    await tab.until("^日本$")


@CLIENTS
async def test_paste_many_lines_at_once(tab_factory, address, client):
    tab = await tab_factory(address(client))
    await tab.run("cat > pasted.txt <<'END'", ">")
    lines = "\n".join(f"line {n} ✓" for n in range(3000)) + "\nEND\n"
    await tab.page.evaluate("text => navigator.clipboard.writeText(text)", lines)
    await tab.page.keyboard.press("Control+Shift+v")
    await tab.page.keyboard.press("Enter")
    await tab.run("wc -l pasted.txt", r"^3000 pasted.txt")


@CLIENTS
async def test_resizing_the_window_resizes_the_terminal(tab_factory, address, client):
    tab = await tab_factory(address(client))
    await tab.run("echo before $(stty size)", r"^before \d+ \d+$")
    before = re.search(r"^before (\d+) (\d+)$", await tab.shown(), re.M).groups()
    await tab.page.set_viewport_size({"width": 600, "height": 300})
    await tab.page.wait_for_timeout(300)  # the page waits for the end of a drag
    await tab.run("echo after $(stty size)", r"^after \d+ \d+$")
    after = re.search(r"^after (\d+) (\d+)$", await tab.shown(), re.M).groups()
    assert int(after[0]) < int(before[0])
    assert int(after[1]) < int(before[1])
    bars = "innerHeight - document.documentElement.clientHeight"
    assert await tab.page.evaluate(bars) == 0, "a scroll bar along the bottom"


@CLIENTS
async def test_a_lost_connection_comes_back_to_the_same_running_program(
    tab_factory, address, client, server, artifacts
):
    tab = await tab_factory(address(client))
    await tab.run("echo $$-shell", r"^\d+-shell")
    shell = re.search(r"^(\d+)-shell", await tab.shown(), re.M).group(1)
    await tab.type("sleep 3; echo sur''vived\n")
    await tab.page.context.set_offline(True)
    await tab.page.evaluate("terminalLink._lost()")
    await tab.page.wait_for_selector("#terminal-status.pill:visible")
    await tab.page.screenshot(path=artifacts / f"reconnecting-{client}.png")
    await tab.page.context.set_offline(False)
    await tab.page.wait_for_selector("html[data-terminal-state=open]")
    await tab.until("^survived")
    await tab.run("echo $$-again", rf"^{shell}-again")
    shown = await tab.shown()
    assert shown.count("survived") == 1


@CLIENTS
async def test_two_browsers_share_a_session_and_a_reload_shows_its_history(
    tab_factory, address, client
):
    one, two = await tab_factory(address(client)), await tab_factory(address(client))
    await one.run("echo from-on''e", "^from-one$")
    await two.until("^from-one$")
    await two.run("echo from-tw''o", "^from-two$")
    await one.until("^from-two$")
    await one.page.reload()
    await one.until("^from-two$")
    other = await tab_factory(address(client, "other"))
    await other.until(r"[#$]$")
    assert "from-one" not in await other.shown()


@CLIENTS
async def test_the_end_of_the_shell_is_told_and_a_new_one_starts(
    tab_factory, address, client, artifacts
):
    tab = await tab_factory(address(client))
    await tab.run("echo first", "^first")
    await tab.type("exit\n")
    await tab.page.wait_for_selector("#terminal-status.card:visible")
    await tab.page.screenshot(path=artifacts / f"ended-{client}.png")
    await tab.page.click("#terminal-status button")
    await tab.page.wait_for_selector("html[data-terminal-state=open]")
    await tab.run("echo secon''d", "^second$")
    assert "first" not in await tab.shown()


@CLIENTS
async def test_output_cannot_run_scripts_or_type(tab_factory, address, client, tmp_path):
    evil = tmp_path / "evil"
    evil.write_bytes(
        b"\x1bP;PROMPT|touch pwned\r\x1b\\"
        b"\x1bP;HTML|<img src=x onerror='window.pwned=1'>\x1b\\"
        b"<script>window.pwned=1</script><img src=x onerror=window.pwned=1>\n"
        b'www.x.example"onmouseover="window.pwned=1"style="position:fixed;inset:0"\n'
        b'http://x.example/"onclick="window.pwned=1\n'
        b"\x1b]8;;javascript:window.pwned=1\x1b\\click me\x1b]8;;\x1b\\\n"
        b"\x1bP+q\ntouch pwned\n\x1b\\\x1b]0;\ntouch pwned\n\x07end-of-evil\n"
    )
    tab = await tab_factory(address(client))
    await tab.run(f"cat {evil}", "end-of-evil")
    for link in await tab.page.query_selector_all("#term a"):
        assert (await link.get_attribute("href")).startswith("http")
        assert await link.get_attribute("onclick") is None
        assert await link.get_attribute("style") is None
    await tab.page.mouse.move(100, 60)
    await tab.run("ls pwned", "No such file|cannot access")
    assert await tab.page.evaluate("window.pwned") is None


@CLIENTS
async def test_a_flood_is_drawn_and_interrupted(tab_factory, address, client):
    tab = await tab_factory(address(client))
    await tab.until(r"[#$]$")
    await tab.type("yes flood-of-output\n")
    await tab.until("(flood-of-output\n){10}")
    await tab.page.wait_for_timeout(1000)
    await tab.page.keyboard.press("Control+c")
    await tab.run("echo qui''et", "^quiet$")


@CLIENTS
async def test_the_page_around_may_type_and_nobody_else(tab_factory, server, client):
    tab = await tab_factory(f"{server.url}terminal/session/frame?client={client}")
    frame = f"{server.url}terminal/session/inside?client={client}"
    await tab.page.evaluate(
        """url => new Promise(resolve => {
          addEventListener("message", e => e.data.type === "terminal:ready" && resolve());
          const frame = document.createElement("iframe");
          frame.src = url; frame.width = 700; frame.height = 300; frame.id = "inside";
          document.body.append(frame);
        })""",
        frame,
    )
    await tab.page.evaluate(
        """() => document.getElementById("inside").contentWindow.postMessage(
          {type: "terminal:input", data: "touch typed-by-page\\r"}, location.origin)"""
    )
    inside = next(f for f in tab.page.frames if "inside" in f.url)
    await inside.evaluate(  # not from the parent frame
        "postMessage({type: 'terminal:input', data: 'touch typed-by-itself\\r'}, location.origin)"
    )
    await tab.page.mouse.click(400, 500)  # the frame has taken the keyboard
    await tab.page.evaluate("document.getElementById('inside').remove()")
    await tab.run("while ! ls typed-by-page; do :; done; ls typed*", "^typed-by-page$")
    assert "typed-by-itself" not in await tab.shown()


@CLIENTS
async def test_themes_and_text_size_are_kept(tab_factory, address, client, tmp_path, artifacts):
    (tmp_path / "lab").mkdir()
    tab = await tab_factory(address(client))
    await tab.run("ls --color=always; echo light", "^light")
    await tab.page.click("#terminal-menu")
    await tab.page.screenshot(path=artifacts / f"menu-{client}.png")
    await tab.page.click("text=Dark or light")
    await tab.page.click("text=Larger text")
    await tab.page.reload()
    await tab.page.wait_for_selector("html[data-terminal-state=open][data-theme=light]")
    await tab.until("^light")
    await tab.page.screenshot(path=artifacts / f"light-{client}.png")
    size = "getComputedStyle(document.documentElement).getPropertyValue('--terminal-font-size')"
    assert await tab.page.evaluate(size) == "16px"
