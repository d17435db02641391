"""The components are put together as the settings want them."""

import asyncio
import shutil

import psutil
import pytest
import trustme
from traitlets.config import Config

from openshift_authenticator import OpenShiftAuthenticator, errors


@pytest.fixture
async def make(tmp_path, monkeypatch, account_dir):
    monkeypatch.setenv("SERVICE_ACCOUNT_DIR", str(account_dir()))

    made = []

    def make(**settings):
        config = Config()
        config.OpenShiftAuthenticator.update({"openshift_url": "https://localhost:1", **settings})
        made.append(OpenShiftAuthenticator(config=config))
        return made[-1]

    yield make
    for auth in made:
        await auth.components.api.close()


async def test_each_host_has_a_bundle_of_its_own(make, lying_server, tmp_path):
    other = tmp_path / "other.crt"
    trustme.CA().cert_pem.write_to_path(other)
    # The same server is "the API" for one authenticator and "the OAuth host" for the other.
    as_api = make(openshift_url=lying_server.url, api_ca_file=lying_server.ca_file)
    as_oauth = make(api_ca_file=lying_server.ca_file, oauth_ca_file=str(other))
    with pytest.raises(errors.ClusterError, match="404"):
        await as_api.components.api.get_user("t")
    with pytest.raises(errors.ClusterError, match="not trusted"):
        await as_oauth.components.api.probe(lying_server.url)


async def test_the_pods_own_authority_counts_for_both(make, lying_server):
    auth = make()
    shutil.copy(lying_server.ca_file, auth.service_account_dir + "/ca.crt")
    assert (await auth.components.api.probe(lying_server.url + "/x")).status == 404


async def test_only_the_one_trait_turns_verification_off(make, lying_server):
    auth = make(validate_server_cert=False)
    assert (await auth.components.api.probe(lying_server.url + "/x")).status == 404
    strict = make()
    with pytest.raises(errors.ClusterError, match="not trusted"):
        await strict.components.api.probe(lying_server.url + "/x")


async def test_connections_are_closed_when_the_hub_ends(make, lying_server):
    """It cancels what goes on beside it."""
    parts = make(api_ca_file=lying_server.ca_file, oauth_ca_file=lying_server.ca_file).components
    task = parts.begin(parts.close_at_the_end())
    await parts.api.probe(lying_server.url)
    assert find_sockets(lying_server.port)
    task.cancel()
    await asyncio.wait({task})
    assert not find_sockets(lying_server.port)


def find_sockets(port):
    """The connections of this process to a port."""
    found = psutil.Process().net_connections("tcp4")
    return [one for one in found if one.raddr and one.raddr.port == port]


async def test_work_beside_the_hub_is_kept_until_it_is_done(make):
    done = []

    async def work():
        done.append(1)

    parts = make().components
    parts.begin(work())
    (task,) = parts.tasks
    await task
    assert done == [1]
    assert parts.tasks == set()
