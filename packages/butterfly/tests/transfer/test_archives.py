"""A folder as a zip file."""

import io
import os
import stat
import zipfile

import pytest

from jupyterhub_butterfly.transfer import archives, storage


class Sink(io.RawIOBase):
    """Takes bytes and cannot seek, as a pipe."""

    def __init__(self):
        self.got = bytearray()

    def writable(self):
        return True

    def write(self, data):
        self.got += data
        return len(data)


@pytest.fixture
def home(tmp_path):
    folder = tmp_path / "home"
    (folder / "lab" / "deep").mkdir(parents=True)
    (folder / "lab" / "run.sh").write_text("echo é\n" * 1000)
    (folder / "lab" / "run.sh").chmod(0o755)
    (folder / "lab" / "deep" / "日本.txt").write_text("deep")
    (folder / "lab" / f"{storage.PART}1").write_text("half an upload")
    (tmp_path / "secret").write_text("secret")
    (folder / "lab" / "link").symlink_to(tmp_path / "secret")
    (folder / "lab" / "out").symlink_to(tmp_path)
    os.mkfifo(folder / "lab" / "pipe")
    return folder


def make(home, *parts, limit=10**9):
    sink = Sink()
    archives.write_archive(str(home), parts, sink, limit)
    return bytes(sink.got)


@pytest.mark.timeout(20)
def test_all_files_are_in_it_and_no_link_or_pipe(home):
    with zipfile.ZipFile(io.BytesIO(make(home, "lab"))) as found:
        assert sorted(found.namelist()) == ["lab/deep/日本.txt", "lab/run.sh"]
        assert found.read("lab/run.sh").decode() == "echo é\n" * 1000
        mode = found.getinfo("lab/run.sh").external_attr >> 16
        assert stat.S_IMODE(mode) == 0o755
        assert found.testzip() is None


def test_the_whole_home_has_a_name(home):
    with zipfile.ZipFile(io.BytesIO(make(home))) as found:
        assert "home/lab/run.sh" in found.namelist()


@pytest.mark.parametrize("when", [0, 2**33])
def test_a_date_that_zip_does_not_know_is_no_obstacle(home, when):
    os.utime(home / "lab" / "run.sh", (when, when))
    assert zipfile.ZipFile(io.BytesIO(make(home, "lab"))).testzip() is None


def test_a_name_that_is_no_text_is_no_obstacle(home):
    (home / "lab" / os.fsdecode(b"\xff\xfe")).write_text("x")
    assert len(zipfile.ZipFile(io.BytesIO(make(home, "lab"))).namelist()) == 3


def test_the_size_is_known_before_and_bounded(home, monkeypatch):
    size = (home / "lab" / "run.sh").stat().st_size + 4
    assert archives.measure(str(home), ("lab",), size) == size
    with pytest.raises(archives.TooLargeError, match="download_bytes"):
        archives.measure(str(home), ("lab",), size - 1)
    monkeypatch.setattr(archives, "MOST_FILES", 1)
    with pytest.raises(archives.TooLargeError):
        archives.measure(str(home), ("lab",), 10**9)


def test_what_grows_meanwhile_is_bounded_too(home):
    with pytest.raises(archives.TooLargeError):
        make(home, "lab", limit=100)


def test_a_link_is_no_folder_to_pack(home):
    with pytest.raises(OSError, match="symbolic links"):
        make(home, "lab", "out")
