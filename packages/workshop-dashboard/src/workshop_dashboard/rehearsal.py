"""Carries out the blocks of the notes in real shells, one after the other, as an attendee would.

What is wanted of a step and whether it came is decided in `rules.lesson`; edits of files in
`rules.edits`. Tests of the examiner are run as programs, as the session does.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from workshop_dashboard import examiner, file_moves
from workshop_dashboard.rules import edits, lesson
from workshop_dashboard.rules.lesson import Outcome, Step
from workshop_dashboard.shells import Shell, ShellError

ENDING_SECONDS = 10.0
FREEING_SECONDS = 2.0
ENDED_ADVICE = "no block may end its shell by `exit` or `set -e`: write `(exit 1)` in parentheses"
FILE_ADVICE = "name a file of the home folder that the workshop brings, or that a block has made"
# A test of the examiner is tried again as often as the page says, and no longer than this.
MAX_RETRY_SECONDS = 120.0
# Steps that only a browser can carry out.
NEEDS_PAGE = "only a page can do this"


@dataclass
class Stage:
    """Where the steps are carried out: the shells' environment, and the attendee's home folder.

    `tests` is the folder of the examiner's programs, None if there is none.
    """

    environment: Mapping[str, str]
    home: Path
    tests: Path | None = None
    shells: dict[str, Shell] = field(default_factory=dict)
    selections: dict[Path, tuple[int, int]] = field(default_factory=dict)

    def shell(self, name: str) -> Shell:
        """Return the terminal `name`, opened when it is first asked for."""
        if name not in self.shells:
            self.shells[name] = Shell(self.environment, self.home)
        return self.shells[name]

    def free(self, name: str) -> None:
        """Stop what runs in a terminal, so that what follows is tried all the same."""
        shell = self.shells[name]
        shell.interrupt()
        if not shell.wait(FREEING_SECONDS):
            self.forget(name)

    def forget(self, name: str) -> None:
        """End the shell of a terminal, of all for `*`; the next block there gets a new one."""
        for each in list(self.shells) if name == "*" else [name]:
            if each in self.shells:
                self.shells.pop(each).close()

    def close(self) -> None:
        """End all shells."""
        for shell in self.shells.values():
            shell.close()


def rehearse(
    steps: Sequence[Step], stage: Stage, clock: Callable[[], float] = time.monotonic
) -> Iterator[Outcome]:
    """Carry out the steps in order and yield how each went."""
    for step in steps:
        begun = clock()
        try:
            outcome = _carry_out(step, stage)
        except ShellError as error:
            stage.forget(step.session)
            outcome = Outcome(step, None, "", 0.0, str(error), advice=ENDED_ADVICE)
        except edits.EditError as error:
            outcome = Outcome(step, None, "", 0.0, str(error), advice=FILE_ADVICE)
        except OSError as error:
            outcome = Outcome(step, None, "", 0.0, str(error))
        output = lesson.clean_output(outcome.output)
        yield replace(outcome, output=output, seconds=clock() - begun)


def _carry_out(step: Step, stage: Stage) -> Outcome:
    if step.wanted == "skip":
        return Outcome(step, None, "", 0.0, skipped="the page says so")
    if step.kind == "wrong":
        return Outcome(step, None, "", 0.0, step.text)
    do = DOING.get(step.kind)
    return do(step, stage) if do else Outcome(step, None, "", 0.0, skipped=NEEDS_PAGE)


def _run(step: Step, stage: Stage) -> Outcome:
    if step.session != "*":
        return _run_in(step, stage, step.session)
    stage.shell("1")
    outcomes = [_run_in(step, stage, name) for name in list(stage.shells)]
    return next((outcome for outcome in outcomes if outcome.problem), outcomes[0])


def _run_in(step: Step, stage: Stage, name: str) -> Outcome:
    """Type the block line by line, each after the one before has ended."""
    shell = stage.shell(name)
    if shell.is_running and not shell.is_continued:
        stage.free(name)
        advice = "stop it with a block `<ctrl-c>` before, or use another terminal"
        return Outcome(step, None, "", 0.0, "the block before still runs here", advice=advice)
    shell.output = ""
    status = _type_lines(step, shell)
    if shell.is_continued:
        shell.interrupt()
        shell.wait(ENDING_SECONDS)
        problem = "the shell waits for more"
        advice = "close the quote or the bracket, or write the word that ends `<<`"
        return Outcome(step, 1, shell.output, 0.0, problem, advice=advice)
    outcome = _look_at(step, status, shell.output)
    if status is None and outcome.problem:
        stage.free(name)
    return outcome


def _type_lines(step: Step, shell: Shell) -> int | None:
    """Return the status of the first line that failed, 0 if none did, None while one runs."""
    status = 0
    lines = step.text.split("\n")
    for place, line in enumerate(lines):
        if line.strip().lower() in ("<ctrl-c>", "<ctrl+c>"):
            shell.interrupt()
        else:
            shell.type_line(line)
        quiet = lesson.seconds_of_quiet(step) if place == len(lines) - 1 else None
        if not shell.wait(lesson.seconds_of_running(step), quiet):
            return None
        if not shell.is_continued:
            status = status or shell.status
    return status


def _look_at(step: Step, status: int | None, output: str) -> Outcome:
    problem = lesson.problem_with_result(step, status, output) or ""
    advice = lesson.find_advice(step, status) if problem else ""
    return Outcome(step, status, output, 0.0, problem, advice=advice)


def _type(step: Step, stage: Stage) -> Outcome:
    shell = stage.shell(step.session)
    shell.output = ""
    if step.details.get("endl") == "false":
        shell.type_text(step.text)
        return Outcome(step, None, "", 0.0)
    for line in step.text.split("\n"):
        shell.type_line(line)
    ended = shell.wait(step.seconds, 1.5)
    if not ended:
        return Outcome(step, None, shell.output, 0.0)
    return _look_at(step, shell.status, shell.output)


def _interrupt(step: Step, stage: Stage) -> Outcome:
    names = list(stage.shells) if step.session == "*" else [step.session]
    shells = [stage.shell(name) for name in names]
    for shell in shells:
        shell.output = ""
        shell.interrupt()
    stopped = [shell.wait(ENDING_SECONDS) for shell in shells]
    output = "".join(shell.output for shell in shells)
    problem = "" if all(stopped) else f"it does not end within {ENDING_SECONDS:g} s of Ctrl+C"
    return Outcome(step, 0 if all(stopped) else None, output, 0.0, problem)


def _clear(step: Step, _stage: Stage) -> Outcome:
    return Outcome(step, 0, "", 0.0)


def _edit(step: Step, stage: Stage) -> Outcome:
    command = str(step.details.get("command", ""))
    if command in file_moves.MOVES:
        return Outcome(step, 0, file_moves.move_file(stage.home, step.details), 0.0)
    if not edits.is_edit(command):
        return Outcome(step, None, "", 0.0, skipped=NEEDS_PAGE)
    name = str(step.details.get("file", ""))
    path = file_moves.find_inside(stage.home, name)
    text = path.read_text() if path.is_file() else None
    try:
        edit = edits.apply_edit(step.details, step.text, text, stage.selections.get(path, (0, 0)))
    except edits.EditError as error:
        raise edits.EditError(f"{name}: {error}") from error
    if edit.text != text:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(edit.text)
    stage.selections[path] = edit.selection
    return Outcome(step, 0, "", 0.0)


def _find(step: Step, stage: Stage) -> Outcome:
    """A file that a click gives to the reader must be there by then; an address is not asked."""
    name = str(step.details.get("path", ""))
    if not name:
        return Outcome(step, None, "", 0.0, skipped=NEEDS_PAGE)
    if file_moves.find_inside(stage.home, name).exists():
        return Outcome(step, 0, "", 0.0)
    return Outcome(step, None, "", 0.0, f"{name} is not there", advice=FILE_ADVICE)


def _test(step: Step, stage: Stage) -> Outcome:
    """Run a program of the examiner until it succeeds, as often as the page says."""
    name = str(step.details.get("name", ""))
    if step.details.get("inputs") or step.details.get("url"):
        return Outcome(step, None, "", 0.0, skipped=NEEDS_PAGE)
    program = examiner.find_program(stage.tests, name)
    if program is None:
        problem = f"there is no program workshop/examiner/tests/{name}"
        return Outcome(step, None, "", 0.0, problem, advice=_name_programs(stage.tests))
    args = step.details.get("args") or []
    words = [str(word) for word in args] if isinstance(args, list) else [str(args)]
    retries = str(step.details.get("retries", "0")).lower()
    delay = lesson.parse_seconds(str(step.details.get("delay", "")), 1.0)
    last = time.monotonic() + MAX_RETRY_SECONDS
    limit = lesson.parse_seconds(str(step.details.get("timeout", "")), examiner.USUAL_SECONDS)
    left = 10_000 if "inf" in retries else int(lesson.parse_seconds(retries, 0))
    while True:
        status, output = examiner.run_program(program, words, stage.environment, stage.home, limit)
        if status == 0 or left <= 0 or time.monotonic() + delay > last:
            break
        left -= 1
        time.sleep(delay)
    return _look_at(step, status, output)


def _name_programs(tests: Path | None) -> str:
    names = sorted(path.name for path in tests.iterdir()) if tests else []
    return f"write it, or name one of these: {', '.join(names[:9])}" if names else "write it"


DOING: Mapping[str, Callable[[Step, Stage], Outcome]] = {
    "execute": _run,
    "input": _type,
    "interrupt": _interrupt,
    "clear": _clear,
    "editor": _edit,
    "download": _find,
    "copy-file": _find,
    "test": _test,
}
