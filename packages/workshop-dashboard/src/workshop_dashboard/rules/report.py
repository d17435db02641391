"""What a rehearsal of the notes came to: lines for people, a transcript, JUnit for CI."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Iterable, Sequence

from workshop_dashboard.rules.lesson import Outcome, Step

# Characters that XML cannot hold.
FORBIDDEN = dict.fromkeys([*range(9), 11, 12, *range(14, 32), 0xFFFE, 0xFFFF], "\ufffd")
SHOWN_LINES = 20


def describe(outcome: Outcome) -> str:
    """Return one line about a step, and below a failed one what it printed last."""
    step = outcome.step
    word = "skip" if outcome.skipped else "FAIL" if outcome.problem else "ok"
    first = _first_words(step)
    where = f" [{step.session}]" if step.session not in ("", "1") else ""
    line = f"{word:4} {step.file}:{step.line}{where} {first[:80]} ({outcome.seconds:.1f} s)"
    if outcome.skipped:
        return f"{line}: {outcome.skipped}"
    if not outcome.problem:
        return line
    said = [f"     | {each}" for each in outcome.output.split("\n")[-SHOWN_LINES:] if each]
    wanted = []
    if step.expected is not None and "print" in outcome.problem:
        wanted = ["     expected:", *(f"     > {each}" for each in step.expected.split("\n"))]
    return "\n".join([f"{line}: {outcome.problem}", *said, *wanted])


def _first_words(step: Step) -> str:
    """Return what a step is called in one line: its command, its test, or its kind."""
    return (step.text or str(step.details.get("name", "")) or step.kind).split("\n")[0]


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


def write_junit(outcomes: Sequence[Outcome]) -> str:
    """Return JUnit's XML: a suite a page, a case a step."""
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
            _add_case(suite, outcome)
    return ET.tostring(top, encoding="unicode", xml_declaration=True)


def _add_case(suite: ET.Element, outcome: Outcome) -> None:
    step = outcome.step
    first = _first_words(step).translate(FORBIDDEN)
    case = ET.SubElement(
        suite,
        "testcase",
        classname=step.file,
        name=f"{step.line}: {first[:120]}",
        time=f"{outcome.seconds:.3f}",
        file=step.file,
        line=str(step.line),
    )
    if outcome.skipped:
        ET.SubElement(case, "skipped", message=outcome.skipped)
    if outcome.problem:
        failure = ET.SubElement(case, "failure", message=outcome.problem.translate(FORBIDDEN))
        failure.text = outcome.output.translate(FORBIDDEN)
    elif outcome.output:
        ET.SubElement(case, "system-out").text = outcome.output.translate(FORBIDDEN)
