"""A hub's id is its database's."""

from __future__ import annotations

from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from workshop_spawner.hub_tasks.hub_identity import read_hub_id


def ask(path):
    engine = create_engine(f"sqlite:///{path}")
    try:
        with Session(engine) as db:
            return read_hub_id(db)
    finally:
        engine.dispose()


def test_the_same_database_says_the_same_and_another_one_another(tmp_path):
    first = ask(tmp_path / "one")
    assert len(first) == 16
    assert ask(tmp_path / "one") == first
    assert ask(tmp_path / "two") != first
