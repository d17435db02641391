"""The hub's own pages in a visitor's words, and in the look of the workshop's other pages."""

from __future__ import annotations

from pathlib import Path

from jinja2 import FileSystemLoader

from workshop_spawner.visitors.hub_objects import StartingHub

TEMPLATES = Path(__file__).parents[1] / "templates"


def show_pages(app: StartingHub) -> None:
    """Have the hub use our templates: after an administrator's own, before JupyterHub's. Once."""
    for loader in app.tornado_settings["jinja2_env"].loader.loaders:
        if isinstance(loader, FileSystemLoader) and str(TEMPLATES) not in loader.searchpath:
            loader.searchpath.insert(-1, str(TEMPLATES))


def offer_leaving(app: StartingHub, url: str) -> None:
    """Tell all pages where a visitor leaves by a POST, so that a queue has a way out."""
    names = app.tornado_settings["template_vars"]
    app.tornado_settings["template_vars"] = {"workshop_leave_url": url, **names}
