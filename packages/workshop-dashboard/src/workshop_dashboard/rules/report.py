"""What a rehearsal of the notes came to: lines for people, a transcript, JUnit for CI."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterable, Iterator, Sequence

from workshop_dashboard.rules.lesson import Outcome, Step

# Characters that XML cannot hold.
FORBIDDEN = dict.fromkeys([*range(9), 11, 12, *range(14, 32), 0xFFFE, 0xFFFF], "\ufffd")
SHOWN_LINES = 20
# What ends a line or begins an escape in a command to GitHub's runner.
ESCAPED = {ord("%"): "%25", ord("\r"): "%0D", ord("\n"): "%0A"}


def describe(outcome: Outcome) -> str:
    """Return one line about a step, and below a failed one what it printed last."""
    step = outcome.step
    word = "skip" if outcome.skipped else "FAIL" if outcome.problem else "ok"
    first = _first_words(step)
    where = f" [{step.session}]" if step.session not in ("", "1") else ""
    line = f"{word:4} {step.file}:{step.line}{where} {first[:80]} ({outcome.seconds:.1f} s)"
    if outcome.skipped:
        line = f"{line}: {outcome.skipped}"
    if outcome.problem:
        line = f"{line}: {outcome.problem}"
    return "\n".join([line, *_explain(outcome)])


def _explain(outcome: Outcome) -> Iterator[str]:
    """Yield the lines below a step: what it printed, what was expected, what to do."""
    if outcome.problem:
        said = outcome.output.split("\n")[-SHOWN_LINES:]
        yield from (f"     | {each}" for each in said if each)
        yield from (f"     {each}" for each in _show_expected(outcome))
    if outcome.advice:
        yield f"     help: {outcome.advice}"
    if outcome.step.note:
        yield f"     note: {outcome.step.note}"


def _show_expected(outcome: Outcome) -> Iterator[str]:
    step = outcome.step
    if step.expected is not None and "print" in outcome.problem:
        yield f"expected (line {step.expected_line}):"
        yield from (f"> {each}" for each in step.expected.split("\n"))


def make_annotation(file: str, line: int, message: str, level: str = "error") -> str:
    """Return the line with which GitHub shows a message beside its line of a pull request.

    Its form: https://docs.github.com/actions/reference/workflow-commands-for-github-actions
    """
    place = file.translate(ESCAPED | {ord(":"): "%3A", ord(","): "%2C"})
    return f"::{level} file={place},line={line}::{message.translate(ESCAPED)}"


def _first_words(step: Step) -> str:
    """Return what a step is called in one line: its command, its test, or its kind."""
    if step.kind == "wrong":
        return str(step.details.get("name", "")) or "a block"
    if step.kind == "editor":
        return f"{step.details.get('command', '')} {step.details.get('file', '')}".strip()
    details = (str(step.details.get(key, "")) for key in ("name", "path"))
    return next(filter(None, (step.text, *details)), step.kind).split("\n")[0]


def count(outcomes: Iterable[Outcome]) -> tuple[int, int, int]:
    """Return how many steps went as wanted, failed and were skipped."""
    found = list(outcomes)
    skipped = sum(bool(outcome.skipped) for outcome in found)
    failed = sum(bool(outcome.problem) for outcome in found)
    return len(found) - skipped - failed, failed, skipped


def write_transcript(outcomes: Iterable[Outcome]) -> str:
    """Return what was typed and printed, step by step."""
    parts = []
    for outcome in outcomes:
        step = outcome.step
        head = f"# {step.file}:{step.line} {step.kind} {step.session}".rstrip()
        typed = "\n".join(f"$ {line}" for line in step.text.split("\n")) if step.text else ""
        state = "still running" if outcome.status is None else f"status {outcome.status}"
        end = outcome.skipped or outcome.problem or state
        parts.append("\n".join(filter(None, [head, typed, outcome.output, f"# {end}"])))
    return "\n\n".join(parts) + "\n"


def write_junit(outcomes: Sequence[Outcome], path_of: Callable[[str], str] = str) -> str:
    """Return JUnit's XML: a suite a page, a case a step. `path_of` finds a page's file."""
    top = ET.Element("testsuites", name="workshop-notes")
    for page in dict.fromkeys(outcome.step.page for outcome in outcomes):
        own = [outcome for outcome in outcomes if outcome.step.page == page]
        _, failed, skipped = count(own)
        suite = ET.SubElement(
            top,
            "testsuite",
            name=page,
            tests=str(len(own)),
            failures=str(failed),
            skipped=str(skipped),
            time=f"{sum(outcome.seconds for outcome in own):.3f}",
        )
        for outcome in own:
            _add_case(suite, outcome, path_of(outcome.step.file))
    return ET.tostring(top, encoding="unicode", xml_declaration=True)


def _add_case(suite: ET.Element, outcome: Outcome, file: str) -> None:
    step = outcome.step
    first = _first_words(step).translate(FORBIDDEN)
    case = ET.SubElement(
        suite,
        "testcase",
        classname=step.file,
        name=f"{step.line}: {first[:120]}",
        time=f"{outcome.seconds:.3f}",
        file=file,
        line=str(step.line),
    )
    if outcome.skipped:
        ET.SubElement(case, "skipped", message=outcome.skipped)
    if outcome.problem:
        failure = ET.SubElement(case, "failure", message=outcome.problem.translate(FORBIDDEN))
        help_line = f"help: {outcome.advice}" if outcome.advice else ""
        text = "\n".join(filter(None, [outcome.output, *_show_expected(outcome), help_line]))
        failure.text = text.translate(FORBIDDEN)
    elif outcome.output:
        ET.SubElement(case, "system-out").text = outcome.output.translate(FORBIDDEN)
