"""A page is told when its notes change."""

import pytest

from workshop_dashboard import live, loader


@pytest.fixture
def source(tmp_path):
    (tmp_path / "index.md").write_text("# One")
    return loader.Loader(tmp_path)


async def test_a_change_is_told(source, tmp_path):
    before = live.read_version(source)

    async def change(_seconds):
        (tmp_path / "index.md").write_text("# Another")

    assert await live.wait_for_change(source, before, change) not in ("", before)


async def test_whoever_knows_an_older_version_is_told_at_once(source):
    async def never(_seconds):
        pytest.fail("waited")

    assert await live.wait_for_change(source, "old", never) == live.read_version(source)


async def test_without_a_change_the_answer_is_the_same(source):
    waited = []

    async def count(seconds):
        waited.append(seconds)

    before = live.read_version(source)
    assert await live.wait_for_change(source, before, count) == before
    assert sum(waited) == live.WAIT_SECONDS


def test_notes_that_cannot_be_read_are_a_version(source, tmp_path):
    before = live.read_version(source)
    (tmp_path / "workshop.yaml").write_text("[")
    assert live.read_version(source).startswith("error workshop.yaml is not YAML")
    (tmp_path / "workshop.yaml").unlink()
    assert live.read_version(source) not in (before, "")
