"""The class as a stock hub loads it: found by its name, stopped by settings that cannot work."""

import asyncio
from importlib.metadata import entry_points

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jupyterhub.auth import Authenticator
from traitlets.config import Config

import openshift_authenticator
from openshift_authenticator.login.rules import identity
from workshop_kube.openshift_login import endpoints


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
    async with asyncio.timeout(120):
        while "client_id must be set" not in hub.log_text:
            await asyncio.sleep(0)
    assert hub.process.returncode == 1
    assert "Did you mean allowed_users?" in hub.log_text
    assert "Traceback" not in hub.log_text


@pytest.mark.hub
async def test_a_hub_with_a_value_of_the_wrong_unit_stops_with_a_sentence(hub_factory):
    hub = await hub_factory(
        """
c.JupyterHub.authenticator_class = "openshift-cluster"
c.OpenShiftAuthenticator.refresh_tolerance = "1h"
""",
        start=False,
    )
    with pytest.raises(AssertionError, match="the hub ended"):
        await hub.start()
    async with asyncio.timeout(120):
        while "'refresh_tolerance' trait" not in hub.log_text:
            await asyncio.sleep(0)
    assert hub.process.returncode == 1
    assert "Traceback" not in hub.log_text


def make(**configured):
    config = Config()
    config.OpenShiftAuthenticator.update(configured)
    return openshift_authenticator.OpenShiftAuthenticator(config=config)


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(st.text(), st.text())
def test_two_accounts_never_become_one_user(one, other):
    auth = make()
    assert (auth.normalize_username(one) == auth.normalize_username(other)) == (one == other)
    assert auth.normalize_username(auth.normalize_username(one)) == one


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(st.text(max_size=300))
def test_whoever_is_let_in_has_a_name_that_the_hub_takes(name):
    auth = make()
    if name and not identity.problem_with_name(name):
        assert Authenticator.validate_username(auth, name)
    assert auth.validate_username(name) == (bool(name) and not identity.problem_with_name(name))


def test_an_account_may_be_given_another_name():
    auth = make(username_map={"Alice": "alice"})
    assert auth.normalize_username("Alice") == "alice"
    assert auth.normalize_username("alice") == "alice"


async def test_endpoints_may_be_configured_instead_of_discovered():
    auth = make(authorize_url="https://o/authorize", token_url="https://o/token")
    where = await auth.find()
    assert where == endpoints.Endpoints(
        "https://o/authorize", "https://o/authorize", "https://o/token"
    )
    assert auth.where == where
