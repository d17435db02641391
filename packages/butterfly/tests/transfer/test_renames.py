import errno
import os

import pytest

from jupyterhub_butterfly.transfer import renames


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "a").write_text("a")
    (tmp_path / "b").write_text("b")
    descriptor = os.open(tmp_path, os.O_RDONLY)
    yield tmp_path, descriptor
    os.close(descriptor)


def test_nothing_is_replaced(folder):
    path, descriptor = folder
    with pytest.raises(FileExistsError):
        renames.rename_free(descriptor, "a", descriptor, "b")
    renames.rename_free(descriptor, "a", descriptor, "c")
    assert ((path / "b").read_text(), (path / "c").read_text()) == ("b", "a")


def test_two_exchange_their_names(folder):
    path, descriptor = folder
    renames.exchange(descriptor, "a", "b")
    assert ((path / "a").read_text(), (path / "b").read_text()) == ("b", "a")
    with pytest.raises(FileNotFoundError):
        renames.exchange(descriptor, "a", "gone")


def test_a_library_without_it_says_so(folder, monkeypatch):
    monkeypatch.setattr(renames.ctypes, "CDLL", lambda *_, **__: object())
    with pytest.raises(OSError, match=os.strerror(errno.ENOSYS)) as caught:
        renames.exchange(folder[1], "a", "b")
    assert caught.value.errno in renames.CANNOT
