"""The workshops of a hub as they are now: checked when it starts, and with each change of them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from traitlets import HasTraits, TraitError

from workshop_spawner.config.workshops import read_files, read_workshops
from workshop_spawner.context import HubContext
from workshop_spawner.logs import Log
from workshop_spawner.model.workshop import Workshop
from workshop_spawner.rules.workshops import choice
from workshop_spawner.rules.workshops.parsing import WorkshopsError, parse_files

# Seconds between two looks at a folder.
LOOK_AGAIN = 3.0

Check = Callable[[Workshop], list[str]]


def overlay(traits: HasTraits, workshop: Workshop) -> dict[str, Any]:
    """Give a spawner the settings of a workshop in place of the hub's; the hub's values of these.

    TraitError where a value cannot work; then all are as before.
    """
    own = {name: getattr(traits, name) for name in workshop.settings}
    with traits.hold_trait_notifications():
        for name, value in choice.merge_settings(workshop, own).items():
            setattr(traits, name, value)
    return own


def restore(traits: HasTraits, own: Mapping[str, Any]) -> None:
    """Give a spawner the hub's values back, that `overlay` has returned."""
    with traits.hold_trait_notifications():
        for name, value in own.items():
            setattr(traits, name, value)


def list_problems(source: Any, check: Check) -> list[str]:
    """What is wrong with the workshops of a setting, a sentence each."""
    try:
        read_checked(source, check)
    except WorkshopsError as error:
        return list(error.problems)
    return []


def read_checked(source: Any, check: Check) -> Mapping[str, Workshop]:
    """The workshops of a setting, of which each could start; else WorkshopsError."""
    return _check_all(read_workshops(source), check)


def _check_all(found: Mapping[str, Workshop], check: Check) -> Mapping[str, Workshop]:
    if problems := [problem for one in found.values() for problem in check(one)]:
        raise WorkshopsError(problems)
    return found


def find_trait_problems(traits: HasTraits, workshop: Workshop) -> Iterator[str]:
    """What each trait says of the workshop's setting by itself, with file and line."""
    for name, value in workshop.settings.items():
        validate = getattr(traits.traits()[name], "validate", None)
        try:
            if validate is not None:
                validate(traits, value)
        except TraitError as error:
            yield f"{workshop.locate(name)}: {error}"


class WorkshopStore:
    """Keeps the workshops of a hub's context as a folder has them."""

    def __init__(self, context: HubContext, source: Any, check: Check, log: Log) -> None:
        self._context = context
        self._source = source
        self._check = check
        self._log = log
        self._seen: Mapping[str, str] = {}  # the files of the last look

    async def follow(self) -> None:
        """Look again and again, as long as the hub runs; a mapping stays as it is."""
        while isinstance(self._source, str):
            await asyncio.sleep(LOOK_AGAIN)
            await self.look()

    async def look(self) -> None:
        """Take over what has changed; the workshops stay as they were where something is wrong."""
        context = self._context
        try:
            found = await asyncio.to_thread(self._read)
        except WorkshopsError as error:
            if error.problems != context.workshop_problems:
                context.workshop_problems = error.problems
                for problem in error.problems:
                    self._log.error("The workshops stay as they were. %s", problem)
            return
        if found is None:
            return
        context.workshop_problems = ()
        if found != context.workshops:
            self._log.info("The hub offers these workshops now: %s", ", ".join(found) or "none")
            context.workshops = found

    def _read(self) -> Mapping[str, Workshop] | None:
        """The workshops of the folder; None where no file has changed, which is cheap to find."""
        seen, self._seen = self._seen, {}  # what cannot be read is told until it can
        self._seen = files = read_files(Path(self._source))
        if files == seen:
            return None
        return _check_all(parse_files(files), self._check)
