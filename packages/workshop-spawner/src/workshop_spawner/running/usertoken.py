"""The token of the user's login: where it comes from, and how it is renewed in a running session.

Called by spawner.py, for sessions that act as the user in person.
"""

from typing import Any

from workshop_spawner.api.cluster import Cluster
from workshop_spawner.errors import PermanentError
from workshop_spawner.manifests import accounts, pods

USER_KEY = "openshift_user"
"""Where authenticators of OpenShift keep the user's document in `auth_state`."""
ANONYMOUS = "system:anonymous"


async def find(spawner: Any) -> str:
    """The token; PermanentError with what to do when the login has none."""
    token = await _read(spawner)
    if token:
        spawner.told_token = token
        return token
    raise PermanentError(
        "Your login has run out; please log out and in again.",
        f"no {spawner.user_token_key} in the auth_state of {spawner.user.name}; does the "
        "authenticator have enable_auth_state, and the hub JUPYTERHUB_CRYPT_KEY?",
    )


async def find_owner(spawner: Any, as_user: Cluster) -> str:
    """Whose the token is, as the cluster says; PermanentError where that cannot be told.

    `as_user` asks with the token. What the authenticator has learnt at the login must agree.
    """
    try:
        name = await as_user.find_self()
    except PermanentError as error:
        raise _make_unknown(error.detail) from error
    state = await spawner.user.get_auth_state() or {}
    learnt = accounts.read_user(state.get(USER_KEY))
    if name in ("", ANONYMOUS) or learnt not in ("", name):
        raise _make_unknown(f"it is {name!r}'s, and {USER_KEY} of the login says {learnt!r}")
    return name


def _make_unknown(why: str) -> PermanentError:
    return PermanentError(
        "The cluster does not say whose login this is; please log out and in again.",
        f"whose token the session would have is not known, so nobody gets its roles: {why}",
    )


async def renew(spawner: Any) -> None:
    """Put the token of a renewed login where the running session has its old one."""
    token = await _read(spawner)
    if not token or token == spawner.told_token:
        return
    session = await spawner.make_session()
    secret = accounts.make_secret(session, {pods.USER_TOKEN_KEY: token})
    await spawner.cluster.merge(secret, {"data": secret["data"]})
    spawner.told_token = token


async def _read(spawner: Any) -> str:
    state = await spawner.user.get_auth_state() or {}
    return str(state.get(spawner.user_token_key) or "")
