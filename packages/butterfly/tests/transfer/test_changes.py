import errno
import os

import pytest

from jupyterhub_butterfly.transfer import changes


@pytest.fixture
def home(tmp_path):
    home = tmp_path / "home"
    (home / "lab" / "deep").mkdir(parents=True)
    (home / "lab" / "a.txt").write_text("a")
    (home / "b.txt").write_text("b")
    (home / "out").symlink_to(tmp_path)
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "kept").write_text("kept")
    return home


def walk(home):
    return sorted(str(path.relative_to(home)) for path in home.rglob("*"))


def refuse(number):
    return pytest.raises(OSError, match=os.strerror(number))


def test_a_folder_is_made(home):
    changes.make_folder(str(home), ("lab", "new"))
    assert (home / "lab" / "new").is_dir()
    with refuse(errno.EEXIST):
        changes.make_folder(str(home), ("b.txt",))


@pytest.mark.parametrize(
    ("parts", "to"),
    [
        (("b.txt",), ("c.txt",)),
        (("b.txt",), ("lab", "b.txt")),
        (("lab",), ("laboratory",)),
        (("lab", "deep"), ("deep",)),
    ],
)
def test_files_and_folders_get_other_names(home, parts, to):
    before = walk(home / parts[0]) if (home / parts[0]).is_dir() else []
    changes.rename(str(home), parts, to)
    assert not home.joinpath(*parts).exists()
    assert home.joinpath(*to).exists()
    if len(parts) == 1:
        assert (walk(home.joinpath(*to)) if before else []) == before


@pytest.mark.parametrize("known", [True, False])
@pytest.mark.parametrize("parts", [("b.txt",), ("lab", "deep")])
def test_nothing_is_replaced(home, parts, known, monkeypatch):
    if not known:  # a file system without hard links

        def no_link(*args, **kwargs):
            raise OSError(errno.EPERM, os.strerror(errno.EPERM))

        monkeypatch.setattr(os, "link", no_link)
    before = walk(home)
    for to in (("lab", "a.txt"), ("lab",), ("out",)):
        with refuse(errno.EEXIST):
            changes.rename(str(home), parts, to)
    assert walk(home) == before
    assert (home / "lab" / "a.txt").read_text() == "a"
    changes.rename(str(home), parts, ("free",))
    assert "free" in walk(home)


def test_a_folder_is_not_moved_into_itself(home):
    with refuse(errno.EINVAL):
        changes.rename(str(home), ("lab",), ("lab", "deep", "lab"))


def test_files_and_empty_folders_are_removed(home):
    changes.remove(str(home), ("lab", "a.txt"), whole=False)
    changes.remove(str(home), ("lab", "deep"), whole=False)
    changes.remove(str(home), ("lab",), whole=False)
    assert walk(home) == ["b.txt", "out"]


def test_what_is_in_a_folder_goes_by_request_only(home):
    with refuse(errno.ENOTEMPTY):
        changes.remove(str(home), ("lab",), whole=False)
    changes.remove(str(home), ("lab",), whole=True)
    assert walk(home) == ["b.txt", "out"]


def test_a_link_is_removed_and_what_it_leads_to_stays(home):
    (home / "lab" / "away").symlink_to(home.parent / "outside")
    changes.remove(str(home), ("lab",), whole=True)
    changes.remove(str(home), ("out",), whole=True)
    assert (home.parent / "outside" / "kept").read_text() == "kept"


@pytest.mark.parametrize("parts", [("out", "outside"), ("out", "outside", "kept"), ("out", "new")])
def test_no_link_leads_out(home, parts):
    before = walk(home.parent)
    for change in (
        lambda: changes.make_folder(str(home), (*parts, "x")),
        lambda: changes.remove(str(home), parts, whole=True),
        lambda: changes.rename(str(home), parts, ("mine",)),
        lambda: changes.rename(str(home), ("b.txt",), parts),
    ):
        with refuse(errno.ELOOP):
            change()
    assert walk(home.parent) == before
