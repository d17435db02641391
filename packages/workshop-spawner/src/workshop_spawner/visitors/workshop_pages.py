"""The pages of a hub that offers several workshops: all of them, each, and how one is started.

They are added to any hub, whatever its authenticator. A GET starts nothing; the POST of a page goes
the way that JupyterHub's own form goes, and the spawner looks at everything once more.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from jupyterhub.handlers.base import BaseHandler
from jupyterhub.handlers.pages import SpawnHandler
from jupyterhub.scopes import needs_scope
from jupyterhub.utils import maybe_future, url_path_join
from tornado import web
from tornado.httputil import url_concat

from workshop_spawner.context import HubContext
from workshop_spawner.model.workshop import Workshop
from workshop_spawner.rules import visitor_identity
from workshop_spawner.rules.workshops import access, badge, catalogue, choice, details, parameters
from workshop_spawner.visitors import hub_objects
from workshop_spawner.visitors.handlers import VisitMixin
from workshop_spawner.visitors.hub_objects import StartingHub

# Before the names of a form's fields that are parameters of the workshop.
FIELD = "parameter-"
# The same of what is asked about the person.
ABOUT = "about-"
# Seconds in which a start that is refused is told on the page; what goes on has a page of its own.
A_MOMENT = 1.0
_NAME = r"([a-z0-9-]{1,40})"


def add_pages(app: StartingHub) -> None:
    """Add the pages to a hub that is about to serve; before its own page of a start."""
    pages: list[tuple[str, type]] = [
        (r"workshops/?", CatalogueHandler),
        (rf"workshops/{_NAME}", WorkshopHandler),
        (rf"workshops/{_NAME}/badge\.svg", BadgeHandler),
        (r"spawn", ChooseHandler),
        (r"spawn/([^/]+)", ChooseHandler),
        (r"spawn/([^/]+)/([^/]+)", ChooseHandler),
    ]
    made = [(url_path_join(app.hub_prefix, path), handler) for path, handler in pages]
    app.tornado_application.add_handlers(".*", made)


class WorkshopsMixin(VisitMixin):
    """Who asks, and what they may see."""

    @property
    def context(self) -> HubContext:
        """What the hub shares, the workshops among it."""
        return HubContext.of(self.settings)

    @property
    def person(self) -> access.Person:
        """Who asks, as the rules take them."""
        user = self.current_user
        if not user:
            return access.Person()
        groups = frozenset(group.name for group in getattr(user, "groups", ()))
        return access.Person(user.name, groups, bool(getattr(user, "admin", False)))

    @property
    def is_open_to_all(self) -> bool:
        """Whether who comes by may look before they log in, as login asks for nothing they have."""
        return bool(getattr(self.authenticator, "makes_visitors", False)) and not bool(
            getattr(self.authenticator, "access_code", "")
        )

    def send_to_login(self) -> bool:
        """Whether this page is shown after a login only; then the answer leads there."""
        if self.current_user or self.is_open_to_all:
            return False
        self.redirect(url_concat(self.settings["login_url"], {"next": self.request.uri}))
        return True

    def list_visible(self) -> list[Workshop]:
        """The workshops that they find."""
        return access.list_visible(self.context.workshops, self.person, datetime.now(UTC))

    def find_workshop(self, name: str) -> Workshop:
        """The workshop of this name if they may see it; else a 404 that tells nothing."""
        found = self.context.workshops.get(name)
        if found is None or not access.may_see(found, self.person, datetime.now(UTC)):
            raise web.HTTPError(404, access.NOT_HERE)
        return found

    def find_running(self) -> tuple[Any, str]:
        """Their server, if it runs, starts or stops, and the name of its workshop."""
        user = self.current_user
        spawner = user.spawners.get("") if user else None
        if spawner is None or not (spawner.active or spawner.pending):
            return None, ""
        return spawner, choice.read_name(spawner.user_options)

    def make_link(self, *parts: str) -> str:
        """A path of the hub's."""
        return str(url_path_join(self.hub.base_url, *parts))

    def find_session(self, spawner: Any) -> str:
        """Where a session is, or the page of its start."""
        user = self.current_user
        if spawner.ready:
            return str(user.server_url(""))
        return self.make_link("spawn-pending", user.escaped_name)


