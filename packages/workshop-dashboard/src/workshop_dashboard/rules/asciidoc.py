"""AsciiDoc around the converter: what goes into it, and what its HTML becomes.

The converter itself, which runs JavaScript, is `workshop_dashboard.asciidoc`.
"""

from __future__ import annotations

import html
import posixpath
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from workshop_dashboard.rules import actions

# Included files: no more of them, and no more text, than this.
MAX_INCLUDES = 200
MAX_INCLUDED = 2 * 1024 * 1024


class AsciiDocError(Exception):
    """A page that cannot be converted; the message is a sentence that says why."""


@dataclass(frozen=True)
class Source:
    """One page to convert: its text, attributes that it cannot change, and files it may include.

    `folder` is the folder of the page, from which its includes count.
    """

    text: str
    folder: str = ""
    attributes: tuple[tuple[str, str], ...] = ()
    files: tuple[tuple[str, str], ...] = ()


Convert = Callable[[Source], str]
Read = Callable[[str], str | None]

# What a page includes, and the attributes that it sets, which may stand in what it includes.
INCLUDE = re.compile(
    r"^(?:include::(?P<target>[^\[\n]+)\[|:(?P<name>\w[\w-]*):(?P<value>[ \t][^\n]*)?$)",
    re.MULTILINE,
)
ATTRIBUTE = re.compile(r"\{(\w[\w-]*)\}")
MAX_ATTRIBUTE = 1024
FONT_ICONS = re.compile(r"^:icons:[ \t]*font", re.MULTILINE)


def make_source(text: str, page: str, images_url: str, read: Read) -> Source:
    """Make the source of page `page`, whose variables are filled in already.

    `read` gives the text of a file beside the pages, None if it is not there. `images_url` is
    where pictures are kept, empty if beside the pages.
    """
    folder = posixpath.dirname(page)
    attributes = []
    if images_url:
        attributes.append(("imagesdir", posixpath.join(images_url.rstrip("/"), folder)))
    if FONT_ICONS.search(text):  # `secure` would take this from the page, for files that it loads
        attributes.append(("icons", "font"))
    files = tuple(sorted(_included(text, folder, read)))
    return Source(text, folder, tuple(attributes), files)


def _included(text: str, folder: str, read: Read) -> Iterator[tuple[str, str]]:
    """Yield (path below the notes, text) of each file that the page includes, and they include."""
    seen, room, known = set[str](), MAX_INCLUDED, dict[str, str]()
    waiting = [(INCLUDE.finditer(text), folder)]
    while waiting:  # in the order of the text, as an included file may set attributes
        matches, place = waiting[-1]
        match = next(matches, None)
        if match is None:
            waiting.pop()
            continue
        if match["name"]:
            known[match["name"].lower()] = _expand(match["value"] or "", known)
            continue
        path = posixpath.normpath(posixpath.join(place, _expand(match["target"], known)))
        if path in seen or path.startswith(("../", "/")) or len(seen) >= MAX_INCLUDES:
            continue
        seen.add(path)
        found = read(path)
        if found is None or len(found) > room:
            continue
        room -= len(found)
        yield path, found
        waiting.append((INCLUDE.finditer(found), posixpath.dirname(path)))


def _expand(text: str, known: dict[str, str]) -> str:
    """Put attributes in place of their names, no longer than `MAX_ATTRIBUTE`."""
    text = text.strip()[:MAX_ATTRIBUTE]
    return ATTRIBUTE.sub(lambda one: known.get(one[1].lower(), one[0]), text)[:MAX_ATTRIBUTE]


# A block with a role, as Asciidoctor writes it. The inside of <pre> is escaped but for callouts.
ROLE_BLOCK = re.compile(
    r'<div(?: id="[^"]*")? class="(?:listing|literal)block(?P<roles> [^"]+)">\s*'
    r'(?P<title><div class="title">[^\n]*</div>\s*)?'
    r'<div class="content">\s*<pre[^>]*>(?:<code[^>]*>)?(?P<inner>.*?)(?:</code>)?</pre>\s*'
    r"</div>\s*</div>",
    re.DOTALL,
)
HIGHLIGHT = re.compile(r'<pre class="[^"]*"><code(?: class="([^"]*)")?[^>]*>')
CONUM = re.compile(r'<i class="conum" data-value="(\d+)"></i><b>[^<]*</b>')
ICON = re.compile(r'<i class="fa icon-\w+" title="([^"]*)"></i>')
EMPTY_ICON = re.compile(r'<span class="icon[^"]*"><i class="[^"]*"></i></span>')


def adapt(converted: str) -> str:
    """Bring the converter's HTML into the form that Markdown has: `<pre><code class=...>`.

    Blocks with a role that is an action become blocks of that action; callouts are one kind of
    mark; icons that a font would draw become words, or nothing.
    """
    marked = CONUM.sub(r'<b class="conum">(\1)</b>', converted)
    marked = EMPTY_ICON.sub("", ICON.sub(r'<b class="title">\1</b>', marked))
    marked = ROLE_BLOCK.sub(_draw_role, marked)
    return HIGHLIGHT.sub(lambda match: _open_code(match[1] or ""), marked)


def _draw_role(match: re.Match[str]) -> str:
    word = actions.find_word(html.unescape(match["roles"]))
    if not word:
        return match[0]
    title = match["title"] or ""
    return f"{title}{_open_code(f'language-{html.escape(word)}')}{match['inner']}</code></pre>"


def _open_code(classes: str) -> str:
    return f'<pre><code class="{classes}">' if classes else "<pre><code>"
