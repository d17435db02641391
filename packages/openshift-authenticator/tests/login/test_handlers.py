"""The pages of a login in a real hub; the cluster is a real server that says what it wants.

The flows against a cluster that behaves are in test_flows.py. Starting a hub takes seconds, so a
table is played against one hub, each row in a browser of its own.
"""

import json
import time
from contextlib import asynccontextmanager
from urllib.parse import parse_qs, urlsplit

import aiohttp
import pytest
from yarl import URL

from openshift_authenticator import errors
from openshift_authenticator.login import handlers
from workshop_kube.rules.reviews import USER_PATH

WELL_KNOWN = "/.well-known/oauth-authorization-server"
AUTHORIZE = "/oauth/authorize"
TOKEN = "/oauth/token"
CONFIG = """
c.JupyterHub.authenticator_class = "openshift-cluster"
c.JupyterHub.spawner_class = "simple"
c.OpenShiftAuthenticator.openshift_url = {url!r}
c.OpenShiftAuthenticator.api_ca_file = {ca_file!r}
c.OpenShiftAuthenticator.client_id = "jupyterhub"
c.OpenShiftAuthenticator.client_secret = "s3cret-of-the-client"
c.OpenShiftAuthenticator.allowed_users = {{"alice"}}
c.OpenShiftAuthenticator.admin_users = {{"teacher", "kube:admin"}}
"""


def make_user(name):
    return 200, {}, {"metadata": {"name": name, "uid": f"uid-of-{name}"}, "groups": None}


def make_answers(url):
    discovered = {
        "issuer": url,
        "authorization_endpoint": url + AUTHORIZE,
        "token_endpoint": url + TOKEN,
    }
    token = {"access_token": "sha256~good", "token_type": "Bearer", "expires_in": 86400}
    return {
        WELL_KNOWN: (200, {}, discovered),
        AUTHORIZE: (302, {"Location": "/login?then=x"}, ""),
        TOKEN: (200, {}, token),
        USER_PATH: make_user("alice"),
    }


@pytest.fixture
async def hub(hub_factory, lying_server):
    lying_server.answers.update(make_answers(lying_server.url))
    text = CONFIG.format(url=lying_server.url, ca_file=lying_server.ca_file)
    return await hub_factory(text, env={"JUPYTERHUB_CRYPT_KEY": "0123456789abcdef" * 4})


class Visitor:
    """A browser that shows redirects instead of following them."""

    def __init__(self, session, hub):
        self.session, self.hub = session, hub

    async def get(self, path):
        url = path if isinstance(path, URL) else self.hub.url + path
        async with self.session.get(url, allow_redirects=False) as answer:
            return answer.status, answer.headers.get("Location", ""), await answer.text()

    async def begin(self, target=None):
        """Go to the login; answers what is asked of the OAuth server."""
        url = URL(f"{self.hub.url}hub/oauth_login")
        url = url if target is None else url.with_query(next=target)
        status, location, text = await self.get(url)
        assert status == 302, text
        return {key: value[0] for key, value in parse_qs(urlsplit(location).query).items()}

    async def end(self, state, code="abc"):
        """Come back with a code."""
        return await self.get(f"hub/oauth_callback?code={code}&state={state}")


@asynccontextmanager
async def visiting(hub):
    jar = aiohttp.CookieJar(unsafe=True)
    async with aiohttp.ClientSession(cookie_jar=jar) as session:
        yield Visitor(session, hub)


