"""Markdown in, safe HTML out."""

import html.parser
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workshop_dashboard.rules import links, render
from workshop_dashboard.rules.notes import make_notes, page_name
from workshop_dashboard.rules.workshopfile import Workshop

DASHBOARD = links.Addresses("/p/", "/f/")


def show(text, values=None, file="index.md"):
    notes = make_notes({file: text, "b.md": ""}, Workshop(), values or {}, ["i.png"])
    return render.render_page(notes.pages[page_name(file)], notes, DASHBOARD)


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("# A *head*", '<h1 id="note-a-head">A <em>head</em></h1>'),
        ("[b](b.md)", '<a href="/p/b" rel="noopener noreferrer">b</a>'),
        ("![a picture](i.png)", '<img src="/f/i.png" alt="a picture">'),
        ("<img src='i.png' alt='x' width=20>", '<img src="/f/i.png" alt="x" width="20">'),
        ("a | b\n--|--\n1 | 2", "<td>1</td>"),
        ("~~gone~~", "<s>gone</s>"),
        ("see https://example.com", '<a href="https://example.com"'),
        ("- [x] done", 'type="checkbox"'),
        ("!!! note\n    text", '<div class="admonition note">'),
        ("> [!WARNING]\n> text", "markdown-alert-warning"),
        ("```python\nx < 1\n```", '<pre><code class="language-python">x &lt; 1\n</code></pre>'),
        ("```execute\nls -l\n```", '<pre data-action="execute" data-session="1"><code>ls -l<'),
        ("```execute-2\nls\n```", 'data-session="2"'),
        ("```execute-all\nls\n```", 'data-session="*"'),
        ("```copy-and-edit\nls\n```", '<pre data-action="edit"><code>ls'),
        ("```terminal:execute\nx\n```", 'data-note="the body of `terminal:execute`'),
        ("<details><summary>More</summary>text</details>", "<details><summary>More</summary>"),
        ("Hello %name%", "Hello ada"),
        ("```execute\noc get {{ name }}\n```", "oc get ada"),
    ],
)
def test_a_text_is_shown(text, part):
    assert part in show(text, {"name": "ada"})


def test_a_page_without_a_heading_gets_its_title():
    assert show("---\nTitle: The <title>\n---\ntext").startswith("<h1>The &lt;title&gt;</h1>")
    assert show("---\nTitle: The title\n---\n# Its own").count("<h1") == 1


HOSTILE = [
    "<script>alert(1)</script>",
    "<SCRIPT SRC=//evil.example/x.js></SCRIPT>",
    "<img src=x onerror=alert(1)>",
    "<svg onload=alert(1)><script>alert(1)</script></svg>",
    "<math><mi//xlink:href='data:x,<script>alert(1)</script>'>",
    "<a href='javascript:alert(1)'>x</a>",
    "[x](javascript:alert(1))",
    "[x](  JaVaScRiPt:alert(1))",
    "[x](vbscript:x)",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "<iframe src=https://evil.example></iframe>",
    "<form action=//evil.example><input name=p><button>Go</button></form>",
    "<input type=text autofocus onfocus=alert(1)>",
    "<style>*{display:none}</style>",
    "<p style='position:fixed;inset:0'>x</p>",
    "<base href=//evil.example>",
    "<meta http-equiv=refresh content='0;url=//evil.example'>",
    "<link rel=stylesheet href=//evil.example>",
    "<object data=x></object><embed src=x>",
    "<p class='drop menu block'>x</p>",
    "<pre data-action='delete-all' data-session='x;y'>x</pre>",
    "<div id=state>x</div><div id=notes>y</div>",
    "```execute' onclick='alert(1)\nx\n```",
    '```x"><script>alert(1)</script>\nx\n```',
    '<noscript><p title="</noscript><img src=x onerror=alert(1)>">',
    "<template><script>alert(1)</script></template>",
]


# As a browser reads it: blanks and control characters in it do not count.
SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.\-]*):")


class Strict(html.parser.HTMLParser):
    """Fails at any element or attribute that could act."""

    def handle_starttag(self, tag, attrs):
        assert tag in render.TAGS
        for name, value in attrs:
            assert not name.startswith("on")
            assert name not in ("style", "srcdoc", "action", "formaction", "target", "name")
            if name in ("href", "src"):
                scheme = SCHEME.match(re.sub(r"[\x00-\x20]", "", value or ""))
                assert scheme is None or scheme[1].lower() in render.SCHEMES
            if name == "id":
                assert value.startswith("note-")
            if name == "class":
                assert all(one.startswith(render.CLASSES) for one in value.split())
            if name == "data-action":
                assert value in render.ACTION_KINDS
            if tag == "input" and name == "type":
                assert value == "checkbox"


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_in_a_page_can_act(text):
    Strict().feed(show(text))


@pytest.mark.parametrize("text", HOSTILE)
def test_nor_in_the_value_of_a_variable(text):
    Strict().feed(show("%name%\n\n```execute\n%name%\n```\n\n[x](%name%)", {"name": text}))


def test_an_old_page_in_asciidoc_is_plain_text():
    assert "<pre><code>= Title\n&lt;b&gt;</code></pre>" in show("= Title\n<b>", file="a.adoc")


@given(st.text(alphabet=st.sampled_from("<>&\"'`=/: \nabx#*[]()!-javscript:on"), max_size=200))
def test_no_text_can_act(text):
    Strict().feed(show(text))
