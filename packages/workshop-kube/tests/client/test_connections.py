"""Where the cluster is and who we are, from whatever says it."""

import os

import pytest
import yaml
from kubernetes_asyncio import client as library
from kubernetes_asyncio import config as library_config

from workshop_kube import client, errors
from workshop_kube.client import connections
from workshop_kube.rules.manifests import make_reference


@pytest.fixture
def account(cluster, space, tmp_path):
    """The folder of a mounted account; `write(token)` replaces its token."""
    cluster.apply(make_reference("v1", "ServiceAccount", "hub", space))
    (tmp_path / "ca.crt").write_bytes(cluster.ca_file.read_bytes())
    (tmp_path / "namespace").write_text(space)
    (tmp_path / "token").write_text(cluster.token(space, "hub") + "\n")
    return tmp_path


def environ(cluster):
    host, _, port = cluster.url.removeprefix("https://").partition(":")
    return {"KUBERNETES_SERVICE_HOST": host, "KUBERNETES_SERVICE_PORT": port}


async def who(connection):
    async with client.Cluster(connection) as cluster:
        return (await cluster.whoami()).name


async def test_a_mounted_account(cluster, account):
    connection = client.in_cluster(environ(cluster), account)
    assert await who(connection) == "system:serviceaccount:class:hub"
    assert connection.namespace == "class"


async def test_a_mounted_token_is_read_at_each_request(cluster, account):
    async with client.Cluster(client.in_cluster(environ(cluster), account)) as kube:
        assert (await kube.whoami()).name == "system:serviceaccount:class:hub"
        (account / "token").write_text(cluster.admin_token)
        assert (await kube.whoami()).name == "system:admin"
        (account / "token").write_text("")
        with pytest.raises(errors.CredentialsError, match="token is empty"):
            await kube.whoami()


async def test_a_rotated_bundle_is_read_again(cluster, account):
    pem = (account / "ca.crt").read_bytes()
    (account / "ca.crt").unlink()
    async with client.Cluster(client.in_cluster(environ(cluster), account)) as kube:
        with pytest.raises(errors.CertificateError):
            await kube.whoami()
        (account / "ca.crt").write_bytes(pem)
        assert await kube.whoami()


def test_what_is_no_pod(tmp_path):
    with pytest.raises(errors.CredentialsError, match="no pod with an account"):
        client.in_cluster({"KUBERNETES_SERVICE_HOST": "10.0.0.1"}, tmp_path)


@pytest.mark.parametrize("told", [{}, {"KUBERNETES_SERVICE_PORT": "6443"}])
def test_without_an_address_the_name_that_each_pod_knows(account, told):
    assert client.in_cluster(told, account).server == "https://kubernetes.default.svc:443"


async def test_a_service_of_a_hub_finds_the_mounted_account(account):
    found = await client.find_connection({}, account)
    assert (found.server, found.namespace) == ("https://kubernetes.default.svc:443", "class")


def test_the_address_of_a_cluster_of_ipv6():
    assert connections.make_server_url("fd00::1", "443") == "https://[fd00::1]:443"


async def test_a_kubeconfig(cluster):
    assert await who(await client.load_kubeconfig(cluster.kubeconfig)) == "system:admin"


async def test_a_kubeconfig_with_files_beside_it(cluster, tmp_path):
    document = yaml.safe_load(cluster.kubeconfig.read_text())
    document["clusters"][0]["cluster"] = {
        "server": cluster.url,
        "certificate-authority": "own-ca.crt",
    }
    document["users"][0]["user"] = {"tokenFile": "own-token"}
    (tmp_path / "own-ca.crt").write_bytes(cluster.ca_file.read_bytes())
    (tmp_path / "own-token").write_text(cluster.admin_token)
    path = tmp_path / "config"
    path.write_text(yaml.safe_dump(document))
    assert await who(await client.load_kubeconfig(path)) == "system:admin"


async def test_a_kubeconfig_whose_plugin_gives_the_token(cluster, tmp_path):
    document = yaml.safe_load(cluster.kubeconfig.read_text())
    credential = (
        '{"apiVersion": "client.authentication.k8s.io/v1", "kind": "ExecCredential", '
        '"status": {"token": "' + cluster.admin_token + '"}}'
    )
    document["users"][0]["user"] = {
        "exec": {
            "apiVersion": "client.authentication.k8s.io/v1",
            "command": "echo",
            "args": [credential],
            "interactiveMode": "Never",
        }
    }
    path = tmp_path / "config"
    path.write_text(yaml.safe_dump(document))
    connection = await client.load_kubeconfig(path)
    assert await who(connection) == "system:admin"
    assert connection.namespace == "default"


@pytest.mark.parametrize("text", [None, "a: [", "[]", "current-context: x"])
async def test_a_kubeconfig_that_cannot_be_used(tmp_path, text):
    path = tmp_path / "config"
    if text is not None:
        path.write_text(text)
    with pytest.raises(errors.CredentialsError, match="cannot be used as a kubeconfig"):
        await client.load_kubeconfig(path)


async def test_the_client_of_kubespawner(cluster):
    configuration = library.Configuration()
    await library_config.load_kube_config(
        str(cluster.kubeconfig), client_configuration=configuration
    )
    connection = client.from_configuration(configuration)
    assert await who(connection) == "system:admin"
    configuration.api_key["BearerToken"] = "Bearer nonsense"
    async with client.Cluster(connection) as kube:
        with pytest.raises(errors.UnauthorizedError):
            await kube.whoami()


async def test_the_bundle_of_kubespawners_client_may_be_rotated(cluster, tmp_path):
    configuration = library.Configuration(host=cluster.url)
    configuration.api_key["BearerToken"] = f"Bearer {cluster.admin_token}"
    configuration.ssl_ca_cert = str(tmp_path / "ca.crt")
    async with client.Cluster(client.from_configuration(configuration)) as kube:
        with pytest.raises(errors.CertificateError):
            await kube.whoami()
        (tmp_path / "ca.crt").write_bytes(cluster.ca_file.read_bytes())
        assert (await kube.whoami()).name == "system:admin"


async def test_the_proxy_of_the_environment_is_the_librarys_habit(monkeypatch):
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example:3128")
    monkeypatch.setenv("NO_PROXY", "in.example")
    assert connections.find_proxy("https://api.example") == "http://proxy.example:3128"
    assert connections.find_proxy("https://in.example") == ""


async def test_credentials_are_found(cluster, account, monkeypatch, tmp_path):
    found = {"KUBECONFIG": os.pathsep.join([str(tmp_path / "none"), str(cluster.kubeconfig)])}
    assert await who(await client.find_connection(found, account)) == "system:admin"
    inside = await client.find_connection(environ(cluster), account)
    assert await who(inside) == "system:serviceaccount:class:hub"
    monkeypatch.setenv("HOME", str(tmp_path))
    with pytest.raises(errors.CredentialsError, match="Set KUBECONFIG"):
        await client.find_connection({}, tmp_path / "none")
