"""Calls to servers that misbehave, over real TLS: every one ends in a sentence."""

import asyncio
import logging
import socket

import pytest
import trustme

from openshift_authenticator import errors
from openshift_authenticator.cluster import client
from workshop_kube.openshift_login.tokens import OWN_TOKENS_PATH
from workshop_kube.rules.reviews import USER_PATH

TOKEN = "sha256~do-not-log-me"
HUNG_UP = r"(no connection to|no answer from) localhost"


async def test_a_user_document(api, lying_server):
    lying_server.answers[USER_PATH] = (200, {}, {"metadata": {"name": "alice"}})
    assert await api.get_user(TOKEN) == {"metadata": {"name": "alice"}}
    (request,) = lying_server.seen
    assert request.headers["Authorization"] == f"Bearer {TOKEN}"
    assert TOKEN not in request.uri


@pytest.mark.parametrize("status", [400, 401, 403, 404, 429, 500, 503])
async def test_a_refusal_keeps_its_status_and_its_message(api, lying_server, status):
    body = {"kind": "Status", "message": "scopes [user:info] prevent this action"}
    lying_server.answers[USER_PATH] = (status, {"Retry-After": "7"}, body)
    with pytest.raises(errors.ClusterError, match="prevent this action") as caught:
        await api.get_user(TOKEN)
    assert caught.value.status == status
    assert caught.value.retry_after == (7 if status in (429, 500, 503) else None)


@pytest.mark.parametrize("body", ["<html>", "[]", "null", "[" * 5000])
async def test_an_answer_that_is_no_object(api, lying_server, body):
    lying_server.answers[USER_PATH] = (200, {}, body)
    with pytest.raises(errors.BadDocumentError, match="no JSON object"):
        await api.get_user(TOKEN)


async def test_a_redirect_is_not_followed(api, lying_server):
    lying_server.answers[USER_PATH] = (302, {"Location": lying_server.url + "/x"}, "")
    with pytest.raises(errors.ClusterError):
        await api.get_user(TOKEN)
    assert len(lying_server.seen) == 1


async def test_a_slow_server_is_given_up(lying_server, api_at):
    released = asyncio.Event()

    async def slow(request):
        await released.wait()
        return 200, {}, {}

    lying_server.answers[USER_PATH] = slow
    api = api_at(lying_server.url, lying_server.ca_file, timeout=0.2)
    with pytest.raises(errors.ClusterError, match=r"did not answer within 0\.2 seconds"):
        await api.get_user(TOKEN)
    released.set()


async def test_an_endless_answer_is_given_up(api, lying_server):
    lying_server.answers[USER_PATH] = (200, {}, b" " * (client.MAX_BYTES + 1))
    with pytest.raises(errors.BadDocumentError):
        await api.get_user(TOKEN)


async def test_a_server_with_another_authority_is_not_talked_to(lying_server, api_at, tmp_path):
    other = tmp_path / "other.crt"
    trustme.CA().cert_pem.write_to_path(other)
    api = api_at(lying_server.url, str(other))
    with pytest.raises(errors.ClusterError, match=r"not trusted.*api_ca_file"):
        await api.get_user(TOKEN)
    assert lying_server.seen == []


async def test_a_certificate_for_another_name_is_not_trusted(lying_server, api_at):
    api = api_at(f"https://127.0.0.1:{lying_server.port}", lying_server.ca_file)
    with pytest.raises(errors.ClusterError, match="not trusted"):
        await api.get_user(TOKEN)


async def test_nobody_listens(api_at, lying_server):
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        url = f"https://127.0.0.1:{sock.getsockname()[1]}"
        with pytest.raises(
            errors.ClusterError, match=r"no connection to 127\.0\.0\.1:\d+: Connection refused"
        ):
            await api_at(url, lying_server.ca_file).get_user(TOKEN)


async def test_a_name_that_does_not_exist(api_at, lying_server):
    api = api_at("https://no-such-host.invalid", lying_server.ca_file)
    with pytest.raises(errors.ClusterError, match=r"no connection to no-such-host\.invalid"):
        await api.get_user(TOKEN)


async def test_a_server_that_hangs_up(api_at, lying_server):
    async def hang_up(reader, writer):
        writer.close()

    server = await asyncio.start_server(hang_up, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server:
        api = api_at(f"https://localhost:{port}", lying_server.ca_file)
        with pytest.raises(errors.ClusterError, match=HUNG_UP):
            await api.get_user(TOKEN)


async def test_a_server_that_speaks_no_http(api_at, lying_server, authority):
    import ssl

    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("localhost").configure_cert(context)

    async def talk(reader, writer):
        await reader.readline()
        writer.write(b"SSH-2.0-OpenSSH_9.2\r\n")
        writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0, ssl=context)
    port = server.sockets[0].getsockname()[1]
    async with server:
        api = api_at(f"https://localhost:{port}", lying_server.ca_file)
        with pytest.raises(errors.ClusterError, match=HUNG_UP):
            await api.get_user(TOKEN)


async def test_nothing_secret_is_logged_at_debug(api, lying_server, caplog):
    caplog.set_level(logging.DEBUG)
    lying_server.answers[USER_PATH] = (500, {}, "oops")
    lying_server.answers["/oauth/token"] = (400, {}, {"error": "unauthorized_client"})
    with pytest.raises(errors.ClusterError):
        await api.get_user(TOKEN)
    await api.exchange_code(lying_server.url + "/oauth/token", {"client_secret": "s3cret"})
    assert TOKEN not in caplog.text
    assert "s3cret" not in caplog.text


async def test_revoking_what_is_gone_is_fine(api, lying_server):
    lying_server.answers[OWN_TOKENS_PATH + "sha256~abc"] = (404, {}, {"kind": "Status"})
    await api.delete_own_token("sha256~abc", TOKEN)
    assert lying_server.seen[0].method == "DELETE"
