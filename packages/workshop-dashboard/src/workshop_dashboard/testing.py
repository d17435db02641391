"""The command `workshop-notes test`: the notes' own commands, tried in real shells.

It prepares a home folder and a cluster, has `rehearsal` carry out the steps, and reports.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from workshop_dashboard import examiner, loader, pocket, rehearsal
from workshop_dashboard.rules import lesson, report, values
from workshop_dashboard.rules.lesson import Outcome, Step
from workshop_dashboard.rules.notes import Notes, find_page

NAMESPACE = values.STAND_INS["project_namespace"]
MAX_HOME_FILES = 5000
LEFT_OUT = (".git", "node_modules", ".venv", "__pycache__")


class PageError(OSError):
    """A page that was asked for and is not there; the message says so."""


def add_options(command: argparse.ArgumentParser) -> None:
    """Add the options of `test` to its parser."""
    command.add_argument(
        "--page", action="append", default=[], help="only this page; may be given several times"
    )
    command.add_argument(
        "--cluster",
        choices=["auto", "pocket", "current", "none"],
        default="auto",
        help="pocket: a cluster of this machine; current: that of KUBECONFIG; none; "
        "auto (the default): pocket if it is installed",
    )
    command.add_argument(
        "--setup",
        action="append",
        default=[],
        type=Path,
        metavar="FILE",
        help="objects that the pocket cluster's admin applies first; several times",
    )
    command.add_argument("--home", type=Path, help="home folder of the shells (default: a new one)")
    command.add_argument(
        "--timeout",
        type=float,
        default=lesson.DEFAULT_SECONDS,
        help=f"seconds for each block (default {lesson.DEFAULT_SECONDS:g})",
    )
    command.add_argument("--junit", type=Path, metavar="FILE", help="write results for CI")
    command.add_argument("--transcripts", type=Path, metavar="FOLDER", help="write what was said")
    command.add_argument(
        "--update", action="store_true", help="write what was printed into the `output` blocks"
    )


def run_test(folder: Path, options: argparse.Namespace) -> int:
    """Test the notes in `folder`; 0 if each step went as its page says, 1 otherwise."""
    fixed = dict(options.variable)
    with contextlib.ExitStack() as stack:
        place = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="workshop-notes-")))
        kubeconfig = _enter_cluster(stack, place, options)
        home = options.home or _make_home(folder, place / "home")
        environment = make_environment(os.environ, home, kubeconfig, fixed)
        source = loader.Loader(
            folder,
            options.workshop_file,
            builtin=values.fill_in_stand_ins(values.make_builtin(environment, "/")),
            fixed=fixed,
            environment=values.named_environment(environment),
        )
        notes = source.load()
        steps = lesson.make_steps(notes, _choose_pages(notes, options.page), options.timeout)
        stage = rehearsal.Stage(environment, home, examiner.find_tests(folder))
        stack.callback(stage.close)
        outcomes = _show(rehearsal.rehearse(steps, stage), folder)
    if options.update:
        outcomes = [_update(folder, outcome) for outcome in outcomes]
    _write_reports(outcomes, options, folder)
    went, failed, skipped = report.count(outcomes)
    print(f"{went} as the pages say, {failed} failed, {skipped} skipped")
    return 1 if failed else 0


def make_environment(
    environment: Mapping[str, str], home: Path, kubeconfig: Path | None, fixed: Mapping[str, str]
) -> dict[str, str]:
    """Return the shells' environment: this one without its secrets, and what a session has."""
    session = {
        "HOME": str(home),
        "TERM": "dumb",
        "JUPYTERHUB_USER": values.STAND_INS["username"],
        "PROJECT_NAMESPACE": NAMESPACE,
        "SESSION_NAMESPACE": NAMESPACE,
        "SESSION_NAME": values.STAND_INS["session_name"],
    }
    given = {name: value for name, value in fixed.items() if name.isidentifier()}
    cluster = {"KUBECONFIG": str(kubeconfig)} if kubeconfig else {}
    return {**values.public_environment(environment), **session, **given, **cluster}


def _enter_cluster(
    stack: contextlib.ExitStack, place: Path, options: argparse.Namespace
) -> Path | None:
    wanted = options.cluster
    if wanted == "auto":
        wanted = "pocket" if pocket.is_installed() else "none"
    if wanted == "pocket":
        return stack.enter_context(pocket.serve_cluster(place, NAMESPACE, options.setup))
    if wanted == "none":  # and not the author's own cluster by accident
        nothing = place / "no-cluster"
        nothing.write_text("apiVersion: v1\nkind: Config\n")
        return nothing
    return None


def _make_home(folder: Path, home: Path) -> Path:
    """Make a home folder with the files of the workshop, as its image would have them."""
    count = sum(len(files) for _, _, files in os.walk(folder))
    if count > MAX_HOME_FILES:
        raise loader.LoaderError(f"{folder} holds {count} files: give --home.")
    shutil.copytree(folder, home, symlinks=True, ignore=shutil.ignore_patterns(*LEFT_OUT))
    return home


def _choose_pages(notes: Notes, wanted: Sequence[str]) -> list[str]:
    found = [find_page(name, "", notes.pages) for name in wanted]
    for name, page in zip(wanted, found, strict=True):
        if not page:
            raise PageError(f"There is no page {name}: the pages are {', '.join(notes.order)}.")
    return found or list(notes.order)


def _show(outcomes: Iterator[Outcome], folder: Path) -> list[Outcome]:
    found = []
    for outcome in outcomes:
        print(report.describe(outcome), flush=True)
        if outcome.problem and is_on_github(os.environ):
            file = str(loader.path_of(folder, outcome.step.file))
            words = "; ".join(filter(None, [outcome.problem, outcome.advice]))
            print(report.make_annotation(file, outcome.step.line, words), flush=True)
        found.append(outcome)
    return found


def is_on_github(environment: Mapping[str, str]) -> bool:
    """Tell whether a runner of GitHub's reads what is printed."""
    return environment.get("GITHUB_ACTIONS") == "true"


def _update(folder: Path, outcome: Outcome) -> Outcome:
    """Write what a step printed into its page. What was only other output is no failure then."""
    step: Step = outcome.step
    if step.expected is None or outcome.status is None or "..." in step.expected:
        return outcome
    path = loader.path_of(folder, step.file)
    text = path.read_text("utf-8")
    new = lesson.updated_text(text, step.expected_line, outcome.output)
    if new != text:
        path.write_text(new, "utf-8")
        print(f"{path}:{step.expected_line}: updated", file=sys.stderr)
    problem = "" if "print" in outcome.problem else outcome.problem
    return replace(outcome, problem=problem, advice=outcome.advice if problem else "")


def _write_reports(outcomes: Sequence[Outcome], options: argparse.Namespace, folder: Path) -> None:
    if options.junit:
        options.junit.parent.mkdir(parents=True, exist_ok=True)
        written = report.write_junit(outcomes, lambda file: str(loader.path_of(folder, file)))
        options.junit.write_text(written, "utf-8")
    if options.transcripts:
        for page in dict.fromkeys(outcome.step.page for outcome in outcomes):
            path = options.transcripts / f"{page}.txt"
            path.parent.mkdir(parents=True, exist_ok=True)
            own = [outcome for outcome in outcomes if outcome.step.page == page]
            path.write_text(report.write_transcript(own), "utf-8")
