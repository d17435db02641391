"""The pages that people see: login, approval, errors.

Text in, HTML out; no script runs on any of them.

`handlers` renders them. The style is one sheet in the page, allowed by its hash.
"""

from __future__ import annotations

import base64
import functools
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pocket_openshift.access import scope_names
from pocket_openshift.oauth.rules import clients

if TYPE_CHECKING:
    import jinja2

_FOLDER = Path(__file__).with_name("html")
_STYLE = (_FOLDER / "style.css").read_text(encoding="utf-8")
_STYLE_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()

# No form-action: browsers hold it against every redirect that follows a form, and a login ends
# at the client's address.
HEADERS: Mapping[str, str] = {
    "Content-Type": "text/html; charset=utf-8",
    "Content-Security-Policy": f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; "
    "img-src data:; base-uri 'none'; frame-ancestors 'none'",
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
REASONS: Mapping[str, str] = {
    "user_required": "Login is required. Please try again.",
    "token_expired": "This page was open for too long. Please try again.",
    "access_denied": "Invalid login or password. Please try again.",
    "throttled": "Too many wrong passwords for this name. Please wait a minute, then try again.",
    "mapping_claim_error": "Could not create your user: the name belongs to another identity.",
    "mapping_lookup_error": "Could not find your user: it was deleted but its identity was not.",
}


@dataclass(frozen=True, slots=True)
class Login:
    """What the login page shows."""

    then: str
    csrf: str
    client: str = ""
    reason: str = ""
    name: str = ""

    @property
    def account(self) -> clients.ServiceAccount | None:
        """The service account that the login is for, if it is for one."""
        return clients.parse_account(self.client)

    @property
    def message(self) -> str:
        """Why the page is shown again, if it is."""
        return REASONS.get(self.reason, "Login failed. Please try again.") if self.reason else ""


@dataclass(frozen=True, slots=True)
class Approval:
    """What the approval page shows: `user` gives `asked` to `client`, and gave `already` before."""

    user: str
    client: str
    asked: tuple[str, ...]
    already: tuple[str, ...]
    redirect: str
    then: str
    csrf: str

    @property
    def account(self) -> clients.ServiceAccount | None:
        """The service account that asks, if one does."""
        return clients.parse_account(self.client)


@functools.cache
def _templates() -> jinja2.Environment:
    import jinja2  # needs time to import, and not every cluster shows a page

    loader = jinja2.FileSystemLoader(_FOLDER)
    return jinja2.Environment(loader=loader, autoescape=True, undefined=jinja2.StrictUndefined)


def _render(template: str, title: str, **values: object) -> str:
    return _templates().get_template(template).render(title=title, style=_STYLE, **values)


def render_login(page: Login) -> str:
    """The page that asks for name and password."""
    return _render("login.html", "Log in", page=page)


def render_approval(page: Approval) -> str:
    """The page that asks whether a client may have what it asks for."""
    return _render("approve.html", "Authorize access", page=page, describe=scope_names.describe)


@dataclass(frozen=True, slots=True)
class Token:
    """What the page with a token shows."""

    token: str
    server: str


def render_display(code: str, csrf: str) -> str:
    """The page with the button that makes a code into a token."""
    return _render("display.html", "Your token", code=code, csrf=csrf)


def render_token(page: Token) -> str:
    """The page with the token."""
    return _render("token.html", "Your token", page=page)


def render_message(title: str, text: str) -> str:
    """A page that only says something."""
    return _render("message.html", title, text=text)
