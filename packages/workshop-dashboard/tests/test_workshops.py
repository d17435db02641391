"""Workshops of each format that there is, unedited: order, titles, blocks, links, and no complaint.

They are in `workshops/`, a folder a format.
"""

import html
import re
from pathlib import Path

import pytest

from workshop_dashboard import loader, views
from workshop_dashboard.rules import check, links, values

FOLDER = Path(__file__).parent / "workshops"
ENVIRONMENT = {
    "JUPYTERHUB_USER": "ada",
    "PROJECT_NAMESPACE": "ws-ada",
    "CLUSTER_SUBDOMAIN": "apps.x",
    "HARBOUR_REGION": "east",
    "BOAT_OWNER": "Ada",
}
ADDRESSES = links.Addresses("/p/", "/f/")
BLOCK = re.compile(r"<pre((?: data-[a-z]+=\"[^\"]*\")+)><code>(.*?)</code></pre>", re.DOTALL)
MARK = re.compile(r'data-([a-z]+)="([^"]*)"')
TAG = re.compile(r"<[^>]+>")


def load(name):
    builtin = values.make_builtin(ENVIRONMENT, "/u/")
    return loader.Loader(FOLDER / name, builtin=builtin, environment=ENVIRONMENT).load()


def draw(notes, page):
    return views.make_view(page, notes, ADDRESSES)


def blocks(view):
    """Kind, terminal and text of each block that acts, in order."""
    found = []
    for written, inner in BLOCK.findall(view.html):
        marks = dict(MARK.findall(written))
        text = html.unescape(TAG.sub("", inner))
        found.append((marks.get("action", ""), marks.get("session", ""), text))
    return found


@pytest.mark.parametrize(
    ("name", "title", "pages"),
    [
        (
            *("front-matter", "Start of the Harbour"),
            {"index": "Start of the Harbour", "setup": "Set Up", "exercises/01-boats": "Boats"},
        ),
        (
            *("yaml", "Boats"),
            {
                "overview": "Workshop Overview",
                "exercises/first": "First Boat",
                "summary": "Summary",
            },
        ),
        (
            "asciidoc",
            "Boats in AsciiDoc",
            {"intro": "About boats", "first-boat": "Your first boat"},
        ),
        ("program", "Boats by Program", {"a": "One", "b": "Two"}),
        ("legacy", "Old Boats", {"intro": "Introduction", "sail": "Sail"}),
        (
            *("classic", "Classic Boats"),
            {"workshop-overview": "Workshop Overview", "exercises/01-actions": "Actions"},
        ),
        ("hugo", "Boats in Python", {"01-intro": "All about boats", "02-sail/index": "Sail"}),
    ],
)
def test_title_and_order(name, title, pages):
    notes = load(name)
    assert notes.title == title
    assert {page: notes.pages[page].title for page in notes.order} == pages


@pytest.mark.parametrize(
    ("name", "page", "acting"),
    [
        (
            *("front-matter", "setup"),
            [
                ("edit", "", "oc login --token=CHANGE-ME"),
                (
                    *("execute", "1"),
                    "oc get pods -o go-template --template="
                    "'{{range .items}}{{.metadata.name}}{{\"\\n\"}}{{end}}'",
                ),
                ("execute", "2", "watch oc get pods"),
                ("interrupt", "2", "Ctrl+C"),
            ],
        ),
        ("yaml", "overview", [("execute", "1", "oc project ws-ada")]),
        (
            *("yaml", "exercises/first"),
            [("execute", "3", "date +%Y-%m-%d"), ("copy", "", "apps.x")],
        ),
        (
            *("asciidoc", "first-boat"),
            [
                ("execute", "1", 'oc project ws-ada && echo "<ahoy>"'),
                ("execute", "2", "watch oc get pods"),
                ("interrupt", "2", "Ctrl+C"),
                ("copy", "", "plain text"),
                ("copy", "", "kind: Boat # (1)\nname: {project} (2)"),
                ("copy", "", "change me"),
            ],
        ),
        ("program", "b", [("execute", "1", "echo Ada")]),
        ("legacy", "sail", [("execute", "1", "echo west")]),
        ("classic", "workshop-overview", [("copy", "", "helm template {{ .Values.name }}")]),
        (
            *("classic", "exercises/01-actions"),
            [
                ("execute", "1", "kubectl get pods -n ws-ada"),
                ("execute", "2", "kubectl apply -f - <<EOF\nkind: Boat\nEOF"),
                ("interrupt", "*", "Ctrl+C"),
                ("reload-tab", "", "https://boat-ws-ada.apps.x/"),
                ("editor", "", "- name: boat\n  image: boats:latest"),
                ("copy", "", "yes"),
            ],
        ),
        (
            *("hugo", "02-sail/index"),
            [("execute", "1", "sail -n ws-ada"), ("test", "", ""), ("download", "", "")],
        ),
    ],
)
def test_what_a_click_does(name, page, acting):
    assert blocks(draw(load(name), page)) == acting


