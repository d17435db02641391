"""What somebody may see and do, from the scopes of the token they came with.

Two roles have scopes of their own, which mean nothing to the hub: an assistant sees and gives
hints, an instructor does all that the page can. The hub's own scopes do, too. All may be filtered:
with `custom:workshop:assist!group=x` one sees the sessions of that group and no others. Nothing
here fails open.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

from workshop_culler.rules.models import Server

SEE, STOP, OWN = "read:servers", "delete:servers", "access:servers"
ASSIST, INSTRUCT = "custom:workshop:assist", "custom:workshop:instruct"
# What each right comes with, the hub's own scope first.
SEEING = (SEE, ASSIST, INSTRUCT)
HELPING = (STOP, ASSIST, INSTRUCT)
STOPPING = (STOP, INSTRUCT)
# The scope with which servers are started, in JupyterHub 5 and from 6 on.
START = ("servers", "start:servers")


@dataclass(frozen=True, slots=True)
class TokenOwner:
    """Who asks: a user (`kind` "user") or a service, with the scopes of the token."""

    name: str
    kind: str = "user"
    admin: bool = False
    scopes: frozenset[str] = frozenset()


def make_token_owner(model: dict) -> TokenOwner:
    """A person from the hub's model of the owner of a token."""
    return TokenOwner(
        name=str(model.get("name", "")),
        kind=str(model.get("kind", "")),
        admin=bool(model.get("admin")),
        scopes=frozenset(model.get("scopes") or ()),
    )


def covers(scopes: Collection[str], scope: str, server: Server) -> bool:
    """Whether some scope, bare or filtered, covers this server."""
    full = f"{server.user}/{server.name}"
    filters = {f"!user={server.user}", f"!server={full}"}
    filters |= {f"!group={group}" for group in server.groups}
    return scope in scopes or any(f"{scope}{each}" in scopes for each in filters)


def _covers_any(person: TokenOwner, scopes: Collection[str], server: Server) -> bool:
    return any(covers(person.scopes, scope, server) for scope in scopes)


def owns(person: TokenOwner, server: Server) -> bool:
    """Whether it is their own session, asked for with a token that may use it."""
    same = person.kind == "user" and bool(person.name) and person.name == server.user
    return same and covers(person.scopes, OWN, server)


def may_see(person: TokenOwner, server: Server) -> bool:
    """Whether they may see a session's clock."""
    return owns(person, server) or _covers_any(person, SEEING, server)


def may_stop(person: TokenOwner, server: Server) -> bool:
    """Whether they may stop it."""
    return _covers_any(person, STOPPING, server)


def may_exceed_limit(person: TokenOwner, server: Server) -> bool:
    """Whether they may extend it beyond its limit: who may stop it as others' session."""
    return _covers_any(_without_own(person), STOPPING, server)


def may_help(person: TokenOwner, server: Server) -> bool:
    """Whether they may help in it from outside: give a hint, lower the hand."""
    return _covers_any(_without_own(person), HELPING, server)


def may_know(person: TokenOwner, server: Server) -> bool:
    """Whether they are shown name and e-mail address: instructors, and whom the hub shows them."""
    return _covers_any(_without_own(person), (SEE, INSTRUCT), server)


def may_join(person: TokenOwner, server: Server) -> bool:
    """Whether they may ask its person to see the terminals: who may help in others' sessions."""
    is_own = person.kind == "user" and person.name == server.user
    return may_help(person, server) and not is_own


def may_type(person: TokenOwner, server: Server) -> bool:
    """Whether they may ask its person to type in the terminals: who may stop others' sessions."""
    return may_join(person, server) and may_exceed_limit(person, server)


def helps_anything(person: TokenOwner) -> bool:
    """Whether there may be some session of others that they may help in."""
    scopes = _without_own(person).scopes
    return any(scope.partition("!")[0] in HELPING for scope in scopes)


def _without_own(person: TokenOwner) -> TokenOwner:
    """The person without the scopes that everybody has for their own servers.

    JupyterHub gives each user `delete:servers!user=NAME`: that makes nobody an instructor.
    """
    mine = (f"!user={person.name}", f"!server={person.name}/")
    own = {s for s in person.scopes if s.endswith(mine[0]) or mine[1] in s}
    return replace(person, scopes=person.scopes - own) if person.kind == "user" else person


def may_extend(person: TokenOwner, server: Server) -> bool:
    """Whether they may extend it at all (their own within its limit)."""
    return owns(person, server) or may_stop(person, server)


def may_lower_hand(person: TokenOwner, server: Server) -> bool:
    """Whether they may lower a raised hand: their own, or of a session they may help in."""
    return owns(person, server) or may_help(person, server)


def sees_anything(person: TokenOwner) -> bool:
    """Whether some session of others could be shown to them, as to an instructor."""
    own = (f"user={person.name}", f"server={person.name}/")
    filters = (s.partition("!")[2] for s in person.scopes if s.partition("!")[0] in SEEING)
    return any(each != own[0] and not each.startswith(own[1]) for each in filters)


def stops_anything(person: TokenOwner) -> bool:
    """Whether there may be some session that they may stop."""
    return any(scope.partition("!")[0] in STOPPING for scope in person.scopes)


def may_announce(person: TokenOwner) -> bool:
    """Whether they may speak to everybody: admins, and who may stop every server."""
    return person.admin or any(scope in person.scopes for scope in STOPPING)


def may_prestart(person: TokenOwner) -> bool:
    """Whether they may have a class prepared: admins, instructors of all, who may start all."""
    return person.admin or any(scope in person.scopes for scope in (*START, INSTRUCT))


def may_list_users(person: TokenOwner) -> bool:
    """Whether they may have the list of all users: admins, instructors of all, list:users.

    It says more of them than names, so list:users takes read:users beside it, as at the hub.
    """
    at_hub = {"list:users", "read:users"} <= person.scopes
    return person.admin or INSTRUCT in person.scopes or at_hub


def may_read_metrics(person: TokenOwner) -> bool:
    """Whether they may read the metrics, as the hub has it for its own."""
    return "read:metrics" in person.scopes


def only_seen(person: TokenOwner, servers: Iterable[Server]) -> list[Server]:
    """The servers that they may see."""
    return [server for server in servers if may_see(person, server)]
