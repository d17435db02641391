import concurrent.futures
import errno
import os

import pytest

from jupyterhub_butterfly.transfer import changes, renames


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


def fail_with(number):
    def fail(*args, **kwargs):
        raise OSError(number, os.strerror(number))

    return fail


@pytest.fixture(params=["one step", "links", "neither"])
def disk(request, monkeypatch):
    """What the file system can do: rename without replacing, hard links, neither of them."""
    if request.param != "one step":
        monkeypatch.setattr(renames, "rename_free", fail_with(errno.EINVAL))
    if request.param == "neither":
        monkeypatch.setattr(os, "link", fail_with(errno.EPERM))
    return request.param


@pytest.mark.parametrize("parts", [("b.txt",), ("lab", "deep")])
def test_nothing_is_replaced(home, parts, disk):
    before = walk(home)
    for to in (("lab", "a.txt"), ("lab",), ("out",)):
        with refuse(errno.EEXIST):
            changes.rename(str(home), parts, to)
    assert walk(home) == before
    assert (home / "lab" / "a.txt").read_text() == "a"
    changes.rename(str(home), parts, ("free",))
    assert "free" in walk(home)


@pytest.mark.parametrize("disk", ["links"], indirect=True)
def test_what_an_editor_puts_in_the_place_meanwhile_is_kept(home, disk, monkeypatch):
    """An editor writes a new file and gives it the old one's name: here right after the link."""
    link = os.link

    def link_and_save(*args, **kwargs):
        link(*args, **kwargs)
        (home / "b.txt.new").write_text("saved meanwhile")
        (home / "b.txt.new").replace(home / "b.txt")

    monkeypatch.setattr(os, "link", link_and_save)
    changes.rename(str(home), ("b.txt",), ("c.txt",))
    assert (home / "c.txt").read_text() == "b"
    assert (home / "b.txt").read_text() == "saved meanwhile"


def test_no_save_is_lost_to_a_rename_at_any_moment(home):
    """Saves and renames race: whatever was saved last is under the new name or the old one."""
    number = 0

    def save():
        (home / "new").write_text(str(number))
        (home / "new").replace(home / "b.txt")

    with concurrent.futures.ThreadPoolExecutor(1) as saver:
        for number in range(100):
            saved = saver.submit(save)
            changes.rename(str(home), ("b.txt",), ("c.txt",))
            saved.result()
            found = [path.read_text() for path in (home / "b.txt", home / "c.txt") if path.exists()]
            assert str(number) in found
            (home / "b.txt").write_text("b")
            (home / "c.txt").unlink()


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
