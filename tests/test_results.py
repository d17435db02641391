"""What a run of the tests says at its end: the counts, the reasons, the exit code, the table."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.programs

ROOT = Path(__file__).resolve().parents[1]
CONFTEST = "import results\n\ndef pytest_configure(config):\n    results.watch(config)\n"
TESTS = """
import pytest

@pytest.fixture
def broken():
    raise RuntimeError

@pytest.fixture
def half():
    yield
    raise RuntimeError

def test_passes(): pass
def test_fails(): assert False
def test_has_no_set_up(broken): pass
def test_has_no_end(half): pass
@pytest.mark.skipif(True, reason="needs a cluster")
@pytest.mark.parametrize("number", range(3))
def test_lacks_something(number): pass
@pytest.mark.xfail(reason="not built yet", strict=True)
def test_is_expected_to_fail(): assert False
@pytest.mark.slow
def test_takes_long(): pass
"""
SKIPS = "import pytest\npytest.skip('needs Windows', allow_module_level=True)"


@pytest.fixture
def run(tmp_path):
    """Run pytest in a folder of its own; with its exit code, the lines of the table."""
    (tmp_path / "conftest.py").write_text(CONFTEST)
    (tmp_path / "pytest.ini").write_text("[pytest]\nmarkers = slow: takes long\n")

    def run(*words, **env):
        results = tmp_path / "3.99.json"
        env = {
            **{
                k: v
                for k, v in os.environ.items()
                if k not in ("REQUIRE_ALL_TESTS", "PYTEST_ADDOPTS")
            },
            "PYTHONPATH": str(ROOT / "tests" / "support"),
            "RESULTS_FILE": str(results),
            "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",  # a third of the time
            **env,
        }
        command = [sys.executable, "-m", "pytest", "-p", "xdist.plugin", *words]
        done = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True)
        return done.returncode, make_table(tmp_path)

    return run


def make_table(folder, *words):
    """The tool's exit code and its lines."""
    tool = [sys.executable, ROOT / "tools" / "results_table.py", folder, *words]
    done = subprocess.run(tool, capture_output=True, text=True)
    assert not done.stderr
    return done.returncode, [line.split() for line in done.stdout.splitlines()]


@pytest.mark.parametrize("workers", ["0", "2"])
def test_the_table_counts_each_test_once_and_says_why_some_were_left_out(run, tmp_path, workers):
    (tmp_path / "test_some.py").write_text(TESTS)
    (tmp_path / "test_windows.py").write_text(SKIPS)
    code, (failed, lines) = run("-n", workers, "-m", "not slow")
    assert (code, failed) == (1, 1)
    assert lines[0] == ["Python", "passed", "failed", "errors", "left", "out", "seconds"]
    # The test whose fixture fails at its end has passed, and is an error besides, as pytest has it.
    assert lines[1][:5] == ["3.99", "2", "1", "2", "6"]
    assert {" ".join(line) for line in lines[2:]} == {
        "3.99: 3 left out: needs a cluster",
        "3.99: 1 left out: needs Windows",
        "3.99: 1 left out: expected to fail: not built yet",
        "3.99: 1 left out: not asked for (-m 'not slow')",
    }
    _, (closing,) = make_table(tmp_path, "--closing")
    assert " ".join(closing).startswith("1 failed, 2 passed, 5 skipped, 2 errors in ")


def test_where_all_pass_the_exit_code_says_so(run, tmp_path):
    (tmp_path / "test_one.py").write_text("def test_passes(): pass\n")
    code, (failed, lines) = run()
    assert (code, failed) == (0, 0)
    assert lines[1][:5] == ["3.99", "1", "0", "0", "0"]


@pytest.mark.parametrize("source", [SKIPS, TESTS])
def test_where_all_must_run_a_skip_fails_the_run(run, tmp_path, source):
    (tmp_path / "test_some.py").write_text(source)
    (tmp_path / "test_one.py").write_text("def test_passes(): pass\n")
    words = ("-k", "passes or windows or lacks")
    assert run(*words)[0] == 0
    assert run(*words, REQUIRE_ALL_TESTS="1")[0] == 1


def test_a_run_that_never_came_to_its_end_is_in_the_table(tmp_path):
    (tmp_path / "3.98.json").write_text("")
    failed, lines = make_table(tmp_path)
    assert failed == 1
    assert " ".join(lines[-1]) == "3.98: did not come to its end: see above"


def test_a_file_that_cannot_be_imported_is_an_error(run, tmp_path):
    (tmp_path / "test_bad.py").write_text("import nothing_of_that_name\n")
    _, (failed, lines) = run("-n", "2")
    assert failed == 1
    assert lines[1][3] == "1"
