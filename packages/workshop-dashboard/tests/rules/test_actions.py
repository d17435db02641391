"""What a click on a block of code does."""

import pytest

from workshop_dashboard.rules import actions
from workshop_dashboard.rules.actions import Action


@pytest.mark.parametrize(
    ("info", "body", "action"),
    [
        ("", "ls", None),
        ("bash", "ls", None),
        ("executes", "ls", None),
        ("execute", "ls\n", Action("execute", "ls", "1")),
        ("execute-1", "ls", Action("execute", "ls", "1")),
        ("execute-2", "ls", Action("execute", "ls", "2")),
        ("bash execute-3", "ls", Action("execute", "ls", "3")),
        ("execute-all", "ls", Action("execute", "ls", "*")),
        ("execute", "a\n  b\n", Action("execute", "a\n  b", "1")),
        ("execute", "  a \n", Action("execute", "a", "1")),
        ("execute", "<ctrl-c>\n", Action("interrupt", "Ctrl+C", "1")),
        ("execute-2", "<Ctrl+C>\n", Action("interrupt", "Ctrl+C", "2")),
        ("copy", "x", Action("copy", "x")),
        ("copypaste", "x", Action("copy", "x")),
        ("copy-and-edit", "x", Action("edit", "x")),
        ("terminal:execute", "command: ls\nsession: 2", Action("execute", "ls", "2")),
        ("terminal:execute-all", "command: ls", Action("execute", "ls", "*")),
        ("terminal:input", "text: y", Action("input", "y", "1")),
        ("terminal:interrupt", "session: 2", Action("interrupt", "Ctrl+C", "2")),
        ("terminal:interrupt-all", "", Action("interrupt", "Ctrl+C", "*")),
        ("terminal:clear", "", Action("clear", "clear", "1")),
        ("workshop:copy", "text: |\n  a\n  b\n", Action("copy", "a\nb")),
        ("workshop:copy-and-edit", "text: a", Action("edit", "a")),
    ],
)
def test_a_fence_is_read(info, body, action):
    assert actions.find_action(info, body) == action


@pytest.mark.parametrize(
    ("info", "body", "words"),
    [
        ("terminal:execute", "- a list", "must be YAML"),
        ("terminal:execute", "a: [", "must be YAML"),
        ("terminal:execute", "", "needs `command:`"),
        ("terminal:execute", "command: ls\nsession: '../x'", "no name of a terminal"),
    ],
)
def test_a_wrong_block_does_nothing_and_says_why(info, body, words):
    action = actions.find_action(info, body)
    assert action.kind == ""
    assert words in action.note


@pytest.mark.parametrize(
    ("info", "unknown"),
    [
        ("execute", ""),
        ("bash", ""),
        ("execute-10", "execute-10"),
        ("executes", "executes"),
        ("editor:open-file", "editor:open-file"),
        ("terminal:execute", ""),
    ],
)
def test_an_action_that_we_do_not_have_is_told(info, unknown):
    assert actions.unknown_action(info) == unknown
