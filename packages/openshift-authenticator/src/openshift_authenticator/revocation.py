"""Take back an OpenShift token that nobody needs any more.

Called at logout, when a user is deleted and when a newer login replaces a token. A token with
user:full can revoke itself; others only the hub, if it was given the right to delete
oauthaccesstokens. Failing is no reason to keep anybody from logging out: the token expires.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

from . import cluster, errors, tokens

log = logging.getLogger(__name__)

NO_RIGHT = (
    "OpenShift tokens cannot be revoked at logout, they end by themselves: the hub's service "
    "account may not delete oauthaccesstokens. To allow it: "
    "oc create clusterrole jupyterhub-revoke --verb=delete --resource=oauthaccesstokens and "
    "oc adm policy add-cluster-role-to-user jupyterhub-revoke --serviceaccount"
)


class Revoker:
    """Revokes tokens at one cluster; ``read_own_token`` gives the hub's own, or raises."""

    def __init__(self, api: cluster.Cluster, read_own_token: Callable[[], str] | None) -> None:
        self._api = api
        self._read_own_token = read_own_token
        self._said = False

    async def revoke(self, token: str, scope: tuple[str, ...] = ()) -> bool:
        """True when the token is dead afterwards; never raises for what the cluster says."""
        name = tokens.make_name(token)
        if not name:
            return False
        try:
            if "user:full" in scope:
                await self._api.delete_own_token(name, token)
                return True
            if self._read_own_token is not None:
                await self._api.delete_any_token(name, self._read_own_token())
                return True
        except errors.ClusterError as error:
            return self._judge(error)
        except errors.LoginError as error:
            log.warning("A token was not revoked: %s", error)
        return False

    def _judge(self, error: errors.ClusterError) -> bool:
        if error.status == 401:
            return True  # it no longer opens anything
        if error.status == 403:
            if not self._said:
                log.info(NO_RIGHT)
            self._said = True
        else:
            log.warning("A token was not revoked and ends by itself: %s", error)
        return False
