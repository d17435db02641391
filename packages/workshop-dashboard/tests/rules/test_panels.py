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
