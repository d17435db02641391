"""The file of hubs that a person works with, like a kubeconfig: names, addresses, token files."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field

EXAMPLE = '[hubs.lab]\nurl = "https://hub.example.org/"\ntoken_file = "lab.token"'
KNOWN = ("url", "service", "token_file", "ca_file", "plain_http")


class BadFileError(ValueError):
    """The file cannot be used; the message names what is wrong in it."""


@dataclass(frozen=True, slots=True)
class SavedHub:
    """One hub of the file; "" where it says nothing. Files are relative to the file's folder."""

    url: str = ""
    service: str = ""
    token_file: str = ""
    ca_file: str = ""
    plain_http: bool = False


@dataclass(frozen=True, slots=True)
class SavedHubs:
    """All hubs of the file by name, and the one to take when none is named."""

    hubs: Mapping[str, SavedHub] = field(default_factory=dict)
    default: str = ""


def parse_hubs(text: str) -> SavedHubs:
    """Read the file's text, which is TOML; raises BadFileError with the name of what is wrong."""
    try:
        model = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadFileError(f"it is not TOML: {error}") from error
    if unknown := sorted(model.keys() - {"hubs", "default"}):
        raise BadFileError(f"{unknown[0]!r} is not known; it has 'default' and [hubs.NAME]")
    tables, default = model.get("hubs", {}), model.get("default", "")
    if not isinstance(tables, dict) or not isinstance(default, str):
        raise BadFileError("'default' is a name, and each hub a table such as [hubs.lab]")
    hubs = {name: _parse_hub(name, table) for name, table in tables.items()}
    if default and default not in hubs:
        raise BadFileError(f"default: there is no [hubs.{default}]")
    return SavedHubs(hubs, default)


def _parse_hub(name: str, table: object) -> SavedHub:
    if not isinstance(table, dict):
        raise BadFileError(f"hubs.{name}: write it as a table, [hubs.{name}]")
    if "token" in table:
        raise BadFileError(f"hubs.{name}.token: write the token into a file, and name 'token_file'")
    if unknown := sorted(table.keys() - set(KNOWN)):
        raise BadFileError(f"hubs.{name}.{unknown[0]} is not known; there are {', '.join(KNOWN)}")
    for key, value in table.items():
        wanted = bool if key == "plain_http" else str
        if not isinstance(value, wanted):
            kind = "true or false" if wanted is bool else "a string"
            raise BadFileError(f"hubs.{name}.{key} must be {kind}")
    if not table.get("url"):
        raise BadFileError(f"hubs.{name}: 'url' is missing")
    return SavedHub(**table)


def find_hub(saved: SavedHubs, name: str) -> SavedHub:
    """The hub of this name, else the default, else the only one; raises BadFileError."""
    if name:
        if name in saved.hubs:
            return saved.hubs[name]
        there = ", ".join(sorted(saved.hubs)) or "none"
        raise BadFileError(f"it has no hub {name!r}; there are: {there}")
    if saved.default:
        return saved.hubs[saved.default]
    if len(saved.hubs) == 1:
        return next(iter(saved.hubs.values()))
    raise BadFileError("it has several hubs: name one with --hub, or set 'default' in it")


def problem_with_token(token: str) -> str | None:
    """What is wrong with a token, without a part of it; None if nothing is."""
    if not token:
        return "it is empty"
    if len(token) > 4096 or not token.isascii() or not token.isprintable() or " " in token:
        return "it is not one word of letters, digits and signs"
    return None
