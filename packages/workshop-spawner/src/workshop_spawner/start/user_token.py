"""The token of the user's login: where it comes from, and how a running session gets a new one."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from workshop_kube.errors import KubeError, TemporaryError
from workshop_spawner.kube.cluster import Cluster
from workshop_spawner.manifests import accounts, pods
from workshop_spawner.model.errors import PermanentError
from workshop_spawner.model.session import Session

# Where authenticators of OpenShift keep the user's document in `auth_state`.
USER_KEY = "openshift_user"
ANONYMOUS = "system:anonymous"

ReadState = Callable[[], Awaitable[Mapping[str, Any] | None]]


class UserToken:
    """The token of one user, as `auth_state` has it under `key`, and as their session has it."""

    def __init__(self, user: str, key: str, read_state: ReadState) -> None:
        self._user = user
        self._key = key
        self._read_state = read_state
        self._in_session = ""

    async def read(self) -> str:
        """The token; PermanentError with what to do when the login has none."""
        token = str((await self._get_state()).get(self._key) or "")
        if token:
            self._in_session = token
            return token
        raise PermanentError(
            "Your login has run out; please log out and in again.",
            f"no {self._key} in the auth_state of {self._user}; does the authenticator have "
            "enable_auth_state, and the hub JUPYTERHUB_CRYPT_KEY?",
        )

    async def find_owner(self, as_user: Cluster) -> str:
        """Whose the token is, as the cluster says; PermanentError where that cannot be told.

        `as_user` asks with the token. What the authenticator has learnt at the login must agree.
        """
        try:
            name = (await as_user.whoami()).name
        except TemporaryError:
            raise
        except KubeError as error:
            raise _make_unknown(str(error)) from error
        learnt = accounts.read_user((await self._get_state()).get(USER_KEY))
        if name in ("", ANONYMOUS) or learnt not in ("", name):
            raise _make_unknown(f"it is {name!r}'s, and {USER_KEY} of the login says {learnt!r}")
        return name

    async def renew(self, cluster: Cluster, make_session: Callable[[], Awaitable[Session]]) -> None:
        """Put the token of a renewed login where the running session has its old one."""
        token = str((await self._get_state()).get(self._key) or "")
        if not token or token == self._in_session:
            return
        secret = accounts.make_secret(await make_session(), {pods.USER_TOKEN_KEY: token})
        await cluster.change(secret, {"data": secret["data"]})
        self._in_session = token

    async def _get_state(self) -> Mapping[str, Any]:
        return await self._read_state() or {}


def _make_unknown(why: str) -> PermanentError:
    return PermanentError(
        "The cluster does not say whose login this is; please log out and in again.",
        f"whose token the session would have is not known, so nobody gets its roles: {why}",
    )
