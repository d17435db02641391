"""Ask the cluster what somebody may do; called by authenticator.py at login and refresh.

What is asked and what an answer means is in access.py.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from typing import Any

from openshift_authenticator import errors
from openshift_authenticator.cluster import client
from openshift_authenticator.login.rules import access, identity


async def ask_rights(
    api: client.Cluster,
    response: Mapping[str, Any],
    enter: Iterable[access.Check],
    administer: Iterable[access.Check],
) -> identity.Rights:
    """Does the token of ``response`` pass one of each list's checks? Asked side by side.

    Raises errors.LoginError when the cluster does not say.
    """

    async def passes(checks: Iterable[access.Check]) -> bool:
        asked = [_ask(api, response, check) for check in checks]
        return any(await asyncio.gather(*asked))

    may_enter, may_administer = await asyncio.gather(passes(enter), passes(administer))
    return identity.Rights(may_enter, may_administer)


async def _ask(api: client.Cluster, response: Mapping[str, Any], check: access.Check) -> bool:
    try:
        document = await api.review_access(response["access_token"], check.make_review())
    except errors.ClusterError as error:
        raise access.explain_refusal(error, response, "user:check-access") from error
    return access.judge_review(document)
