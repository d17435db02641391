"""Plugs the dashboard into the terminal's server: the entry point `dashboard`."""

from __future__ import annotations

import os
from pathlib import Path

from jupyterhub_butterfly import extensions
from workshop_dashboard import config, handlers, loader
from workshop_dashboard.rules import values


def load(context: extensions.Context) -> extensions.Extension:
    """Return the dashboard's pages for the server of `context`.

    It is the server's first page when there are notes and `Dashboard.open_first` is true.
    """
    settings = config.Dashboard(config=context.config)
    notes_loader = make_loader(settings, context.prefix)
    if notes_loader is None:
        context.log.info("No folder of notes: the server opens with the terminal.")
    elif not loader.has_pages(notes_loader.folder):
        folder = notes_loader.folder
        context.log.warning("There are no notes in %s: the server opens with the terminal.", folder)
        notes_loader = None
    page_context = handlers.PageContext(
        loader=notes_loader,
        layout=settings.layout,
        notes_share=settings.notes_share,
        title=settings.title,
        restart_url=os.environ.get("RESTART_URL", ""),
        console_url=os.environ.get("CONSOLE_URL", ""),
        log=context.log,
        user=context.user,
        tell_page=context.tell_page,
    )
    return extensions.Extension(
        name="dashboard",
        routes=handlers.make_routes(page_context),
        landing="dashboard/" if notes_loader and settings.open_first else None,
        menu=(extensions.MenuItem("Notes and terminal", "dashboard/"),),
    )


def make_loader(settings: config.Dashboard, prefix: str) -> loader.Loader | None:
    """Return the loader that the settings name, None where there are no notes."""
    if not settings.notes_dir:
        return None
    return loader.Loader(
        Path(settings.notes_dir).expanduser(),
        settings.workshop_file,
        builtin=values.make_builtin(os.environ, prefix),
        fixed=settings.variables,
        environment=values.public_environment(os.environ),
    )
