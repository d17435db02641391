"""A page's Markdown as safe HTML.

The text of a page is never trusted: whatever it says goes through one allow-list of elements and
attributes (`nh3`), so that no page can run a script in the reader's browser.
"""

from __future__ import annotations

import functools
import html
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from workshop_dashboard.rules import actions, links, variables
from workshop_dashboard.rules.notes import Notes, Page

# The libraries are imported when the first page is asked for: a server must be up at once.
if TYPE_CHECKING:
    import markdown_it
    import markdown_it.renderer
    import markdown_it.token

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
    "a": {"href"},
    "details": {"open"},
    "img": {"align", "alt", "height", "src", "width"},
    "input": {"checked"},
    "ol": {"start"},
    "pre": {"data-action", "data-session", "data-note"},
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
)
ACTION_KINDS = frozenset({"execute", "input", "interrupt", "clear", "copy", "edit"})


def render_page(page: Page, notes: Notes, addresses: links.Addresses) -> str:
    """Return the page's text as HTML that is safe to put into any page of ours."""
    body = variables.fill(page.body, notes.values)
    if page.file.endswith(".adoc"):
        unsafe = f"<pre><code>{html.escape(body)}</code></pre>"
    else:
        unsafe = _markdown().render(body)
    if "<h1" not in unsafe:  # older pages leave their title to the page around them
        unsafe = f"<h1>{html.escape(variables.fill(page.title, notes.values))}</h1>\n{unsafe}"
    return sanitise(unsafe, functools.partial(_address, page, notes, addresses))


def sanitise(unsafe: str, address: Callable[[str], str]) -> str:
    """Keep of `unsafe` what the allow-list knows; `address` rewrites each href and src."""

    def attribute(_tag: str, name: str, value: str) -> str | None:
        if name in ("href", "src"):
            return address(value)
        if name == "id":
            return links.ANCHOR_PREFIX + value
        if name == "class":
            return " ".join(one for one in value.split() if one.startswith(CLASSES)) or None
        if name == "data-action":
            return value if value in ACTION_KINDS else None
        if name == "data-session":
            return value if actions.SESSION.fullmatch(value) else None
        return value

    import nh3

    return nh3.clean(
        unsafe,
        tags=set(TAGS),
        attributes=ATTRIBUTES,
        attribute_filter=attribute,
        set_tag_attribute_values=FORCED,
        clean_content_tags={"script", "style"},
        url_schemes=SCHEMES,
        link_rel="noopener noreferrer",
    )


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
    parser.use(mdit_py_plugins.anchors.anchors_plugin, max_level=4)
    parser.add_render_rule("fence", _render_fence)
    return parser


def _render_fence(
    _renderer: markdown_it.renderer.RendererHTML,
    tokens: Sequence[markdown_it.token.Token],
    index: int,
    _options: Any,
    _environment: Any,
) -> str:
    token = tokens[index]
    info = html.unescape(token.info).strip()
    action = actions.find_action(info, token.content)
    if action is None:
        language = f' class="language-{html.escape(info.split()[0])}"' if info else ""
        return f"<pre><code{language}>{html.escape(token.content)}</code></pre>\n"
    marks = {"action": action.kind, "session": action.session, "note": action.note}
    written = "".join(f' data-{k}="{html.escape(v)}"' for k, v in marks.items() if v)
    return f"<pre{written}><code>{html.escape(action.text)}</code></pre>\n"


def _address(page: Page, notes: Notes, addresses: links.Addresses, href: str) -> str:
    return links.rewrite(href, page.name, notes, addresses)
