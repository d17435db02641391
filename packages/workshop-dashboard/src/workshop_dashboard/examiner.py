"""The examiner's programs (`workshop/examiner/tests`): found by name, run with a time limit."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

USUAL_SECONDS = 15.0
MAX_SECONDS = 300.0
MAX_OUTPUT = 16 * 1024
TIMED_OUT = 124


def find_tests(folder: Path) -> Path | None:
    """Return the folder of the programs of the notes in `folder`, None if there is none."""
    places = (folder / "workshop" / "examiner" / "tests", folder / "examiner" / "tests")
    return next((place.resolve() for place in places if place.is_dir()), None)


def find_program(tests: Path | None, name: str) -> Path | None:
    """Return the program `name`, None if there is none of this name below `tests`."""
    if tests is None or not name:
        return None
    path = (tests / name).resolve()
    return path if path.is_relative_to(tests) and path.is_file() else None


def run_program(
    program: Path,
    args: Sequence[str],
    environment: Mapping[str, str],
    home: Path,
    seconds: float = USUAL_SECONDS,
    given: bytes = b"",
) -> tuple[int, str]:
    """Run a program in `home` and return its status and the end of what it printed. It blocks.

    `given` is what it reads: the answers of a form, as JSON.
    """
    try:
        done = subprocess.run(  # noqa: S603 - the workshop's own program
            [str(program), *args],
            env=dict(environment),
            cwd=home,
            input=given,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=min(seconds, MAX_SECONDS),
            check=False,
        )
    except subprocess.TimeoutExpired:
        return TIMED_OUT, f"it takes more than {min(seconds, MAX_SECONDS):g} s"
    except OSError as error:
        return 126, f"{program.name} cannot be run: {error.strerror}. Is it executable?"
    return done.returncode, done.stdout[-MAX_OUTPUT:].decode("utf-8", "replace")


def count_results(results: Mapping[str, bool]) -> tuple[int, int, str]:
    """Count tests that have passed and failed; with the name of the last that failed, "" if none.

    `results` are in the order in which they ended.
    """
    failed = [name for name, passed in results.items() if not passed]
    return len(results) - len(failed), len(failed), failed[-1] if failed else ""
