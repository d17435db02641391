"""Notes from elsewhere, fetched from a real server on loopback."""

import functools
import hashlib
import http.server
import io
import shutil
import subprocess
import tarfile
import threading
import zipfile

import pytest

from workshop_dashboard import loader, remote
from workshop_dashboard.remote import Source


@pytest.fixture
def web(tmp_path):
    """A folder, and the address at which a web server gives it out."""
    folder = tmp_path / "web"
    folder.mkdir()
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield folder, f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


@pytest.mark.parametrize(
    ("text", "source"),
    [
        ("https://x/a.git", Source("git", "https://x/a.git")),
        ("https://x/a.git#v1", Source("git", "https://x/a.git", ref="v1")),
        ("git+https://x/a#main:w/s", Source("git", "https://x/a", ref="main", folder="w/s")),
        ("https://x/a.tar.gz", Source("archive", "https://x/a.tar.gz")),
        (
            f"https://x/a.zip#sha256={'0' * 64}",
            Source("archive", "https://x/a.zip", digest="0" * 64),
        ),
        ("https://x/main/workshop/", Source("files", "https://x/main/workshop")),
    ],
)
def test_an_address_is_read(text, source):
    assert remote.parse_source(text) == source


@pytest.mark.parametrize(
    "text",
    [
        *("", "file:///etc", "/srv/x", "ssh://x/a.git", "ext::sh -c x", "git+file:///x"),
        *("https://x/a.git#--upload-pack=x", "https://x/a.git#v1:../../etc", "https://x/a.git#:/e"),
        *("https://x/a.tar.gz#md5=x", "https://x/a.zip#sha256=12"),
    ],
)
def test_what_is_no_address_is_refused(text):
    with pytest.raises(remote.RemoteError, match="DOWNLOAD_URL"):
        remote.parse_source(text)


def make_tar(path, files, link=None):
    with tarfile.open(path, "w:gz") as tar:
        for name, text in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(text)
            tar.addfile(info, io.BytesIO(text.encode()))
        if link:
            info = tarfile.TarInfo(link[0])
            info.type, info.linkname = tarfile.SYMTYPE, link[1]
            tar.addfile(info)
    return hashlib.sha256(path.read_bytes()).hexdigest()


def fetch(text, target):
    remote.fetch(remote.parse_source(text), target)
    return loader.Loader(target).load()


def test_an_archive_is_unpacked_and_held_to_its_digest(web, tmp_path):
    folder, url = web
    digest = make_tar(folder / "n.tar.gz", {"boats-1/content/index.md": "# Boats"})
    assert fetch(f"{url}/n.tar.gz#sha256={digest}", tmp_path / "t").title == "Boats"
    with pytest.raises(remote.RemoteError, match=digest):
        fetch(f"{url}/n.tar.gz#sha256={'0' * 64}", tmp_path / "other")
    assert not (tmp_path / "other").exists()


def test_a_zip_too(web, tmp_path):
    folder, url = web
    with zipfile.ZipFile(folder / "n.zip", "w") as archive:
        archive.writestr("index.md", "# Zipped")
        archive.writestr("../outside", "x")
    assert fetch(f"{url}/n.zip", tmp_path / "deep" / "t").title == "Zipped"
    assert not (tmp_path / "deep" / "outside").exists()


def test_an_archive_writes_nowhere_else(web, tmp_path):
    folder, url = web
    make_tar(folder / "n.tar.gz", {"index.md": "x", "../outside": "x"})
    with pytest.raises(remote.RemoteError, match="cannot be unpacked"):
        fetch(f"{url}/n.tar.gz", tmp_path / "deep" / "t")
    make_tar(folder / "n.tar.gz", {"index.md": "x"}, link=("l", "/etc/passwd"))
    with pytest.raises(remote.RemoteError, match="cannot be unpacked"):
        fetch(f"{url}/n.tar.gz", tmp_path / "deep" / "t")


def test_too_much_is_refused(web, tmp_path, monkeypatch):
    folder, url = web
    make_tar(folder / "n.tar.gz", {"index.md": "x" * 5000})
    monkeypatch.setattr(remote, "MAX_BYTES", 1000)
    with pytest.raises(remote.RemoteError, match="hold more than"):
        fetch(f"{url}/n.tar.gz", tmp_path / "t")
    monkeypatch.setattr(remote, "MAX_BYTES", 10)
    with pytest.raises(remote.RemoteError, match=r"larger|takes"):
        fetch(f"{url}/n.tar.gz", tmp_path / "t")


