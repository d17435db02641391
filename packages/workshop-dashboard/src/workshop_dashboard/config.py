"""The settings of the dashboard, as traits that an admin sets in the terminal's configuration."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import traitlets
from traitlets.config import Configurable

from workshop_dashboard import loader
from workshop_dashboard.rules.panels import LAYOUTS, SMALLEST_SHARE, problem_with_tab

# Where the original and its images kept notes, in its order; the first is below the home folder.
NOTES_PLACES = (
    "workshop",
    "/opt/app-root/src/workshop",
    "/opt/app-root/workshop",
    "/opt/workshop/workshop",
    "/opt/workshop",
)
# The images of this project have the server itself there, with files that are no notes.
PLATFORM = Path("/opt/workshop")


# Called for values and for defaults from the environment, which traitlets does not validate.
def check_workshop_file(name: str) -> str:
    """Return `name` if it is a file below the notes' folder, else raise `TraitError`."""
    if name.startswith("/") or ".." in Path(name).parts:
        message = f"Dashboard.workshop_file must be a file below notes_dir, not {name!r}."
        raise traitlets.TraitError(message)
    return name


def has_notes(place: Path) -> bool:
    """Whether a place holds pages; beside the server's own files only a folder for notes counts."""
    folders = (place / name for name in loader.CONTENT_FOLDERS)
    if place == PLATFORM and not any(folder.is_dir() for folder in folders):
        return False
    return loader.has_pages(place)


def check_layout(name: str) -> str:
    """Return `name` if it is a layout, else raise `TraitError`."""
    if name not in LAYOUTS:
        message = f"Dashboard.layout must be one of {', '.join(LAYOUTS)}, not {name!r}."
        raise traitlets.TraitError(message)
    return name


