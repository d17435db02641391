"""What of a failed request is logged: its path, and never its query.

A query may hold a login's code, a socket's ticket or a token; tornado logs the whole address of
what fails. The base of everything that is served, beside the class of tornado or JupyterHub.
"""

from __future__ import annotations

import logging
import types
import typing

from tornado import httputil, web

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
            trouble = typing.cast(typing.Any, (typ, value, tb))
            log.error("Uncaught error at %s", path, exc_info=trouble)
        elif value.log_message:
            message = f"%d %s: {value.log_message}"
            log.warning(message, value.status_code, path, *value.args)
