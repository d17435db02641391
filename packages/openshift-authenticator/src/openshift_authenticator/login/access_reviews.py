"""Ask the cluster what somebody may do, at login and at each refresh.

What is asked is in access.py.
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
    """Does the token of `response` pass one of each list's checks? Asked side by side.

    Raises errors.LoginError when the cluster does not say.
    """
    lists = [list(enter), list(administer)]
    asked = [_ask(api, response, check) for each in lists for check in each]
    # All answers are waited for, also when one has failed: no request is left under way.
    answers = await asyncio.gather(*asked, return_exceptions=True)
    for answer in answers:
        if isinstance(answer, BaseException):
            raise answer
    first = len(lists[0])
    return identity.AccessAnswers(any(answers[:first]), any(answers[first:]))


async def _ask(api: client.Cluster, response: Mapping[str, Any], check: access.Check) -> bool:
    try:
        return await api.may(response["access_token"], dict(check.attributes))
    except errors.ClusterError as error:
        raise access.explain_refusal(error, response, "user:check-access") from error
