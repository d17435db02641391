"""What goes into the AsciiDoc converter, and what its HTML becomes."""

import pytest

from workshop_dashboard.rules import asciidoc

FILES = {
    "x/part.adoc": "include::more.adoc[]",
    "x/more.adoc": "more",
    "top.adoc": "top",
    "x/loop.adoc": "include::loop.adoc[]",
    "x/set.adoc": ":Shared: ..\n:deep: {shared}/../..",
}


@pytest.mark.parametrize(
    ("text", "files"),
    [
        ("include::part.adoc[]", {"x/part.adoc", "x/more.adoc"}),
        ("include::../top.adoc[leveloffset=1]", {"top.adoc"}),
        ("include::../../top.adoc[]", set()),
        ("include::/etc/passwd[]", set()),
        ("include::gone.adoc[]", set()),
        ("include::loop.adoc[]", {"x/loop.adoc"}),
        ("text include::part.adoc[]", set()),
        (":name: more\n\ninclude::{name}.adoc[]", {"x/more.adoc"}),
        ("include::set.adoc[]\ninclude::{shared}/top.adoc[]", {"x/set.adoc", "top.adoc"}),
        ("include::set.adoc[]\ninclude::{deep}/top.adoc[]", {"x/set.adoc"}),
        ("include::{name}.adoc[]\n:name: more", set()),
        (":n: part\n:n: more\n\ninclude::{n}.adoc[]", {"x/more.adoc"}),
        (":a: aa\n" + ":a: {a}{a}\n" * 90 + "include::{a}.adoc[]", set()),
    ],
)
def test_included_files_are_within_the_folder(text, files):
    assert {name for name, _ in asciidoc.make_source(text, "x/a", "", FILES.get).files} == files


def test_too_much_is_not_included(monkeypatch):
    monkeypatch.setattr(asciidoc, "MAX_INCLUDED", 10)
    source = asciidoc.make_source("include::part.adoc[]", "x/a", "", FILES.get)
    assert source.files == ()


def test_attributes_that_the_page_cannot_change():
    source = asciidoc.make_source(":icons: font", "x/a", "https://i.example/", FILES.get)
    assert dict(source.attributes) == {"imagesdir": "https://i.example/x", "icons": "font"}


@pytest.mark.parametrize(
    ("converted", "adapted"),
    [
        (
            '<div class="listingblock execute">\n<div class="title">Run</div>\n'
            '<div class="content">\n'
            '<pre class="highlight"><code class="language-sh" data-lang="sh">ls</code></pre>\n'
            "</div>\n</div>",
            '<div class="title">Run</div>\n<pre><code class="language-execute">ls</code></pre>',
        ),
        (
            '<div id="x" class="literalblock execute-2">\n<div class="content">\n<pre>ls</pre>\n'
            "</div>\n</div>",
            '<pre><code class="language-execute-2">ls</code></pre>',
        ),
        (
            '<pre class="highlight"><code class="language-sh" data-lang="sh">ls</code></pre>',
            '<pre><code class="language-sh">ls</code></pre>',
        ),
        ('<i class="conum" data-value="2"></i><b>(2)</b>', '<b class="conum">(2)</b>'),
        ('<i class="fa icon-note" title="Note"></i>', '<b class="title">Note</b>'),
        ('<span class="icon"><i class="fa fa-play"></i></span>', ""),
    ],
)
def test_html_takes_the_form_that_markdown_has(converted, adapted):
    assert asciidoc.adapt(converted) == adapted
