"""The class as a stock hub loads it: found by its name, stopped by settings that cannot work."""

import asyncio
from importlib.metadata import entry_points

import pytest

import openshift_authenticator


def test_a_stock_hub_finds_it_by_its_name():
    (point,) = entry_points(group="jupyterhub.authenticators", name="openshift-cluster")
    assert point.load() is openshift_authenticator.OpenShiftAuthenticator


@pytest.mark.hub
async def test_a_hub_with_settings_that_cannot_work_stops_with_a_sentence(hub_factory):
    hub = await hub_factory(
        """
c.JupyterHub.authenticator_class = "openshift-cluster"
c.OpenShiftAuthenticator.openshift_url = "https://localhost:1"
c.OpenShiftAuthenticator.alowed_users = {"alice"}
""",
        start=False,
    )
    with pytest.raises(AssertionError, match="the hub ended"):
        await hub.start()
    async with asyncio.timeout(10):
        while "client_id must be set" not in hub.log_text:  # noqa: ASYNC110 - no event for a pipe's rest
            await asyncio.sleep(0)
    assert hub.process.returncode == 1
    assert "Did you mean allowed_users?" in hub.log_text
    assert "Traceback" not in hub.log_text
