"""Plugs the dashboard into the terminal's server: the entry point `dashboard`.

Called once by jupyterhub-butterfly when it starts.
"""

import os
from pathlib import Path

from jupyterhub_butterfly import extensions
from workshop_dashboard import config, handlers, library, values


def load(context: extensions.Context) -> extensions.Extension:
    """Return the dashboard's pages for the server of `context`.

    It is the server's first page when there are notes and `Dashboard.open_first` is true.
    """
    settings = config.Dashboard(config=context.config)
    shelves = make_library(settings, context.prefix)
    desk = handlers.Desk(
        library=shelves,
        layout=settings.layout,
        notes_share=settings.notes_share,
        title=settings.title,
        restart_url=os.environ.get("RESTART_URL", ""),
        console_url=os.environ.get("CONSOLE_URL", ""),
        log=context.log,
        user=context.user,
        tell_page=context.tell_page,
    )
    if shelves is None:
        context.log.info("No folder of notes: the server opens with the terminal.")
    return extensions.Extension(
        name="dashboard",
        routes=handlers.make_routes(desk),
        landing="dashboard/" if shelves and settings.open_first else None,
        menu=(extensions.MenuItem("Notes and terminal", "dashboard/"),),
    )


def make_library(settings: config.Dashboard, prefix: str) -> library.Library | None:
    """Return the library that the settings name, None where there are no notes."""
    if not settings.notes_dir:
        return None
    return library.Library(
        Path(settings.notes_dir).expanduser(),
        settings.workshop_file,
        builtin=values.make_builtin(os.environ, prefix),
        fixed=settings.variables,
        environment=values.public_environment(os.environ),
    )
