"""Files on the disk: nothing outside of the home, nothing by halves."""

import errno
import os
import socket
import subprocess
import sys

import pytest

from jupyterhub_butterfly.transfer import storage


@pytest.fixture
def home(tmp_path):
    folder = tmp_path / "home"
    (folder / "lab").mkdir(parents=True)
    (folder / "lab" / "a.txt").write_text("hello")
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "secret").write_text("secret")
    return folder


@pytest.fixture(params=["nameless", "named"])
def way(request, monkeypatch):
    """Both ways of receiving: file systems with and without files that have no name."""
    if request.param == "named":
        real = os.open

        def refuse(path, flags, *args, **kwargs):
            if flags & os.O_TMPFILE == os.O_TMPFILE:
                raise OSError(errno.EOPNOTSUPP, "no O_TMPFILE here")
            return real(path, flags, *args, **kwargs)

        monkeypatch.setattr(storage.os, "open", refuse)
    return request.param


def read(home, *parts):
    handle, _ = storage.open_file(str(home), parts)
    with os.fdopen(handle) as file:
        return file.read()


def upload(home, *parts, data=b"new", replace=False):
    one = storage.Upload(str(home), parts, replace=replace)
    one.write(data)
    one.commit()


def descriptors():
    return len(os.listdir("/proc/self/fd"))


def test_a_file_is_read(home):
    assert read(home, "lab", "a.txt") == "hello"


@pytest.mark.parametrize(
    ("link", "target"),
    [
        ("lab/link", "../../outside/secret"),
        ("lab/link", "a.txt"),
        ("lab/link", "/etc/passwd"),
        ("lab/link", "missing"),
    ],
)
def test_a_link_is_not_followed(home, link, target):
    (home / link).symlink_to(target)
    for attempt in (
        lambda: read(home, "lab", "link"),
        lambda: upload(home, "lab", "link", replace=True),
    ):
        with pytest.raises(OSError) as error:  # noqa: PT011
            attempt()
        assert error.value.errno == errno.ELOOP
    assert (home / link).is_symlink()


def test_a_link_to_a_folder_on_the_way_is_not_followed(home, tmp_path):
    (home / "out").symlink_to(tmp_path / "outside")
    for attempt in (
        lambda: read(home, "out", "secret"),
        lambda: upload(home, "out", "new"),
        lambda: storage.list_folder(str(home), ("out",), 10),
        lambda: storage.find_free(str(home), ("out",)),
    ):
        with pytest.raises(OSError) as error:  # noqa: PT011
            attempt()
        assert error.value.errno == errno.ELOOP
    assert sorted(os.listdir(tmp_path / "outside")) == ["secret"]


def test_a_folder_that_becomes_a_link_while_it_is_walked_leads_nowhere(home, tmp_path, monkeypatch):
    real = os.open

    def swap(path, flags, *args, **kwargs):
        if path == "lab":
            (home / "lab").rename(home / "was")
            (home / "lab").symlink_to(tmp_path / "outside")
        return real(path, flags, *args, **kwargs)

    monkeypatch.setattr(storage.os, "open", swap)
    with pytest.raises(OSError) as error:  # noqa: PT011
        read(home, "lab", "secret")
    assert error.value.errno == errno.ELOOP


@pytest.mark.timeout(10)
def test_what_is_no_file_is_refused_without_waiting(home):
    os.mkfifo(home / "pipe")
    with socket.socket(socket.AF_UNIX) as one:
        one.bind(str(home / "socket"))
        for name, number in (("pipe", errno.EPERM), ("socket", errno.EPERM), ("lab", errno.EISDIR)):
            for attempt in (
                lambda name=name: read(home, name),
                lambda name=name: upload(home, name, replace=True),
            ):
                with pytest.raises(OSError) as error:  # noqa: PT011
                    attempt()
                assert error.value.errno == number


def test_a_folder_is_listed_folders_first_and_bounded(home):
    (home / "B.txt").write_text("12")
    (home / "a.txt").write_text("1")
    (home / "link").symlink_to("a.txt")
    (home / f"{storage.PART}123").write_text("half")
    found, more = storage.list_folder(str(home), (), 10)
    assert [(e.name, e.kind, e.size) for e in found if e.kind != "folder"] == [
        ("a.txt", "file", 1),
        ("B.txt", "file", 2),
        ("link", "other", 5),
    ]
    assert found[0].kind == "folder"
    assert not more
    found, more = storage.list_folder(str(home), (), 2)
    assert len(found) <= 2
    assert more


def test_an_upload_appears_whole_at_its_end(home, way):
    before = descriptors()
    one = storage.Upload(str(home), ("lab", "new.bin"), replace=False)
    one.write(b"a" * 100_000)
    assert not (home / "lab" / "new.bin").exists()
    one.write(b"b")
    one.commit()
    assert (home / "lab" / "new.bin").read_bytes() == b"a" * 100_000 + b"b"
    assert sorted(os.listdir(home / "lab")) == ["a.txt", "new.bin"]
    assert descriptors() == before