class CatalogueHandler(WorkshopsMixin):
    """`/hub/workshops`: all that this person may start, to search and to choose from."""

    def get(self) -> Any:
        """Show the page."""
        return None if self.send_to_login() else self._show()

    async def _show(self) -> None:
        self.set_header("Cache-Control", "no-store")
        said = (self.get_argument(name, "") for name in ("q", "tag", "difficulty"))
        search, visible = catalogue.make_search(*said), self.list_visible()
        shown, (spawner, running) = catalogue.find(visible, search), self.find_running()
        page = await self.render_template(
            "workshops.html",
            visible=visible,
            shown={one.name for one in shown},
            search=search,
            tags=catalogue.list_tags(visible),
            difficulties=catalogue.list_difficulties(visible),
            count=catalogue.render_count(shown, search),
            facts=catalogue.render_facts,
            text=catalogue.make_text,
            running=running,
            session_url=self.find_session(spawner) if spawner else "",
            problems=self.context.workshop_problems if self.person.is_admin else (),
            workshops_url=self.make_link("workshops"),
        )
        self.finish(page)


class WorkshopHandler(WorkshopsMixin, SpawnHandler):
    """`/hub/workshops/<name>`: what it is, and the button that starts it. Links lead here."""

    def get(self, name: str) -> Any:
        """Show the page, or go on to the session that they have of it."""
        return None if self.send_to_login() else self._get_page(name)

    async def _get_page(self, name: str) -> None:
        workshop = self.find_workshop(name)
        spawner, running = self.find_running()
        if spawner and running == name:
            self.redirect(self.find_session(spawner))
            return
        given = {key: self.get_query_argument(key) for key in self.request.query_arguments}
        given = {key: value for key, value in given.items() if key not in parameters.RESERVED}
        await self._show(workshop, given, self._find_problem(workshop, given))

    def _find_problem(self, workshop: Workshop, given: Mapping[str, str]) -> str:
        """What is wrong with a link; that something is missing is asked for by the page."""
        wanted = {one.name: "" for one in workshop.parameters if one.default is None}
        sample = {name: parameters.make_sample(workshop)[name] for name in wanted}
        try:
            parameters.parse_values(workshop, {**sample, **given})
        except parameters.ParameterError as error:
            return str(error)
        return ""

    async def _show(
        self, workshop: Workshop, given: Mapping[str, str], problem: str = "", status: int = 200
    ) -> None:
        """The page, with what was given filled in where it is declared."""
        self.set_header("Cache-Control", "no-store")
        self.set_status(status)
        spawner, running = self.find_running()
        url = f"{self.request.protocol}://{self.request.host}" + self.make_link(
            "workshops", workshop.name
        )
        other = self.context.workshops.get(running)
        page = await self.render_template(
            "workshop.html",
            workshop=workshop,
            facts=catalogue.render_facts(workshop),
            given={name: value[:1000] for name, value in given.items()},
            problem=problem,
            other=(other.title if other else "something else") if spawner else "",
            session_url=self.find_session(spawner) if spawner else "",
            is_visitor=bool(getattr(self.authenticator, "makes_visitors", False)),
            auto_start=self._may_start_itself(workshop, problem, spawner),
            options_form=await self._make_options_form(),
            snippets=badge.make_snippets(workshop.title, url),
            field=FIELD,
            about=ABOUT,
            told=self._read_fields(ABOUT),
            notice=details.render_notice(workshop),
            titles=details.TITLES,
            workshops_url=self.make_link("workshops"),
            restart_url=self.make_link("restart"),
            here=self.request.uri,
        )
        self.finish(page)

    def _may_start_itself(self, workshop: Workshop, problem: str, spawner: Any) -> bool:
        """Whether the page presses its button, as the login page of visitors does."""
        asks = (
            workshop.access_code
            or workshop.details
            or any(one.default is None for one in workshop.parameters)
        )
        wanted = bool(getattr(self.authenticator, "auto_start", False))
        return wanted and bool(self.current_user) and not (asks or problem or spawner)

    async def _make_options_form(self) -> str:
        """The choice of a profile, where the hub has profiles."""
        if not self.current_user:
            return ""
        spawner = hub_objects.open_spawner(self.current_user)
        spawner.handler = self
        return str(await spawner.get_options_form() or "")

    def post(self, name: str) -> Any:
        """Start a session of it, or end the one that is in the way."""
        if not self.current_user:
            raise web.HTTPError(403, "Log in first.")
        return self._start(user_name=self.current_user.name, server_name="", workshop_name=name)

    @needs_scope("servers")
    async def _start(self, user_name: str, server_name: str, workshop_name: str) -> None:
        workshop = self.find_workshop(workshop_name)
        spawner, running = self.find_running()
        if spawner and running == workshop.name:
            self.redirect(self.find_session(spawner))
        elif spawner:
            await self._end_other(workshop, spawner)
        else:
            await self._start_session(workshop)

    async def _end_other(self, workshop: Workshop, spawner: Any) -> None:
        """End the session of another workshop where that is meant; then show the page."""
        if self.get_body_argument("end", "") and spawner.ready:
            await self.stop_single_user(self.current_user, "")
        self.redirect(self.make_link("workshops", workshop.name))

    async def _start_session(self, workshop: Workshop) -> None:
        sent, told = self._read_fields(FIELD), self._read_fields(ABOUT)
        if problem := self._problem_with_code(workshop):
            await self._show(workshop, sent, problem, 403)
            return
        try:
            chosen = choice.make_choice(workshop, sent, told)
        except choice.RefusedError as error:
            await self._show(workshop, sent, str(error), 400)
            return
        await self._spawn(chosen)

    def _read_fields(self, prefix: str) -> dict[str, str]:
        """The fields of the form whose names begin so, by the rest of their names."""
        sent = [key for key in self.request.body_arguments if key.startswith(prefix)]
        return {key.removeprefix(prefix): self.get_body_argument(key, "") for key in sent}

    async def _spawn(self, chosen: choice.Choice) -> None:
        """Start it the way that JupyterHub's own form does."""
        user, key = self.current_user, self.settings["cookie_secret"]
        spawner = hub_objects.open_spawner(user)
        options = await self._read_options(spawner)
        options |= choice.make_options(chosen, self.person, key, with_code=True)
        hub_objects.allow_start(spawner)
        starting = asyncio.ensure_future(self.spawn_single_user(user, options=options))
        await asyncio.wait([starting], timeout=A_MOMENT)
        if starting.done() and (error := starting.exception()):
            raise error
        self.redirect(self.make_link("spawn-pending", user.escaped_name))

    async def _read_options(self, spawner: Any) -> dict[str, Any]:
        """What the form of the hub's profiles says, where there is one."""
        if not await spawner.get_options_form():
            return {}
        form = {
            key: self.get_body_arguments(key)
            for key in self.request.body_arguments
            if key not in ("_xsrf", "code", "end") and not key.startswith((FIELD, ABOUT))
        }
        return dict(await maybe_future(spawner.run_options_from_form(form)))

    def _problem_with_code(self, workshop: Workshop) -> str | None:
        """What is wrong with the access code, as a sentence; HTTP 429 after too many wrong ones."""
        if not workshop.access_code:
            return None
        guesses = self.context.guesses
        is_visitor = getattr(self.authenticator, "makes_visitors", False)
        who = self.find_address() if is_visitor else f"user {self.person.name}"
        if guesses.wait_for(who, time.monotonic()):
            raise web.HTTPError(429, "Too many wrong access codes. Please wait ten minutes.")
        if visitor_identity.is_right_code(workshop.access_code, self.get_body_argument("code", "")):
            return None
        guesses.count_try(who, time.monotonic())
        self.log.warning("Wrong access code of workshop %s from %.64r", workshop.name, who)
        return "This is not the access code. Please look at it again."

    def render_template(self, name: str, **ns: Any) -> Any:
        """Whoever has to wait for a place need not fill in the page again."""
        if name == "429.html" and self.request.method == "POST":
            keys = [key for key in self.request.body_arguments if key != "_xsrf"]
            ns |= {"sent": {key: self.get_body_argument(key)[:2000] for key in keys}}
            ns["waits_for_place"] = True
        return BaseHandler.render_template(self, name, **ns)


