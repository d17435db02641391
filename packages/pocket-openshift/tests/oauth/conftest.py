"""A cluster with people and clients in it, and a visitor: a browser without a screen."""

import base64
import http.client
import json
import re
import ssl
from dataclasses import dataclass
from types import SimpleNamespace
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

HUB = "http://127.0.0.1:8000/hub/oauth_callback"
ACCOUNT = "system:serviceaccount:workshop:hub"
URI = "serviceaccounts.openshift.io/oauth-redirecturi.hub"


@dataclass
class Page:
    status: int
    headers: http.client.HTTPMessage
    text: str

    @property
    def location(self):
        return self.headers.get("Location", "")

    @property
    def said(self):
        """The parameters in the address that a redirect leads to."""
        return {name: only for name, (only,) in parse_qs(urlsplit(self.location).query).items()}

    @property
    def json(self):
        return json.loads(self.text)

    def field(self, name):
        """The value of a hidden field."""
        return re.search(rf'name="{name}" value="([^"]*)"', self.text)[1].replace("&amp;", "&")


class Visitor:
    """Keeps cookies, follows nothing."""

    def __init__(self, cluster):
        self.cluster, self.cookies = cluster, {}
        self.tls = ssl.create_default_context(cafile=cluster.ca_file)

    def request(self, method, path, form=None, headers=None):
        place = urlsplit(self.cluster.oauth_url)
        connection = http.client.HTTPSConnection(
            place.hostname, place.port, context=self.tls, timeout=30
        )
        sent = dict(headers or {})
        if self.cookies:
            sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        if form is not None:
            sent["Content-Type"] = "application/x-www-form-urlencoded"
        body = None if form is None else urlencode(form, doseq=True)
        try:
            connection.request(method, path, body, sent)
            response = connection.getresponse()
            text = response.read().decode()
        finally:
            connection.close()
        for cookie in response.headers.get_all("Set-Cookie") or ():
            name, _, value = cookie.split(";")[0].partition("=")
            self.cookies[name] = value
        return Page(response.status, response.headers, text)

    def get(self, path, **headers):
        return self.request("GET", path, headers=headers)

    def post(self, path, form, **headers):
        return self.request("POST", path, form, headers)

    def log_in(self, name, password, then):
        """Fill in the login page; the answer to the form."""
        page = self.get("/login?" + urlencode({"then": then}))
        form = {"then": page.field("then"), "csrf": page.field("csrf")}
        return self.post("/login", {**form, "username": name, "password": password})


def authorize(client="console", **more):
    """The path of a request for a code."""
    query = {"client_id": client, "response_type": "code", "redirect_uri": HUB, "state": "st4te"}
    return "/oauth/authorize?" + urlencode({**query, **more})


def basic(name="alice", password="pw-alice"):
    return {"Authorization": "Basic " + base64.b64encode(f"{name}:{password}".encode()).decode()}


@pytest.fixture
def people(cluster):
    """A cluster with alice and bob, the client `console`, and the account `hub` as a client."""
    cluster.add_user("alice", "pw-alice", ["students"])
    cluster.add_user("bob", "pw-bob")
    cluster.apply(
        {
            "apiVersion": "oauth.openshift.io/v1",
            "kind": "OAuthClient",
            "metadata": {"name": "console"},
            "secret": "s3cret",
            "grantMethod": "auto",
            "redirectURIs": [HUB],
        },
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "workshop"}},
        {
            "apiVersion": "v1",
            "kind": "ServiceAccount",
            "metadata": {"name": "hub", "namespace": "workshop", "annotations": {URI: HUB}},
        },
    )
    return cluster


@pytest.fixture
def visitor(people):
    return Visitor(people)


@pytest.fixture
def code_for(visitor):
    """A function: scope (and more) -> a code for alice and the client `console`."""

    def get(scope="user:info", **more):
        page = visitor.get(authorize(scope=scope, **more), **basic())
        assert page.status == 302, page.text
        return page.said["code"]

    return get


@pytest.fixture
def exchange(visitor):
    """A function: code (and what else to send) -> the answer of /oauth/token."""

    def post(code, /, **more):
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": HUB,
            "client_id": "console",
            "client_secret": "s3cret",
        }
        return visitor.post("/oauth/token", {**form, **more})

    return post


@pytest.fixture
def token_for(code_for, exchange):
    """A function: scope -> an access token of alice."""

    def get(scope="user:full"):
        return exchange(code_for(scope)).json["access_token"]

    return get


@pytest.fixture
def helpers():
    """The functions above, for tests (which do not import each other)."""

    return SimpleNamespace(
        authorize=authorize, basic=basic, Visitor=Visitor, HUB=HUB, ACCOUNT=ACCOUNT
    )
