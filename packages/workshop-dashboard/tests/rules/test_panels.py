"""Panels and their shares."""

import pytest

from workshop_dashboard.rules import panels


@pytest.mark.parametrize(
    ("name", "shares"),
    [("default", [100]), ("split", [60, 40]), ("split/2", [50, 25, 25]), ("lower", [70, 30])],
)
def test_a_layout_has_its_terminals(name, shares):
    shown = panels.make_panels(name, 40, "/user/ada/", has_notes=True)
    assert [terminal.share for terminal in shown.terminals] == shares
    assert shown.terminals[0].url == "/user/ada/terminal/session/1"
    assert shown.notes_share == 40


def test_notes_alone_take_the_page():
    assert panels.make_panels("none", 40, "/", has_notes=True) == panels.Panels(100, ())


def test_without_notes_the_terminals_take_the_page():
    assert panels.make_panels("default", 40, "/", has_notes=False).notes_share == 0


@pytest.mark.parametrize(("asked", "given"), [(0, 15), (99, 85)])
def test_no_panel_is_squeezed_away(asked, given):
    assert panels.make_panels("default", asked, "/", has_notes=True).notes_share == given


VALUES = {"ingress_domain": "apps.example", "session_name": "ada"}


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("8080", "/user/ada/proxy/8080/"),
        ("http://localhost:8080", "/user/ada/proxy/8080/"),
        ("http://127.0.0.1:3000/a?b", "/user/ada/proxy/3000/a?b"),
        ("/user/ada/files/home/", "/user/ada/files/home/"),
        ("https://$(session_name)-app.$(ingress_domain)/x", "https://ada-app.apps.example/x"),
        ("https://%session_name%.example", "https://ada.example"),
        ("http://app.example", "http://app.example"),
        ("//evil.example", ""),
        ("javascript:alert(1)", ""),
        ("data:text/html,x", ""),
        ("terminal:2", ""),
        ("http://localhost:808080", "http://localhost:808080"),
        ("https://two words", ""),
        ("", ""),
    ],
)
def test_where_a_tab_leads(text, url):
    assert panels.make_address(panels.fill_address(text, VALUES), "/user/ada/") == url


def test_the_console_is_a_tab_where_it_is_in_the_session():
    inside = panels.make_tabs("/", "/user/ada/proxy/absolute/10083/", (), {})
    assert inside == (panels.Tab("console", "Console", "/user/ada/proxy/absolute/10083/"),)
    assert panels.make_tabs("/", "https://console.example", (), {}) == ()


def test_own_tabs_come_in_their_order_and_once():
    own = [("My App", "8080"), ("Bad", "ftp://x"), ("my app", "9090"), ("!", "80"), ("B", "/b")]
    assert panels.make_tabs("/", "", own, {}) == (
        panels.Tab("my-app", "My App", "/proxy/8080/"),
        panels.Tab("b", "B", "/b"),
    )


@pytest.mark.parametrize(
    ("label", "key"),
    [("Files", "own-files"), ("TERMINALS", "own-terminals"), ("My files", "my-files")],
)
def test_a_tab_named_as_one_of_the_page_has_another_key(label, key):
    (tab,) = panels.make_tabs("/", "", [(label, "80")], {})
    assert (tab.key, tab.label) == (key, label)


def test_there_is_an_end_to_tabs():
    own = [(f"Tab {number}", "80") for number in range(99)]
    assert len(panels.make_tabs("/", "/console", own, {})) == panels.MOST_TABS


def test_notes_alone_have_no_tabs():
    tabs = panels.make_tabs("/", "/console", (), {})
    assert panels.make_panels("none", 40, "/", tabs, has_notes=True).tabs == ()
    assert panels.make_panels("default", 40, "/", tabs, has_notes=False).tabs == tabs


@pytest.mark.parametrize(
    ("label", "text", "word"),
    [
        ("App", "8080", None),
        ("App", "https://$(session_name).x", None),
        ("?", "8080", "name"),
        ("Files", "8080", "another name"),
        ("terminals!", "8080", "another name"),
        ("App", "javascript:x", "port"),
        ("App", "//x", "port"),
    ],
)
def test_what_is_wrong_with_a_tab(label, text, word):
    problem = panels.problem_with_tab(label, text)
    assert (problem is None) if word is None else (word in problem)


@pytest.mark.parametrize(
    ("given", "url"),
    [
        ("", "/f/logo.png"),
        ("my logo.svg", "/f/my%20logo.svg"),
        ("gone.svg", ""),
        ("https://x.example/l.svg", "https://x.example/l.svg"),
        ("javascript:x", ""),
        ("../secret", ""),
    ],
)
def test_where_the_logo_is(given, url):
    files = {"logo.png", "my logo.svg"}
    assert panels.find_look(given, panels.LOGOS, files, "/f/") == url
    assert panels.find_look("", panels.LOGOS, {"x.png"}, "/f/") == ""