class Dashboard(Configurable):
    """Workshop notes and terminals side by side in one page of the terminal's server."""

    notes_dir = traitlets.Unicode(
        help="""
        Folder that holds the notes: Markdown pages, and `workshop.yaml` if there is one.

        A path. Default: the first of these that holds a page: the environment variables
        `WORKSHOP_FOLDER` and `WORKSHOP_DIR`, `workshop` in the home folder,
        `/opt/app-root/src/workshop`, `/opt/app-root/workshop`, `/opt/workshop/workshop`,
        `/opt/workshop` (there only in a folder `content`); else empty: no notes, and the server
        opens the plain terminal.

        Set it when the notes lie elsewhere in your image.

        Example: `c.Dashboard.notes_dir = "/srv/workshop"`
        """
    ).tag(config=True)

    @traitlets.default("notes_dir")
    def _default_notes_dir(self) -> str:
        given = [os.environ.get("WORKSHOP_FOLDER"), os.environ.get("WORKSHOP_DIR")]
        home = Path(os.environ.get("HOME", "/"))
        places = (home / place for place in (*filter(None, given), *NOTES_PLACES))
        return str(next((place for place in places if has_notes(place)), ""))

    download_url = traitlets.Unicode(
        help="""
        Where the notes are fetched from when the session starts, in place of `notes_dir`.

        An address: `https://.../repository.git#REF:FOLDER`, an archive `https://.../notes.tar.gz`
        with `#sha256=...` behind it, or a folder of files with a `workshop.yaml`. Default: the
        environment variable `DOWNLOAD_URL`, else empty.

        Set it to give notes without building an image. Name a commit or a digest, so that
        everybody gets the same; nothing that is fetched is run by this server.

        Example: `c.Dashboard.download_url = "https://git.example.com/boats.git#v1:workshop"`
        """
    ).tag(config=True)

    @traitlets.default("download_url")
    def _default_download_url(self) -> str:
        return os.environ.get("DOWNLOAD_URL", "")

    workshop_file = traitlets.Unicode(
        help="""
        Name of the file that says which pages belong to the workshop and in which order.

        A file name below `notes_dir`. Default: the environment variable `WORKSHOP_FILE`, else
        empty: `workshop.yaml` if it exists.

        Set it to give one of several variants of the same notes.

        Example: `c.Dashboard.workshop_file = "workshop-short.yaml"`
        """
    ).tag(config=True)

    @traitlets.default("workshop_file")
    def _default_workshop_file(self) -> str:
        return check_workshop_file(os.environ.get("WORKSHOP_FILE", ""))

    @traitlets.validate("workshop_file")
    def _check_workshop_file(self, proposal: Any) -> str:
        return check_workshop_file(str(proposal["value"]))

    layout = traitlets.Unicode(
        help="""
        Which terminals the page has with the notes.

        One of `default` (one terminal), `split` (two, 60% and 40% of the height), `split/2`
        (three: 50%, 25%, 25%), `lower` (two: 70% and 30%), `none` (notes alone). Default: `none`
        if the environment variable `WORKSHOP_ONLY` is `true`, else that of `TERMINAL_TAB`, else
        `default`. A page that runs something in a
        terminal which is not there opens it.

        Set it when your exercises keep a second shell at hand.

        Example: `c.Dashboard.layout = "split"`
        """
    ).tag(config=True)

    @traitlets.default("layout")
    def _default_layout(self) -> str:
        if os.environ.get("WORKSHOP_ONLY", "").lower() in ("true", "1", "yes"):
            return "none"
        return check_layout(os.environ.get("TERMINAL_TAB") or "default")

    @traitlets.validate("layout")
    def _check_layout(self, proposal: Any) -> str:
        return check_layout(str(proposal["value"]))

    tabs = traitlets.Dict(
        key_trait=traitlets.Unicode(),
        value_trait=traitlets.Unicode(),
        help="""
        Tabs of the work area beside the terminals and the console, by the name that they show.

        A port of the session, a path of this site, or an address of the web; at most 12. Default:
        none. Those of the workshop's own files (`dashboards`) follow these.

        Set it for a program of the session, or a page, that people look at again and again.

        Example: `c.Dashboard.tabs = {"My app": "8080", "Docs": "https://docs.example.com"}`
        """,
    ).tag(config=True)

    @traitlets.validate("tabs")
    def _check_tabs(self, proposal: Any) -> dict[str, str]:
        for name, address in proposal["value"].items():
            if problem := problem_with_tab(name, address):
                raise traitlets.TraitError(f"Dashboard.tabs: {problem}")
        return dict(proposal["value"])

    notes_share = traitlets.Int(
        40,
        min=SMALLEST_SHARE,
        max=100 - SMALLEST_SHARE,
        help="""
        Width of the notes when the page is first opened; everybody may drag the divider.

        In percent of the page's width, from 15 to 85. Default: 40.

        Raise it for notes with wide pictures, lower it for programs that need wide terminals.

        Example: `c.Dashboard.notes_share = 35`
        """,
    ).tag(config=True)

    title = traitlets.Unicode(
        help="""
        Name of the workshop, shown at the top of the page.

        Text. Default: empty, which takes `name` of workshop.yaml or the first page's title.

        Set it when one set of notes is given under several names.

        Example: `c.Dashboard.title = "Kubernetes in an afternoon"`
        """
    ).tag(config=True)

    slides_dir = traitlets.Unicode(
        help="""
        Folder with slides for the work area's tab: an `index.html` for reveal.js, or `slides.md`.

        A path. Default: the environment variable `SLIDES_DIR`, else `slides` or `workshop/slides`
        in the folder of the notes, if there.

        Set it when the slides lie elsewhere in your image.

        Example: `c.Dashboard.slides_dir = "/srv/slides"`
        """
    ).tag(config=True)

    @traitlets.default("slides_dir")
    def _default_slides_dir(self) -> str:
        return os.environ.get("SLIDES_DIR", "")

    finished_message = traitlets.Unicode(
        help="""
        What the button at the end of the last page says, in a dialog with the ways on.

        Text, or simple HTML. Default: the environment variable `FINISHED_MSG`, else empty, which
        says "Well done!". A page with an `ExitLink` leads there instead.

        Set it to say what people should do next: fill in a form, come to a talk.

        Example: `c.Dashboard.finished_message = '<a href="https://example.com">Tell us more</a>'`
        """
    ).tag(config=True)

    @traitlets.default("finished_message")
    def _default_finished_message(self) -> str:
        return os.environ.get("FINISHED_MSG", "")

    logo = traitlets.Unicode(
        help="""
        Picture at the top of the page, before the workshop's name.

        A file of the notes, or an address that begins with `https://`. Default: `logo.svg` or
        `logo.png` beside the pages, if there.

        Set it to show whose workshop it is; it is at most 28 pixels high, on a dark bar.

        Example: `c.Dashboard.logo = "images/company.svg"`
        """
    ).tag(config=True)

    stylesheet = traitlets.Unicode(
        help="""
        Styles of the workshop's own, read after those of the page.

        A file of the notes. Default: `theme.css` beside the pages, if there.

        Set it for colours and type: `:root { --bar: #401020; --button: #a02040 }` changes the
        bar and the buttons.

        Example: `c.Dashboard.stylesheet = "company.css"`
        """
    ).tag(config=True)

    variables = traitlets.Dict(
        key_trait=traitlets.Unicode(),
        value_trait=traitlets.Unicode(),
        help="""
        Values for variables of the notes, written there as `%name%` or `{{ name }}`.

        Names and texts. Default: none. They go before the environment, before `vars` of the
        workshop's files and before the variables that every workshop has.

        Set it for what only the place knows where the workshop is given.

        Example: `c.Dashboard.variables = {"registry": "registry.example.com"}`
        """,
    ).tag(config=True)

    open_first = traitlets.Bool(
        True,
        help="""
        Whether the server opens with this page rather than with the plain terminal.

        True or False. Default: True. Without notes it always opens with the terminal.

        Set it to False to keep the terminal first and the notes at `dashboard/`.

        Example: `c.Dashboard.open_first = False`
        """,
    ).tag(config=True)

    trusted = traitlets.Bool(
        False,
        help="""
        Whether scripts, frames, styles and forms that the notes bring along may act in the page.

        True or False. Default: False: they are taken out, and `workshop-notes check` says so.

        Set it for notes whose authors you trust as you trust this server: a script of theirs can
        do in the session whatever its user can.

        Example: `c.Dashboard.trusted = True`
        """,
    ).tag(config=True)

    live_reload = traitlets.Bool(
        False,
        help="""
        Whether a page reloads itself when its notes change on the disk.

        True or False. Default: False. Each open page asks the server all the time.

        Set it while you write notes; `workshop-notes serve` does.

        Example: `c.Dashboard.live_reload = True`
        """,
    ).tag(config=True)
