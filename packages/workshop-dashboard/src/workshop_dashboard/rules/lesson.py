"""What `workshop-notes test` does: the blocks of the notes as steps, and how a step went.

Words behind an action tell what to expect: `execute fails`, `execute any`, `execute skip`,
`execute timeout=120`. A block ` ```output ` below a step holds what it prints; `...` stands for any
text, on a line of its own for any lines.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from workshop_dashboard.rules import actions, study
from workshop_dashboard.rules.notes import Notes, Page

DEFAULT_SECONDS = 60.0
MAX_SECONDS = 3600.0
OUTPUT = "output"
ESCAPES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\-_])|\r")
# What may stand behind an action.
MARKS = ("fails", "any", "skip")
SHELL_ADVICE = {
    126: "it is no program, or may not be run: `chmod +x`",
    127: "there is no such command here: mend its name, or install it where the notes are tested",
}
TEST_ADVICE = {
    124: "give the block more time: `timeout: 60`",
    126: "make the program executable: `chmod +x`",
}
# Kinds of action that need a page, and are not tried without one.
ONLY_SEEN = frozenset({"copy", "edit", "heading", "section-begin", "section-end"})


@dataclass(frozen=True)
class Step:
    """One block to carry out: where it stands, and what is done in which terminal.

    `wanted` is `succeeds`, `fails`, `any` or `skip`. `follower` is the kind of the next step in
    the same terminal, empty if there is none. `expected` is what it must print, None where
    nothing is said; `expected_line` is where that stands. `note` says which word behind the action
    means nothing, empty if none.
    """

    page: str
    file: str
    line: int
    kind: str
    text: str
    session: str = ""
    details: dict[str, actions.Value] = field(default_factory=dict)
    wanted: str = "succeeds"
    seconds: float = DEFAULT_SECONDS
    expected: str | None = None
    expected_line: int = 0
    follower: str = ""
    note: str = ""


@dataclass(frozen=True)
class Outcome:
    """How a step went: `problem` is a sentence, empty where it went as wanted.

    `advice` is what the page's author may do about it.
    """

    step: Step
    status: int | None
    output: str
    seconds: float
    problem: str = ""
    skipped: str = ""
    advice: str = ""


def make_steps(notes: Notes, pages: Sequence[str], seconds: float = DEFAULT_SECONDS) -> list[Step]:
    """Return the steps of `pages` in order; `seconds` is the limit of each that has no own."""
    steps = [step for name in pages for step in _page_steps(notes.pages[name], notes, seconds)]
    followers: dict[str, str] = {}
    for place in range(len(steps) - 1, -1, -1):
        step = steps[place]
        steps[place] = replace(step, follower=followers.get(step.session, ""))
        if step.session:
            followers[step.session] = step.kind
    return steps


def _page_steps(page: Page, notes: Notes, seconds: float) -> Iterator[Step]:
    waiting: Step | None = None
    for block in sorted(study.study_page(page, notes).blocks, key=lambda block: block.line):
        line = page.first_line + block.line - 1
        if block.info.split()[:1] == [OUTPUT] and waiting:
            waiting = _expect(waiting, block.text.rstrip("\n"), line)
            continue
        if waiting:
            yield waiting
        action = actions.find_action(block.info, block.text)
        waiting = _make_step(page, line, block.info, action, seconds) if action else None
    if waiting:
        yield waiting


def _expect(step: Step, text: str, line: int) -> Step:
    """Return the step with a block of output; of several, each must come, one after the other."""
    if step.expected is None:
        return replace(step, expected=text, expected_line=line)
    return replace(step, expected=f"{step.expected}\n...\n{text}")


def _make_step(
    page: Page, line: int, info: str, action: actions.Action, seconds: float
) -> Step | None:
    if action.kind in ONLY_SEEN:
        return None
    word = actions.find_word(info)
    details: dict[str, actions.Value] = dict(action.details) if action.kind else {"name": word}
    marks = info.split()
    limit = next((word[8:] for word in marks if word.startswith("timeout=")), "")
    wanted = next((mark for mark in MARKS if mark in marks), "")
    given = next((key for key in MARKS if details.get(key) == "true"), "")
    return Step(
        page=page.name,
        file=page.file,
        line=line,
        kind=action.kind or "wrong",
        text=action.text if action.kind else action.note,
        session=action.session,
        details=details,
        wanted=wanted or given or "succeeds",
        seconds=parse_seconds(limit or str(details.get("timeout", "")), seconds),
        note=problem_with_marks(marks[marks.index(word) + 1 :]) or "",
    )


def problem_with_marks(marks: Sequence[str]) -> str | None:
    """Say which of the words behind an action looks like one that we know, and is none."""
    for mark in marks:
        limit = mark.removeprefix("timeout=")
        if mark.startswith("timeout") and (limit == mark or not parse_seconds(limit, 0)):
            return f"`{mark}` is no limit: write seconds up to {MAX_SECONDS:g}, `timeout=120`"
        near = difflib.get_close_matches(mark, MARKS, 1, 0.7)
        if near and mark not in MARKS:
            return f"`{mark}` means nothing here: write `{near[0]}`"
    return None


def parse_seconds(text: str, usual: float) -> float:
    """Return a time limit in seconds; what is no number, or out of bounds, is the usual one."""
    number = re.fullmatch(r"\d{1,5}(?:\.\d{1,3})?", text)
    return min(float(text), MAX_SECONDS) if number and float(text) > 0 else usual


def clean_output(output: str) -> str:
    """Return what a terminal showed as plain text: no colours, no blanks at line ends."""
    lines = ESCAPES.sub("", output).split("\n")
    return "\n".join(line.rstrip() for line in lines).strip("\n")


def is_expected(expected: str, output: str) -> bool:
    """Tell whether `output` holds the expected lines, one below the other."""
    parts = []
    for line in clean_output(expected).split("\n"):
        if line.strip() == "...":
            parts.append(r"(?:[^\n]*\n)*?")
        else:
            pieces = (
                re.escape(piece.strip() if "..." in line else piece) for piece in line.split("...")
            )
            parts.append(r"[^\n]*".join(pieces) + r"[^\n\S]*\n")
    return re.search(f"^{''.join(parts)}", f"{clean_output(output)}\n", re.MULTILINE) is not None


def problem_with_result(step: Step, status: int | None, output: str) -> str | None:
    """Say what is wrong with how a step ended; `status` is None while it still runs."""
    if status is None:
        return _problem_with_running(step)
    if step.wanted == "fails" and status == 0:
        return "it succeeds, and the page says that it fails"
    if step.wanted == "succeeds" and status:
        return f"it ends with status {status}"
    if step.expected is not None and not is_expected(step.expected, output):
        return "it does not print what the page says"
    return None


def find_advice(step: Step, status: int | None) -> str:
    """Return what an author may do about a step that did not end as wanted."""
    if status is None:
        return "answer it with `terminal:input`, stop it with `<ctrl-c>`, or give it `timeout=120`"
    if step.wanted == "fails" and status == 0:
        return "mend the command, or take the word `fails` away"
    if step.wanted == "any" or bool(status) == (step.wanted == "fails"):
        return "mend the block `output`; `--update` writes into it what is printed now"
    if step.kind == "test":
        return TEST_ADVICE.get(status, "see what the blocks before it should have done")
    return SHELL_ADVICE.get(status, "mend the command, or write `execute fails` if it is to fail")


def _problem_with_running(step: Step) -> str | None:
    if step.follower in ("interrupt", "input", "clear") or (
        not step.follower and step.session != "1"
    ):
        return None
    what = "the next block of this terminal would be typed into it"
    if not step.follower:
        what = "add a block that interrupts it, or run it in another terminal"
    return f"it still runs after {step.seconds:g} s: {what}"


def seconds_of_quiet(step: Step) -> float | None:
    """Return after how many seconds without output a running step is left to itself, None: never.

    What waits for input, or is interrupted later, need not end by itself.
    """
    if step.follower in ("interrupt", "input"):
        return 1.5
    return 3.0 if not step.follower and step.session != "1" else None


def seconds_of_running(step: Step) -> float:
    """Return how long a step may run: one that is interrupted next may speak for ever."""
    return min(step.seconds, 5.0) if step.follower == "interrupt" else step.seconds


def updated_text(text: str, line: int, output: str) -> str:
    """Return a page's text with `output` in the block whose fence is in `line` (from 1).

    A block with `...` is left as it is: somebody has chosen what matters.
    """
    lines = text.split("\n")
    fence = re.match(r"(\s*)(`{3,}|~{3,})", lines[line - 1])
    if not fence:
        return text
    end = next(
        (n for n in range(line, len(lines)) if lines[n].strip().startswith(fence[2])), len(lines)
    )
    if any("..." in each for each in lines[line:end]):
        return text
    new = [f"{fence[1]}{each}".rstrip() for each in clean_output(output).split("\n")]
    return "\n".join([*lines[:line], *new, *lines[end:]])
