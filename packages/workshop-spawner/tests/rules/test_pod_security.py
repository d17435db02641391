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


CHARTS = {
    "name": "block-cloud-metadata",
    "securityContext": {"privileged": True, "runAsUser": 0},
}


@pytest.mark.parametrize(
    ("containers", "names"),
    [
        ([], ()),
        (None, ()),
        ([CHARTS], ("block-cloud-metadata",)),
        ({"01": CHARTS}, ("block-cloud-metadata",)),
        ([{"name": "mine", "security_context": {"privileged": True}}], ("mine",)),
        ([{"name": "mine", "securityContext": {"privileged": False}}], ()),
        ([{"name": "mine", "securityContext": {"capabilities": {"add": ["NET_ADMIN"]}}}], ()),
        ([{"name": "mine"}, CHARTS], ("block-cloud-metadata",)),
    ],
)
def test_containers_with_all_rights_are_found(containers, names):
    assert pod_security.list_privileged(containers) == names


@pytest.mark.parametrize(
    ("privileged", "words"),
    [
        (("block-cloud-metadata",), "singleuser.cloudMetadata.blockWithIptables to false"),
        (("mine",), "out of c.KubeSpawner.init_containers"),
    ],
)
def test_what_to_do_about_them_is_said(privileged, words):
    problem = pod_security.problem_with_containers(privileged)
    assert problem
    assert words in problem
    assert privileged[0] in problem


def test_nothing_is_said_where_there_is_none():
    assert pod_security.problem_with_containers(()) is None
