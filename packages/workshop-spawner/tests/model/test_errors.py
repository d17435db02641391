"""Errors have two readers."""

from __future__ import annotations

import pytest

from workshop_spawner.model import errors


@pytest.mark.parametrize("kind", [errors.TemporaryError, errors.ForbiddenError, errors.StartError])
def test_the_visitor_and_the_administrator_each_get_their_sentence(kind):
    error = kind("Please wait.", "pod w/p: 500")
    assert str(error) == "Please wait."
    assert error.detail == "pod w/p: 500"
    assert isinstance(error, errors.WorkshopError)


def test_one_sentence_serves_both_when_there_is_no_more():
    assert errors.PermanentError("No.").detail == "No."
