"""`/hub/api/workshop/prestart`: hold anonymous places ready ahead of a class.

A part of the hub's own REST API, with its tokens and scopes; the culler's pages and programs ask
here. It takes `servers` (from JupyterHub 6 on `start:servers`) for everybody, without a filter.
"""

from __future__ import annotations

import json
from typing import Any

from jupyterhub.apihandlers.base import APIHandler
from jupyterhub.scopes import Scope
from jupyterhub.utils import url_path_join
from tornado.web import HTTPError

from workshop_spawner.context import HubContext, Places
from workshop_spawner.model.errors import PermanentError, TemporaryError
from workshop_spawner.rules.reserve.prestart import PrestartError
from workshop_spawner.visitors.hub_objects import StartingHub

SCOPES = ("servers", "start:servers")
MOST_BYTES = 16 * 1024
NOT_YET = "The hub has just started and does not know yet what it holds; try again in a minute."


class PrestartHandler(APIHandler):
    """`GET`: how far it is; `PUT {places, pods, begins, until}`: hold them; `DELETE`: none."""

    def initialize(self, context: HubContext) -> None:
        """Take the hub's context: the handlers' settings are a copy, made before there is one."""
        super().initialize()
        self.context = context

    async def prepare(self) -> None:
        """Let in only who may start everybody's servers."""
        await super().prepare()
        if not any(self.parsed_scopes.get(scope) == Scope.ALL for scope in SCOPES):
            raise HTTPError(403, "This takes a token with the scope servers, for all users.")

    async def get(self) -> None:
        """Tell what is held, how far it is and why it is not all."""
        self._answer(self._places.describe())

    async def put(self) -> None:
        """Hold places; sent again it changes nothing."""
        if len(self.request.body) > MOST_BYTES:
            raise HTTPError(413, "The body is too long.")
        try:
            self._answer(await self._places.ask(self.get_json_body()))
        except PrestartError as error:
            raise HTTPError(400, str(error)) from error
        except PermanentError as error:
            raise HTTPError(409, error.message) from error
        except TemporaryError as error:
            raise HTTPError(503, error.message) from error

    async def delete(self) -> None:
        """Hold none any more, but those that are always held."""
        try:
            self._answer(await self._places.cancel())
        except TemporaryError as error:
            raise HTTPError(503, error.message) from error

    @property
    def _places(self) -> Places:
        places = self.context.places
        if places is None:
            raise HTTPError(503, NOT_YET)
        return places

    def _answer(self, model: dict[str, Any]) -> None:
        self.finish(json.dumps(model))


def add_handlers(app: StartingHub) -> None:
    """Serve it beside the hub's own API."""
    path = url_path_join(app.hub_prefix, "api", "workshop", "prestart")
    context = HubContext.of(app.tornado_settings)
    app.tornado_application.add_handlers(".*$", [(path, PrestartHandler, {"context": context})])
