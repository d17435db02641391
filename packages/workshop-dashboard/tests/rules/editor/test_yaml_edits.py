"""Edits of YAML: what changes, and that nothing else does."""

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from workshop_dashboard.rules.editor import yaml_edits
from workshop_dashboard.rules.editor.text_edits import EditError

TEXT = """\
# The fleet.
kind: Fleet
spec:
  boats: 2  # for now
  crew:
  - name: ada   # captain
    duties: [steer, "log"]
  - name: bob

  # What they sail.
  sails:
      - jib
      - main
  rig: {mast: 1, boom: no}
  empty:
  none: []
notes: |
  several
  lines
"""


def edit(command, path, new="", text=TEXT, **options):
    return yaml_edits.EDITS[command]({"path": path, **options}, new, text, (0, 0))


def change(old, new):
    """The text with one part of it changed."""
    assert TEXT.count(old) == 1
    return TEXT.replace(old, new)


@pytest.mark.parametrize(
    ("command", "path", "new", "after"),
    [
        ("set-yaml-value", "spec.boats", "3", change("boats: 2", "boats: 3")),
        ("set-yaml-value", "kind", '"Fleet"', change("kind: Fleet", 'kind: "Fleet"')),
        ("set-yaml-value", "spec.crew[0].name", "eve", change("ada", "eve")),
        ("set-yaml-value", "spec.crew[name=bob].name", "eve", change("bob", "eve")),
        ("set-yaml-value", 'spec["boats"]', "'3'", change("boats: 2", "boats: '3'")),
        ("set-yaml-value", "notes", "none", change("|\n  several\n  lines", "none")),
        (
            *("set-yaml-value", "spec.boats", "big: 1\nsmall: 2"),
            change("boats: 2", "boats:\n    big: 1\n    small: 2"),
        ),
        (
            *("set-yaml-value", "spec.crew[name=bob].port", "north"),
            change("name: bob", "name: bob\n    port: north"),
        ),
        (
            *("set-yaml-value", "spec.berth.depth", "7"),
            change("none: []", "none: []\n  berth:\n    depth: 7"),
        ),
        ("set-yaml-value", "spec.empty.a", "1", change("empty:", "empty:\n    a: 1")),
        ("set-yaml-value", "top", "1", f"{TEXT}top: 1\n"),
        ("set-yaml-value", "spec.rig.mast", "2", change("mast: 1", "mast: 2")),
        ("set-yaml-value", "spec.rig.keel", "x: 1", change("boom: no", "boom: no, keel: {x: 1}")),
        ("add-yaml-item", "spec.sails", "spi", change("- main", "- main\n      - spi")),
        (
            *("add-yaml-item", "spec.crew", "name: eve\nage: 7"),
            change("- name: bob", "- name: bob\n  - name: eve\n    age: 7"),
        ),
        ("add-yaml-item", "spec.crew[0].duties", "cook", change('"log"]', '"log", cook]')),
        ("add-yaml-item", "spec.none", "a: 1", change("none: []", "none:\n  - a: 1")),
        ("insert-yaml-item", "spec.sails", "spi", change("- jib", "- spi\n      - jib")),
        ("replace-yaml-item", "spec.sails[1]", "spi", change("- main", "- spi")),
        (
            *("replace-yaml-item", "spec.crew[name=ada]", "name: eve\nage: 7"),
            change('name: ada   # captain\n    duties: [steer, "log"]', "name: eve\n    age: 7"),
        ),
        ("delete-yaml-value", "kind", "", change("kind: Fleet\n", "")),
        ("delete-yaml-value", "notes", "", change("\nnotes: |\n  several\n  lines", "")),
        (
            *("delete-yaml-value", "spec.crew[0].name", ""),
            change("name: ada   # captain\n    duties", "duties"),
        ),
        ("delete-yaml-value", "spec.crew[name=bob].name", "", change("name: bob", "{}")),
        ("delete-yaml-value", "spec.sails[1]", "", change("\n      - main", "")),
        ("delete-yaml-value", "spec.rig.mast", "", change("mast: 1, ", "")),
        (
            *("merge-yaml-values", "spec.crew[0]", "name: eve\nage: 7"),
            change("ada", "eve").replace('"log"]', '"log"]\n    age: 7'),
        ),
        ("insert-value-into-yaml", "spec.sails", "- spi", change("- main", "- main\n      - spi")),
        (
            *("insert-value-into-yaml", "spec.crew[1]", "age: 7"),
            change("name: bob", "name: bob\n    age: 7"),
        ),
    ],
)
def test_an_edit(command, path, new, after):
    options = {"index": "0"} if command == "insert-yaml-item" else {}
    assert edit(command, path, new, **options).text == after


