"""`oc`'s commands of the emulator, run in this process as an administrator would."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest

from pocket_openshift import __main__

# Words -> exit code, lines of output, lines of errors.
Command = Callable[..., tuple[int, list[str], list[str]]]
SECONDS = 120


def make_command(
    cluster: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Command:
    """A function that runs one command against this cluster."""
    monkeypatch.setenv("KUBECONFIG", str(cluster.kubeconfig))

    def run(*words: object) -> tuple[int, list[str], list[str]]:
        codes: list[int] = []
        # It has a loop of its own, and the test may be in one.
        thread = threading.Thread(
            target=lambda: codes.append(__main__.main([str(word) for word in words]))
        )
        thread.start()
        thread.join(SECONDS)
        said = capsys.readouterr()
        assert codes, f"still running after {SECONDS} s: {words}"
        return codes[0], said.out.splitlines(), said.err.splitlines()

    return run
