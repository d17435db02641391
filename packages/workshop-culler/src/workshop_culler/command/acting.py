"""What is done to several sessions: find them, make sure, do it, tell what came of each."""

from __future__ import annotations

import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import click

from workshop_culler.command.client import AT_ONCE, Model, ServiceClient
from workshop_culler.command.errors import EXIT_FAILED, EXIT_USAGE, CommandError
from workshop_culler.command.rules import exports, tables

Act = Callable[[ServiceClient, Model], Model]


def find_names(client: ServiceClient, names: tuple[str, ...], everybody: bool) -> list[str]:
    """The sessions that were named, or all; raises click.UsageError where it is neither or both."""
    if bool(names) == everybody:
        raise click.UsageError("Name sessions, or say --all.")
    if not everybody:
        return list(dict.fromkeys(names))
    return [tables.name_session(row) for rows, _ in client.list_sessions() for row in rows]


def make_sure(wanted: list[str]) -> None:
    """Ask before sessions are stopped; raises CommandError where there is nobody to ask."""
    if not sys.stdin.isatty():
        raise CommandError("Nobody can be asked here: say --yes to stop them.", EXIT_USAGE)
    shown = ", ".join(wanted[:5]) + (f" and {len(wanted) - 5} more" if len(wanted) > 5 else "")
    click.confirm(f"Stop {len(wanted)} sessions ({shown})?", abort=True, err=True)


def act_on_all(client: ServiceClient, names: list[str], act: Act, output: str, word: str) -> int:
    """Do it to each, several at once, and go on where one cannot; the exit code.

    For a single session the code tells the cause; for several that something was not done.
    """

    def one(name: str) -> tuple[Model, int]:
        user, _, server = name.partition("/")
        whose: Model = {"user": user, "server": server}
        try:
            return whose | act(client, whose), 0
        except CommandError as error:
            return whose | {"done": False, "why": error.message}, error.exit_code

    with ThreadPoolExecutor(AT_ONCE) as pool:
        found = list(pool.map(one, names))
    _show_outcomes([model for model, _ in found], output, word)
    codes = [code for _, code in found if code]
    if len(found) == 1 and codes:
        return codes[0]
    return EXIT_FAILED if codes else 0


def _show_outcomes(models: list[Model], output: str, word: str) -> None:
    if output == "json":
        for line in exports.render_json(models):
            click.echo(line, nl=False)
        return
    for model in models:
        who = tables.clean_cell(tables.name_session(model))
        if model["done"]:
            until = f" until {model['ends']}" if model.get("ends") else ""
            click.echo(f"{who}: {word if model.get('stopped', True) else 'stopping'}{until}")
        else:
            why = str(model["why"]).removeprefix(f"Not {word}: ")
            click.echo(f"{who}: not {word}: {why}", err=True)
