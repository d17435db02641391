"""The world that the recordings were made in: on a pocket cluster, or on a real one.

The session `contract` passes KUBECONFIG on as CONTRACT_KUBECONFIG, so that no other run of the
tests ever touches a developer's cluster.
"""

from __future__ import annotations

import base64
import hashlib
import http.client
import json
import os
import re
import ssl
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import yaml

import waiting

HERE = Path(__file__).parent
NAMESPACE = "workshop-rec"
SECOND = "workshop-rec-s2"
MORE = "workshop-more"
LEVELS = {"b": "baseline", "r": "restricted", "p": "privileged"}
REDIRECT = "http://127.0.0.1:8000/hub/oauth_callback"
RBAC = "rbac.authorization.k8s.io"


@dataclass(frozen=True)
class Answer:
    status: int
    headers: http.client.HTTPMessage
    body: Any


@dataclass
class Api:
    """One server, over TLS that is verified."""

    url: str
    context: ssl.SSLContext
    cookies: dict[str, str] = field(default_factory=dict)

    def send(self, method: str, path: str, data: bytes | None, headers: dict[str, str]) -> Answer:
        place = urlsplit(self.url)
        connection = http.client.HTTPSConnection(
            place.hostname, place.port, context=self.context, timeout=60
        )
        try:
            connection.request(method, path, data, headers)
            response = connection.getresponse()
            raw = response.read()
        finally:
            connection.close()
        return Answer(response.status, response.headers, parse(response.headers, raw))


def parse(headers: http.client.HTTPMessage, raw: bytes) -> Any:
    if "json" not in (headers.get("Content-Type") or ""):
        return raw.decode()
    try:
        return json.loads(raw)
    except ValueError:
        return [json.loads(line) for line in raw.splitlines()]


def rule(groups: list[str], resources: list[str], verbs: list[str], *names: str) -> dict:
    made = {"apiGroups": groups, "resources": resources, "verbs": verbs}
    return {**made, "resourceNames": list(names)} if names else made


def binding(kind: str, name: str, namespace: str | None, role: str, account: str) -> dict:
    return {
        "apiVersion": f"{RBAC}/v1",
        "kind": kind,
        "metadata": {"name": name, **({"namespace": namespace} if namespace else {})},
        "roleRef": {"apiGroup": RBAC, "kind": "ClusterRole", "name": role},
        "subjects": [{"kind": "ServiceAccount", "name": account, "namespace": NAMESPACE}],
    }