def test_an_upload_that_is_given_up_leaves_nothing(home, way):
    before = descriptors()
    one = storage.Upload(str(home), ("lab", "new.bin"), replace=False)
    one.write(b"half")
    one.abort()
    assert os.listdir(home / "lab") == ["a.txt"]
    assert descriptors() == before


def test_nothing_is_replaced_unasked(home, way):
    with pytest.raises(FileExistsError):
        upload(home, "lab", "a.txt")
    assert read(home, "lab", "a.txt") == "hello"
    assert os.listdir(home / "lab") == ["a.txt"]


def test_who_is_faster_is_not_replaced(home, way):
    one = storage.Upload(str(home), ("lab", "new"), replace=False)
    one.write(b"slow")
    (home / "lab" / "new").write_text("fast")
    with pytest.raises(FileExistsError):
        one.commit()
    one.abort()
    assert read(home, "lab", "new") == "fast"
    assert sorted(os.listdir(home / "lab")) == ["a.txt", "new"]


def test_a_file_is_replaced_at_once_and_keeps_its_mode(home, way):
    (home / "lab" / "a.txt").chmod(0o750)
    with (home / "lab" / "a.txt").open() as reading:
        upload(home, "lab", "a.txt", replace=True)
        assert reading.read() == "hello", "who had it open reads on"
    assert read(home, "lab", "a.txt") == "new"
    assert (home / "lab" / "a.txt").stat().st_mode & 0o777 == 0o750
    assert os.listdir(home / "lab") == ["a.txt"]


def test_replace_makes_a_file_where_there_is_none(home, way):
    upload(home, "lab", "other", replace=True)
    assert read(home, "lab", "other") == "new"


def test_a_folder_that_is_not_there_is_no_place(home):
    with pytest.raises(FileNotFoundError):
        upload(home, "nowhere", "new")


KILLED = """
import os, signal, sys
from jupyterhub_butterfly.transfer import storage
one = storage.Upload(sys.argv[1], ("lab", "new"), replace=False)
one.write(b"half" * 10000)
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_killed_server_leaves_no_half_file(home):
    done = subprocess.run([sys.executable, "-c", KILLED, str(home)], check=False)
    assert done.returncode == -9
    assert os.listdir(home / "lab") == ["a.txt"]


def test_what_a_killed_server_left_is_removed_by_the_next_upload(home, monkeypatch):
    real = os.open

    def refuse(path, flags, *args, **kwargs):
        if flags & os.O_TMPFILE == os.O_TMPFILE:
            raise OSError(errno.EISDIR, "no O_TMPFILE here")
        return real(path, flags, *args, **kwargs)

    monkeypatch.setattr(storage.os, "open", refuse)
    (home / "lab" / f"{storage.PART}dead").write_text("left by somebody who was killed")
    alive = storage.Upload(str(home), ("lab", "one"), replace=False)
    alive.write(b"1")
    upload(home, "lab", "two")
    assert not (home / "lab" / f"{storage.PART}dead").exists()
    alive.commit()
    assert sorted(os.listdir(home / "lab")) == ["a.txt", "one", "two"]


@pytest.mark.skipif(os.getuid() != 0, reason="needs root, to become another user")
def test_it_works_for_an_account_without_a_name_whose_memory_is_hidden(tmp_path):
    tmp_path.chmod(0o777)
    code = (
        "import logging, os, sys; from jupyterhub_butterfly import process\n"
        "from jupyterhub_butterfly.transfer import storage\n"
        "os.setgroups([]); os.setgid(0); os.setuid(1000650000)\n"
        "assert process.hide_memory(logging.getLogger())\n"
        "one = storage.Upload(sys.argv[1], ('new',), replace=False)\n"
        "one.write(b'x'); one.commit()"
    )
    # The folders above it are root's own: by the current folder it is reached all the same.
    subprocess.run([sys.executable, "-c", code, "."], cwd=tmp_path, check=True)
    assert (tmp_path / "new").stat().st_uid == 1000650000


def test_a_save_puts_back_what_an_editor_has_put_there_in_the_same_instant(home, way, monkeypatch):
    file = home / "lab" / "a.txt"
    version = storage.find_etag(file.stat())
    one = storage.Upload(str(home), ("lab", "a.txt"), replace=True, version=version)
    one.write(b"mine")
    look = one._check_name

    def look_and_be_late():
        mode = look()
        (home / "theirs").write_text("saved meanwhile")
        (home / "theirs").replace(file)
        return mode

    monkeypatch.setattr(one, "_check_name", look_and_be_late)
    with pytest.raises(OSError, match=os.strerror(errno.ESTALE)):
        one.commit()
    one.abort()
    assert file.read_text() == "saved meanwhile"
    assert os.listdir(home / "lab") == ["a.txt"]


def test_a_save_is_made_too_where_names_cannot_be_exchanged(home, way, monkeypatch):
    def refuse(*_):
        raise OSError(errno.EINVAL, "no exchange here")

    monkeypatch.setattr(storage.renames, "exchange", refuse)
    upload(home, "lab", "a.txt", data=b"mine", replace=True)
    assert (home / "lab" / "a.txt").read_text() == "mine"
    assert os.listdir(home / "lab") == ["a.txt"]
