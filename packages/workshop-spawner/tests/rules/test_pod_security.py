"""What is said, when the hub starts, of what holds the pods of projects."""

from __future__ import annotations

import logging

import pytest

from workshop_spawner.manifests import projects
from workshop_spawner.rules import plan, pod_security


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
    spec = plan.SessionSpec(project_labels=labels, by_request=by_request)
    notice = pod_security.decide_notice(spec, has_constraints=has_constraints)
    assert notice.level == loudness
    assert words in notice.text