def account(name: str) -> dict:
    metadata = {"name": name, "namespace": NAMESPACE}
    return {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": metadata}


def namespace(name: str, **labels: str) -> dict:
    metadata = {"name": name, "labels": labels}
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": metadata}


CONTAINER = {"name": "c", "image": "example.com/x"}


def in_more(version: str, kind: str, name: str, **fields: Any) -> dict:
    """An object of the namespace of the recordings made later."""
    metadata = {"name": name, "namespace": MORE}
    return {"apiVersion": version, "kind": kind, "metadata": metadata, **fields}


HUB_ROLE = {
    "apiVersion": f"{RBAC}/v1",
    "kind": "ClusterRole",
    "metadata": {"name": "rec-hub"},
    "rules": [
        rule([""], ["namespaces", "limitranges", "resourcequotas"], ["*"]),
        rule([RBAC], ["rolebindings"], ["*"]),
        rule([RBAC], ["clusterroles"], ["bind"], "admin", "edit", "view"),
    ],
}
PLURALS = {
    "Namespace": ("/api/v1", "namespaces"),
    "Pod": ("/api/v1", "pods"),
    "ServiceAccount": ("/api/v1", "serviceaccounts"),
    "ClusterRole": (f"/apis/{RBAC}/v1", "clusterroles"),
    "ClusterRoleBinding": (f"/apis/{RBAC}/v1", "clusterrolebindings"),
    "RoleBinding": (f"/apis/{RBAC}/v1", "rolebindings"),
    "OAuthClient": ("/apis/oauth.openshift.io/v1", "oauthclients"),
    "Group": ("/apis/user.openshift.io/v1", "groups"),
    "Secret": ("/api/v1", "secrets"),
    "Service": ("/api/v1", "services"),
    "PersistentVolumeClaim": ("/api/v1", "persistentvolumeclaims"),
    "Deployment": ("/apis/apps/v1", "deployments"),
}


class World:
    """A cluster with what was set up before a recording's first step, and who its callers are."""

    def __init__(
        self,
        api: Api,
        oauth: Api | None,
        admin: dict[str, str],
        *,
        strict: bool,
        admin_api: Api | None = None,
    ) -> None:
        """`admin_api` is set where the admin shows a certificate, which nobody else may."""
        self.api, self.oauth, self.strict = api, oauth, strict
        self.admin_api = admin_api or api
        self._admin = admin
        self._tokens: dict[str, str] = {"bad": "not-a-token"}
        self._known: dict[tuple[str, str], str] = {}
        self._code = ""
        self._logged_in = ""
        self.client_account = "sa:hub"
        self._version = "0"
        self.made: list[dict] = []
        self.cluster = None

    def serves(self, path: str) -> bool:
        """Whether the cluster has the API group of a path (a plain Kubernetes has not all)."""
        group = re.match(r"/apis/([^/]+)/([^/]+)", path)
        return group is None or self.as_admin("GET", group[0]).status == 200

    def as_admin(self, method: str, path: str, body: Any = None) -> Answer:
        headers = {**self._admin, "Content-Type": "application/json"}
        data = json.dumps(body).encode() if body else None
        return self.admin_api.send(method, path, data, headers)

    def create(self, *objects: dict) -> None:
        for obj in objects:
            answer = self.as_admin("POST", self._path(obj), obj)
            assert answer.status in (201, 409), answer.body
            self.made.append(obj)

    @staticmethod
    def _path(obj: dict) -> str:
        root, plural = PLURALS[obj["kind"]]
        place = obj["metadata"].get("namespace")
        return f"{root}/namespaces/{place}/{plural}" if place else f"{root}/{plural}"

    def clean(self) -> None:
        """Take away what was made, on a real cluster."""
        for obj in reversed(self.made):
            self.as_admin("DELETE", f"{self._path(obj)}/{obj['metadata']['name']}")
        self.as_admin("DELETE", "/api/v1/namespaces/workshop-rec-s1")
        more = (MORE, *(f"{MORE}-{letter}" for letter in LEVELS))
        for name in (NAMESPACE, SECOND, "workshop-rec-s1", "rec-alice", *more):
            self._wait_for(f"/api/v1/namespaces/{name}", status=404, seconds=120)

    def set_up(self, scenario: str) -> None:
        self.create(namespace(NAMESPACE))
        self._wait_for(f"/api/v1/namespaces/{NAMESPACE}/serviceaccounts/default")
        self.create(
            account("hub"),
            account("nobody"),
            HUB_ROLE,
            binding("ClusterRoleBinding", "rec-hub", None, "rec-hub", "hub"),
            binding("RoleBinding", "hub-admin", NAMESPACE, "admin", "hub"),
        )
        if scenario in ("rbac", "quotas"):
            self.create(namespace(SECOND), account("session-b"))
            self._wait_for(f"/api/v1/namespaces/{SECOND}/serviceaccounts/default")
        if scenario == "quotas":
            self.create(binding("RoleBinding", "b-admin", SECOND, "admin", "session-b"))
        if scenario.startswith("oauth"):
            self._set_up_oauth()
        if scenario in ("pod-security", "project-names", "validation", "immutable"):
            self._set_up_more()
        if scenario == "immutable":
            self._set_up_immutable()

    def _set_up_more(self) -> None:
        """The namespaces of the recordings made later, and the pod that `project-names` uses."""
        self.create(namespace(MORE))
        for letter, level in LEVELS.items():
            labels = {"pod-security.kubernetes.io/enforce": level}
            self.create(namespace(f"{MORE}-{letter}", **labels))
        for name in (MORE, *(f"{MORE}-{letter}" for letter in LEVELS)):
            self._wait_for(f"/api/v1/namespaces/{name}/serviceaccounts/default")
        timed = {"name": "timed", "namespace": MORE}
        spec = {"serviceAccountName": "timed", "containers": [CONTAINER]}
        pod = {"metadata": timed, "spec": spec}
        self.create({**account("timed"), "metadata": timed})
        self.create({"apiVersion": "v1", "kind": "Pod", **pod})
        self._learn(self.as_admin("GET", f"/api/v1/namespaces/{MORE}/pods/timed"))

    def _set_up_immutable(self) -> None:
        """What `immutable` tries to change, and the pods that earlier recordings had left."""
        self.remove("/api/v1", "pods", "timed")
        fin = {**in_more("v1", "Secret", "fin", type="Opaque")}
        fin["metadata"]["finalizers"] = ["x.example/y"]
        privileged = {"securityContext": {"privileged": True}}
        template = {"metadata": {"labels": {"a": "b"}}, "spec": {"containers": [CONTAINER]}}
        selector = {"matchLabels": {"a": "b"}}
        claim = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}
        ref = {"apiGroup": RBAC, "kind": "ClusterRole", "name": "view"}
        self.create(
            in_more("v1", "Pod", "free", spec={"containers": [{**CONTAINER, **privileged}]}),
            in_more("v1", "Pod", "im", spec={"containers": [CONTAINER]}),
            in_more("v1", "Pod", "warned", spec={"containers": [CONTAINER]}),
            in_more("v1", "Service", "im", spec={"ports": [{"port": 80}]}),
            in_more("v1", "PersistentVolumeClaim", "im", spec=claim),
            in_more(f"{RBAC}/v1", "RoleBinding", "im", roleRef=ref, subjects=[]),
            in_more("v1", "Secret", "im", data={"a": "Yg=="}, immutable=True),
            in_more(
                "apps/v1",
                "Deployment",
                "im",
                spec={"replicas": 0, "selector": selector, "template": template},
            ),
            fin,
        )
        self.remove("/api/v1", "secrets", "fin")

    def remove_made(self, path: str, made: dict) -> None:
        """Delete what a step of `validation` has made, as its recorder did."""
        path = f"{path.partition('?')[0]}/{made['metadata']['name']}"
        self.as_admin("DELETE", path, {"gracePeriodSeconds": 0})

    def remove(self, root: str, plural: str, name: str) -> None:
        """Delete an object of the namespace `workshop-more`."""
        self.as_admin(
            "DELETE", f"{root}/namespaces/{MORE}/{plural}/{name}", {"gracePeriodSeconds": 0}
        )

    def _set_up_oauth(self) -> None:
        self.create(
            {
                "apiVersion": "oauth.openshift.io/v1",
                "kind": "OAuthClient",
                "metadata": {"name": "rec-client"},
                "secret": "s3cret",
                "grantMethod": "auto",
                "redirectURIs": [REDIRECT],
            },
        )
        if self.cluster is not None:
            self.cluster.add_user("alice", "pw-alice", groups=("students",))
            self.cluster.add_user("bob", "pw-bob")
        annotation = {"serviceaccounts.openshift.io/oauth-redirecturi.hub": REDIRECT}
        self.admin_api.send(
            "PATCH",
            f"/api/v1/namespaces/{NAMESPACE}/serviceaccounts/hub",
            json.dumps({"metadata": {"annotations": annotation}}).encode(),
            {**self._admin, "Content-Type": "application/merge-patch+json"},
        )

    def _wait_for(self, path: str, status: int = 200, seconds: float = 20) -> None:
        waiting.until(lambda: self.as_admin("GET", path).status == status, seconds, pause=0.1)

    def make_self_provisioner(self, name: str) -> None:
        self.create(
            binding("ClusterRoleBinding", "rec-provisioner", None, "self-provisioner", name)
        )

    # -- callers -------------------------------------------------------------

    def token(self, who: str) -> str:
        if who not in self._tokens:
            kind, _, name = who.partition(":")
            self._tokens[who] = (
                self._account_token(name) if kind == "sa" else self._user_token(name)
            )
        return self._tokens[who]

    def _account_token(self, name: str) -> str:
        path = f"/api/v1/namespaces/{NAMESPACE}/serviceaccounts/{name}/token"
        answer = self.as_admin("POST", path, {"spec": {"expirationSeconds": 3600}})
        assert answer.status == 201, answer.body
        return answer.body["status"]["token"]

    def _user_token(self, name: str) -> str:
        user, _, full = name.partition(":")
        scope = "user:full" if full else "user:info user:check-access"
        self.log_in(user)
        query = {
            "client_id": "rec-client",
            "response_type": "code",
            "redirect_uri": REDIRECT,
            "scope": scope,
        }
        answer = self.browse(f"/oauth/authorize?{urlencode(query)}")
        form = {
            "grant_type": "authorization_code",
            "code": code_in(answer.headers["Location"]),
            "redirect_uri": REDIRECT,
            "client_id": "rec-client",
            "client_secret": "s3cret",
        }
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        answer = self.oauth.send("POST", "/oauth/token", urlencode(form).encode(), headers)
        return answer.body["access_token"]

    # -- the OAuth server's browser ------------------------------------------

    def browse(self, path: str, form: dict[str, str] | None = None) -> Answer:
        headers = {"Cookie": "; ".join(f"{k}={v}" for k, v in self.oauth.cookies.items())}
        data = None
        if form is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            data = urlencode(form).encode()
        answer = self.oauth.send("POST" if form is not None else "GET", path, data, headers)
        for cookie in answer.headers.get_all("Set-Cookie") or ():
            name, _, value = cookie.partition(";")[0].partition("=")
            self.oauth.cookies[name] = value
        return answer

    def log_in(self, user: str) -> None:
        """As a browser does: the form of the login page, with its hidden fields."""
        self.oauth.cookies.clear()
        self._logged_in = user
        page = self.browse("/login?then=%2F").body
        form = dict(re.findall(r'name="(csrf|_xsrf|then)"[^>]*value="([^"]*)"', page))
        form.update(username=user, password=f"pw-{user}")
        answer = self.browse("/login", form)
        assert answer.status == 302, answer.body

    # -- steps ---------------------------------------------------------------

    def play(self, step: dict) -> Answer:
        """Send a recorded request as its recorded caller."""
        request, who = step["request"], step["as"]
        path = self._filled_path(request["path"], who)
        if path.startswith("/oauth/"):
            return self._play_oauth(request, path)
        headers = {"Content-Type": request.get("contentType", "application/json")}
        api = self.api
        if who == "admin":
            api = self.admin_api
            headers.update(self._admin)
        elif who != "anonymous":
            headers["Authorization"] = f"Bearer {self.token(who)}"
        body = request.get("body")
        data = json.dumps(self._filled(body, step)).encode() if body is not None else None
        answer = api.send(request["method"], path, data, headers)
        self._learn(answer)
        return answer

    def _play_oauth(self, request: dict, path: str) -> Answer:
        if request["method"] == "GET":
            answer = self.browse(path)
            location = answer.headers.get("Location") or ""
            self._code = code_in(location) or self._code
            return answer
        form = request["form"].replace("code=sha256~<token>", f"code={self._code}")
        form = form.replace(
            "client_secret=<jwt>", f"client_secret={self.token(self.client_account)}"
        )
        headers = {"Content-Type": request["contentType"]}
        answer = self.oauth.send("POST", path, form.encode(), headers)
        if answer.status == 200:
            self._tokens[f"user:{self._logged_in}"] = answer.body["access_token"]
        return answer

    def _filled_path(self, path: str, who: str) -> str:
        """A recorded path with this run's version, and this caller's token where it names one."""
        path = path.replace("resourceVersion=1268", f"resourceVersion={self._version}")
        if "/useroauthaccesstokens/" in path:
            secret = self.token(who).removeprefix("sha256~")
            digest = base64.urlsafe_b64encode(hashlib.sha256(secret.encode()).digest())
            path = f"{path.rpartition('/')[0]}/sha256~{digest.decode().rstrip('=')}"
        return path

    def _filled(self, body: Any, step: dict) -> Any:
        """A recorded body with the values of this run where the recording left some out."""
        if isinstance(body, list):
            return [self._filled(item, step) for item in body]
        if not isinstance(body, dict):
            return self.token("sa:session-a") if body == "<jwt>" else body
        filled = {name: self._filled(value, step) for name, value in body.items()}
        if filled.get("uid") == "<uid>":
            wrong = "00000000-0000-0000-0000-000000000000"
            filled["uid"] = self._known.get((filled.get("kind"), filled.get("name")), wrong)
        if filled.get("userUID") == "<uid>":
            user = self.as_admin("GET", f"/apis/user.openshift.io/v1/users/{filled['userName']}")
            filled["userUID"] = user.body["metadata"]["uid"]
        return filled

    def _learn(self, answer: Answer) -> None:
        body = answer.body
        if not isinstance(body, dict):
            return
        metadata = body.get("metadata", {})
        if body.get("kind", "").endswith("List") and metadata.get("resourceVersion"):
            self._version = metadata["resourceVersion"]
        if metadata.get("uid"):
            self._known[body["kind"], metadata["name"]] = metadata["uid"]


