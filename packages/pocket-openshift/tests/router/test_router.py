"""Requests and websockets through the router to real pods."""

import asyncio
import http.client
import ssl
import subprocess
import sys

import pytest

import waiting

pytestmark = pytest.mark.programs

# Answers with its own name and what it was asked, and echoes websockets.
SERVER = """
import json, os, tornado.ioloop, tornado.web, tornado.websocket
class Page(tornado.web.RequestHandler):
    def get(self, path):
        seen = {key: self.request.headers.get_list(key) for key in self.request.headers}
        self.write({"pod": os.environ["POD"], "path": self.request.uri, "headers": seen})
    def post(self, path):
        self.write(self.request.body)
class Echo(tornado.websocket.WebSocketHandler):
    def check_origin(self, origin): return True
    def on_message(self, message): self.write_message("echo " + message)
app = tornado.web.Application([("/ws", Echo), ("(/.*)", Page)])
app.listen(8000, os.environ["IP"])
tornado.ioloop.IOLoop.current().start()
"""
ENV = [
    {"name": "IP", "valueFrom": {"fieldRef": {"fieldPath": "status.podIP"}}},
    {"name": "POD", "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}},
]


@pytest.fixture
def routed(ws):
    """A node with a router, a web pod `a` behind service `web`."""
    ws.node = ws.cluster.start_node(router_port=0, router_tls_port=0)
    ws.router = ws.node.router
    ports = [{"name": "http", "port": 80, "targetPort": "web"}]
    ws.apply("Service", "web", spec={"selector": {"app": "web"}, "ports": ports})
    run_web(ws, "a")
    return ws


def run_web(ws, name):
    container = {
        "name": "c",
        "image": "x",
        "command": [sys.executable, "-c", SERVER],
        "env": ENV,
        "ports": [{"name": "web", "containerPort": 8000}],
    }
    pod = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "namespace": "ws", "labels": {"app": "web"}},
        "spec": {"containers": [container], "terminationGracePeriodSeconds": 0},
    }
    ws.cluster.apply(pod)
    ws.until_ready(name)


def make_route(ws, name, host, **spec):
    route = {
        "apiVersion": "route.openshift.io/v1",
        "kind": "Route",
        "metadata": {"name": name, "namespace": "ws"},
        "spec": {"host": host, "to": {"kind": "Service", "name": "web"}} | spec,
    }
    ws.cluster.apply(route)


def ask(router, host, path="/", method="GET", body=None, headers=None, tls=False):
    """An answer: status, headers, body."""
    if tls:
        context = ssl.create_default_context(cadata=router.ca_pem)
        connection = Tls("127.0.0.1", router.tls_port, context=context, timeout=120)
        connection.name = host
    else:
        connection = http.client.HTTPConnection("127.0.0.1", router.port, timeout=120)
    try:
        connection.request(method, path, body, {"Host": host} | (headers or {}))
        response = connection.getresponse()
        return response.status, response.headers, response.read()
    finally:
        connection.close()


class Tls(http.client.HTTPSConnection):
    """Asks 127.0.0.1 for a certificate of another name."""

    def connect(self):
        http.client.HTTPConnection.connect(self)
        self.sock = self._context.wrap_socket(self.sock, server_hostname=self.name)


def until_admitted(ws, name):
    path = "/apis/route.openshift.io/v1/namespaces/ws/routes/" + name
    waiting.until(lambda: ws.cluster.request("GET", path).body.get("status", {}).get("ingress"))
    return ws.cluster.request("GET", path).body


def until_answer(router, host, path="/", wanted=200, **options):
    """The router hears of changes by its own watch, and the pod takes a moment to listen."""
    answers = [ask(router, host, path, **options)]

    def answered():
        answers.append(ask(router, host, path, **options))
        return answers[-1][0] == wanted

    if answers[0][0] != wanted:
        waiting.until(answered)
    return answers[-1][1:]


def test_a_route_leads_to_the_pod(routed):
    make_route(routed, "r", "r.example")
    _, body = until_answer(routed.router, "r.example", "/some/path?q=1")
    assert b'"pod": "a"' in body
    assert b'"path": "/some/path?q=1"' in body


