"""Take back an OpenShift token that nobody needs any more.

Called at logout, when a user is deleted and when a newer login replaces a token. A token with
user:full can revoke itself. For others the hub does it: OpenShift lets everybody who is logged in
delete an OAuth token whose name they know (ClusterRoleBinding system:oauth-token-deleters), and
only the token's holder knows that. Failing keeps nobody from logging out: the token expires.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

from openshift_authenticator import errors
from openshift_authenticator.cluster import client
from workshop_kube.openshift_login import tokens

log = logging.getLogger(__name__)

NO_RIGHT = (
    "OpenShift tokens cannot be revoked at logout, they end by themselves: this cluster does not "
    "let the hub delete oauthaccesstokens. OpenShift's own rule for that: oc adm policy "
    "add-cluster-role-to-group system:oauth-token-deleter system:authenticated"
)


class Revoker:
    """Revokes tokens at one cluster.

    `read_own_token` gives the hub's own, or raises; it answers "" for a hub outside the cluster,
    which has none and asks as nobody.
    """

    def __init__(self, api: client.Cluster, read_own_token: Callable[[], str]) -> None:
        self._api = api
        self._read_own_token = read_own_token
        self._said = False

    async def revoke(self, token: str, scope: tuple[str, ...] = ()) -> bool:
        """True when the token is dead afterwards; never raises for what the cluster says."""
        name = tokens.make_token_name(token)
        if not name:
            return False
        try:
            if "user:full" in scope:
                return await self._revoke_itself(name, token)
            await self._api.delete_any_token(name, self._read_own_token())
            return True
        except errors.ClusterError as error:
            return self._log_failure(error)
        except errors.LoginError as error:
            log.warning("A token was not revoked: %s", error)
        return False

    async def _revoke_itself(self, name: str, token: str) -> bool:
        try:
            await self._api.delete_own_token(name, token)
        except errors.ClusterError as error:
            if error.status != 401:
                raise  # 401: it opens nothing any more
        return True

    def _log_failure(self, error: errors.ClusterError) -> bool:
        if error.status in (401, 403):
            if not self._said:
                log.info(NO_RIGHT)
            self._said = True
        else:
            log.warning("A token was not revoked and ends by itself: %s", error)
        return False