def code_in(location: str) -> str:
    return parse_qs(urlsplit(location).query).get("code", [""])[0]


def _load_certificate(context: ssl.SSLContext, user: dict) -> None:
    """The certificate and key that a kubeconfig names or holds, if any."""
    with tempfile.TemporaryDirectory() as folder:
        files = []
        for name in ("client-certificate", "client-key"):
            file = user.get(name)
            if (data := user.get(f"{name}-data")) is not None:
                file = Path(folder, name)
                file.write_bytes(base64.b64decode(data))
            files.append(file)
        if all(files):
            context.load_cert_chain(*files)


def real_world(path: str) -> World:
    """The cluster of a kubeconfig; its current context must be a cluster admin's."""
    config = yaml.safe_load(Path(path).read_text())
    named = {
        kind: {item["name"]: item for item in config[kind]}
        for kind in ("clusters", "users", "contexts")
    }
    chosen = named["contexts"][config["current-context"]]["context"]
    cluster = named["clusters"][chosen["cluster"]]["cluster"]
    user = named["users"][chosen["user"]]["user"]
    api = Api(cluster["server"], _context_of(cluster))
    admin_api = Api(cluster["server"], _context_of(cluster))
    _load_certificate(admin_api.context, user)
    token = user.get("token") or (
        Path(user["tokenFile"]).read_text() if "tokenFile" in user else ""
    )
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return World(api, None, headers, strict=False, admin_api=admin_api)


def _context_of(cluster: dict) -> ssl.SSLContext:
    """A TLS context of its own: a certificate loaded into it is shown by whoever uses it."""
    data = cluster.get("certificate-authority-data")
    return ssl.create_default_context(
        cadata=base64.b64decode(data).decode() if data else None,
        cafile=cluster.get("certificate-authority"),
    )


@pytest.fixture
def connect() -> Callable[[str], World]:
    """A function that connects to the cluster of a kubeconfig, as the session `contract` does."""
    return real_world


@pytest.fixture
def world(request: pytest.FixtureRequest) -> Iterator[World]:
    """The cluster under test, set up for the scenario that is the test's parameter."""
    kubeconfig = os.environ.get("CONTRACT_KUBECONFIG")
    if kubeconfig:
        made = real_world(kubeconfig)
    else:
        cluster = request.getfixturevalue("cluster")
        context = ssl.create_default_context(cafile=str(cluster.ca_file))
        admin = {"Authorization": f"Bearer {cluster.admin_token}"}
        made = World(Api(cluster.url, context), Api(cluster.oauth_url, context), admin, strict=True)
        made.cluster = cluster
    yield made
    if kubeconfig:
        made.clean()