def test_the_route_says_that_it_is_admitted(routed):
    make_route(routed, "r", "r.example")
    route = until_admitted(routed, "r")
    entry = route["status"]["ingress"][0]
    assert entry["host"] == "r.example"
    assert entry["conditions"][0]["status"] == "True"


def test_an_ingress_leads_to_the_pod_by_path(routed):
    backend = {"service": {"name": "web", "port": {"number": 80}}}
    paths = [{"path": "/app", "pathType": "Prefix", "backend": backend}]
    ingress = {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "Ingress",
        "metadata": {"name": "i", "namespace": "ws"},
        "spec": {"rules": [{"host": "i.example", "http": {"paths": paths}}]},
    }
    routed.cluster.apply(ingress)
    until_answer(routed.router, "i.example", "/app/page")
    assert ask(routed.router, "i.example", "/apple")[0] == 503


def test_a_service_is_reached_by_its_own_name(routed):
    _, body = until_answer(routed.router, "web.ws.svc")
    assert b'"pod": "a"' in body


def test_an_unknown_host_is_told_so(routed):
    status, _, body = ask(routed.router, "nobody.example")
    assert status == 503
    assert b"No route, ingress or service answers to nobody.example" in body


def test_only_ready_pods_are_asked(routed):
    routed.delete("a")
    routed.until_gone("a")
    _, body = until_answer(routed.router, "web.ws.svc", wanted=503)
    assert b"No ready pod is behind service ws/web" in body
    run_web(routed, "b")
    _, body = until_answer(routed.router, "web.ws.svc")
    assert b'"pod": "b"' in body


def test_bodies_go_both_ways(routed):
    until_answer(routed.router, "web.ws.svc")
    body = bytes(range(256)) * 8000
    _, answer = until_answer(routed.router, "web.ws.svc", method="POST", body=body)
    assert answer == body


def test_a_client_cannot_forge_where_it_comes_from(routed):
    headers = {"X-Forwarded-For": "10.9.8.7", "X-Forwarded-Proto": "https", "Forwarded": "for=x"}
    _, body = until_answer(routed.router, "web.ws.svc", headers=headers)
    assert b"10.9.8.7" not in body
    assert b'"X-Forwarded-For": ["127.0.0.1"]' in body
    assert b'"X-Forwarded-Proto": ["http"]' in body
    assert b'"Forwarded"' not in body


async def test_a_websocket_goes_through(routed):
    import tornado.httpclient
    import tornado.websocket

    make_route(routed, "r", "r.example")
    await asyncio.to_thread(until_answer, routed.router, "r.example")
    url = f"http://127.0.0.1:{routed.router.port}/ws"
    request = tornado.httpclient.HTTPRequest(
        url.replace("http", "ws"), headers={"Host": "r.example"}
    )
    socket = await tornado.websocket.websocket_connect(request)
    for word in ("one", "two"):
        await socket.write_message(word)
        assert await asyncio.wait_for(socket.read_message(), 120) == "echo " + word
    socket.close()
    assert await asyncio.wait_for(socket.read_message(), 120) is None


def test_tls_ends_at_the_router(routed):
    make_route(routed, "r", "r.example", tls={"termination": "edge"})
    until_admitted(routed, "r")
    _, body = until_answer(routed.router, "r.example", tls=True)
    assert b'"X-Forwarded-Proto": ["https"]' in body
    assert ask(routed.router, "r.example")[0] == 503


def test_plain_http_is_sent_to_https_where_the_route_wants_that(routed):
    tls = {"termination": "edge", "insecureEdgeTerminationPolicy": "Redirect"}
    make_route(routed, "r", "r.example", tls=tls)
    headers, _ = until_answer(routed.router, "r.example", "/x?y=1", wanted=302)
    assert headers["Location"] == f"https://r.example:{routed.router.tls_port}/x?y=1"


def test_the_command_says_where_it_listens(ws):
    command = [sys.executable, "-m", "pocket_openshift", "router", "--port", "0", "--kubeconfig"]
    with subprocess.Popen([*command, ws.cluster.kubeconfig], stdout=subprocess.PIPE) as process:
        words = process.stdout.readline().split()
        process.terminate()
    assert words[0] == b"ready"
    assert words[1].startswith(b"http://127.0.0.1:")
    assert process.returncode == 0
