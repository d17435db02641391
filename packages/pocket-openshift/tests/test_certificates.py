import ssl
import stat

import pytest

from pocket_openshift import certificates


def handshake(server_context, client_context, name):
    """TLS in memory; raises ssl.SSLError when the client does not believe the server."""
    to_client, to_server = ssl.MemoryBIO(), ssl.MemoryBIO()
    server = server_context.wrap_bio(to_server, to_client, server_side=True)
    client = client_context.wrap_bio(to_client, to_server, server_hostname=name)
    for _ in range(4):
        for side in (client, server):
            try:
                side.do_handshake()
            except ssl.SSLWantReadError:
                continue


@pytest.fixture(scope="module")
def authority():
    return certificates.Authority()


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost", "kubernetes.default.svc"])
def test_the_ca_vouches_for_the_names_of_the_server(authority, name):
    client = ssl.create_default_context(cadata=authority.pem)
    handshake(authority.server_context(), client, name)


def test_another_name_is_not_believed(authority):
    client = ssl.create_default_context(cadata=authority.pem)
    with pytest.raises(ssl.SSLCertVerificationError):
        handshake(authority.server_context(), client, "example.org")
    handshake(authority.server_context("example.org"), client, "example.org")


def test_a_kept_ca_is_the_same_after_a_restart(tmp_path):
    first = certificates.Authority(tmp_path)
    again = certificates.Authority(tmp_path)
    assert first.pem == again.pem
    client = ssl.create_default_context(cadata=first.pem)
    handshake(again.server_context(), client, "localhost")


def test_the_kept_key_is_for_its_owner_only(tmp_path):
    certificates.Authority(tmp_path)
    assert stat.S_IMODE((tmp_path / "ca.key").stat().st_mode) == 0o600