@pytest.mark.parametrize(
    ("name", "page", "parts"),
    [
        (
            *("front-matter", "index"),
            [
                "<h1>Start of the Harbour</h1>",
                "Welcome, ada.",
                'href="/u/slides"',
                'href="/u/console/k8s/ns/ws-ada/pods"',
                "<td><code>ws-ada</code></td>",
            ],
        ),
        (
            *("front-matter", "exercises/01-boats"),
            ['href="/p/setup"', 'href="/p/index"', 'src="/f/exercises/boat.png"', 'id="note-more"'],
        ),
        (
            *("yaml", "overview"),
            ["Say hello in east.", "{{ .Values.image }} and {{ project_namespace }}"],
        ),
        (
            *("asciidoc", "intro"),
            [
                "<h1>About boats</h1>",
                "<strong>two</strong> kinds, and yours is a dinghy.",
                "<em>north</em>",
                'href="https://boats.example/"',
                'href="/p/first-boat"',
                "Headings of Markdown work</h2>",
                "Tip</b>",
                "Boats float.",
                "Some sink.",
                'src="/f/images/boat.png" alt="A boat" width="300"',
                "Figure 1. A boat",
                "Length</th>",
                "<kbd>Ctrl</kbd>",
            ],
        ),
        (
            *("asciidoc", "first-boat"),
            [
                ">In the second terminal</div>",
                '<span class="hl-nb">print</span>',
                "An included <strong>part</strong>.",
                "<b>raw</b>",
                "The kind.",
            ],
        ),
        ("program", "a", ["Owned by Ada."]),
        ("legacy", "intro", ["The wind is WEST.", 'src="/f/images/sea.png"']),
        ("legacy", "sail", ["Sail west."]),
        (
            *("classic", "workshop-overview"),
            [
                "Python it is.",
                '<code>ws-ada</code><sup class="inline-copy"></sup>',
                "https://boat-ws-ada.apps.x/",
                "old way ws-ada",
            ],
        ),
        (
            *("hugo", "01-intro"),
            [
                "Boats <em>float</em> in python.",
                "Only <strong>here</strong>.",
                'src="/f/boat.png" alt="A boat"',
                'src="/f/boat.png" alt="Another"',
                'class="admonition-title">Mind</p>',
            ],
        ),
        (
            *("hugo", "02-sail/index"),
            [
                'data-title="Set sail"',
                'data-title="Does it float?"',
                "&quot;args&quot;: [&quot;ada&quot;]",
                "<summary>Questions</summary>",
                "<summary>One</summary>",
                'href="/p/01-intro"',
            ],
        ),
    ],
)
def test_what_a_page_shows(name, page, parts):
    shown = draw(load(name), page).html
    assert [part for part in parts if part not in shown] == []


@pytest.mark.parametrize(
    ("name", "page", "words"),
    [
        ("asciidoc", "intro", ["Never shown", "{%", ":icons:"]),
        ("hugo", "01-intro", ["Never shown", "+++", "{{", "Only there"]),
        ("hugo", "02-sail/index", ["section:", "{{"]),
        ("classic", "workshop-overview", ["{%", "raw", "No."]),
        ("yaml", "overview", ["Never shown"]),
    ],
)
def test_what_a_page_does_not_show(name, page, words):
    shown = draw(load(name), page).html
    assert [word for word in words if word in shown] == []


def test_the_way_out_of_a_page():
    notes = load("front-matter")
    assert draw(notes, "index").exit_sign == "Set it up"
    last = draw(notes, "exercises/01-boats")
    assert (last.exit_sign, last.exit_url) == ("Finish Workshop", "https://boats.example/thanks")


@pytest.mark.parametrize("name", sorted(path.name for path in FOLDER.iterdir()))
def test_check_finds_no_error_on_the_authors_machine(name):
    builtin = values.fill_in_stand_ins(values.make_builtin({}, "/"))
    notes = loader.Loader(FOLDER / name, builtin=builtin, environment={}).load()
    assert [str(p) for p in check.check_notes(notes) if p.level == "error"] == []


def test_check_tells_what_of_a_program_was_not_run():
    found = [str(problem) for problem in check.check_notes(load("program"))]
    assert any(problem.startswith("config.js:4: warning") for problem in found)
