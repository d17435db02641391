"""The editor's script is whole: each module that another asks for is in it."""

import re

import pytest

from workshop_dashboard import editor_bundle


@pytest.fixture(scope="module")
def script():
    made = editor_bundle.make_script()
    if made is None:
        pytest.skip("built without what comes from npm")
    return made


def test_each_module_that_is_asked_for_is_there(script):
    asked = set(re.findall(r"require\(['\"]([^'\"]+)['\"]\)", script))
    assert asked <= set(editor_bundle.MODULES)
    assert len(asked) >= 10


def test_without_its_modules_there_is_none(monkeypatch):
    monkeypatch.setattr(editor_bundle, "MODULES", {"gone": "gone.cjs"})
    assert editor_bundle.make_script() is None