class BadgeHandler(WorkshopsMixin):
    """`/hub/workshops/<name>/badge.svg`: for other pages, so it knows nobody."""

    def get(self, name: str) -> None:
        """Draw it, for a workshop that is for everybody and open."""
        found, nobody = self.context.workshops.get(name), access.Person()
        if found is None or not access.may_see(found, nobody, datetime.now(UTC)):
            raise web.HTTPError(404, access.NOT_HERE)
        self.set_header("Content-Type", "image/svg+xml")
        self.set_header("Content-Security-Policy", "default-src 'none'")
        self.set_header("Cache-Control", "public, max-age=300")
        self.finish(badge.render_badge(found.title))


class ChooseHandler(WorkshopsMixin, SpawnHandler):
    """JupyterHub's page of a start: whoever has nothing that runs chooses a workshop first."""

    @web.authenticated
    def get(self, user_name: str | None = None, server_name: str = "") -> Any:
        """Lead to the workshop of the last time, or to all of them; else as JupyterHub does."""
        user = self.current_user
        spawner, _ = self.find_running()
        if user_name not in (None, user.name) or server_name or spawner:
            return super().get(user_name, server_name)
        last = user.spawners.get("")
        name = choice.read_name(last.user_options) if last else ""
        visible = {one.name for one in self.list_visible()}
        self.redirect(self.make_link("workshops", *([name] if name in visible else [])))
        return None
