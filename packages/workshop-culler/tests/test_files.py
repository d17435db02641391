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