@pytest.mark.parametrize(
    ("path", "selected"),
    [
        ("spec.boats", "boats: 2"),
        ("spec.sails", "sails:\n      - jib\n      - main"),
        ("spec.crew[name=bob]", "- name: bob"),
        ("spec.rig.mast", "mast: 1"),
        ("notes", "notes: |\n  several\n  lines"),
        ("", TEXT),
    ],
)
def test_a_part_is_selected(path, selected):
    found = edit("select-yaml-path", path)
    assert found.text[slice(*found.selection)] == selected


def test_what_was_written_is_selected():
    found = edit("add-yaml-item", "spec.sails", "spi")
    assert found.text[slice(*found.selection)] == "      - spi"


def test_a_file_of_several_documents():
    text = "---\na: 1\n---\nb:\n  c: 2\n"
    assert edit("set-yaml-value", "b.c", "3", text).text == "---\na: 1\n---\nb:\n  c: 3\n"


def test_a_file_that_is_new():
    assert edit("set-yaml-value", "a.b", "3", "").text == "a:\n  b: 3\n"
    assert edit("set-yaml-value", "a", "3", "# To do.\n").text == "# To do.\na: 3\n"


@pytest.mark.parametrize(
    ("command", "path", "text", "words"),
    [
        ("set-yaml-value", "a..b", "a: 1", "is no path"),
        ("set-yaml-value", "", "a: 1", "is no path"),
        ("set-yaml-value", "a", "a: [", "no YAML"),
        ("set-yaml-value", "a[3].b", "a: [1]", "has no"),
        ("set-yaml-value", "a.b", "a: 1", "something else"),
        ("delete-yaml-value", "b", "a: 1", "has no b"),
        ("add-yaml-item", "a", "a: {b: 1}", "no list"),
        ("insert-yaml-item", "a", "a: 1", "no list"),
        ("select-yaml-path", "a.b", "a: 1", "has no"),
        ("set-yaml-value", "b.c", "a: &x\n  c: 1\nb: *x\nd: 2", "alias"),
        ("set-yaml-value", "a", "- b", "something else"),
        ("set-yaml-value", "a[0]", "", "has no"),
        ("add-yaml-item", "b", "a: &x [1]\nb: *x", "alias"),
        ("set-yaml-value", "c", "a: &x 1\nb:\n- *x\n", "alias"),
        ("set-yaml-value", "a", "a: 1\n" + "# x\n" * 40_000, "too large"),
        ("set-yaml-value", "a", "[" * 1500, "no YAML"),
    ],
)
def test_what_cannot_be_changed_is_said(command, path, text, words):
    with pytest.raises(EditError, match=words):
        edit(command, path, "x", text)


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text("ab: #-'\"\n{[", max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["a", "b", "c d"]), inner, max_size=3)
    ),
    max_leaves=8,
)


@settings(max_examples=60)
@given(
    st.dictionaries(st.sampled_from(["a", "b", "x"]), values, min_size=1),
    values,
    st.sampled_from([None, True, False]),
    st.sampled_from(["a", "b", "x", "x.y"]),
)
def test_the_value_is_what_was_asked_for_and_the_rest_is_as_before(data, value, flow, path):
    text = yaml.safe_dump(data, default_flow_style=flow)
    try:
        after = edit("set-yaml-value", path, yaml.safe_dump(value), text).text
    except EditError:
        return
    found = yaml.safe_load(after)
    key, _, below = path.partition(".")
    assert (found[key][below] if below else found[key]) == value
    assert {k: v for k, v in found.items() if k != key} == {
        k: v for k, v in data.items() if k != key
    }


@settings(max_examples=60)
@given(values.filter(lambda value: isinstance(value, dict) and value), st.data())
def test_what_is_deleted_is_gone_and_the_rest_is_as_before(data, draw):
    key = draw.draw(st.sampled_from(sorted(data)))
    text = yaml.safe_dump(data, default_flow_style=False)
    after = edit("delete-yaml-value", f'["{key}"]', "", text).text
    assert (yaml.safe_load(after) or {}) == {k: v for k, v in data.items() if k != key}
