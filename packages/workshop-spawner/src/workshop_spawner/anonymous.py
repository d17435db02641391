"""AnonymousAuthenticator, the class that JupyterHub loads: drop-in visitors without accounts.

Traits and hooks. The pages are in visitors/handlers.py, the rules in rules/.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from jinja2 import FileSystemLoader
from jupyterhub.auth import Authenticator
from traitlets import Bool, Instance, Integer, TraitError, Unicode, default, observe, validate
from traitlets.utils.bunch import Bunch

from workshop_kube.rules import unknown_settings
from workshop_spawner.context import HubContext
from workshop_spawner.hub_tasks import startup
from workshop_spawner.rules import visitor_identity
from workshop_spawner.rules.rate_limit import RateLimit
from workshop_spawner.spawner import WorkshopSpawner
from workshop_spawner.visitors import cleanup, handlers, proxy_mark, proxy_pages
from workshop_spawner.visitors.hub_objects import HubSpawner, HubUser, Server, StartingHub

TEMPLATES = Path(__file__).with_name("templates")
# Wrong access codes of one address within `visitors_window`.
MOST_GUESSES = 60
# So many times more visitors may come from one address where they have the access code.
MORE_WITH_CODE = 10
_MEANINGLESS = "visitors get random names, so no list of names can match them"


class AnonymousAuthenticator(Authenticator):
    """Let anybody in who presses a button, each as a new user that is gone after the session."""

    auto_start = Bool(
        False,
        config=True,
        help="""
        Whether the login page presses its own button.

        Off by default. The page's script does it, so that link previews and simple robots, which
        run no scripts, still make nobody.

        Turn it on for links that should lead straight into a session. Not with `access_code` or
        `ask_name`, which need somebody who types.

        Example: `c.AnonymousAuthenticator.auto_start = True`
        """,
    )

    access_code = Unicode(
        config=True,
        help="""
        A code that the visitor has to type, the same for all; empty for none.

        Any text of at most 200 characters; spaces around it do not count. Keep it out of a file
        that others read, as you would a password: `os.environ["ACCESS_CODE"]`.

        Set it for an event, and tell it in the room.

        Example: `c.AnonymousAuthenticator.access_code = os.environ["ACCESS_CODE"]`
        """,
    )

    ask_name = Bool(
        False,
        config=True,
        help="""
        Whether the visitor has to type a name.

        Off by default. The name says nothing about who they are; it is kept as `user_info.name` of
        the hub's user, where instructors see it.

        Turn it on when an instructor should know who is who.

        Example: `c.AnonymousAuthenticator.ask_name = True`
        """,
    )

    group = Unicode(
        "workshop-anonymous",
        config=True,
        help="""
        The hub's group that marks its members as anonymous: the culler deletes them with their
        sessions.

        Name of a group of the hub, made when missing. Nobody else should be in it.

        Change it when you have a group of that name already, and tell the culler too.

        Example: `c.AnonymousAuthenticator.group = "visitors"`
        """,
    )

    forget_users = Bool(
        True,
        config=True,
        help="""
        Whether a visitor's user is deleted as soon as their session ends.

        On by default. A start that failed does not count as an end.

        Turn it off to let visitors stop and start again under the same name; then the culler
        deletes them, once they are idle.

        Example: `c.AnonymousAuthenticator.forget_users = False`
        """,
    )

    visitors_per_address = Integer(
        120,
        min=0,
        config=True,
        help="""
        How many new visitors one network address may make within `visitors_window`.

        A number; 0 for no limit. A class behind one router is one address. Where there is an
        access code, ten times as many who have it may come, so that a class enters at once; who
        has it not is let try this number of times, and 60 at most.

        Raise it for large rooms, lower it for a workshop that is open to the world.

        Example: `c.AnonymousAuthenticator.visitors_per_address = 20`
        """,
    )

    visitors_window = Integer(
        600,
        min=1,
        config=True,
        help="""
        The time over which `visitors_per_address` counts.

        Seconds; ten minutes by default.

        Example: `c.AnonymousAuthenticator.visitors_window = 3600`
        """,
    )

    # Of JupyterHub, with the only value that makes sense here as the default.
    allow_all = Bool(
        True,
        config=True,
        help="""
        Whether everybody may log in: always True here.

        Unlike other authenticators, this one needs no allow list, and can have none.

        To keep people out, set `access_code`.

        Example: nothing to set.
        """,
    ).tag(allow_config=True)

    manage_groups = Bool(
        True,
        config=True,
        help="""
        Whether the authenticator puts users into groups: always True here.

        By its group (see `group`) the culler knows a visitor.

        Nothing to change.

        Example: nothing to set.
        """,
    )

    @validate("auto_start", "ask_name")
    def _refuse_typing_script(self, proposal: Bunch) -> object:
        wanted = {proposal.trait.name: proposal.value}
        needs_typing = [
            name for name in ("access_code", "ask_name") if wanted.get(name, getattr(self, name))
        ]
        if wanted.get("auto_start", self.auto_start) and needs_typing:
            raise TraitError(
                f"AnonymousAuthenticator.auto_start and .{needs_typing[0]} contradict each other: "
                "a script cannot type. Set one of them."
            )
        return proposal.value

    @validate("access_code")
    def _clean_code(self, proposal: Bunch) -> object:
        code = visitor_identity.clean_code(proposal.value)
        if not code and proposal.value:
            raise TraitError(
                "AnonymousAuthenticator.access_code is nothing but spaces, so anybody could come "
                "in. Set a code, or remove it."
            )
        if len(code) > visitor_identity.CODE_LIMIT:
            raise TraitError(
                f"AnonymousAuthenticator.access_code has {len(code)} characters, and nobody can "
                f"type more than {visitor_identity.CODE_LIMIT} into the page."
            )
        self._refuse_typing_script(proposal)
        return code

    @validate("allowed_users", "admin_users")
    def _refuse_names(self, proposal: Bunch) -> object:
        if proposal.value:
            raise TraitError(
                f"AnonymousAuthenticator.{proposal.trait.name} cannot be used: {_MEANINGLESS}. "
                "Remove it, or use an authenticator with accounts."
            )
        return proposal.value

    @validate("allow_all", "manage_groups")
    def _refuse_off(self, proposal: Bunch) -> object:
        if not proposal.value:
            why = {
                "allow_all": "nobody could log in",
                "manage_groups": "the culler could not tell visitors from other users",
            }[proposal.trait.name]
            raise TraitError(
                f"AnonymousAuthenticator.{proposal.trait.name} cannot be False: {why}. Remove it."
            )
        return proposal.value

    @validate("auto_login")
    def _refuse_auto_login(self, proposal: Bunch) -> object:
        if proposal.value:
            raise TraitError(
                "AnonymousAuthenticator.auto_login cannot be used: it would make a visitor of each "
                "request. Use auto_start."
            )
        return proposal.value

    @observe("visitors_per_address", "visitors_window", "access_code")
    def _reset_rate(self, _change: Bunch) -> None:
        self._rate, self._guesses = self._rate_default(), self._guesses_default()

    # Read by the spawner: nobody knows who its users are.
    makes_visitors = True

    # What the hub's own proxy adds to each request; empty where the hub starts none.
    proxy_mark = ""

    _rate = Instance(RateLimit)
    _guesses = Instance(RateLimit)

    @default("_rate")
    def _rate_default(self) -> RateLimit:
        more = MORE_WITH_CODE if self.access_code else 1
        return RateLimit(self.visitors_per_address * more, self.visitors_window)

    @default("_guesses")
    def _guesses_default(self) -> RateLimit:
        most = min(MOST_GUESSES, self.visitors_per_address or MOST_GUESSES)
        return RateLimit(most, self.visitors_window)

    def count_try(self, address: str) -> float:
        """Count a try of an address; the seconds that it has to wait before it, 0 for none."""
        now = time.monotonic()
        return self._guesses.wait_for(address, now) or self._rate.count_try(address, now)

    def count_guess(self, address: str) -> None:
        """Remember that a wrong access code came from an address."""
        self._guesses.count_try(address, time.monotonic())

    def check_allow_config(self) -> None:
        """Called by JupyterHub before it starts: stop it for a setting that nobody knows.

        A misspelt `access_code` would let everybody in.
        """
        super().check_allow_config()
        names = self.trait_names(config=True)
        known = {base.__name__: names for base in type(self).__mro__}
        wrong = unknown_settings.list_unknown(self.config, known, [type(self).__name__])
        for sentence in wrong:
            self.log.critical("%s", sentence)
        if wrong:
            raise SystemExit(1)

    def get_handlers(self, app: StartingHub) -> list[tuple[str, type]]:
        """JupyterHub's hook: our pages, and where their templates are."""
        for loader in app.tornado_settings["jinja2_env"].loader.loaders:
            if isinstance(loader, FileSystemLoader):
                # After an administrator's own, before JupyterHub's.
                loader.searchpath.insert(-1, str(TEMPLATES))
        self.proxy_mark = proxy_mark.tell_proxy(app)
        proxy_pages.show_pages(app)
        if issubclass(app.spawner_class, WorkshopSpawner):
            startup.begin_or_end(app, self)
        return [
            (r"/login", handlers.AnonymousLoginHandler),
            (r"/restart", handlers.RestartHandler),
        ]

    async def authenticate(
        self, handler: handlers.VisitMixin, data: dict[str, str]
    ) -> dict[str, Any]:
        """Make the visitor of this visit. The handler has checked `data`."""
        visit = handler.get_visit()
        key = handler.settings["cookie_secret"]
        name = visitor_identity.make_visitor(key, visit)
        return {
            "name": name,
            "groups": [self.group],
            "user_info": {"name": data.get("name") or "", "anonymous": True},
        }

    def is_visitor(self, user: HubUser) -> bool:
        """Whether a user of the hub is one of our visitors."""
        return any(group.name == self.group for group in user.groups)

    async def post_spawn_stop(self, user: HubUser, spawner: HubSpawner) -> None:
        """JupyterHub's hook: forget the visitor whose session has ended, not one whose failed."""
        server = Server(spawner)
        if self.forget_users and not server.has_failed and self.is_visitor(user):
            context = HubContext.of(self.parent.users.settings)
            context.spawn_task(cleanup.forget(self.parent, user, server))
