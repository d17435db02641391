"""Who may enter: the contract that every way in fulfils, and the table of them.

A gate is asked by `pages.PageHandler` and `sockets.GatedSocket` before anything else happens to
a request; nothing else in the package decides about entry. One file of this folder is one gate.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from tornado.web import RequestHandler


class RefusedError(Exception):
    """The visitor is known, and may not enter. The message is a sentence for that person."""


class UnansweredError(Exception):
    """It is unknown whether the visitor may enter (the hub is away): not a refusal."""


@dataclass(frozen=True)
class Visitor:
    """Somebody whom the gate let in.

    `name` is for logs and pages. `binding` is a secret-free text that changes with each login:
    tickets are bound to it, so that a ticket of one login is nothing worth in another.
    `by_token` is true when an `Authorization` header let them in, which no foreign page can send.
    """

    name: str
    binding: str
    by_token: bool = False


class Gate(Protocol):
    """What every way in can do. Methods with a handler never block the event loop."""

    mode: str

    async def start(self) -> None:
        """Be ready to answer; called once, before the first request that needs an answer."""

    async def admit(self, handler: RequestHandler) -> Visitor | None:
        """Tell who asks: a visitor, or None for somebody unknown.

        Raises `RefusedError` for a known person without the right to enter, `UnansweredError`
        when it cannot be known now.
        """

    async def begin_login(self, handler: RequestHandler) -> None:
        """Answer an unknown person's page view: send them to where they can log in."""

    async def still_valid(self, handler: RequestHandler) -> bool:
        """Ask again about the owner of a long-lived socket. Raises `UnansweredError`."""

    def xsrf_token(self, handler: RequestHandler) -> bytes:
        """Return the token that this visitor's forms and scripts must send back."""

    def check_xsrf(self, handler: RequestHandler) -> None:
        """Raise `RefusedError` when a request that changes something lacks that token."""

    def routes(self) -> list[tuple[str, type[RequestHandler], dict[str, Any]]]:
        """List the gate's own open routes below the prefix (callback, log-in form)."""
