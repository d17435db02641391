"""The instructor's page: one template, a script and a stylesheet, all of them our own.

Live data come from `api.py`. Only who may see some session gets the page.
"""

from __future__ import annotations

from pathlib import Path

from tornado.web import HTTPError, RequestHandler, authenticated

from workshop_culler.rules import permissions
from workshop_culler.service.base_handlers import PageHandler

HERE = Path(__file__).parents[1]
TEMPLATES = HERE / "templates"
STATIC = HERE / "static"


class InstructorPage(PageHandler):
    """`GET /services/workshop-culler/`."""

    @authenticated
    async def get(self) -> None:
        """The page, for those who may see some session."""
        if self.person is None or not permissions.sees_anything(self.person):
            raise HTTPError(403)
        self.render(
            "instructor_page.html",
            person=self.person,
            may_announce=permissions.may_announce(self.person),
            may_prestart=permissions.may_prestart(self.person),
            may_stop=permissions.stops_anything(self.person),
            prefix=self.settings["prefix"],
            hub_prefix=self.hub_auth.hub_prefix,
            xsrf=self.xsrf_token.decode(),
        )


class WithSlash(RequestHandler):
    """The prefix without its slash leads to the page."""

    def get(self) -> None:
        """Go there."""
        self.redirect(self.settings["prefix"])
