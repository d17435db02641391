"""The OAuth server put together: its pages, and what it adds to the cluster's behaviours.

`pocket_openshift.server` serves what `make_app` makes on a TLS port of its own.
"""

from __future__ import annotations

from aiohttp import web

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
    ("/oauth/authorize", flow.Authorize),
    ("/oauth/authorize/approve", forms.Approve),
    ("/oauth/token", flow.Token),
    ("/oauth/token/request", token_pages.Request),
    ("/oauth/token/display", token_pages.Display),
    ("/login", forms.Login),
    ("/logout", forms.Logout),
    ("/.well-known/oauth-authorization-server", handlers.WellKnown),
    ("/healthz", handlers.Health),
    ("/", handlers.Front),
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


def make_app(plane: ControlPlane) -> web.Application:
    """The pages of a cluster's OAuth server; serve them over TLS only."""
    app = web.Application(middlewares=[handlers.serve], client_max_size=handlers.MAX_FORM)
    app[handlers.SERVER] = server_of(plane)
    app.add_routes([web.view(path, handler) for path, handler in ROUTES])
    app.on_response_prepare.append(_remove_server)
    return app


async def _remove_server(_: web.Request, response: web.StreamResponse) -> None:
    """Say nothing of what serves the pages, which aiohttp would."""
    response.headers.popall("Server", None)