def test_the_notes_of_an_earlier_start_are_kept_when_the_server_is_gone(web, tmp_path):
    _, url = web
    kept = tmp_path / "t"
    kept.mkdir()
    (kept / "index.md").write_text("# Kept")
    notes = remote.RemoteLoader(kept)
    notes.begin(remote.parse_source(f"{url}/gone.tar.gz")).join()
    assert notes.load().title == "Kept"


@pytest.mark.skipif(shutil.which("git") is None, reason="needs git")
def test_a_repository_at_a_commit(web, tmp_path):
    folder, url = web
    work = tmp_path / "work"
    (work / "workshop" / "content").mkdir(parents=True)
    page = work / "workshop" / "content" / "index.md"

    def git(*words, cwd=work):
        command = ["git", "-c", "user.name=a", "-c", "user.email=a@b", *words]
        return subprocess.run(command, cwd=cwd, check=True, capture_output=True, text=True).stdout

    git("init", "-q", "-b", "main")
    page.write_text("# First")
    git("add", ".")
    git("commit", "-qm", "one")
    git("tag", "v1")
    page.write_text("# Second")
    git("commit", "-qam", "two")
    git("clone", "-q", "--bare", str(work), str(folder / "n.git"))
    hook = folder / "n.git" / "hooks" / "post-update"
    hook.unlink(missing_ok=True)
    git("update-server-info", cwd=folder / "n.git")
    assert fetch(f"{url}/n.git", tmp_path / "a").title == "Second"
    assert fetch(f"{url}/n.git#v1", tmp_path / "b").title == "First"
    assert fetch(f"{url}/n.git#v1:workshop", tmp_path / "c").title == "First"
    assert not (tmp_path / "a" / ".git").exists()
    with pytest.raises(remote.RemoteError, match="no folder gone"):
        fetch(f"{url}/n.git#v1:gone", tmp_path / "d")
    with pytest.raises(remote.RemoteError, match="git cannot fetch"):
        fetch(f"{url}/n.git#gone", tmp_path / "d")


def test_a_folder_of_files_as_the_original_took_it(web, tmp_path):
    folder, url = web
    (folder / "content" / "x").mkdir(parents=True)
    (folder / "workshop.yaml").write_text("name: Boats\nmodules: {activate: [a, x/b, ../c]}")
    (folder / "modules.yaml").write_text("modules: {a: {name: A}, x/b: {name: B}}")
    (folder / "content" / "a.md").write_text("![p](p.png)")
    (folder / "content" / "x" / "b.adoc").write_text("b")
    notes = fetch(url, tmp_path / "t")
    assert (notes.title, notes.order) == ("Boats", ("a", "x/b"))
    assert notes.workshop.images_url == f"{url}/content"


def test_an_old_folder_of_files(web, tmp_path):
    folder, url = web
    (folder / "_workshop.yml").write_text("name: Old\nmodules: {activate: [a]}")
    (folder / "_modules.yml").write_text("modules: {a: {name: A}}")
    (folder / "a.adoc").write_text("a")
    notes = fetch(url, tmp_path / "t")
    assert (notes.title, notes.dialect.name) == ("Old", "LIQUID")
    assert notes.workshop.images_url == f"{url}/images"


def test_a_folder_without_a_workshop(web, tmp_path):
    with pytest.raises(remote.RemoteError, match=r"There is no workshop\.yaml"):
        fetch(web[1], tmp_path / "t")


def test_until_they_are_there_the_page_says_so(web, tmp_path, monkeypatch):
    folder, url = web
    make_tar(folder / "n.tar.gz", {"index.md": "# Boats"})
    go = threading.Event()
    real = remote.fetch
    monkeypatch.setattr(remote, "fetch", lambda *words: go.wait(20) and real(*words))
    notes = remote.RemoteLoader(tmp_path / "t")
    thread = notes.begin(remote.parse_source(f"{url}/n.tar.gz"))
    assert notes.is_pending
    with pytest.raises(remote.RemoteError, match=r"being fetched from 127\.0\.0\.1"):
        notes.load()
    go.set()
    thread.join()
    assert not notes.is_pending
    assert notes.load().title == "Boats"


def test_what_went_wrong_is_said(web, tmp_path):
    notes = remote.RemoteLoader(tmp_path / "t")
    notes.begin(remote.parse_source(f"{web[1]}/gone.zip")).join()
    with pytest.raises(remote.RemoteError, match="There is no http"):
        notes.load()
