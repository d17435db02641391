"""The notes' folder on a real disk."""

import os
import shutil

import pytest

from workshop_dashboard import loader
from workshop_dashboard.rules import workshopfile


def put(folder, files):
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


@pytest.mark.parametrize(
    ("files", "pages"),
    [
        ({"index.md": "", "img/a.png": ""}, {"index"}),
        ({"content/a.md": "", "README.md": ""}, {"a"}),
        ({"workshop/content/a.md": "", "workshop/workshop.yaml": "name: N"}, {"a"}),
        ({"raneto/content/a.md": "", "x.md": ""}, {"a"}),
        ({"a.md": "", ".git/b.md": "", ".hidden.md": "", "node_modules/c.md": ""}, {"a"}),
    ],
)
def test_the_layouts_in_use_are_read(tmp_path, files, pages):
    put(tmp_path, files)
    assert set(loader.Loader(tmp_path).load().pages) == pages


def test_values_from_the_strongest_to_the_weakest(tmp_path):
    put(tmp_path, {"index.md": "", "workshop.yaml": "vars: {a: w, b: w, c: w, d: w}"})
    source = loader.Loader(
        tmp_path,
        builtin={"c": "builtin", "e": "builtin"},
        fixed={"a": "fixed"},
        environment={"a": "env", "b": "env"},
    )
    found = source.load().values
    assert [found[name] for name in "abcde"] == ["fixed", "env", "w", "w", "builtin"]


def test_a_command_is_looked_for(tmp_path, monkeypatch):
    put(tmp_path, {"index.md": "", "workshop.yaml": "vars: [{name: t, first_command: [no, sh]}]"})
    monkeypatch.setenv("PATH", os.path.dirname(shutil.which("sh")))
    assert loader.Loader(tmp_path).load().values["t"] == "sh"


def test_a_change_is_seen_and_no_change_costs_no_reading(tmp_path):
    put(tmp_path, {"index.md": "# One"})
    source = loader.Loader(tmp_path)
    first = source.load()
    assert source.load() is first
    put(tmp_path, {"index.md": "# Another"})
    assert source.load().pages["index"].title == "Another"
    put(tmp_path, {"next.md": ""})
    assert "next" in source.load().pages
    (tmp_path / "next.md").unlink()
    assert "next" not in source.load().pages


def test_a_named_variant_is_used(tmp_path):
    put(tmp_path, {"a.md": "", "workshop.yaml": "name: long", "short.yaml": "name: short"})
    assert loader.Loader(tmp_path, "short.yaml").load().title == "short"
    with pytest.raises(loader.LoaderError, match=r"There is no gone.yaml .* WORKSHOP_FILE"):
        loader.Loader(tmp_path, "gone.yaml").load()


def test_old_names_of_the_files(tmp_path):
    put(tmp_path, {"content/a.md": "", "_workshop.yml": "name: old", "_modules.yml": ""})
    assert loader.Loader(tmp_path).load().title == "old"


def test_nothing_outside_the_folder_is_read(tmp_path):
    inside = tmp_path / "inside"
    put(tmp_path, {"inside/a.md": "", "inside/pic.png": "p", "secret.md": "s", "x/secret.txt": "s"})
    (inside / "link.md").symlink_to(tmp_path / "secret.md")
    (inside / "folder").symlink_to(tmp_path / "x")
    (inside / "fine.md").symlink_to(inside / "a.md")
    source = loader.Loader(inside)
    assert set(source.load().pages) == {"a", "fine"}
    assert source.file("pic.png").read_text() == "p"
    for name in ("../secret.md", "link.md", "folder/secret.txt", "/etc/passwd", "a.md", "gone"):
        assert source.file(name) is None


def test_a_pipe_is_not_waited_for(tmp_path):
    put(tmp_path, {"a.md": ""})
    os.mkfifo(tmp_path / "pipe.md")
    assert set(loader.Loader(tmp_path).load().pages) == {"a"}


@pytest.mark.parametrize(
    ("data", "words"),
    [(b"\xff\xfe", "is not UTF-8"), (b"x" * (loader.MAX_PAGE_BYTES + 1), "make two pages")],
    ids=["binary", "large"],
)
def test_a_page_that_is_no_page(tmp_path, data, words):
    (tmp_path / "a.md").write_bytes(data)
    with pytest.raises(loader.LoaderError, match=words):
        loader.Loader(tmp_path).load()


def test_too_many_files(tmp_path, monkeypatch):
    monkeypatch.setattr(loader, "MAX_FILES", 2)
    put(tmp_path, {"a.md": "", "b.md": "", "c.md": ""})
    with pytest.raises(loader.LoaderError, match="more than 2 files"):
        loader.Loader(tmp_path).load()


def test_a_missing_folder(tmp_path):
    with pytest.raises(loader.LoaderError, match="There is no folder"):
        loader.Loader(tmp_path / "gone").load()


def test_a_wrong_workshop_file(tmp_path):
    put(tmp_path, {"a.md": "", "workshop.yaml": "["})
    with pytest.raises(workshopfile.WorkshopFileError):
        loader.Loader(tmp_path).load()
