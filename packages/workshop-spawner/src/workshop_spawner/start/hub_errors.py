"""Our errors as JupyterHub shows them: the visitor reads the cause, the log has the object."""

from __future__ import annotations

import asyncio
import html
from collections.abc import MutableMapping
from typing import Any

from jupyterhub import spawner as hub_spawner
from tornado import web

from workshop_kube.errors import KubeError
from workshop_spawner.model.errors import (
    ForbiddenError,
    FullError,
    PolicyError,
    TemporaryError,
    WorkshopError,
)
from workshop_spawner.rules import capacity
from workshop_spawner.rules.api_errors import explain


def make_spawn_error(failure: WorkshopError | KubeError, home: str = "") -> web.HTTPError:
    """The exception that JupyterHub turns into the page of a failed start.

    `home` is the hub's namespace, in which quotas are on the number of sessions.

    JupyterHub 6 has a type for it, which neither fills the log with a traceback nor counts towards
    `consecutive_failure_limit`. Both 5 and 6 show the visitor the attribute `jupyterhub_message`
    on the progress page, where 6 would otherwise show the text for the log.
    """
    error = explain(failure, home)
    reason, status = find_reason(error)
    made_for_it: Any = getattr(hub_spawner, "SpawnException", None)
    refusal: Any
    if made_for_it is not None:
        refusal = made_for_it(
            error.message, reason=reason, log_message=error.detail, status_code=status
        )
    else:
        refusal = web.HTTPError(status, "%s", error.detail)
    if status == 429:
        refusal.headers = {"Retry-After": f"{capacity.ASK_AGAIN}"}
    refusal.jupyterhub_message = error.message
    refusal.jupyterhub_html_message = html.escape(error.message)
    refusal.workshop_session = True  # which page our templates show
    return refusal


def spare_failure_count(settings: MutableMapping[str, Any]) -> None:
    """Have JupyterHub 5 not count the failure that it is about to be told of.

    It counts all, and ends itself after `consecutive_failure_limit` of them, also when the cluster
    is away or full; 6 knows such failures by the type of `make_spawn_error`.
    """
    if not hasattr(hub_spawner, "SpawnException"):
        settings["failure_count"] = settings.get("failure_count", 0) - 1


def make_failed_start(error: WorkshopError) -> asyncio.Future[Any]:
    """A start that has failed, for JupyterHub to show why a session has ended.

    It keeps a spawner whose last start failed, and its page with the cause and a button, until the
    next start; without that it would only say that nothing runs.
    """
    shown: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
    shown.set_exception(make_spawn_error(error))
    shown.exception()  # somebody has looked: asyncio need not warn
    return shown


def find_reason(failure: WorkshopError | KubeError) -> tuple[str, int]:
    """The label of the hub's metric, and the status of the page."""
    error = explain(failure)
    if isinstance(error, FullError):
        return "capacity", 429
    if isinstance(error, TemporaryError):
        return "cluster", 503
    if isinstance(error, ForbiddenError):
        return "rights", 403
    if isinstance(error, PolicyError):
        return "policy", 500
    return "session", 500  # whoever made the workshop can mend it, not the visitor
