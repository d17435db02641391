import pytest

from pocket_openshift.core import control_plane
from pocket_openshift.oauth import app, server


def test_a_cluster_knows_its_oauth_server():
    plane = control_plane.ControlPlane(behaviours=app.BEHAVIOURS)
    assert isinstance(app.server_of(plane), server.OAuthServer)


def test_a_cluster_made_without_one_has_no_oauth_server():
    plane = control_plane.ControlPlane(behaviours=())
    with pytest.raises(LookupError, match="without an OAuth server"):
        app.server_of(plane)
