"""The proxy's command without the hub's error pages."""

import subprocess
import sys

import pytest

from workshop_spawner.visitors import proxy_command


@pytest.mark.parametrize(
    ("words", "command"),
    [
        (["chp", "--ip", "x"], ["chp", "--ip", "x"]),
        (["chp", "--error-target", "http://h", "--ip", "x"], ["chp", "--ip", "x"]),
        (["chp", "--ip", "x", "--error-target", "http://h"], ["chp", "--ip", "x"]),
    ],
)
def test_what_the_hub_adds_is_left_out(words, command):
    assert proxy_command.find_command(words) == command


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["echo", "a", "--error-target", "http://h", "b"], 0, "a b"),
        (["no-such-proxy"], 127, "The hub's proxy no-such-proxy cannot be started: No such file"),
    ],
)
def test_it_becomes_the_proxy(words, code, said):
    command = [sys.executable, proxy_command.__file__, *words]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == code
    assert (done.stdout or done.stderr).startswith(said)
