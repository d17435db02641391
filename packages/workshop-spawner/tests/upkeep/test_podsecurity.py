"""What is said, when the hub starts, of what holds the pods of projects."""

import logging

import pytest

from workshop_spawner import plan
from workshop_spawner.manifests import projects
from workshop_spawner.upkeep import podsecurity


@pytest.mark.parametrize(
    ("level", "by_request", "has_constraints", "loudness", "words"),
    [
        ("baseline", False, False, logging.INFO, "held to 'baseline'"),
        ("restricted", False, True, logging.INFO, "held to 'restricted'"),
        ("privileged", False, False, logging.WARNING, "POD SECURITY IS OFF"),
        ("privileged", False, True, logging.WARNING, "only the cluster's SecurityContext"),
        ("baseline", True, True, logging.INFO, "SecurityContextConstraints hold"),
        ("baseline", True, False, logging.WARNING, "something else holds"),
    ],
)
def test_what_holds_the_pods_is_said(level, by_request, has_constraints, loudness, words):
    labels = projects.make_security_labels(level)
    wishes = plan.Wishes(project_labels=labels, by_request=by_request)
    notice = podsecurity.decide_notice(wishes, has_constraints=has_constraints)
    assert notice.level == loudness
    assert words in notice.text


@pytest.mark.parametrize(("project", "says"), [("temporary", True), ("user", False)])
async def test_nothing_is_said_of_projects_that_are_the_users(door, caplog, project, says):
    caplog.set_level(logging.INFO)
    wishes = plan.Wishes(project=project, project_labels=projects.make_security_labels("baseline"))
    await podsecurity.tell(door, wishes, logging.getLogger("hub"))
    assert ("held to 'baseline'" in caplog.text) is says
