"""The command `workshop-notes`: check, build, preview and test the notes of a workshop.

For people who write notes, not for the hub.
"""

from __future__ import annotations

import argparse
import asyncio
import importlib.util
import json
import os
import socket
import sys
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path

from tornado import httpserver

from workshop_dashboard import loader, pocket, preview, scaffold, site, testing
from workshop_dashboard.rules import check, report, values, workshopfile

LOOPBACK = "127.0.0.1"
# What the person who runs the command can mend; each says how.
FAILURES = (
    loader.LoaderError,
    workshopfile.WorkshopFileError,
    site.SiteError,
    pocket.ClusterError,
    testing.PageError,
    scaffold.ScaffoldError,
)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command with `argv`; return 0, or 1 for notes with errors and unusable folders."""
    options = make_parser().parse_args(argv)
    source = make_loader(options)
    try:
        return int(options.run(source, options))
    except FAILURES as error:
        print(f"workshop-notes: {error}", file=sys.stderr)
        return 1


def make_parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    parser = argparse.ArgumentParser(
        prog="workshop-notes", description="Check, build and preview the notes of a workshop."
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    checks = _add_command(
        commands, "check", run_check, "name what is wrong, with the file and the line"
    )
    checks.add_argument("--json", action="store_true", help="print the problems as JSON")
    checks.add_argument("--strict", action="store_true", help="fail for warnings too")
    build = _add_command(commands, "build", run_build, "write the notes as a folder of HTML pages")
    build.add_argument("target", type=Path, help="folder for the pages; it must be empty")
    serve = _add_command(commands, "serve", run_serve, "show the notes beside a terminal")
    serve.add_argument(
        "--no-terminal", action="store_true", help="show the notes alone, as `preview` does"
    )
    show = _add_command(commands, "preview", run_preview, "show the notes on this machine")
    for one in (serve, show):
        one.add_argument("--port", type=int, default=8800, help="port on loopback (default 8800)")
    new = commands.add_parser("new", help="write a small workshop to begin with")
    new.add_argument("folder", type=Path, help="folder to make")
    new.add_argument("--title", default="My workshop", help="name of the workshop")
    new.set_defaults(run=run_new, workshop_file="", variable=[])
    tried = _add_command(commands, "test", run_test, "run their commands in real shells")
    testing.add_options(tried)
    return parser


def make_loader(options: argparse.Namespace) -> loader.Loader:
    """Return the loader of the folder that the command line names."""
    return loader.Loader(
        options.folder,
        options.workshop_file,
        builtin=values.fill_in_stand_ins(values.make_builtin(os.environ, "/")),
        fixed=dict(options.variable),
        environment=values.named_environment(os.environ),
    )


def run_check(source: loader.Loader, options: argparse.Namespace) -> int:
    """Print the problems, one a line as FOLDER/FILE:LINE; 1 if one of them is an error."""
    notes = source.load()
    found = check.check_notes(notes)
    problems = [replace(p, file=str(loader.path_of(options.folder, p.file))) for p in found]
    if options.json:
        print(json.dumps([asdict(problem) for problem in problems], indent=2))
        return 1 if any(p.level == "error" or options.strict for p in problems) else 0
    for problem in problems:
        print(problem)
        if testing.is_on_github(os.environ):
            words = (problem.file, problem.line, problem.message, problem.level)
            print(report.make_annotation(*words))
    errors = sum(problem.level == "error" or options.strict for problem in problems)
    numbers = {"page": len(notes.pages), "error": errors, "warning": len(problems) - errors}
    print(", ".join(f"{n} {word}" if n == 1 else f"{n} {word}s" for word, n in numbers.items()))
    return 1 if errors else 0


def run_build(source: loader.Loader, options: argparse.Namespace) -> int:
    """Write the site."""
    written = site.build_site(source, options.target)
    print(f"{len(written)} files in {options.target}: open {options.target / 'index.html'}")
    return 0


def run_test(_source: loader.Loader, options: argparse.Namespace) -> int:
    """Try the notes' commands; the home folder and the cluster give the variables their values."""
    return testing.run_test(options.folder, options)


def run_new(_source: loader.Loader, options: argparse.Namespace) -> int:
    """Write a small workshop."""
    for path in scaffold.make_workshop(options.folder, options.title):
        print(path)
    print(f"Look at it: workshop-notes serve {options.folder}")
    return 0


def run_serve(source: loader.Loader, options: argparse.Namespace) -> int:
    """Serve the notes beside a terminal, or alone where none is installed. Replaces the program."""
    if options.no_terminal or not importlib.util.find_spec("jupyterhub_butterfly"):
        return run_preview(source, options)
    source.load()
    command = make_server_command(options)
    os.environ["WORKSHOP_FOLDER"] = str(options.folder.resolve())
    if options.port:
        print(f"http://{LOOPBACK}:{options.port}/ (Ctrl+C ends it)", flush=True)
    os.execv(command[0], command)  # noqa: S606 - our own words
    return 0


def make_server_command(options: argparse.Namespace) -> list[str]:
    """Return the command of a terminal's server on loopback, with the notes and without a login."""
    settings = [
        f"--Dashboard.notes_dir={options.folder.resolve()}",
        f"--Dashboard.workshop_file={options.workshop_file}",
        "--Dashboard.live_reload=True",
        *(f"--Dashboard.variables={name}={value}" for name, value in options.variable),
    ]
    server = [sys.executable, "-m", "jupyterhub_butterfly", "--mode=none", "--log-level=INFO"]
    return [*server, f"--port={options.port}", *settings]


def run_preview(source: loader.Loader, options: argparse.Namespace) -> int:
    """Serve the notes on loopback until interrupted."""
    source.load()
    try:
        asyncio.run(_serve(source, options.port))
    except KeyboardInterrupt:
        print()
    return 0


async def _serve(source: loader.Loader, port: int) -> None:
    try:
        listening = socket.create_server((LOOPBACK, port))
    except OSError as error:
        message = f"port {port} is not free: choose another with --port."
        raise loader.LoaderError(message) from error
    listening.setblocking(False)
    server = httpserver.HTTPServer(preview.create_app(source))
    server.add_socket(listening)
    print(f"http://{LOOPBACK}:{listening.getsockname()[1]}/", flush=True)
    await asyncio.Event().wait()


def _add_command(
    commands: argparse._SubParsersAction[argparse.ArgumentParser],
    name: str,
    run: object,
    summary: str,
) -> argparse.ArgumentParser:
    command = commands.add_parser(name, help=summary, description=f"Notes: {summary}.")
    command.add_argument("folder", type=Path, help="folder of the notes")
    command.add_argument(
        "--workshop-file", default="", help="file to use in place of workshop.yaml"
    )
    command.add_argument(
        "--variable",
        action="append",
        default=[],
        type=_assignment,
        metavar="NAME=VALUE",
        help="value of a variable; may be given several times",
    )
    command.set_defaults(run=run)
    return command


def _assignment(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name:
        raise argparse.ArgumentTypeError(f"{text!r} is not NAME=VALUE")
    return name, value
