"""A service that answers as told, on a real socket, for the command's client."""

import ssl

import pytest

from told_service import run_told_service
from workshop_culler.command import client as clients
from workshop_culler.command.connection import Connection


@pytest.fixture
def told_service():
    with run_told_service() as server:
        yield server


@pytest.fixture
def make_client(told_service):
    made = []

    def make(seconds=30.0, **changes):
        known = {"url": told_service.url, "token": "secret-token"} | changes
        made.append(clients.ServiceClient(Connection(**known), seconds))
        return made[-1]

    yield make
    for client in made:
        client.close()


@pytest.fixture
def with_tls(told_service, tmp_path):
    """Have the service speak TLS; the path of its authority."""
    import trustme

    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    told_service.socket = context.wrap_socket(told_service.socket, server_side=True)
    told_service.scheme = "https"
    path = tmp_path / "authority.pem"
    authority.cert_pem.write_to_path(str(path))
    return path
