"""The words of blocks with YAML."""

import pytest

from workshop_dashboard.rules import block_words


@pytest.mark.parametrize("name", sorted({**block_words.WORDS, **block_words.EDITOR}))
def test_a_word_has_a_kind_and_a_namespace(name):
    word = block_words.find_word(name)
    assert word.kind in block_words.KINDS
    assert block_words.NAMESPACE.match(name)


@pytest.mark.parametrize("name", ["editor:yaml-set-value", "editor:merge-yaml-values"])
def test_edits_of_yaml_are_known_by_their_form(name):
    assert block_words.find_word(name).kind == "editor"


def test_a_subject_has_the_options_put_in():
    word = block_words.find_word("dashboard:open-dashboard")
    assert word.fill_subject({"name": "Console"}) == "Open dashboard: Console"
    assert word.fill_subject({}) == "Open dashboard"
