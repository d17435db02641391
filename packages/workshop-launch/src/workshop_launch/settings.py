"""What the pod tells its launcher, by variables that the command does not get."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from workshop_launch.rules import handover

KEY = handover.RESERVED
PORT = f"{KEY}_PORT"
ADDRESS = f"{KEY}_ADDRESS"
POD = f"{KEY}_POD"
NAMES = f"{KEY}_NAMES"
SECONDS = f"{KEY}_SECONDS"

DEFAULT_NAMES = ("JUPYTERHUB_*", "JPY_*")


class SettingsError(Exception):
    """What the pod says cannot work; the message says what to mend."""


@dataclass(frozen=True)
class Settings:
    """Where to wait, for whom, and for how long.

    `key` is the path of the file with the key, `pod` the uid of the pod, `seconds` how long is
    waited at most (0: for ever).
    """

    key: str
    pod: str
    address: str = ""
    port: int = 8888
    names: tuple[str, ...] = DEFAULT_NAMES
    seconds: float = 0


def is_asked_to_wait(environ: Mapping[str, str]) -> bool:
    """Whether the pod was started ahead; elsewhere the command runs at once."""
    return bool(environ.get(KEY))


def parse_settings(environ: Mapping[str, str]) -> Settings:
    """The settings; SettingsError for those that cannot work."""
    pod = environ.get(POD, "")
    if not pod:
        raise SettingsError(f"{POD} is empty; it takes the pod's uid, by a fieldRef.")
    names = tuple(environ.get(NAMES, "").replace(",", " ").split())
    return Settings(
        environ[KEY],
        pod,
        environ.get(ADDRESS, ""),
        _parse_number(environ, PORT, 8888, 65535),
        names or DEFAULT_NAMES,
        _parse_number(environ, SECONDS, 0, 10_000_000),
    )


def _parse_number(environ: Mapping[str, str], name: str, default: int, most: int) -> int:
    text = environ.get(name) or str(default)
    if not (text.isascii() and text.isdigit()) or len(text) > 9 or int(text) > most:
        raise SettingsError(f"{name} is {text[:40]!r}; it takes a number from 0 to {most}.")
    return int(text)


def make_environment(environ: Mapping[str, str], told: Mapping[str, str]) -> dict[str, str]:
    """The environment of the command: the pod's without these settings, and what was told."""
    kept = {name: text for name, text in environ.items() if not name.startswith(KEY)}
    return {**kept, **told}
