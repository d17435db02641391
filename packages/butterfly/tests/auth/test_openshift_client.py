"""Calls to a cluster that misbehaves, over real TLS: each ends in a sentence, in time."""

import asyncio
import ssl

import pytest
import trustme
from tornado import httpserver, netutil, web

from jupyterhub_butterfly.auth import RefusedError, UnansweredError, openshift_client
from workshop_kube.openshift_login import tokens

USER = "/apis/user.openshift.io/v1/users/~"
WELL_KNOWN = "/.well-known/oauth-authorization-server"


@pytest.fixture
async def lying(tmp_path):
    """A server that answers each path as the test says, and the client of it."""
    answers, seen = {}, []

    class Handler(web.RequestHandler):
        async def prepare(self):
            seen.append((self.request.method, self.request.path))
            answer = answers.get(self.request.path, (404, "404 page not found"))
            if callable(answer):
                answer = await answer()
            self.set_status(answer[0])
            self.finish(answer[1])

    authority = trustme.CA()
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("localhost").configure_cert(context)
    server = httpserver.HTTPServer(web.Application([(".*", Handler)]), ssl_options=context)
    sockets = netutil.bind_sockets(0, "127.0.0.1")
    server.add_sockets(sockets)
    url = f"https://localhost:{sockets[0].getsockname()[1]}"
    authority.cert_pem.write_to_path(tmp_path / "ca.crt")
    (tmp_path / "token").write_text("own-token\n")

    class Lying:
        def client(self, folder=tmp_path, **more):
            account = openshift_client.Account(folder, "lab", "term", url)
            return openshift_client.OpenShiftClient(account, **more)

    lying = Lying()
    lying.answers, lying.seen, lying.url = answers, seen, url
    yield lying
    server.stop()
    await server.close_all_connections()


@pytest.mark.parametrize("answer", [(200, "<p>"), (200, "[]"), (200, "{}"), (500, ""), (404, "")])
async def test_a_document_that_names_no_login(lying, answer):
    lying.answers[WELL_KNOWN] = answer
    with pytest.raises(UnansweredError):
        await lying.client().discover()


async def test_where_to_log_in_is_asked_once(lying):
    keys = ("issuer", "authorization_endpoint", "token_endpoint")
    lying.answers[WELL_KNOWN] = (200, {key: f"{lying.url}/{key}" for key in keys})
    client = lying.client()
    for _ in range(3):
        assert (await client.discover()).token.endswith("/token_endpoint")
    assert len(lying.seen) == 1
    for answer, error in {
        (400, "{}"): RefusedError,
        (200, "{}"): RefusedError,
        (503, ""): UnansweredError,
        (429, ""): UnansweredError,
        (302, ""): UnansweredError,
    }.items():
        lying.answers["/token_endpoint"] = answer
        with pytest.raises(error):
            await client.exchange("code", "verifier", "https://here/oauth_callback")


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (401, RefusedError),
        (403, UnansweredError),
        (429, UnansweredError),
        (500, UnansweredError),
        (200, UnansweredError),
    ],
)
async def test_only_a_401_is_a_firm_no_to_a_review(lying, status, error):
    lying.answers[openshift_client.REVIEWS] = (status, {})
    with pytest.raises(error):
        await lying.client().may_enter("sha256~x")


@pytest.mark.parametrize("answer", [(200, "{}"), (200, {"metadata": None}), (200, "<p>")])
async def test_a_user_document_that_names_nobody(lying, answer):
    lying.answers[USER] = answer
    with pytest.raises(UnansweredError):
        await lying.client().get_name("sha256~x")


async def test_no_answer_is_waited_for_a_bounded_time(lying, monkeypatch):
    monkeypatch.setattr(openshift_client, "REQUEST_SECONDS", 0.3)
    never = asyncio.Event()

    async def hang():
        await never.wait()
        return 200, "{}"

    lying.answers[USER] = hang
    with pytest.raises(UnansweredError):
        async with asyncio.timeout(120):
            await lying.client().get_name("sha256~x")
    never.set()


async def test_an_unknown_authority_is_named_with_the_way_out(lying, tmp_path):
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    with pytest.raises(UnansweredError, match="OAUTH_CA_FILE"):
        await lying.client(folder).discover()
    lying.answers[USER] = (200, {"metadata": {"name": "ada"}})
    client = lying.client(folder, ca_file=str(tmp_path / "ca.crt"))
    assert await client.get_name("sha256~x") == "ada"


@pytest.mark.parametrize("status", [200, 403, 404, 401, 500])
async def test_a_token_that_is_not_revoked_keeps_nobody(lying, status):
    path = tokens.ALL_TOKENS_PATH + "sha256~ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0"
    lying.answers[path] = (status, "{}")
    await lying.client().revoke("sha256~abc")
    assert lying.seen == [("DELETE", path)]


async def test_an_account_that_is_unmounted_is_trouble(lying, tmp_path):
    (tmp_path / "token").unlink()
    with pytest.raises(UnansweredError, match="own account"):
        lying.client().account.read_token()
    await lying.client().revoke("sha256~abc")
