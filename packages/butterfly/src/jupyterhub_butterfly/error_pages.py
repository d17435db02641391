"""What of a failed request is logged, and what the person sees.

Logged is its path and never its query, which may hold a login's code, a socket's ticket or a token;
tornado logs the whole address of what fails. `LogsNoQuery` is the base of everything that is
served, beside the class of tornado or JupyterHub.
"""

from __future__ import annotations

import logging
import types
from typing import Any, cast

from tornado import httputil, web

from jupyterhub_butterfly import rendering

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


def render_page(status: int, sentence: str, home: str, *, again: bool = True) -> str:
    """Render the page that a person sees when something went wrong.

    `home` is the path of this server. `again` offers the same address once more, where that can be
    of use.
    """
    return rendering.render(
        "error.html",
        heading=HEADINGS.get(status, "That did not work"),
        sentence=sentence,
        again=again and status not in (400, 404),
        home=home,
        status=status,
        tokens=rendering.read_tokens(),
    )
