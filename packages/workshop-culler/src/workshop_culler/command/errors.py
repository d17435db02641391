"""What can go wrong at a prompt: a sentence for the person, and an exit code for the script."""

from __future__ import annotations

import click

# 0 is done, and 2 a mistake in what was typed (click's own).
EXIT_FAILED, EXIT_USAGE, EXIT_REFUSED, EXIT_NOT_FOUND, EXIT_NO_ANSWER = 1, 2, 3, 4, 5


class CommandError(click.ClickException):
    """It cannot be done; the message tells the person what to do, `exit_code` a script why."""

    def __init__(self, message: str, exit_code: int = EXIT_FAILED) -> None:
        super().__init__(message)
        self.exit_code = exit_code  # type: ignore[misc]
