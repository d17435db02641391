"""Plugs the dashboard into the terminal's server: the entry point `dashboard`."""

from __future__ import annotations

import functools
import hashlib
import os
from collections.abc import Callable, Mapping
from pathlib import Path

from jupyterhub_butterfly import extensions
from workshop_dashboard import (
    config,
    examiner,
    files_handlers,
    hand_handlers,
    handlers,
    loader,
    remote,
    session_handlers,
)
from workshop_dashboard.rules import values
from workshop_dashboard.slides import decks
from workshop_dashboard.slides import handlers as slide_handlers


def load(context: extensions.Context) -> extensions.Extension:
    """Return the dashboard's pages for the server of `context`.

    It is the server's first page when there are notes and `Dashboard.open_first` is true.
    """
    extensions.check_settings(context.config, config.Dashboard)
    settings = config.Dashboard(config=context.config)
    notes = find_notes(settings, context)
    folder = notes.folder if notes else None
    find_slides = functools.partial(decks.find_folder, settings.slides_dir, folder)
    files = files_handlers.FilesContext(context.file_limits)
    session = session_handlers.SessionContext(
        Path.home(),
        examiner.find_tests(notes.folder) if notes else None,
        context.tell_tests,
    )
    slides = slide_handlers.SlidesContext(find_slides, settings.trusted)
    hand = context.hand and hand_handlers.HandContext(context.hand)
    page = make_page_context(settings, context, notes, find_slides, has_files=files.is_on)
    return extensions.Extension(
        name="dashboard",
        routes=(
            *handlers.make_routes(page),
            *session_handlers.make_routes(session),
            *files_handlers.make_routes(files),
            *slide_handlers.make_routes(slides),
            *(hand_handlers.make_routes(hand) if hand else ()),
        ),
        landing="dashboard/" if notes and settings.open_first else None,
        menu=(extensions.MenuItem("Notes and terminal", "dashboard/"),),
    )


def find_notes(
    settings: config.Dashboard, context: extensions.Context
) -> remote.RemoteLoader | loader.Loader | None:
    """The notes, fetched or in a folder; None, with a line in the log, where there are none."""
    notes = begin_download(settings, context) or make_loader(settings, context.prefix)
    if notes is None:
        context.log.info("No folder of notes: the server opens with the terminal.")
    elif not settings.download_url and not loader.has_pages(notes.folder):
        context.log.warning(
            "There are no notes in %s: the server opens with the terminal.", notes.folder
        )
        return None
    return notes


def make_page_context(
    settings: config.Dashboard,
    context: extensions.Context,
    notes: remote.RemoteLoader | loader.Loader | None,
    find_slides: Callable[[], Path | None],
    *,
    has_files: bool,
) -> handlers.PageContext:
    """What the pages are made of: the settings, and what the server told us."""
    return handlers.PageContext(
        loader=notes,
        layout=settings.layout,
        notes_share=settings.notes_share,
        title=settings.title,
        restart_url=os.environ.get("RESTART_URL", ""),
        console_url=os.environ.get("CONSOLE_URL", ""),
        log=context.log,
        tell_page=context.tell_page,
        start_url=context.start_url,
        find_slides=find_slides,
        logo=settings.logo,
        stylesheet=settings.stylesheet,
        finished_message=settings.finished_message,
        tabs=settings.tabs,
        has_hand=context.hand is not None,
        has_files=has_files,
        live_reload=settings.live_reload,
        is_trusted=settings.trusted,
    )


def begin_download(
    settings: config.Dashboard, context: extensions.Context
) -> remote.RemoteLoader | None:
    """Begin to fetch the notes of `download_url`; None where there is none that can be used."""
    if not settings.download_url:
        return None
    try:
        source = remote.parse_source(settings.download_url)
    except remote.RemoteError as error:
        context.log.error("%s", error)
        return None
    if not source.ref and not source.digest:
        context.log.warning("DOWNLOAD_URL names no commit or digest: what it gives may change.")
    notes_loader = remote.RemoteLoader(
        find_cache(settings.download_url),
        settings.workshop_file,
        **_values(settings, context.prefix),
        is_trusted=settings.trusted,
    )
    notes_loader.begin(source)
    return notes_loader


def find_cache(url: str) -> Path:
    """Return the folder that the notes of `url` are kept in, below the home folder."""
    home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return home / "workshop-notes" / hashlib.sha256(url.encode()).hexdigest()[:16]


def make_loader(settings: config.Dashboard, prefix: str) -> loader.Loader | None:
    """Return the loader that the settings name, None where there are no notes."""
    if not settings.notes_dir:
        return None
    folder = Path(settings.notes_dir).expanduser()
    return loader.Loader(
        folder,
        settings.workshop_file,
        **_values(settings, prefix),
        is_trusted=settings.trusted,
    )


def _values(settings: config.Dashboard, prefix: str) -> dict[str, Mapping[str, str]]:
    """Return what gives the notes' variables their values."""
    return {
        "builtin": values.make_builtin(os.environ, prefix),
        "fixed": settings.variables,
        "environment": values.named_environment(os.environ),
    }
