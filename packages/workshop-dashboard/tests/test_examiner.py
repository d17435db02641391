"""The examiner's programs."""

import os

import pytest

from workshop_dashboard import examiner


@pytest.fixture
def tests(tmp_path):
    folder = tmp_path / "workshop" / "examiner" / "tests"
    (folder / "deep").mkdir(parents=True)
    for name, text in {
        "says": 'echo "$1 in $PWD"; exit 3',
        "slow": "exec sleep 60",
        "deep/in": "exit 0",
    }.items():
        path = folder / name
        path.write_text(f"#!/bin/sh\n{text}\n")
        path.chmod(0o755)
    (folder / "no-program").write_text("#!/bin/sh\n")
    return folder


def run(tests, name, *args, seconds=20.0):
    program = examiner.find_program(tests, name)
    environment = {"PATH": os.environ["PATH"]}
    return examiner.run_program(program, args, environment, tests.parent, seconds)


def test_where_they_are(tests, tmp_path):
    assert examiner.find_tests(tmp_path) == tests
    assert examiner.find_tests(tmp_path / "workshop") == tests
    assert examiner.find_tests(tests) is None


@pytest.mark.parametrize("name", ["says", "deep/in"])
def test_a_program_is_found(tests, name):
    assert examiner.find_program(tests, name) == tests / name


@pytest.mark.parametrize("name", ["", "gone", "../../secret", "/bin/sh", "deep"])
def test_no_other_program_is(tests, name):
    (tests.parent.parent / "secret").touch()
    assert examiner.find_program(tests, name) is None
    assert examiner.find_program(None, name) is None


def test_status_and_output(tests):
    assert run(tests, "says", "hi") == (3, f"hi in {tests.parent}\n")


def test_the_time_is_limited(tests):
    assert run(tests, "slow", seconds=0.2) == (124, "it takes more than 0.2 s")


def test_a_file_that_is_no_program_is_told(tests):
    status, output = run(tests, "no-program")
    assert status == 126
    assert "Is it executable?" in output


@pytest.mark.parametrize(
    ("results", "counts"),
    [
        ({}, (0, 0, "")),
        ({"a": True}, (1, 0, "")),
        ({"a": False, "b": True}, (1, 1, "a")),
        ({"a": False, "b": True, "c": False}, (1, 2, "c")),
    ],
)
def test_results_are_counted(results, counts):
    assert examiner.count_results(results) == counts
