"""A real bash: typing, prompts, status, interrupts."""

import os
import shutil
import signal
from pathlib import Path

import pytest

from workshop_dashboard import shells

pytestmark = pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")


@pytest.fixture
def ignored_interrupts():
    """As below a script's `&`."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture
def shell(tmp_path):
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "TERM": "dumb"}
    one = shells.Shell(environment, tmp_path)
    yield one
    one.close()


def run(shell, line):
    shell.output = ""
    shell.type_line(line)
    assert shell.wait(20)
    return shell.status, shell.output.replace("\r", "")


@pytest.mark.parametrize(
    ("line", "status", "output"),
    [
        ("echo hi", 0, "hi\n"),
        ("false", 1, ""),
        ("no-such-command-here", 127, None),
        ("(exit 7)", 7, ""),
        ("printf 'no line end'", 0, "no line end"),
        ("printf '\\303\\251'", 0, "é"),
        ("echo $((6 * 7))", 0, "42\n"),
        ("test -t 0 && test -t 1", 0, ""),
        ("stty size", 0, "40 200\n"),
    ],
)
def test_a_command_has_its_status_and_its_output(shell, line, status, output):
    found = run(shell, line)
    assert found[0] == status
    assert output in (None, found[1])


def test_the_shell_stays_the_same(shell):
    run(shell, "x=1; mkdir d; cd d")
    assert run(shell, "echo $x ${PWD##*/}") == (0, "1 d\n")


def test_a_document_is_typed_line_by_line(shell):
    for line in ("cat <<END", "  two", "END"):
        run(shell, line)
        assert shell.is_continued is (line != "END")
    assert shell.output.replace("\r", "") == "  two\n"


def test_what_runs_is_interrupted(shell):
    shell.type_line("echo begun; sleep 600")
    while "begun" not in shell.output:
        shell.wait(20, 0.05)
    assert shell.is_running
    shell.interrupt()
    assert shell.wait(20)
    assert shell.status == 130


def test_it_is_interrupted_also_below_what_ignores_that(ignored_interrupts, shell):
    test_what_runs_is_interrupted(shell)


def test_what_waits_for_input_gets_it(shell):
    shell.type_line("read name; echo hello $name")
    assert not shell.wait(20, 0.2)
    shell.type_line("Ada")
    assert shell.wait(20)
    assert "hello Ada" in shell.output


def test_much_output_is_bounded(shell, monkeypatch):
    monkeypatch.setattr(shells, "MAX_OUTPUT", 1000)
    _, output = run(shell, "seq 20000")
    assert output.endswith("20000\n")
    assert len(output) <= 1000


def test_a_shell_that_ends_says_so(shell):
    with pytest.raises(shells.ShellError, match="has ended"):
        run(shell, "exit")


def test_a_line_that_is_too_long_is_refused(shell):
    with pytest.raises(shells.ShellError, match="cannot be typed"):
        shell.type_line("x" * 5000)


def test_nothing_is_left_running(tmp_path):
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path)}
    shell = shells.Shell(environment, tmp_path)
    _, pid = run(shell, "sleep 600 & echo $!")
    shell.type_line("sleep 600")
    shell.close()
    number = int(pid.split("\n")[-2])
    # Gone, or ended and not yet waited for by the machine's first process.
    stat = Path(f"/proc/{number}/stat")
    while stat.exists() and stat.read_text().rpartition(")")[2].split()[0] != "Z":
        os.sched_yield()
