"""A page's Markdown or AsciiDoc as safe HTML.

The text of a page is never trusted: whatever it says goes through one allow-list of elements and
attributes (`nh3`), so that no page can run a script in the reader's browser.
"""

from __future__ import annotations

import functools
import html
import itertools
import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from workshop_dashboard.rules import actions, asciidoc, blocks, links, prepare, variables
from workshop_dashboard.rules.block_words import KINDS
from workshop_dashboard.rules.notes import Notes, Page, is_asciidoc

# The libraries are imported when the first page is asked for: a server must be up at once.
if TYPE_CHECKING:
    import markdown_it
    import markdown_it.renderer
    import markdown_it.token
    from markdown_it.rules_core import StateCore

TAGS = frozenset(
    [
        "a",
        "abbr",
        "article",
        "aside",
        "b",
        "bdi",
        "bdo",
        "blockquote",
        "br",
        "caption",
        "center",
        "cite",
        "code",
        "col",
        "colgroup",
        "dd",
        "del",
        "details",
        "dfn",
        "div",
        "dl",
        "dt",
        "em",
        "figcaption",
        "figure",
        "footer",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hr",
        "i",
        "img",
        "input",
        "ins",
        "kbd",
        "li",
        "mark",
        "ol",
        "p",
        "pre",
        "q",
        "rp",
        "rt",
        "ruby",
        "s",
        "samp",
        "section",
        "small",
        "source",
        "span",
        "strike",
        "strong",
        "sub",
        "summary",
        "sup",
        "table",
        "tbody",
        "td",
        "tfoot",
        "th",
        "thead",
        "time",
        "tr",
        "tt",
        "u",
        "ul",
        "var",
        "video",
        "wbr",
    ]
)
ATTRIBUTES = {
    "*": {"class", "dir", "id", "lang", "title"},
    "a": {"href", "name"},
    "details": {"open"},
    "img": {"align", "alt", "height", "src", "width"},
    "input": {"checked"},
    "ol": {"start", "type"},
    "source": {"src", "type"},
    "td": {"align", "colspan", "rowspan"},
    "th": {"align", "colspan", "rowspan", "scope"},
    "time": {"datetime"},
    "video": {"controls", "height", "src", "width"},
}
# A checkbox of a task list is the only field there can be, and it cannot be used.
FORCED = {"input": {"type": "checkbox", "disabled": ""}}
SCHEMES = {"http", "https", "mailto", "tel"}
CLASSES = (
    *("admonition", "attention", "caution", "danger", "error", "footnote", "hint", "important"),
    *("info", "language-", "markdown-alert", "note", "task-list", "tip", "warning"),
    "contains-task-list",
    # What Asciidoctor writes.
    *("arabic", "checklist", "colist", "conum", "dlist", "exampleblock", "halign-", "hdlist"),
    *("imageblock", "keyseq", "lead", "listingblock", "literalblock", "loweralpha", "lowerroman"),
    *("menuseq", "openblock", "paragraph", "quoteblock", "sect", "sidebarblock", "tableblock"),
    *("text-", "title", "ulist", "olist", "upperalpha", "upperroman", "valign-", "verseblock"),
    "inline-copy",
)
# What the pages of a trusted workshop may have besides. Scripts run by the answer's nonce.
TRUSTED_TAGS = frozenset(
    {
        *("audio", "button", "fieldset", "form", "iframe", "label", "legend", "option", "script"),
        *("select", "style", "textarea", "track"),
    }
)
TRUSTED_ATTRIBUTES = {
    "*": {"hidden", "role", "style", "tabindex"},
    "a": {"target", "download"},
    "audio": {"controls", "src"},
    "button": {"type", "disabled", "value"},
    "col": {"width"},
    "form": {"action", "method"},
    "iframe": {"allow", "allowfullscreen", "frameborder", "height", "loading", "src", "width"},
    "input": {"min", "max", "name", "placeholder", "type", "value"},
    "label": {"for"},
    "option": {"selected", "value"},
    "script": {"async", "defer", "src", "type"},
    "select": {"name"},
    "table": {"border", "width"},
    "td": {"width"},
    "textarea": {"cols", "name", "rows"},
    "th": {"width"},
}
ACTION_KINDS = KINDS
# A frame is shown as a link: a film that a page embeds is not lost where frames may not be.
FRAME = re.compile(r"<iframe\b[^<>]*+>(?:\s*+</iframe>)?", re.IGNORECASE)
FRAME_SOURCE = re.compile(
    r"""\ssrc\s*+=\s*+(?:"([^"<>]*+)"|'([^'<>]*+)'|([^\s"'<>]++))""", re.IGNORECASE
)
FILM = re.compile(
    r"(?:https?:)?//(?:www\.)?youtube(?:-nocookie)?\.com/embed/([\w-]+)(?:[?&].*)?", re.DOTALL
)
# The name that a heading of Hugo gives itself: `## Heading {#name}`.
HEADING_NAME = re.compile(r"\s*\{#([\w.:-]+)[^{}]*\}\s*$")
# Names of old anchors are put into ids once the HTML is safe, and all attributes are quoted.
NAMED_ANCHOR = re.compile(r'<a(?P<before>(?: [a-z]+="[^"]*")*?) name="(?P<name>[^"]*)"')


def render_page(page: Page, notes: Notes, addresses: links.Addresses) -> str:
    """Return the page's text as HTML that is safe to put into any page of ours."""
    unsafe = render_unsafe(page, notes)
    if "<h1" not in unsafe:  # older pages leave their title to the page around them
        unsafe = f"<h1>{html.escape(variables.fill(page.title, notes.values))}</h1>\n{unsafe}"
    address = functools.partial(_address, page, notes, addresses)
    if notes.is_trusted:
        return blocks.finish_blocks(clean_trusted(unsafe, address))
    return blocks.finish_blocks(sanitise(unsafe, address))