@pytest.mark.hub
async def test_a_login_asks_for_little_and_binds_itself_to_the_browser(hub, lying_server):
    async with visiting(hub) as visitor:
        asked = await visitor.begin()
        assert asked["client_id"] == "jupyterhub"
        assert asked["scope"] == "user:info"
        assert asked["code_challenge_method"] == "S256"
        assert len(asked["code_challenge"]) == 43
        cookies = {cookie.key: cookie for cookie in visitor.session.cookie_jar}
        (stolen,) = [cookies[name] for name in cookies if name.startswith("oauthenticator-state-")]
        assert stolen["httponly"]
        assert stolen["path"] == "/hub/", "servers behind the hub do not see it"
        status, location, text = await visitor.end(asked["state"])
        assert (status, location) == (302, "/hub/spawn"), text
        sent = next(request for request in lying_server.seen if request.path == TOKEN)
        form = parse_qs(sent.body.decode())
        assert form["client_secret"] == ["s3cret-of-the-client"]
        assert form["redirect_uri"] == [f"{hub.url}hub/oauth_callback"]
        assert len(form["code_verifier"][0]) >= 43

        # What is known about this login is shown to whom it belongs.
        status, _, text = await visitor.get("hub/openshift-login")
        shown = json.loads(text)
        assert (shown["name"], shown["uid"]) == ("alice", "uid-of-alice")
        assert "hub" not in shown

        # A state is good once, even for whoever stole the cookie.
        visitor.session.cookie_jar.update_cookies({stolen.key: stolen.value}, URL(hub.url + "hub/"))
        status, _, text = await visitor.end(asked["state"])
        assert status == 400
        assert "used before" in text

    async with visiting(hub) as visitor:
        status, _, text = await visitor.end(asked["state"])
        assert status == 400
        assert "not begun in this browser" in text
        status, location, _ = await visitor.get("hub/openshift-login")
        assert (status, urlsplit(location).path) == (302, "/hub/login")

    async with visiting(hub) as visitor:
        # Two tabs, in whichever order they come back; of many, the newest.
        older, newer = await visitor.begin("/hub/home?a"), await visitor.begin("/hub/home?b")
        assert (await visitor.end(older["state"]))[:2] == (302, "/hub/home?a")
        assert (await visitor.end(newer["state"]))[:2] == (302, "/hub/home?b")
        tabs = [await visitor.begin() for _ in range(12)]
        ends = [(await visitor.end(tab["state"]))[0] for tab in tabs]
        assert ends == [400] * 7 + [302] * 5

    async with visiting(hub) as visitor:
        lying_server.answers[USER_PATH] = make_user("teacher")
        asked = await visitor.begin()
        await visitor.end(asked["state"])
        shown = json.loads((await visitor.get("hub/openshift-login"))[2])
        assert shown["hub"]["problem"] is None
        assert shown["hub"]["client_id"] == "jupyterhub"

    async with visiting(hub) as visitor:
        lying_server.answers[USER_PATH] = make_user("kube:admin")
        asked = await visitor.begin("/hub/home")
        assert (await visitor.end(asked["state"]))[:2] == (302, "/hub/home")
        assert (await visitor.get("hub/home"))[0] == 200

    assert "s3cret-of-the-client" not in hub.log_text
    assert "sha256~good" not in hub.log_text


NEXT = [
    "//evil.example/",
    "/\\evil.example/",
    "\\\\evil.example/",
    "https:evil.example",
    "https:/evil.example",
    "https:///evil.example",
    "https://evil.example/",
    "///evil.example",
    "\t//evil.example/",
    "/hub/../../evil",
    "javascript:alert(1)",
    "%2f%2fevil.example",
    "\uff0f\uff0fevil.example",
    "http://127.0.0.1@evil.example/",
]
STATES = ["", "nonsense", "e30=", "bnVsbA==", "%00", "W10=", "eyJz", "%C3%A9"]
REFUSALS = {
    "a scope that accounts cannot have": (
        "error=access_denied&error_description=scope+denied%3A+user%3Afull",
        400,
        "does not give",
    ),
    "the person pressed Deny": ("error=access_denied", 403, "You did not allow this hub"),
    "an unknown scope": ("error=invalid_scope&error_description=x", 400, "does not know one"),
    "a server in trouble": ("error=server_error", 503, "at the moment"),
    "words of somebody else": (
        "error=x&error_description=%3Cscript%3Ecall+0190%3C/script%3E",
        400,
        "sent you back",
    ),
}
BACK = {
    "the secret is wrong": (TOKEN, 400, {"error": "unauthorized_client"}, 500, "has not"),
    "the token endpoint is down": (TOKEN, 503, "", 503, "answered 503"),
    "the token endpoint talks nonsense": (TOKEN, 200, "<p>", 500, "no token"),
    "the API may not say": (USER_PATH, 403, {}, 503, "answered 403"),
    "the API is down": (USER_PATH, 500, {}, 503, "answered 500"),
    "the API talks nonsense": (USER_PATH, 200, "<p>", 500, "no JSON object"),
    "the API names nobody": (USER_PATH, 200, {}, 500, "names nobody"),
    "a name that the hub cannot hold": (
        USER_PATH,
        200,
        {"metadata": {"name": "system:admin"}},
        403,
        "belong to the cluster itself",
    ),
    "somebody not allowed": (
        USER_PATH,
        200,
        make_user("mallory")[2],
        403,
        "known to the cluster as mallory",
    ),
}


