"""The command `workshop-notes`: check, build, preview and test the notes of a workshop.

For people who write notes, not for the hub.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import socket
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from tornado import httpserver

from workshop_dashboard import loader, pocket, preview, site, testing
from workshop_dashboard.rules import check, values, workshopfile

LOOPBACK = "127.0.0.1"
# What the person who runs the command can mend; each says how.
FAILURES = (
    loader.LoaderError,
    workshopfile.WorkshopFileError,
    site.SiteError,
    pocket.ClusterError,
    testing.PageError,
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
    _add_command(commands, "check", run_check, "name what is wrong, with the file and the line")
    build = _add_command(commands, "build", run_build, "write the notes as a folder of HTML pages")
    build.add_argument("target", type=Path, help="folder for the pages; it must be empty")
    for name in ("serve", "preview"):
        show = _add_command(commands, name, run_preview, "show the notes on this machine")
        show.add_argument("--port", type=int, default=8800, help="port on loopback (default 8800)")
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
        environment=values.public_environment(os.environ),
    )


def run_check(source: loader.Loader, options: argparse.Namespace) -> int:
    """Print the problems, one a line as FOLDER/FILE:LINE; 1 if one of them is an error."""
    notes = source.load()
    problems = check.check_notes(notes)
    for problem in problems:
        print(replace(problem, file=str(loader.path_of(options.folder, problem.file))))
    errors = sum(problem.level == "error" for problem in problems)
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
