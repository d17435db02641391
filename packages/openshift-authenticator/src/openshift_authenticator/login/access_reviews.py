"""Ask the cluster what somebody may do, at login and at each refresh.

What is asked and what an answer means is in access.py.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from typing import Any

from openshift_authenticator import errors
from openshift_authenticator.cluster import client
from openshift_authenticator.login.rules import access, identity


async def ask_access(
    api: client.Cluster,
    response: Mapping[str, Any],
    enter: Iterable[access.Check],
    administer: Iterable[access.Check],
) -> identity.AccessAnswers:
    """Does the token of ``response`` pass one of each list's checks? Asked side by side.

    Raises errors.LoginError when the cluster does not say.
    """
    lists = [list(enter), list(administer)]
    asked = [asyncio.create_task(_ask(api, response, check)) for each in lists for check in each]
    try:
        answers = await asyncio.gather(*asked)
    finally:
        # One that failed settles it: the others' requests are not left under way.
        for task in asked:
            task.cancel()
        await asyncio.gather(*asked, return_exceptions=True)
    first = len(lists[0])
    return identity.AccessAnswers(any(answers[:first]), any(answers[first:]))


async def _ask(api: client.Cluster, response: Mapping[str, Any], check: access.Check) -> bool:
    try:
        document = await api.review_access(response["access_token"], check.make_review())
    except errors.ClusterError as error:
        raise access.explain_refusal(error, response, "user:check-access") from error
    return access.parse_review(document)
