"""The private folder of the shells' commands."""

import shutil
import subprocess
from pathlib import Path

import pytest

from jupyterhub_butterfly.shell import runtime


@pytest.fixture
def place():
    place = runtime.make_runtime()
    yield place
    place.remove()
    assert not place.folder.exists()


def test_nobody_else_may_look_into_it(place):
    assert place.folder.stat().st_mode & 0o777 == 0o700


def test_the_commands_run_from_the_path_whatever_python_is_set_to(place):
    env = {"PATH": runtime.make_path(place.bin, "/usr/bin:/bin"), "PYTHONPATH": "/nowhere"}
    done = subprocess.run(
        ["workshop-download", "--help"], env=env, capture_output=True, text=True, check=True
    )
    assert "usage: workshop-download" in done.stdout


def test_a_python_in_a_folder_with_blanks_is_quoted():
    script = runtime.make_script("/opt/my python/bin/python3", "/a'b.py", "download")
    assert subprocess.run(["sh", "-n", "-c", script], check=False).returncode == 0
    assert "'/opt/my python/bin/python3'" in script


def test_a_link_is_moved_at_once(place):
    for target in ("/bin/true", "/bin/false"):
        place.link("oc", target)
        assert str((place.bin / "oc").readlink()) == target
        assert shutil.which("oc", path=str(place.bin))


def test_a_machine_without_room_for_it_goes_without(monkeypatch, caplog):
    def refuse(**_):
        raise OSError("read-only")

    monkeypatch.setattr(runtime.tempfile, "mkdtemp", refuse)
    assert runtime.make_runtime() is None
    assert "read-only" in caplog.text


async def test_it_goes_with_the_server(person, server):
    async with person.terminal() as terminal:
        folder = await terminal.run("dirname $TERMINAL_SOCKET")
    assert Path(folder).is_dir()
    server.process.terminate()
    await server.process.wait()
    assert not Path(folder).exists()
