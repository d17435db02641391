import ssl
import threading
import urllib.error
import urllib.request

import pytest

from pocket_openshift import server


async def test_it_binds_loopback_on_free_ports_and_ends():
    running = server.Server()
    await running.start()
    settings = running.plane.settings
    assert settings.url.startswith("https://127.0.0.1:")
    assert settings.oauth_url.startswith("https://localhost:")
    await running.stop()
    again = server.Server(server.ListenAddress(port=int(settings.url.rpartition(":")[2])))
    await again.start()
    assert again.plane.settings.url == settings.url
    await again.stop()


async def test_a_port_that_is_taken_is_said():
    running = server.Server()
    await running.start()
    port = int(running.plane.settings.url.rpartition(":")[2])
    with pytest.raises(OSError, match="in use"):
        await server.Server(server.ListenAddress(port=port)).start()
    await running.stop()


def test_tls_is_verified_by_the_ca_and_nothing_else(cluster):
    trusted = ssl.create_default_context(cafile=str(cluster.ca_file))
    with urllib.request.urlopen(f"{cluster.url}/healthz", context=trusted) as answer:
        assert answer.read() == b"ok"
    with pytest.raises(urllib.error.URLError, match="CERTIFICATE_VERIFY_FAILED"):
        urllib.request.urlopen(f"{cluster.url}/healthz")


def test_stopping_ends_open_watches(cluster):
    context = ssl.create_default_context(cafile=str(cluster.ca_file))
    headers = {"Authorization": f"Bearer {cluster.admin_token}"}
    url = f"{cluster.url}/api/v1/namespaces?watch=1"
    with urllib.request.urlopen(
        urllib.request.Request(url, headers=headers), context=context
    ) as watch:
        assert b"ADDED" in watch.readline()
        cluster.stop()
        assert "pocket-openshift" not in [thread.name for thread in threading.enumerate()]


def test_every_behaviour_says_what_it_is_for():
    assert all(made.__doc__ for made in server.BEHAVIOURS)
