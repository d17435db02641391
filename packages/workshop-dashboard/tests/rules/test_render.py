"""Markdown in, safe HTML out."""

import html.parser
import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workshop_dashboard import asciidoc
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
        ("```python\nx < 1\n```", '<code class="language-python"><span class="hl-n">x</span>'),
        ("```\nx < 1\n```", "<pre><code>x &lt; 1\n</code></pre>"),
        ("```nothing\nx\n```", '<pre><code class="language-nothing">x\n</code></pre>'),
        ("```execute\nls -l\n```", '<pre data-action="execute" data-session="1"><code>ls -l<'),
        ("```execute-2\nls\n```", 'data-session="2"'),
        ("```execute-all\nls\n```", 'data-session="*"'),
        ("```copy-and-edit\nls\n```", '<pre data-action="edit"><code>ls'),
        ("```terminal:execute\nx\n```", 'data-note="the body of `terminal:execute`'),
        ("<details><summary>More</summary>text</details>", "<details><summary>More</summary>"),
        ("Hello %name%", "Hello ada"),
        ("##### Option 1: sail", '<h5 id="note-option-1-sail">'),
        ("## Rig it {#sails .big}", '<h2 id="note-sails">Rig it</h2>'),
        ("`{#a}` and {#b}", "<code>{#a}</code> and {#b}"),
        (
            '<iframe width=9 src="https://www.youtube.com/embed/a-B_1?rel=0" allow=x></iframe>',
            '<a href="https://www.youtube.com/watch?v=a-B_1" rel="noopener noreferrer">https://www.you',
        ),
        (
            "<iframe src='https://b.example/?a=1&amp;b=2'>\n</iframe>",
            '<a href="https://b.example/?a=1&amp;b=2" rel="noopener noreferrer">https://b.example/?a=1',
        ),
        ("<iframe src=javascript:alert(1)></iframe>", '<a rel="noopener noreferrer">javascript:al'),
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
        assert tag not in ("script", "style", "iframe", "object", "embed", "form", "svg")
        for name, value in attrs:
            assert not name.startswith("on")
            assert name not in ("style", "srcdoc", "action", "formaction", "target", "name")
            if name in ("href", "src"):
                scheme = SCHEME.match(re.sub(r"[\x00-\x20]", "", value or ""))
                assert scheme is None or scheme[1].lower() in render.SCHEMES
            if name == "id":
                assert value.startswith("note-")
            if name == "class":
                classes = (*render.CLASSES, "hl-", "section")
                assert all(one.startswith(classes) for one in value.split())
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


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize(
    "form", ["{}", "++++\n{}\n++++", "pass:[{}]", "[role=execute]\n----\n{}\n----"]
)
def test_nothing_in_a_page_of_asciidoc_can_act(text, form):
    notes = make_notes({"a.adoc": form.format(text)}, Workshop(), {})
    notes = replace(notes, convert=asciidoc.convert)
    Strict().feed(render.render_page(notes.pages["a"], notes, DASHBOARD))


@pytest.mark.parametrize(
    "text",
    [
        "link:javascript:alert(1)[x]",
        "image::x.png[link=javascript:alert(1)]",
        "image::javascript:alert(1)[]",
        "[onclick=alert(1)]#x#",
        "[.drop.menu]#x#",
        "xref:x.adoc[x,window=\"_self' onclick='alert(1)\"]",
        ":toc:\n\n= x\n\n== <script>alert(1)</script>",
        "stem:[<script>]",
        "video::x.mp4[]",
        "video::abc[youtube]",
        "[source,bash,role=\"execute' onclick='x\"]\n----\nx\n----",
        "include::/etc/passwd[]",
        "image::x.svg[opts=interactive]",
        "[subs=macros]\n----\npass:[<img src=x onerror=x>]\n----",
    ],
)
def test_nor_by_the_means_of_asciidoc(text):
    notes = make_notes({"a.adoc": text}, Workshop(), {})
    notes = replace(notes, convert=asciidoc.convert)
    page = render.render_page(notes.pages["a"], notes, DASHBOARD)
    Strict().feed(page)
    assert "root:" not in page


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ('<a name="x"></a>', '<a id="note-x"'),
        ('<a id="y" name="x">z</a>', '<a id="note-y"'),
        (
            '<pre><code class="language-execute">a &amp;&amp; b</code></pre>',
            '="1"><code>a &amp;&amp; b',
        ),
        (
            '<pre class="x"><code class="language-execute-2">a <b>c</b></code></pre>',
            "<code>a c</code>",
        ),
        ('<ol type="a"><li>x</li></ol>', '<ol type="a">'),
    ],
)
def test_raw_html_of_older_pages(text, part):
    assert part in show(text)


@pytest.mark.parametrize(
    ("text", "part"),
    [
        (
            "```section:begin\ntitle: <b>\n```\nx\n```section:end\n```",
            "<summary>&lt;b&gt;</summary>",
        ),
        ("```section:begin\ntitle: T\nopen: true\n```\nx\n```section:end\n```", 'section" open>'),
        ("```section:end\n```\nx", "<h1>Index</h1>\n\n<p>x</p>"),
        ("```section:begin\ntitle: T\n```\nx", "<p>x</p>\n</details>"),
    ],
)
def test_sections_open_and_close(text, part):
    assert part in show(text)


def test_a_page_in_asciidoc_without_a_converter_is_plain_text():
    assert "<pre><code>= Title\n&lt;b&gt;</code></pre>" in show("= Title\n<b>", file="a.adoc")


@given(st.text(alphabet=st.sampled_from("<>&\"'`=/: \nabx#*[]()!-javscript:on"), max_size=200))
def test_no_text_can_act(text):
    Strict().feed(show(text))
