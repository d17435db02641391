"""What the account of a session may do, in its project and outside, for each role: a snapshot.

A change of it is a change of what attendees may do. To regenerate it after having read the change:
`SNAPSHOT=write pytest packages/workshop-spawner/tests/test_session_rights.py`.
"""

from __future__ import annotations

import json
import os
from collections import defaultdict
from pathlib import Path

import pytest

from workshop_kube.rules.calls import Call
from workshop_spawner.rules import plan
from workshop_spawner.start import steps
from workshop_spawner.start.progress import Progress

SNAPSHOT = Path(__file__).with_name("session_rights.json")
REVIEWS = "/apis/authorization.k8s.io/v1/selfsubjectrulesreviews"
ROLES = ["workshop-admin", "admin", "edit", "view", ""]


async def ask(session, namespace):
    """The rights of an account in a namespace, a line for each group of verbs."""
    body = {"spec": {"namespace": namespace}}
    status = (await session.send(Call("POST", REVIEWS, "", body))).document["status"]
    found = defaultdict(set)
    for rule in status["resourceRules"]:
        for group in rule["apiGroups"]:
            for resource in rule["resources"]:
                names = "".join(f"[{name}]" for name in rule.get("resourceNames") or ())
                found[f"{group or 'core'}/{resource}{names}"] |= set(rule["verbs"])
    by_verbs = defaultdict(list)
    for resource, verbs in found.items():
        by_verbs[" ".join(sorted(verbs))].append(resource)
    return {verbs: sorted(resources) for verbs, resources in sorted(by_verbs.items())}


@pytest.mark.parametrize("role", ROLES, ids=lambda role: role or "none")
async def test_the_rights_of_a_session_are_as_they_were_written_down(site, kube, role):
    todo = plan.make_plan(site.session, plan.SessionSpec(role=role), {})
    await steps.Start(kube, site.session, Progress()).run(todo)
    session = kube.as_owner_of(site.pocket.token("workshops", site.session.account))
    everywhere = await ask(session, "default")
    assert await ask(session, "workshops") == everywhere, "nothing in the hub's namespace"
    found = {"everywhere": everywhere, "project": await ask(session, site.session.project)}
    known = json.loads(SNAPSHOT.read_text()) if SNAPSHOT.exists() else {}
    if os.environ.get("SNAPSHOT") == "write":
        SNAPSHOT.write_text(json.dumps({**known, role or "none": found}, indent=1) + "\n")
        return
    assert found == known[role or "none"]
