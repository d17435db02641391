"""The demo leaves no process behind, also where a wrapper stands before one, as with Node."""

import subprocess
import sys
from pathlib import Path

import pytest

DEMO = Path(__file__).resolve().parents[1] / "demo"
PROGRAM = """
import os, subprocess, children
children.adopt_orphans()
wrapper = "import subprocess, sys; subprocess.run(['sh', '-c', 'echo $$; exec sleep 600'])"
command = [sys.executable, "-c", wrapper]
started = subprocess.Popen(command, stdout=subprocess.PIPE, start_new_session=True)
wrapped = int(started.stdout.readline())
children.end_orphans()
try:
    os.kill(wrapped, 0)
except ProcessLookupError:
    print("gone")
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux hands orphans on")
def test_what_a_wrapper_has_started_ends_with_it():
    program = f"import sys; sys.path.insert(0, {str(DEMO)!r})\n{PROGRAM}"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=120
    )
    assert done.stdout == "gone\n", done.stderr
