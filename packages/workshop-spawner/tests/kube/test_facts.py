"""What a cluster was asked once."""

from __future__ import annotations

import asyncio

import pytest

from workshop_spawner.kube import facts
from workshop_spawner.kube.facts import Facts


async def test_a_question_is_asked_once_unless_it_fails():
    answers = [ValueError("away"), "yes", "no"]

    async def ask():
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    known = Facts()
    with pytest.raises(ValueError, match="away"):
        await known.learn("it", ask)
    assert [await known.learn("it", ask) for _ in range(2)] == ["yes", "yes"]


async def test_many_who_ask_at_once_ask_once():
    asked = []

    async def ask():
        asked.append(1)
        await asyncio.sleep(0)
        return "yes"

    known = Facts()
    assert await asyncio.gather(*(known.learn("it", ask) for _ in range(3))) == ["yes"] * 3
    assert len(asked) == 1


def test_an_image_is_known_for_a_while_and_not_for_ever(monkeypatch):
    monkeypatch.setattr(facts, "MOST_IMAGES", 2)
    known = Facts()
    known.keep_image("workshops", "app", "example.com/app@sha256:1", 10.0)
    assert known.find_image("workshops", "app", 9.0) == "example.com/app@sha256:1"
    assert known.find_image("workshops", "app", 10.0) is None
    assert known.find_image("other", "app", 9.0) is None
    for number in range(2):
        known.keep_image("workshops", f"app{number}", "", 10.0)
    assert known.find_image("workshops", "app", 9.0) is None
