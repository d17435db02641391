"""What `check` finds in a page."""

from dataclasses import replace

from workshop_dashboard import asciidoc
from workshop_dashboard.rules import study
from workshop_dashboard.rules.notes import make_notes
from workshop_dashboard.rules.study import Block, Link
from workshop_dashboard.rules.workshopfile import Workshop


def look(file, text):
    notes = replace(make_notes({file: text}, Workshop(), {}), convert=asciidoc.convert)
    return study.study_page(notes.pages[file.partition(".")[0]], notes)


def test_a_page_of_markdown():
    found = look(
        "a.md", "# Top\n\n[x](y) ![p](q)\n\n<a name='z' href='w'>x</a>\n\n```execute\nls\n```"
    )
    assert found.links == (Link(3, "y"), Link(3, "q", "p"), Link(5, "w"))
    assert found.anchors == {"top", "z"}
    assert found.blocks == (Block(7, "execute", "ls\n"),)
    assert found.removed == ()


def test_a_page_of_asciidoc():
    text = "== Top\n\nlink:y[x]\n\n[role=terminal:execute]\n----\n- x\n----\n\nimage::q.png[]"
    found = look("a.adoc", text)
    assert found.links == (Link(3, "y"), Link(10, "q.png", "q"))
    assert "_top" in found.anchors
    assert found.blocks == (Block(5, "terminal:execute", "- x"),)


def test_nothing_is_taken_out_of_a_trusted_page():
    notes = make_notes({"a.md": "<iframe src='y'></iframe>"}, Workshop(), {})
    notes = replace(notes, is_trusted=True)
    assert study.study_page(notes.pages["a"], notes).removed == ()


def test_what_is_taken_out():
    found = look("a.md", "x\n\n<iframe src='y'></iframe>\n\n<p onclick='z' class='fine'>t</p>")
    assert found.removed == (
        (3, "the element <iframe> is taken out"),
        (5, "the attribute onclick of <p> is taken out"),
    )
