"""Which scopes the culler needs for what it was told to do, and what to say when one is missing.

`app.py` asks at start, with the scopes that the hub says our token has.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping


def find_needed(
    *, deletes_users: bool, user_age: bool, groups: bool, state: bool
) -> Mapping[str, str]:
    """The least scopes, each with what it is for."""
    needed = {
        "list:users": "to find users with servers",
        "read:users:activity": "to see when people were last active",
        "read:servers": "to see servers, their age and what they wait for",
        "delete:servers": "to stop servers",
    }
    if deletes_users:
        needed["delete:users"] = "to delete users (cull_users, anonymous_timeout)"
    if user_age:
        needed["read:users"] = "to see how old users are (cull_users with max_age)"
    if groups:
        needed["read:users:groups"] = "to see groups (policies by group, anonymous_group)"
    if state:
        needed["admin:server_state"] = "for hooks that look at server['state']"
    return needed


def find_missing(needed: Mapping[str, str], has: Collection[str]) -> dict[str, str]:
    """The needed scopes that the token lacks; a filtered one (`scope!group=x`) counts as had."""
    bare = {scope.split("!", 1)[0] for scope in has}
    return {scope: why for scope, why in needed.items() if scope not in bare}


def find_filtered(needed: Mapping[str, str], has: Collection[str]) -> list[str]:
    """The needed scopes that the token has for some users only.

    With those the hub answers 404 for users that exist, so a 404 proves nothing.
    """
    return sorted(scope for scope in needed if scope not in has)


def render_missing(missing: Mapping[str, str], needed: Mapping[str, str], service: str) -> str:
    """What to tell the admin: each missing scope and the load_roles entry that grants them all."""
    lines = [f"The token of the service {service!r} lacks scopes:"]
    lines += [f"  {scope}: {why}" for scope, why in missing.items()]
    lines.append("Put this into jupyterhub_config.py and restart the hub:")
    return "\n".join([*lines, render_role(needed, service)])


def render_role(needed: Collection[str], service: str) -> str:
    """The load_roles entry that grants these scopes to this service."""
    scopes = "".join(f'\n        "{scope}",' for scope in needed)
    return (
        f'c.JupyterHub.load_roles = [{{\n    "name": "{service}",\n'
        f'    "services": ["{service}"],\n    "scopes": [{scopes}\n    ],\n}}]'
    )