@pytest.mark.hub
async def test_what_may_go_wrong_on_the_way_back(hub, lying_server):
    for target in NEXT:
        async with visiting(hub) as visitor:
            asked = await visitor.begin(target)
            status, location, text = await visitor.end(asked["state"])
            assert status == 302, (target, text)
            assert location.startswith("/"), target
            assert location[1:2] not in ("/", "\\"), target
            assert urlsplit(location).netloc == "", target

    for state in STATES:
        async with visiting(hub) as visitor:
            await visitor.begin()
            status, _, text = await visitor.end(state)
            assert (status, "Log in again" in text) == (400, True), state

    for case, (query, status, sentence) in REFUSALS.items():
        async with visiting(hub) as visitor:
            answered, _, text = await visitor.get(f"hub/oauth_callback?{query}")
            assert (answered, sentence in text) == (status, True), (case, text)
            assert "0190" not in text

    for case, (path, says, body, status, sentence) in BACK.items():
        async with visiting(hub) as visitor:
            lying_server.answers.update(make_answers(lying_server.url))
            asked = await visitor.begin()
            lying_server.answers[path] = (says, {}, body)
            answered, _, text = await visitor.end(asked["state"])
            assert (answered, sentence in text) == (status, True), (case, text)
    assert "Traceback" not in hub.log_text


THERE = {
    "discovery is down": (WELL_KNOWN, 503, "", 503, "answered 503"),
    "discovery is switched off": (WELL_KNOWN, 404, "", 500, "GenericOAuthenticator"),
    "discovery is no JSON": (WELL_KNOWN, 200, "<p>", 500, "not JSON"),
    "the redirect is not registered": (
        AUTHORIZE,
        400,
        {"error": "invalid_request"},
        500,
        "does not register",
    ),
    "the client is not registered": (
        AUTHORIZE,
        400,
        {"error": "unauthorized_client"},
        500,
        "knows no OAuthClient jupyterhub",
    ),
    "all is well at last": (AUTHORIZE, 302, "", 302, ""),
}


@pytest.mark.hub
async def test_what_may_go_wrong_on_the_way_there(hub_factory, lying_server):
    """The hub starts while the cluster is down, and needs no other start once it is mended."""
    lying_server.answers[WELL_KNOWN] = (503, {}, "")
    text = CONFIG.format(url=lying_server.url, ca_file=lying_server.ca_file)
    hub = await hub_factory(text)
    for case, (path, says, body, status, sentence) in THERE.items():
        lying_server.answers.update(make_answers(lying_server.url))
        lying_server.answers[path] = (says, {"Location": "/login"}, body)
        deadline = time.monotonic() + 30
        async with visiting(hub) as visitor:
            # A failure is repeated to others for a moment, so ask until it is this one.
            answered, text = None, ""
            while (answered, sentence in text) != (status, True):
                assert time.monotonic() < deadline, (case, answered, text)
                answered, _, text = await visitor.get("hub/oauth_login")
    assert "Traceback" not in hub.log_text


def test_an_error_for_a_person_hides_the_command():
    error = errors.MisconfiguredError("It is not registered.", command="oc annotate x")
    shown = handlers.make_http_error(error).log_message
    assert shown == "It is not registered. The hub's log says what its admin has to run."


def test_an_error_has_a_way_on():
    error = handlers.refuse(400, "Alas <b>.")
    assert "Alas &lt;b&gt;." in error.jupyterhub_html_message
    assert 'href="login"' in error.jupyterhub_html_message
