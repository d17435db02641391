"""What services are told."""

import pytest
from jupyterhub.services.service import Service

from workshop_spawner.hub_tasks import service_environment


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({}, {"WORKSHOP_HUB_ID": "h1"}),
        ({"KUBECONFIG": "/x"}, {"WORKSHOP_HUB_ID": "h1", "KUBECONFIG": "/x"}),
        ({"WORKSHOP_HUB_ID": "own"}, {"WORKSHOP_HUB_ID": "own"}),
    ],
)
def test_a_service_is_told_which_hub_it_is_of(said, told):
    service = Service(name="culler", environment=said)
    service_environment.tell_services([service], "h1")
    assert service.environment == told
