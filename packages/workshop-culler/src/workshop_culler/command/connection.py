"""Which service to ask, and with which token: by options, the environment, or a file of hubs.

What is named nearer to the command wins: an option, then a variable, then the file. The token
itself is no option: the arguments of a program can be read by all on the machine.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from workshop_culler.command.errors import EXIT_USAGE, CommandError
from workshop_culler.command.rules import addresses, hub_files

SERVICE = "workshop-culler"
NO_HUB = (
    "No hub is named: use --hub https://hub.example.org/, set WORKSHOP_HUB, or write {path}, "
    "such as:\n{example}"
)
UNAUTHENTICATED = (
    "There is no token: set WORKSHOP_TOKEN, or name a file with --token-file. You get one on "
    "the hub's page 'Token'."
)
LARGEST_FILE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Connection:
    """How to reach one service: its `url` ends with a slash; `ca_file` is "" for the system's."""

    url: str
    token: str = field(repr=False)
    ca_file: str = ""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What was named on the command line, "" where nothing was."""

    hub: str = ""
    service: str = ""
    token_file: str = ""
    ca_file: str = ""
    plain_http: bool = False


def find_file(env: Mapping[str, str]) -> Path:
    """Where the file of hubs is."""
    if env.get("WORKSHOP_CONFIG"):
        return Path(env["WORKSHOP_CONFIG"])
    base = env.get("XDG_CONFIG_HOME") or str(Path.home() / ".config")
    return Path(base) / "workshop" / "hubs.toml"


def find_connection(wanted: Wanted, env: Mapping[str, str] = os.environ) -> Connection:
    """The service that was asked for; raises CommandError with what is missing."""
    path = find_file(env)
    saved = _find_saved(wanted.hub, path)
    service = wanted.service or saved.service or SERVICE
    plain = wanted.plain_http or saved.plain_http
    try:
        url = addresses.parse_service_url(saved.url, service, plain_http=plain)
    except addresses.BadAddressError as error:
        raise CommandError(str(error), EXIT_USAGE) from error
    ca_file = wanted.ca_file or _beside(path, saved.ca_file)
    if ca_file and not os.access(ca_file, os.R_OK):
        raise CommandError(f"The certificates {ca_file} cannot be read.", EXIT_USAGE)
    return Connection(url, _find_token(wanted, saved, path, env), ca_file)


def _find_saved(name: str, path: Path) -> hub_files.SavedHub:
    if "://" in name:
        return hub_files.SavedHub(url=name)
    if not path.exists() and not name:
        message = NO_HUB.format(path=path, example=hub_files.EXAMPLE)
        raise CommandError(message, EXIT_USAGE)
    if not path.exists():
        raise CommandError(
            f"{name!r} is no address like https://hub.example.org/, and there is no {path} with "
            "a hub of that name.",
            EXIT_USAGE,
        )
    try:
        return hub_files.find_hub(hub_files.parse_hubs(_read(path)), name)
    except hub_files.BadFileError as error:
        raise CommandError(f"{path}: {error}.", EXIT_USAGE) from error


def _find_token(
    wanted: Wanted, saved: hub_files.SavedHub, path: Path, env: Mapping[str, str]
) -> str:
    file = wanted.token_file or (
        "" if env.get("WORKSHOP_TOKEN") else _beside(path, saved.token_file)
    )
    token = (
        _read(Path(file).expanduser()).strip() if file else env.get("WORKSHOP_TOKEN", "").strip()
    )
    if not token and not file:
        raise CommandError(UNAUTHENTICATED, EXIT_USAGE)
    if problem := hub_files.problem_with_token(token):
        raise CommandError(
            f"The token of {file or 'WORKSHOP_TOKEN'} is none: {problem}.", EXIT_USAGE
        )
    return token


def _beside(path: Path, name: str) -> str:
    return str(path.parent / Path(name).expanduser()) if name else ""


def _read(path: Path) -> str:
    try:
        with path.open(encoding="utf-8") as file:
            return file.read(LARGEST_FILE)
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is no text"
        raise CommandError(f"{path} cannot be read: {why}.", EXIT_USAGE) from error
