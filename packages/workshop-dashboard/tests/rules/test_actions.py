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
        ("terminal:input", "text: no", Action("input", "no", "1")),
        ("terminal:input", "text: 0777", Action("input", "0777", "1")),
        ("terminal:input", "text:", Action("input", "", "1")),
        (
            *("terminal:input", "text: y\nendl: false"),
            Action("input", "y", "1", details=(("endl", "false"),)),
        ),
        ("terminal:select", "session: 2", Action("select", "", "2")),
        (
            *("terminal:execute", "prefix: Task\ntitle: List\ncommand: ls\ncascade: true"),
            Action("execute", "ls", "1", title="Task: List", details=(("cascade", "true"),)),
        ),
        (
            *("dashboard:open-url", "url: https://boats.example"),
            Action("open-url", "https://boats.example", title="Open: https://boats.example"),
        ),
        (
            *("dashboard:create-dashboard", "name: Shell\nurl: terminal:mine"),
            Action(
                "create-tab",
                "terminal:mine",
                title="Create dashboard: Shell",
                details=(("name", "Shell"),),
            ),
        ),
        (
            *("editor:append-lines-to-file", "file: ~/a\ntext: |\n  b\n  c\n"),
            Action(
                *("editor", "b\nc\n"),
                title="Append lines to file: ~/a",
                details=(("command", "append-lines-to-file"), ("file", "~/a")),
            ),
        ),
        (
            *("editor:insert-value-into-yaml", "file: a\npath: b.c\nvalue:\n- d: 1\n"),
            Action(
                *("editor", "- d: 1"),
                title="Insert value into file: a",
                details=(("command", "insert-value-into-yaml"), ("file", "a"), ("path", "b.c")),
            ),
        ),
        (
            *("editor:yaml-set-value", "file: a\npath: b\nvalue: 2"),
            Action(
                *("editor", "2"),
                title="Change b in file: a",
                details=(("command", "yaml-set-value"), ("file", "a"), ("path", "b")),
            ),
        ),
        (
            *("examiner:execute-test", "name: t\nargs: [one]\nretries: .INF"),
            Action(
                *("test", ""),
                title="Run test: t",
                details=(("args", ["one"]), ("name", "t"), ("retries", ".INF")),
            ),
        ),
        ("section:begin", "title: More", Action("section-begin", "", title="More")),
        ("workshop:copy", "text: |\n  a\n  b\n", Action("copy", "a\nb\n")),
        ("workshop:copy", "text: |-\n  a\n  b\n", Action("copy", "a\nb")),
        (
            *("workshop:open-url", "url: https://x"),
            Action("open-url", "https://x", title="Open: https://x"),
        ),
        (
            *("editor:send-to-terminal", "text: yes\nsession: build\nendl: false"),
            Action("input", "yes", "build", details=(("endl", "false"),)),
        ),
        ("editor:interrupt-terminal", "", Action("interrupt", "Ctrl+C", "educates")),
        ("editor:open-terminal", "session: b", Action("select", "", "b")),
        (
            *("editor:append-lines-after-text", "file: a\ntext: x\nvalue: |\n  y\n"),
            Action(
                *("editor", "y\n"),
                title="Insert lines after x: a",
                details=(("command", "append-lines-after-text"), ("file", "a"), ("text", "x")),
            ),
        ),
        (
            *("editor:append-lines-to-file", "file: a\nvalue: y"),
            Action(
                *("editor", "y"),
                title="Append lines to file: a",
                details=(("command", "append-lines-to-file"), ("file", "a")),
            ),
        ),
        ("terminal:execute", "command:\techo a\t\n\t\n", Action("execute", "echo a", "1")),
        ("terminal:execute", "command: echo 'a\tb'", Action("execute", "echo 'a    b'", "1")),
        (
            *("editor:set-yaml-value", "file: a\t\npath: b\nvalue: 2"),
            Action(
                *("editor", "2"),
                title="Change b in file: a",
                details=(("command", "set-yaml-value"), ("file", "a"), ("path", "b")),
            ),
        ),
        (
            *("editor:select-yaml-path", "file: a"),
            Action(
                *("editor", ""),
                title="Select in file a",
                details=(("command", "select-yaml-path"), ("file", "a")),
            ),
        ),
        (
            *("examiner:execute-test", "name: t\nschema: {who: {title: Who}}"),
            Action(
                *("test", ""),
                title="Run test: t",
                details=(("inputs", {"schema": {"who": {"title": "Who"}}}), ("name", "t")),
            ),
        ),
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
        ("dashboard:open-url", "url: javascript:alert(1)", "no address of the web"),
        ("dashboard:open-url", "url: //evil.example", "no address of the web"),
        ("dashboard:create-dashboard", "name: x\nurl: data:text/html,x", "no address of the web"),
        ("editor:open-file", "line: 1", "needs `file:`"),
        ("files:download-file", "preview: true", "needs `path:`"),
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
        ("editor:open-file", ""),
        ("editor:fly", "editor:fly"),
        ("section:middle", "section:middle"),
        ("terminal:execute", ""),
    ],
)
def test_an_action_that_we_do_not_have_is_told(info, unknown):
    assert actions.unknown_action(info) == unknown


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        ("3", "3"),
        ("'3'", "'3'"),
        ('"yes"', '"yes"'),
        ("true", "true"),
        ("", ""),
        ("\n  app: x\n  n: 1\n  list: [1, '2']", "app: x\nn: 1\nlist: [1, '2']"),
        ("\n- a\n- b: |\n    c\n    d", "- a\n- b: |\n    c\n    d"),
        ("{a: 1}", "{a: 1}"),
    ],
)
def test_a_value_for_yaml_keeps_its_type(value, kept):
    found = actions.find_action("editor:set-yaml-value", f"file: a\npath: b\nvalue: {value}\n")
    assert found is not None
    assert found.text == kept
