"""Slides on the disk."""

import pytest

from workshop_dashboard.slides import decks


@pytest.fixture
def notes(tmp_path):
    (tmp_path / "workshop" / "slides" / "img").mkdir(parents=True)
    folder = tmp_path / "workshop" / "slides"
    (folder / "index.html").write_text("<title>T</title><div class='slides'><section>x</section>")
    (folder / "img" / "a.png").write_bytes(b"a")
    (folder / ".secret").write_text("s")
    (folder / "out").symlink_to("/etc/passwd")
    return tmp_path


def test_the_folder_is_found(notes, tmp_path):
    folder = (notes / "workshop" / "slides").resolve()
    assert decks.find_folder("", notes) == folder
    assert decks.find_folder("", notes / "workshop") == folder
    assert decks.find_folder(str(folder), None) == folder
    assert decks.find_folder("/no/such", notes) == folder
    assert decks.find_folder("", folder) is None
    assert decks.find_folder("", None) is None


def test_there_are_no_slides_without_reveal(notes, monkeypatch):
    monkeypatch.setattr(decks, "read_reveal", lambda name: None)
    assert decks.find_folder("", notes) is None


@pytest.mark.parametrize(
    ("name", "is_there"),
    [
        ("img/a.png", True),
        ("img", False),
        (".secret", False),
        ("out", False),
        ("../../../x", False),
        ("gone", False),
        ("/etc/passwd", False),
        ("a\0.png", False),
        ("\ud800.png", False),
    ],
)
def test_a_file_beside_the_deck(notes, name, is_there):
    folder = decks.find_folder("", notes)
    assert (decks.find_file(folder, name) is not None) is is_there


def test_a_deck_of_either_kind(notes, monkeypatch):
    folder = decks.find_folder("", notes)
    assert decks.read_deck(folder).html == "<section>x</section>"
    (folder / "index.html").unlink()
    (folder / "slides.md").write_text("# Sail\n")
    assert decks.find_folder("", notes) == folder
    assert decks.read_deck(folder).title == "Sail"
    monkeypatch.setattr(decks, "MAX_DECK_BYTES", 3)
    assert decks.read_deck(folder) is None


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("dist/reveal.js", "reveal.js"),
        ("js/reveal.js", "reveal.js"),
        ("css/reveal.css", "reveal.css"),
        ("reveal.js/dist/reveal.css", "reveal.css"),
        ("dist/theme/black.css", None),
        ("dist/reveal.js/x", None),
    ],
)
def test_where_decks_look_for_reveal(name, file):
    found = decks.REVEAL.fullmatch(name)
    assert (found and found[1]) == file
