import threading

import pytest

from pocket_openshift.node import background
from workshop_kube import errors


def test_it_starts_stops_and_leaves_no_thread(cluster):
    background.start(cluster.kubeconfig).stop()  # libraries may start a thread once
    before = threading.active_count()
    node = background.start(cluster.kubeconfig)
    node.stop()
    node.stop()
    assert threading.active_count() == before


def test_what_keeps_it_from_starting_is_raised_here(tmp_path):
    with pytest.raises(errors.CredentialsError):
        background.start(tmp_path / "none")


def test_an_option_that_is_none_is_refused(cluster):
    with pytest.raises(TypeError, match="colour"):
        background.start(cluster.kubeconfig, colour="red")
