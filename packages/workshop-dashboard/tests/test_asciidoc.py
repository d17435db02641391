"""asciidoctor.js in its engine: what it gives, and its bounds."""

import threading

import pytest

from workshop_dashboard import asciidoc
from workshop_dashboard.rules import asciidoc as rules
from workshop_dashboard.rules.asciidoc import AsciiDocError, Source


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("two *kinds*", "two <strong>kinds</strong>"),
        ("= Never shown\n\n== Shown", '<h2 id="_shown">Shown</h2>'),
        ("NOTE: It floats.", "It floats."),
        (":a: b\n\n{a}", "<p>b</p>"),
        ("image::x.png[A boat,300]", '<img src="x.png" alt="A boat" width="300">'),
        (".T\n|===\n|a\n|===", '<caption class="title">Table 1. T</caption>'),
        ("<<next#,on>>", '<a href="next.html">on</a>'),
        ("[source,role=execute]\n----\nls\n----", '<div class="listingblock execute">'),
        ("é 中 😀", "é 中 😀"),
        ("kbd:[Ctrl+C]", "kbd:[Ctrl+C]"),
        (":experimental:\n\nkbd:[Ctrl+C]", "<kbd>Ctrl</kbd>"),
    ],
)
def test_it_is_asciidoctor(text, part):
    assert part in asciidoc.convert(Source(text))


@pytest.mark.parametrize(
    ("directive", "shown"),
    [
        ("include::b.txt[]", "one\ntwo\nthree"),
        ("include::b.txt[tag=t]", "<pre>two</pre>"),
        ("include::b.txt[lines=2..3]", "two"),
        ("include::gone.txt[]", "There is no file d/gone.txt to include."),
        ("include::../../../etc/passwd[]", "There is no file etc/passwd to include."),
    ],
)
def test_it_includes_what_it_was_given(directive, shown):
    files = (("d/b.txt", "one\n# tag::t[]\ntwo\n# end::t[]\nthree"),)
    page = asciidoc.convert(Source(f"----\n{directive}\n----", "d", (), files))
    assert shown in page
    assert "tag::" not in page or "lines" in directive


def test_an_included_path_may_have_attributes():
    text = ":name: b\n\ninclude::{name}.adoc[]"
    source = rules.make_source(text, "d/a", "", {"d/b.adoc": "here it is"}.get)
    assert "here it is" in asciidoc.convert(source)


def test_a_loop_of_includes_ends():
    files = (("a.adoc", "x\n\ninclude::a.adoc[]"),)
    assert "x" in asciidoc.convert(Source("include::a.adoc[]", "", (), files))


def test_it_has_no_files_and_no_network():
    engine = asciidoc.Engine()
    engine.convert(Source("x"))
    for name in ("require", "process", "XMLHttpRequest", "fetch", "std", "os"):
        assert engine._context.eval(f"typeof {name}") == "undefined"


def test_it_is_bounded_in_time(monkeypatch):
    monkeypatch.setattr(asciidoc, "SECONDS", 0.2)
    engine = asciidoc.Engine()
    with pytest.raises(AsciiDocError, match="takes more than"):
        engine.convert(Source("|===\n" + "a|*x*\n" * 60_000 + "|===\n"))
    monkeypatch.setattr(asciidoc, "SECONDS", 10)
    assert "x" in engine.convert(Source("x"))


def test_it_is_bounded_in_memory(monkeypatch):
    monkeypatch.setattr(asciidoc, "MEMORY_BYTES", 14 * 1024 * 1024)
    engine = asciidoc.Engine()
    with pytest.raises(AsciiDocError, match="too much memory"):
        engine.convert(Source("a *b*\n\n" * 8_000))
    assert "x" in engine.convert(Source("x"))


def test_threads_take_turns():
    found = []
    engine = asciidoc.Engine()

    def work(number):
        found.append(f"<p>{number}</p>" in engine.convert(Source(str(number))))

    threads = [threading.Thread(target=work, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [True] * 8


def test_without_the_engine_the_page_says_how_to_get_it(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "quickjs", None)
    with pytest.raises(AsciiDocError, match=r"pip install .*\[asciidoc\]"):
        asciidoc.Engine().convert(Source("x"))
