"""The OAuth server put together: its pages, and what it adds to the cluster's behaviours.

`pocket_openshift.server` serves what `make_app` makes on a TLS port of its own.
"""

from __future__ import annotations

import tornado.web

from pocket_openshift.core.control_plane import ControlPlane
from pocket_openshift.oauth import (
    checks,
    expiry,
    flow,
    forms,
    handlers,
    own_objects,
    server,
    token_pages,
)

ROUTES: tuple[tuple[str, type[handlers.Handler]], ...] = (
    (r"/oauth/authorize", flow.Authorize),
    (r"/oauth/authorize/approve", forms.Approve),
    (r"/oauth/token", flow.Token),
    (r"/oauth/token/request", token_pages.Request),
    (r"/oauth/token/display", token_pages.Display),
    (r"/login", forms.Login),
    (r"/logout", forms.Logout),
    (r"/\.well-known/oauth-authorization-server", handlers.WellKnown),
    (r"/healthz", handlers.Health),
    (r"/", handlers.Front),
)

BEHAVIOURS = (
    server.OAuthServer,
    own_objects.Users,
    own_objects.OwnTokens,
    expiry.Ends,
    checks.Checks,
)


def server_of(plane: ControlPlane) -> server.OAuthServer:
    """The OAuth server of a cluster. Raises LookupError when it was made without one."""
    for behaviour in plane.behaviours:
        if isinstance(behaviour, server.OAuthServer):
            return behaviour
    raise LookupError("this cluster was made without an OAuth server")


def make_app(plane: ControlPlane) -> tornado.web.Application:
    """The pages of a cluster's OAuth server; serve them over TLS only."""
    behind = server_of(plane)
    return tornado.web.Application(
        [(path, handler, {"server": behind}) for path, handler in ROUTES],
        default_handler_class=handlers.Missing,
        default_handler_args={"server": behind},
        log_function=lambda handler: None,  # addresses hold codes
    )
