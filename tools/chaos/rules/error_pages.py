"""What a person may be shown when something is wrong: a page with a sentence that says what to do.

A page of an error is wrong if it is JSON or plain text, shows a traceback, or has nothing on it but
the name of the error ("500 : Internal Server Error").
"""

from __future__ import annotations

import http
import re

from load.rules import pages

FEWEST_WORDS = 4
TRACES = ("Traceback (most recent call last)", 'File "/', "sqlalchemy.exc.", "kubernetes_asyncio.")
SENTENCE = re.compile(r"[A-Z“\"][^.!?]*[.!?](?=\s|$)")


def find_sentences(text: str) -> list[str]:
    """The sentences of a text that are more than the name of an error."""
    found = (each.strip() for each in SENTENCE.findall(text))
    return [each for each in found if len(each.split()) >= FEWEST_WORDS]


def find_phrase(status: int) -> str:
    """The name of a status, which is no sentence."""
    known = {each.value: each.phrase for each in http.HTTPStatus}
    return known.get(status, "")


def problem_with_error(status: int, content_type: str, text: str) -> str | None:
    """Why a person should not have been shown this answer, or None."""
    if status < 400:
        return None
    if trace := next((trace for trace in TRACES if trace in text), None):
        return f"{status} with {trace!r} on the page"
    if "html" not in content_type:
        return f"{status} as {content_type or 'nothing'}: {text[:200]!r}"
    said = pages.read_sentence(text, content_type)
    if find_sentences(said.removeprefix(f"{status} : {find_phrase(status)}")):
        return None
    return f"{status} without a sentence that says what to do: {said!r}"


def problem_with_message(text: str) -> str | None:
    """Why a message of a start that failed is not for a person, or None."""
    if trace := next((trace for trace in TRACES if trace in text), None):
        return f"a start failed with {trace!r}: {text!r}"
    return None if find_sentences(text) else f"a start failed without a sentence: {text!r}"
