import subprocess

import pytest

from pocket_openshift.node import leftovers


def test_a_folder_is_one_agents(tmp_path):
    held = leftovers.lock(tmp_path / "data")
    with pytest.raises(leftovers.DataInUseError, match="--data"):
        leftovers.lock(tmp_path / "data")
    held.close()
    leftovers.lock(tmp_path / "data").close()
    assert (tmp_path / "data").stat().st_mode & 0o777 == 0o700


def test_processes_of_an_agent_before_are_ended_and_no_others(tmp_path):
    (tmp_path / "pods" / "uid").mkdir(parents=True)
    home = str(tmp_path / "pods" / "uid" / "home")
    with (
        subprocess.Popen(["sleep", "1000"], env={"HOME": home}) as ours,
        subprocess.Popen(["sleep", "1000"], env={"HOME": str(tmp_path / "other")}) as other,
    ):
        assert leftovers.sweep(tmp_path) == 1
        assert ours.wait(10) == -9
        assert other.poll() is None
        other.kill()
    assert not (tmp_path / "pods").exists()
    assert leftovers.sweep(tmp_path) == 0