def render_unsafe(page: Page, notes: Notes) -> str:
    """Return the page's text as HTML with whatever its author has put into it."""
    return variables.show_unset(_render_marked(page, notes))


def _render_marked(page: Page, notes: Notes) -> str:
    body = prepare.prepare_text(page, notes, marked=True)
    if not is_asciidoc(page.file):
        return str(_markdown().render(body))
    plain = f"<pre><code>{html.escape(body)}</code></pre>"
    if notes.convert is None:
        return plain
    source = asciidoc.make_source(body, page.name, notes.workshop.images_url, notes.read)
    try:
        return asciidoc.adapt(notes.convert(source))
    except asciidoc.AsciiDocError as error:
        return f'<p class="error admonition">{html.escape(str(error))}</p>{plain}'


def sanitise(unsafe: str, address: Callable[[str], str]) -> str:
    """Keep of `unsafe` what the allow-list knows; `address` rewrites each href and src."""

    def attribute(tag: str, name: str, value: str) -> str | None:
        if name in ("href", "src"):
            return address(value)
        if name in ("id", "name"):
            return links.ANCHOR_PREFIX + value
        if name == "class":
            return " ".join(one for one in value.split() if one.startswith(CLASSES)) or None
        return (
            value if (tag, name) != ("ol", "type") or value in ("1", "a", "A", "i", "I") else None
        )

    import nh3

    safe = nh3.clean(
        FRAME.sub(_link_frame, unsafe),
        tags=set(TAGS),
        attributes=ATTRIBUTES,
        attribute_filter=attribute,
        set_tag_attribute_values=FORCED,
        clean_content_tags={"script", "style"},
        url_schemes=SCHEMES,
        link_rel="noopener noreferrer",
    )
    return NAMED_ANCHOR.sub(_name_to_id, safe)


def clean_trusted(unsafe: str, address: Callable[[str], str]) -> str:
    """Rewrite the HTML of a trusted page, scripts and frames too; only addresses are changed."""

    def attribute(_tag: str, name: str, value: str) -> str | None:
        return address(value) if name in ("href", "src") else value

    import nh3

    known = {*ATTRIBUTES, *TRUSTED_ATTRIBUTES}
    both = {tag: ATTRIBUTES.get(tag, set()) | TRUSTED_ATTRIBUTES.get(tag, set()) for tag in known}
    return nh3.clean(
        unsafe,
        tags=set(TAGS | TRUSTED_TAGS),
        attributes=both,
        attribute_filter=attribute,
        clean_content_tags=set(),
        generic_attribute_prefixes={"data-", "aria-"},
        url_schemes=SCHEMES,
        link_rel="noopener noreferrer",
    )


def _link_frame(match: re.Match[str]) -> str:
    source = FRAME_SOURCE.search(match[0])
    if not source:
        return match[0]
    address = html.unescape(source[1] or source[2] or source[3] or "")
    film = FILM.fullmatch(address)
    address = html.escape(f"https://www.youtube.com/watch?v={film[1]}" if film else address)
    return f'<a href="{address}">{address}</a>'


def _name_to_id(match: re.Match[str]) -> str:
    named = "" if " id=" in match["before"] else f' id="{match["name"]}"'
    return f"<a{match['before']}{named}"


def render_markdown(text: str) -> str:
    """Return Markdown without actions and variables as HTML that is not safe yet."""
    return str(_markdown().render(text))


def parse(text: str) -> list[markdown_it.token.Token]:
    """Return the tokens of a text, for `check`."""
    return _markdown().parse(text)


@functools.cache
def _markdown() -> markdown_it.MarkdownIt:
    import markdown_it
    import mdit_py_plugins.admon
    import mdit_py_plugins.anchors
    import mdit_py_plugins.deflist
    import mdit_py_plugins.gfm

    parser = markdown_it.MarkdownIt("commonmark", {"html": True})
    parser.use(mdit_py_plugins.gfm.gfm_plugin)
    parser.use(mdit_py_plugins.admon.admon_plugin)
    parser.use(mdit_py_plugins.deflist.deflist_plugin)
    parser.use(mdit_py_plugins.anchors.anchors_plugin, max_level=6)
    parser.core.ruler.push("heading_names", _name_headings)
    parser.add_render_rule("fence", _render_fence)
    return parser


def _name_headings(state: StateCore) -> None:
    """Take the name that a heading gives itself out of its text, and make it the heading's id."""
    for opening, inline in itertools.pairwise(state.tokens):
        last = inline.children[-1] if opening.type == "heading_open" and inline.children else None
        named = HEADING_NAME.search(last.content) if last and last.type == "text" else None
        if last and named:
            last.content = last.content[: named.start()]
            opening.attrSet("id", named[1])


def _render_fence(
    _renderer: markdown_it.renderer.RendererHTML,
    tokens: Sequence[markdown_it.token.Token],
    index: int,
    _options: Any,
    _environment: Any,
) -> str:
    token = tokens[index]
    info = html.unescape(token.info).strip()
    word = actions.find_word(info) or (info.split() or [""])[0]
    language = f' class="language-{html.escape(word)}"' if word else ""
    return f"<pre><code{language}>{html.escape(token.content)}</code></pre>\n"


def _address(page: Page, notes: Notes, addresses: links.Addresses, href: str) -> str:
    return links.rewrite(href, page.name, notes, addresses)
