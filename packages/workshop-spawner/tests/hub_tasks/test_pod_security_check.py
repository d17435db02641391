"""What is said, when the hub starts, of what holds the pods of projects."""

from __future__ import annotations

import logging

import pytest

from workshop_spawner.hub_tasks import pod_security_check
from workshop_spawner.manifests import projects
from workshop_spawner.rules import plan


@pytest.mark.parametrize(("project", "says"), [("temporary", True), ("user", False)])
async def test_nothing_is_said_of_projects_that_are_the_users(kube, caplog, project, says):
    caplog.set_level(logging.INFO)
    spec = plan.SessionSpec(
        project=project, project_labels=projects.make_security_labels("baseline")
    )
    await pod_security_check.log_notice(kube, spec, logging.getLogger("hub"))
    assert ("held to 'baseline'" in caplog.text) is says
