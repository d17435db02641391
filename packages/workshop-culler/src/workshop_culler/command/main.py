"""The words of the command `workshop`, and what each prints.

What it knows of sessions it asks of the culler's service. The client is imported by who asks
only: help and completion are there at once.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from workshop_culler import __version__
from workshop_culler.command import connection, exporting, listing
from workshop_culler.command.errors import EXIT_NO_ANSWER, EXIT_NOT_FOUND, CommandError
from workshop_culler.command.rules import changes, exports, spans, tables

if TYPE_CHECKING:
    from workshop_culler.command.client import Model, ServiceClient

OUTPUT = click.option(
    "--output",
    "-o",
    type=click.Choice(["table", "json"]),
    default="table",
    show_default=True,
    help="For people, or for programs.",
)
# A page for instructors may wait; who presses the tabulator does not.
COMPLETION_SECONDS = 2.0
LONGEST_PAUSE = 30.0


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="workshop")
@click.option(
    "--hub",
    envvar="WORKSHOP_HUB",
    default="",
    metavar="URL|NAME",
    help="The hub's address, or its name in the file of hubs.  [env: WORKSHOP_HUB]",
)
@click.option(
    "--service",
    envvar="WORKSHOP_SERVICE",
    default="",
    help="What the hub calls the culler.  [workshop-culler; env: WORKSHOP_SERVICE]",
)
@click.option(
    "--token-file",
    envvar="WORKSHOP_TOKEN_FILE",
    default="",
    metavar="FILE",
    help="A file that holds the token, else WORKSHOP_TOKEN does.  [env: WORKSHOP_TOKEN_FILE]",
)
@click.option(
    "--ca-file",
    envvar="WORKSHOP_CA_FILE",
    default="",
    metavar="FILE",
    help="Certificates to trust in place of the system's.  [env: WORKSHOP_CA_FILE]",
)
@click.option("--plain-http", is_flag=True, help="Send the token over plain HTTP.")
@click.pass_context
def main(context: click.Context, /, **wanted: Any) -> None:
    """See who is in a workshop, and help: sessions, extensions, announcements.

    Exit codes: 0 done, 1 something was not done, 2 a mistake in what was typed, 3 not allowed,
    4 no such session, 5 no answer.
    """
    context.obj = connection.Wanted(**wanted)


@contextmanager
def open_client(context: click.Context, seconds: float | None = None) -> Iterator[ServiceClient]:
    """A client to the service that was asked for."""
    from workshop_culler.command import client as clients

    found = connection.find_connection(context.obj)
    client = clients.ServiceClient(found, seconds or clients.READ_SECONDS)
    try:
        yield client
    finally:
        client.close()


def complete_session(context: click.Context, _: click.Parameter, incomplete: str) -> list[str]:
    """The sessions that begin so; none where the service does not answer at once."""
    try:
        root = context.find_root()
        context.obj = connection.Wanted(
            **{key: value or "" for key, value in root.params.items() if key != "plain_http"},
            plain_http=bool(root.params.get("plain_http")),
        )
        with open_client(context, COMPLETION_SECONDS) as client:
            rows, _now = next(client.list_sessions())
    except (CommandError, StopIteration):
        return []
    names = [tables.name_session(row) for row in rows]
    return [name for name in names if name.startswith(incomplete)]


@main.command()
@click.argument("find", default="")
@click.option("--hands", is_flag=True, help="Only those who have raised a hand, first come first.")
@OUTPUT
@click.pass_context
def sessions(context: click.Context, find: str, hands: bool, output: str) -> None:
    """List who is here. FIND leaves those that have it in name, group, page or state."""
    with open_client(context) as client:
        pages: Iterable[tuple[list[Model], datetime]] = (
            (
                [row for row in rows if tables.is_wanted(row, find, hands=hands)],
                listing.read_now(now),
            )
            for rows, now in client.list_sessions()
        )
        if hands:
            pages = [listing.sort_hands(pages)]
        if output == "json":
            listing.write_lines(exports.render_json(row for rows, _ in pages for row in rows))
        else:
            listing.write_tables(pages)


NAMES = click.argument(
    "names", nargs=-1, metavar="USER[/SERVER]...", shell_complete=complete_session
)
ALL = click.option("--all", "everybody", is_flag=True, help="All that the token may see.")


@main.command()
@NAMES
@ALL
@OUTPUT
@click.pass_context
def extend(context: click.Context, names: tuple[str, ...], everybody: bool, output: str) -> None:
    """Give sessions the time that an extension gives, from now."""

    def one(client: ServiceClient, body: Model) -> Model:
        clock = client.ask("POST", "session/extend", body)
        return {"done": True, "ends": clock.get("ends"), "seconds_left": clock.get("seconds_left")}

    from workshop_culler.command import acting

    with open_client(context) as client:
        wanted = acting.find_names(client, names, everybody)
        sys.exit(acting.act_on_all(client, wanted, one, output, "extended"))


@main.command()
@NAMES
@ALL
@click.option("--yes", "-y", is_flag=True, help="Do not ask.")
@OUTPUT
@click.pass_context
def stop(
    context: click.Context, names: tuple[str, ...], everybody: bool, yes: bool, output: str
) -> None:
    """Stop sessions. What is not saved outside of them is lost."""

    def one(client: ServiceClient, body: Model) -> Model:
        try:
            stopped = client.ask("POST", "session/stop", body).get("stopped")
        except CommandError as error:
            if not everybody or error.exit_code != EXIT_NOT_FOUND:
                raise
            stopped = True  # it has ended since all were listed
        return {"done": True, "stopped": bool(stopped)}

    from workshop_culler.command import acting

    with open_client(context) as client:
        wanted = acting.find_names(client, names, everybody)
        if not yes:
            acting.make_sure(wanted)
        sys.exit(acting.act_on_all(client, wanted, one, output, "stopped"))


@main.command()
@click.argument("text")
@NAMES
@ALL
@OUTPUT
@click.pass_context
def hint(
    context: click.Context, text: str, names: tuple[str, ...], everybody: bool, output: str
) -> None:
    """Show TEXT in sessions, above notes and terminal, until it is closed there."""

    def one(client: ServiceClient, body: Model) -> Model:
        client.ask("POST", "session/hint", body | {"text": text})
        return {"done": True}

    from workshop_culler.command import acting

    with open_client(context) as client:
        wanted = acting.find_names(client, names, everybody)
        sys.exit(acting.act_on_all(client, wanted, one, output, "told"))


@main.command()
@click.argument("text", default="")
@click.option("--for", "span", default="1h", show_default=True, help="How long: 90s, 10m, 2h.")
@click.option("--clear", is_flag=True, help="Take it back.")
@OUTPUT
@click.pass_context
def announce(context: click.Context, text: str, span: str, clear: bool, output: str) -> None:
    """Tell everybody a sentence. Without TEXT: print what they see now."""
    if clear and text:
        raise click.UsageError("Either TEXT or --clear.")
    try:
        body = {"text": text, "seconds": spans.parse_span(span)}
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="'--for'") from error
    method = "DELETE" if clear else "POST" if text else "GET"
    with open_client(context) as client:
        said = client.ask(method, "announcement", body if text else None).get("announcement")
    if output == "json":
        click.echo(json.dumps(said, ensure_ascii=False))
    elif said:
        click.echo(f"{said['text']} (until {said['until']}, by {said['author']})")
    else:
        click.echo("Nothing is announced.")


@main.command()
@click.argument("people", nargs=-1, metavar="[USER]...")
@click.option("--places", type=click.IntRange(0, 1000), default=0, help="Anonymous places.")
@click.option("--at", default="", metavar="TIME", help="Ready at: 2026-12-01T09:00, or 09:00.")
@click.option("--cancel", is_flag=True, help="Take it back; servers that run go on.")
@OUTPUT
@click.pass_context
def prestart(
    context: click.Context,
    people: tuple[str, ...],
    places: int,
    at: str,
    cancel: bool,
    output: str,
) -> None:
    """Have a class ready: anonymous places, and the servers of USERs.

    Without any of these: print how far the one is that was asked for.
    """
    asks = bool(people or places)
    if cancel and (asks or at):
        raise click.UsageError("Either --cancel, or what is to be ready.")
    if at and not asks:
        raise click.UsageError("Name users, or how many --places.")
    try:
        moment = {"at": spans.parse_moment(at, datetime.now().astimezone())} if at else {}
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="'--at'") from error
    body = {"people": list(people), "places": places, **moment}
    method = "DELETE" if cancel else "POST" if asks else "GET"
    with open_client(context) as client:
        found = client.ask(method, "prestart", body if asks else None).get("prestart")
    if output == "json":
        click.echo(json.dumps(found, ensure_ascii=False))
    elif found:
        click.echo(f"{found['ready']} of {found['wanted']} ready, for {found['at']}")
        for why in found.get("why") or ():
            click.echo(tables.clean_cell(why), err=True)
    else:
        click.echo("No class is being prepared.")


@main.command()
@click.option("--format", "kind", type=click.Choice(["csv", "json"]), default="csv")
@click.option("--users", is_flag=True, help="All users of the hub in place of the sessions.")
@click.option("--file", "file", default="", metavar="FILE", help="Write there, mode 0600.")
@click.option("--folder", default="", metavar="FOLDER", help="Write a dated file there.")
@click.option("--keep", type=click.IntRange(1, 10_000), default=30, help="So many of them.")
@click.option("--every", default="", metavar="SPAN", help="Again each 5m, 1h, 1d, until Ctrl-C.")
@click.pass_context
def export(
    context: click.Context,
    kind: str,
    users: bool,
    file: str,
    folder: str,
    keep: int,
    every: str,
) -> None:
    """Write all sessions with what is known of them, or all users.

    For a spreadsheet, a program, or a backup: --folder with --every keeps the latest lists.
    """
    if (file and folder) or (every and not folder):
        raise click.UsageError("Either --file, or --folder, which --every needs.")
    try:
        pause = spans.parse_span(every) if every else 0
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="'--every'") from error
    what = "users" if users else "sessions"
    while True:
        try:
            with open_client(context) as client:
                lines = exporting.list_lines(client, what, kind)
                if folder:
                    exporting.write_dated(Path(folder), what, kind, keep, lines)
                elif file:
                    exporting.write_file(Path(file), lines)
                else:
                    listing.write_lines(lines)
        except CommandError as error:
            if not pause:
                raise
            # The hub may be away: the lists before stay, and the next one comes.
            click.echo(error.message, err=True)
        if not pause:
            return
        time.sleep(pause)


@main.command()
@OUTPUT
@click.pass_context
def watch(context: click.Context, output: str) -> None:
    """Follow what happens, a line a change, until Ctrl-C. JSON: the service's messages."""
    rows: dict[str, Any] = {}
    was_there, pause = False, 0.0
    with open_client(context) as client:
        while True:
            time.sleep(pause)
            try:
                for message in client.watch():
                    was_there, pause = True, 0.0
                    _tell_message(rows, message, output)
                pause = 1.0  # the service ends it now and then, to ask who listens
            except CommandError as error:
                if error.exit_code != EXIT_NO_ANSWER or not was_there:
                    raise
                pause = min(max(pause * 2, 1.0), LONGEST_PAUSE)
                click.echo(f"{error.message} Trying again in {pause:.0f} s.", err=True)


def _tell_message(rows: dict[str, Any], message: Model, output: str) -> None:
    lines = changes.take_message(rows, message)
    if output == "json":
        click.echo(json.dumps(message, ensure_ascii=False))
        return
    at = tables.clean_cell(str(message.get("now") or ""))
    for line in lines:
        click.echo(f"{at}  {tables.clean_cell(line)}")
    if message.get("trouble"):
        click.echo(f"{at}  {tables.clean_cell(message['trouble'])}", err=True)
