"""What of a failed request is logged, and what the person sees.

Logged is its path and never its query, which may hold a login's code, a socket's ticket or a token;
tornado logs the whole address of what fails. `LogsNoQuery` is the base of everything that is
served, beside the class of tornado or JupyterHub.
"""

from __future__ import annotations

import logging
import types
from typing import Any, cast

from tornado import escape, httputil, web

log = logging.getLogger(__name__)


class LogsNoQuery:
    """A mixin before a `RequestHandler`."""

    request: httputil.HTTPServerRequest

    def log_exception(
        self,
        typ: type[BaseException] | None,
        value: BaseException | None,
        tb: types.TracebackType | None,
    ) -> None:
        """Replace tornado's."""
        path = f"{self.request.method} {self.request.path:.200}"
        if not isinstance(value, web.HTTPError):
            trouble = cast(Any, (typ, value, tb))
            log.error("Uncaught error at %s", path, exc_info=trouble)
        elif value.log_message:
            message = f"%d %s: {value.log_message}"
            log.warning(message, value.status_code, path, *value.args)


HEADINGS = {
    400: "This address is not right",
    403: "This is not allowed",
    404: "There is nothing here",
    502: "No answer from your program",
    503: "Not just now",
    504: "No answer from your program",
}
_PAGE = """<!DOCTYPE html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{heading}</title>
<style>
  :root {{ color-scheme: light dark; font: 16px/1.6 system-ui, sans-serif; }}
  html {{ color: CanvasText; background: Canvas; }}
  body {{ max-width: 38rem; margin: 15vh auto; padding: 0 1.5rem; }}
  h1 {{ font-size: 1.5rem; }}
  a {{ margin-right: 1.5rem; }}
  small {{ opacity: 0.75; }}
</style>
<main>
<h1>{heading}</h1>
<p>{sentence}</p>
<p>{again}<a href="{home}">Go to the terminal</a></p>
<p><small>Error {status}</small></p>
</main>
</html>
"""


def render_page(status: int, sentence: str, home: str, *, again: bool = True) -> str:
    """Render the page that a person sees when something went wrong.

    `home` is the path of this server. `again` offers the same address once more, where that can be
    of use.
    """
    heading = HEADINGS.get(status, "That did not work")
    useful = again and status not in (400, 404)
    return _PAGE.format(
        heading=escape.xhtml_escape(heading),
        sentence=escape.xhtml_escape(sentence),
        again='<a href="">Try again</a>' if useful else "",
        home=escape.xhtml_escape(home),
        status=status,
    )
