"""AsciiDoc as HTML: asciidoctor.js in an embedded JavaScript engine.

The engine (QuickJS, from the extra `[asciidoc]`) has no files, no network and no clock of its own;
it is bounded in time and memory, and made when the first AsciiDoc page is asked for. `convert`
blocks; while it runs, other threads do too.
"""

from __future__ import annotations

import functools
import importlib.resources
import json
import threading
from typing import TYPE_CHECKING

from workshop_dashboard.rules.asciidoc import AsciiDocError, Source

if TYPE_CHECKING:
    import quickjs

MEMORY_BYTES = 192 * 1024 * 1024
STACK_BYTES = 2 * 1024 * 1024
SECONDS = 10  # of processor time, for one page
KEPT_PAGES = 128

MISSING = (
    "This page is AsciiDoc, and the converter is not installed: "
    "pip install 'jupyterhub-workshop-dashboard[asciidoc]'."
)
# What the library looks for at its start in a browser.
BROWSER = """
var window = globalThis, self = globalThis;
var console = { log() {}, info() {}, warn() {}, error() {}, debug() {} };
"""


class Engine:
    """One JavaScript context; used by one thread at a time."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._context: quickjs.Context | None = None

    def convert(self, source: Source) -> str:
        """Convert one page. Raises `AsciiDocError`; the next page begins with a fresh context."""
        request = {
            "text": source.text,
            "folder": source.folder,
            "attributes": dict(source.attributes),
            "files": dict(source.files),
        }
        with self._lock:
            context = self._context or _make_context()
            self._context = None  # until it has answered
            try:
                answer = context.get("convert")(json.dumps(request))
            except Exception as error:  # the library's own class, and whatever the text provokes
                raise AsciiDocError(_sentence(error)) from error
            self._context = context
        return str(answer)


@functools.lru_cache(maxsize=KEPT_PAGES)
def convert(source: Source) -> str:
    """Return the page as HTML, which is not safe yet. Raises `AsciiDocError`."""
    return _engine().convert(source)


def read_library() -> str | None:
    """Return the text of asciidoctor.js, None where the package was built without it."""
    file = importlib.resources.files("workshop_dashboard") / "asciidoctor" / "asciidoctor.min.js"
    return file.read_text("utf-8") if file.is_file() else None


@functools.cache
def _engine() -> Engine:
    return Engine()


def _make_context() -> quickjs.Context:
    try:
        import quickjs  # with the first AsciiDoc page
    except ImportError as error:
        raise AsciiDocError(MISSING) from error
    library = read_library()
    if library is None:
        raise AsciiDocError("This package was built without asciidoctor.js: install a release.")
    driver = importlib.resources.files("workshop_dashboard") / "asciidoctor" / "driver.js"
    context = quickjs.Context()
    context.set_memory_limit(MEMORY_BYTES)
    context.set_max_stack_size(STACK_BYTES)
    for text in (BROWSER, library, driver.read_text("utf-8")):
        context.eval(text)
    context.set_time_limit(SECONDS)
    return context


def _sentence(error: Exception) -> str:
    words = str(error).strip().partition("\n")[0]
    if "interrupted" in words:
        return f"This AsciiDoc page takes more than {SECONDS} s to convert: make it simpler."
    if "out of memory" in words or words in ("", "null"):  # no room is left to say so
        return "This AsciiDoc page needs too much memory to convert: make it simpler."
    return f"This AsciiDoc page cannot be converted: {words}."
