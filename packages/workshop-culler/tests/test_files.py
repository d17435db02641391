import pytest

from workshop_culler.files import replace_file


def break_off():
    yield "half"
    raise RuntimeError("killed here")


def test_a_file_is_replaced_as_a_whole_and_for_its_owner_only(tmp_path):
    path = tmp_path / "list.csv"
    replace_file(path, ["a\r\n", "b\n"])
    assert path.read_bytes() == b"a\r\nb\n"
    assert path.stat().st_mode & 0o777 == 0o600
    with pytest.raises(RuntimeError):
        replace_file(path, break_off())
    assert path.read_bytes() == b"a\r\nb\n"
    assert list(tmp_path.iterdir()) == [path]


def test_no_link_is_followed_that_lies_where_the_new_file_is_made(tmp_path):
    """Lists are kept in folders that others may write to, too."""
    theirs, path = tmp_path / "theirs", tmp_path / "users.csv"
    theirs.write_text("as before")
    (tmp_path / "users.csv.new").symlink_to(theirs)
    replace_file(path, ["ada\r\n"])
    assert theirs.read_text() == "as before"
    assert path.read_bytes() == b"ada\r\n"
    assert not path.is_symlink()
