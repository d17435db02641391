"""A workshop as people wrote them for the original system, read without a change."""

import pytest

from workshop_dashboard import loader, views
from workshop_dashboard.rules import check, links

FILES = {
    "workshop.yaml": "name: Older\nmodules:\n    activate:\n    - index\n    - exercises/01-look\n",
    "modules.yaml": """
config:
    vars:
    - name: greeting
      value: hello
      aliases: [GREETING]
modules:
    index: {name: Workshop Overview, exit_sign: Start Workshop}
    exercises/01-look: {name: Take a Look, exit_sign: Finish Workshop}
""",
    "config.js": "throw new Error('never run')",
    "content/index.md": "Welcome, %username%. [On](%base_url%/exercises/01-look)\n",
    "content/exercises/01-look.md": (
        "---\nTitle: Not this one\nExitSign: Nor this\n---\n\n"
        "Say %greeting% in <b>%project_namespace%</b>:\n\n"
        "```execute\noc get pods -o template --template='{{range .items}}{{end}}'\n```\n\n"
        "```execute-2\n<ctrl+c>\n```\n\n"
        "```copypaste\n%cluster_subdomain%\n```\n\n"
        "![A picture](../images/p.png) [Back](../index.html) [Console](%console_url%)\n"
    ),
    "content/images/p.png": "png",
    "content/exercises/02-not-active.md": "Left out.\n",
}
VALUES = {
    "username": "ada",
    "project_namespace": "ws-ada",
    "cluster_subdomain": "apps.example.com",
    "base_url": "/user/ada/dashboard/page",
    "console_url": "https://console.example.com",
}


@pytest.fixture
def notes(tmp_path):
    for name, text in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    source = loader.Loader(tmp_path, builtin=VALUES, environment={"GREETING": "good day"})
    return source.load()


def test_it_shows_as_it_did(notes):
    assert (notes.title, notes.order) == ("Older", ("index", "exercises/01-look"))
    addresses = links.Addresses("/user/ada/dashboard/page/", "/user/ada/dashboard/files/")
    first = views.make_view("index", notes, addresses)
    assert first.html.startswith("<h1>Workshop Overview</h1>")
    assert 'Welcome, ada. <a href="/user/ada/dashboard/page/exercises/01-look"' in first.html
    assert (first.exit_sign, first.next.title) == ("Start Workshop", "Take a Look")
    last = views.make_view("exercises/01-look", notes, addresses, "/hub/restart")
    assert (last.title, last.exit_sign) == ("Take a Look", "Finish Workshop")
    assert last.exit_url == "/hub/restart"
    for part in (
        "Say good day in <b>ws-ada</b>:",
        "--template='{{range .items}}{{end}}'</code>",
        '<pre data-action="interrupt" data-session="2">',
        '<pre data-action="copy"><code>apps.example.com</code>',
        'src="/user/ada/dashboard/files/images/p.png"',
        'href="/user/ada/dashboard/page/index"',
        'href="https://console.example.com"',
    ):
        assert part in last.html


def test_what_does_not_carry_over_is_told(notes):
    assert [(p.file, p.level) for p in check.check_notes(notes)] == [
        ("config.js", "warning"),
        ("exercises/02-not-active.md", "warning"),
    ]
