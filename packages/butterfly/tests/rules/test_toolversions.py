"""Which client fits which cluster."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyterhub_butterfly.rules import toolversions


@pytest.mark.parametrize(
    ("text", "version"),
    [("4.16", (4, 16)), ("v1.30.2", (1, 30, 2)), ("1.29+", (1, 29)), ("x", None), ("", None)],
)
def test_versions_are_parsed(text, version):
    assert toolversions.find_version(text) == version


@pytest.mark.parametrize(
    ("name", "parsed"),
    [
        ("oc-4.16", ("oc", (4, 16))),
        ("oc4.6", ("oc", (4, 6))),
        ("kubectl-v1.30.2", ("kubectl", (1, 30, 2))),
        ("kubectl_1.30", ("kubectl", (1, 30))),
        ("oc", None),
        ("oc-4.16.tar.gz", None),
        ("kubectl-neat-1.0", None),
        ("octave-9.1", None),
    ],
)
def test_commands_with_versions_are_known_by_name(name, parsed):
    assert toolversions.find_name(name) == parsed


@pytest.mark.parametrize(
    ("document", "version"),
    [
        ({"major": "1", "minor": "30+"}, (1, 30)),
        ({"major": "1", "minor": ""}, None),
        ({"major": "x", "minor": "30"}, None),
        ({}, None),
        ([], None),
        (None, None),
    ],
)
def test_the_clusters_answer_is_read(document, version):
    assert toolversions.find_server_version(document) == version


OCS = [(4, 2), (4, 6, 1), (4, 6, 9), (4, 12), (4, 16)]
KUBECTLS = [(1, 19, 3), (1, 27), (1, 30, 1), (1, 30, 4)]


@pytest.mark.parametrize(
    ("command", "installed", "server", "override", "chosen"),
    [
        ("oc", OCS, (1, 29), "", (4, 16)),
        ("oc", OCS, (1, 25), "", (4, 12)),
        ("oc", OCS, (1, 19), "", (4, 6, 9)),
        ("oc", OCS, (1, 14), "", (4, 2)),
        ("oc", OCS, (1, 33), "", (4, 16)),  # newer than all: the nearest
        ("oc", OCS, (1, 27), "", (4, 16)),  # 4.14 lies between 4.12 and 4.16: the newer
        ("oc", OCS, None, "", (4, 16)),
        ("oc", OCS, (1, 29), "4.6", (4, 6, 9)),
        ("oc", OCS, (1, 29), "4.6.1", (4, 6, 1)),
        ("oc", OCS, (1, 29), "4.99", (4, 16)),  # not installed: as if not said
        ("oc", OCS, (1, 29), "latest", (4, 16)),
        ("oc", [(3, 11), (4, 16)], (1, 11), "", (3, 11)),
        ("kubectl", KUBECTLS, (1, 30), "", (1, 30, 4)),
        ("kubectl", KUBECTLS, (1, 28), "", (1, 27)),
        ("kubectl", KUBECTLS, (1, 20), "", (1, 19, 3)),
        ("kubectl", KUBECTLS, (1, 34), "1.27", (1, 27)),
        ("kubectl", [], (1, 30), "", None),
    ],
)
def test_the_fitting_one_is_chosen(command, installed, server, override, chosen):
    assert toolversions.choose(command, installed, server, override) == chosen


VERSIONS = st.lists(st.tuples(st.integers(1, 4), st.integers(0, 60), st.integers(0, 99)))


@given(VERSIONS, st.none() | st.tuples(st.integers(0, 3), st.integers(0, 60)), st.text(max_size=6))
def test_fuzz_one_of_the_installed_is_chosen_or_none(installed, server, override):
    for command in toolversions.COMMANDS:
        chosen = toolversions.choose(command, installed, server, override)
        assert chosen in installed if installed else chosen is None
