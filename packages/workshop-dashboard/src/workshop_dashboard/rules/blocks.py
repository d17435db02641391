"""Blocks of code in a page's safe HTML: those that act, and those in the colours of a language.

It works on what `sanitise` gives, in which every attribute is quoted, for Markdown and AsciiDoc
alike: a block that acts is `<pre><code class="language-WORD">`, however the page was written.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator

from workshop_dashboard.rules import actions, highlight

BLOCK = re.compile(
    r'<pre>\s*<code(?: class="(?P<classes>[^"]*)")?>(?P<inner>.*?)</code>\s*</pre>', re.S
)
CALLOUT = re.compile(r'<b class="conum">[^<]*</b>')
# What stands before a callout only to hide it from the language's own tools.
CALLOUTS = re.compile(
    r'[ \t]*(?:(?:#|//|--|;;|&lt;!--)[ \t]*)?(?:<b class="conum">[^<]*</b>(?:[ \t]|--&gt;)*)+'
)
TAG = re.compile(r"<[^>]*>")
LANGUAGE = "language-"
SECTION_END = "</details>"


def finish_blocks(safe: str) -> str:
    """Return safe HTML with its blocks of code made ready for the page."""
    depth = 0
    parts: list[str] = []
    end = 0
    for match in BLOCK.finditer(safe):
        drawn, opened = _draw(match)
        if depth + opened < 0:  # an end without a beginning
            drawn, opened = "", 0
        depth += opened
        parts += [safe[end : match.start()], drawn]
        end = match.end()
    return "".join([*parts, safe[end:], SECTION_END * depth])


def text_of(inner: str) -> str:
    """Return what the inside of a block says, without the marks of callouts."""
    return html.unescape(TAG.sub("", CALLOUTS.sub("", inner)))


def _draw(match: re.Match[str]) -> tuple[str, int]:
    """Return a block as it is shown, and 1 or -1 where it opens or closes a section."""
    names = [c.removeprefix(LANGUAGE) for c in _languages(match["classes"] or "")]
    for name in names:
        action = actions.find_action(html.unescape(name), text_of(match["inner"]))
        if action:
            return _draw_action(action, match["inner"])
    painted = None
    if names and not CALLOUT.search(match["inner"]):
        painted = highlight.paint(text_of(match["inner"]), names[0])
    if painted is None:
        return match[0], 0
    return f'<pre><code class="{LANGUAGE}{names[0]}">{painted}</code></pre>', 0


def _languages(classes: str) -> Iterator[str]:
    return (each for each in classes.split() if each.startswith(LANGUAGE))


def _draw_action(action: actions.Action, inner: str) -> tuple[str, int]:
    if action.kind == "section-begin":
        state = " open" if dict(action.details).get("open") == "true" else ""
        title = html.escape(action.title)
        return f'<details class="section"{state}><summary>{title}</summary>', 1
    if action.kind == "section-end":
        return SECTION_END, -1
    marks = {
        "action": action.kind,
        "session": action.session,
        "title": action.title,
        "details": json.dumps(dict(action.details), ensure_ascii=False) if action.details else "",
        "note": action.note,
    }
    written = "".join(f' data-{k}="{html.escape(v)}"' for k, v in marks.items() if v)
    shown = html.escape(action.text, quote=False)
    if CALLOUT.search(inner) and not action.details and action.kind != "interrupt":
        shown = inner.strip()
    return f"<pre{written}><code>{shown}</code></pre>", 0
