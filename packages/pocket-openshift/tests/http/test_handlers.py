import contextlib
import http.client
import json
import socket
import ssl
import time
from urllib.parse import urlsplit

import pytest

import waiting
from pocket_openshift.http import handlers, verbs
from pocket_openshift.vocabulary import errors

NAMESPACES = "/api/v1/namespaces"


def test_errors_are_statuses_and_unknown_paths_are_text(cluster):
    answer = cluster.request("GET", f"{NAMESPACES}/none")
    assert (answer.status, answer.body["kind"]) == (404, "Status")
    answer = cluster.request("GET", "/apis/no.such.group/v1/things")
    assert (answer.status, answer.body) == (404, "404 page not found\n")


def test_credentials(cluster):
    assert cluster.request("GET", NAMESPACES).status == 200
    assert cluster.request("GET", NAMESPACES, token="").status == 403
    assert cluster.request("GET", NAMESPACES, token="none-such").status == 401


def test_anyone_may_ask_for_health_and_where_to_log_in(cluster):
    assert cluster.request("GET", "/healthz", token="").body == "ok"
    assert cluster.request("GET", "/.well-known/oauth-authorization-server", token="").status == 200
    assert cluster.request("GET", "/apis", token="").status == 403


def test_impersonation_needs_the_right_to_it(cluster):
    eve = {"Impersonate-User": "eve"}
    body = cluster.request(
        "POST", "/apis/authentication.k8s.io/v1/selfsubjectreviews", {}, headers=eve
    ).body
    assert body["status"]["userInfo"]["username"] == "eve"
    cluster.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "a"}})
    token = cluster.token("a", "default")
    answer = cluster.request(
        "GET", NAMESPACES, token=token, headers={"Impersonate-User": "system:admin"}
    )
    assert answer.status == 403
    assert "impersonate" in answer.body["message"]


def test_requests_are_recorded_with_their_outcome(cluster):
    cluster.request("GET", f"{NAMESPACES}/none")
    record = cluster.requests[-1]
    assert (record.user, record.verb, record.resource, record.name, record.status) == (
        "system:admin",
        "get",
        "namespaces",
        "none",
        404,
    )


def test_a_table_for_who_asks(cluster):
    accept = {"Accept": "application/json;as=Table;v=v1;g=meta.k8s.io,application/json"}
    table = cluster.request("GET", NAMESPACES, headers=accept).body
    assert table["kind"] == "Table"
    assert "default" in [row["cells"][0] for row in table["rows"]]


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_fault_answers_with_an_error_and_does_nothing(cluster, status):
    cluster.faults.add(verb="create", resource="namespaces", status=status)
    body = {"metadata": {"name": "a"}}
    assert cluster.request("POST", NAMESPACES, body).status == status
    assert cluster.request("GET", f"{NAMESPACES}/a").status == 404
    assert cluster.request("POST", NAMESPACES, body).status == 201


def test_a_fault_says_when_to_come_back(cluster):
    cluster.faults.add(resource="namespaces", retry_after=4)
    answer = cluster.request("GET", NAMESPACES)
    assert (answer.status, answer.headers["Retry-After"]) == (429, "4")


def test_a_watch_is_recorded_when_it_begins_and_a_cut_connection_with_status_0(cluster):
    cluster.faults.add(verb="list", resource="nodes", drop="before")
    with pytest.raises((http.client.HTTPException, ConnectionError)):
        cluster.request("GET", "/api/v1/nodes")
    assert (cluster.requests[-1].resource, cluster.requests[-1].status) == ("nodes", 0)
    cluster.request("GET", f"{NAMESPACES}?watch=1&timeoutSeconds=1")
    assert [r.verb for r in cluster.requests].count("watch") == 1


@pytest.mark.parametrize(("when", "exists"), [("before", 404), ("after", 200)])
def test_a_fault_drops_the_connection_before_or_after_the_commit(cluster, when, exists):
    cluster.faults.add(verb="create", resource="namespaces", drop=when)
    with pytest.raises((http.client.HTTPException, ConnectionError)):
        cluster.request("POST", NAMESPACES, {"metadata": {"name": "a"}})
    assert cluster.request("GET", f"{NAMESPACES}/a").status == exists


def test_a_fault_makes_an_answer_slow(cluster):
    cluster.faults.add(verb="list", resource="namespaces", delay=0.3)
    start = time.monotonic()
    assert cluster.request("GET", NAMESPACES).status == 200
    assert time.monotonic() - start >= 0.3


def test_a_fault_answers_a_list_of_the_past(cluster):
    cluster.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "a"}})
    cluster.faults.add(verb="list", resource="namespaces", stale=1)

    def names():
        return [o["metadata"]["name"] for o in cluster.request("GET", NAMESPACES).body["items"]]

    assert "a" not in names()
    assert "a" in names()


def test_a_broken_verb_is_500_and_the_server_lives_on(cluster, caplog, monkeypatch):
    def broken(plane, call):
        raise RuntimeError("a bug")

    with monkeypatch.context() as patch:
        patch.setitem(verbs.VERBS, "get", broken)
        assert cluster.request("GET", f"{NAMESPACES}/default").status == 500
    assert "a bug" in caplog.text
    assert cluster.request("GET", f"{NAMESPACES}/default").status == 200


@pytest.mark.parametrize(
    ("raw", "content_type", "expected"),
    [
        (b'{"a": 1}', "application/json", {"a": 1}),
        (b"a: 1", "application/yaml", {"a": 1}),
        (b"", "application/json", None),
        (b'{"a": 1}', "application/json; charset=utf-8", {"a": 1}),
    ],
)
def test_bodies_are_read_by_their_type(raw, content_type, expected):
    assert handlers.parse_body(raw, content_type) == expected


@pytest.mark.parametrize(
    ("raw", "content_type"),
    [(b"{", "application/json"), (b"a: [", "application/yaml"), (b"\xff", "application/json")],
)
def test_a_body_that_cannot_be_read_is_400(raw, content_type):
    with pytest.raises(errors.StatusError) as caught:
        handlers.parse_body(raw, content_type)
    assert caught.value.code == 400


def test_many_requests_over_one_connection(cluster):
    context = ssl.create_default_context(cafile=str(cluster.ca_file))
    host, port = cluster.url.removeprefix("https://").split(":")
    connection = http.client.HTTPSConnection(host, int(port), context=context, timeout=120)
    headers = {"Authorization": f"Bearer {cluster.admin_token}"}
    for _ in range(20):
        connection.request("GET", f"{NAMESPACES}/default", headers=headers)
        assert json.loads(connection.getresponse().read())["kind"] == "Namespace"
    connection.close()


def test_a_query_that_is_no_text_is_the_callers_fault(cluster):
    assert cluster.request("GET", f"{NAMESPACES}?labelSelector=%ff").status == 400


@pytest.mark.parametrize(
    "path",
    [
        "/default/finalize",
        "/default/bindings",
        "/default/pods/p/binding",
        "/default/pods/p/eviction",
        "/default/serviceaccounts/default/token",
    ],
)
@pytest.mark.parametrize("body", ["5", "[5]", '{"spec": []}'])
def test_a_body_that_is_no_object_is_refused_at_every_door(cluster, path, body):
    method = "PUT" if path.endswith("finalize") else "POST"
    # A Binding and an Eviction have no spec: there it is a field too much, and no pod p is found.
    wanted = (400, 404) if ("spec" in body and "/pods" in path) or "bindings" in path else (400,)
    assert cluster.request(method, f"{NAMESPACES}{path}", body).status in wanted


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (
            "no json",
            "the object provided is unrecognized (must be of type Pod): couldn't get "
            "version/kind; json parse error: invalid character 'n' looking for beginning of value "
            "(6e6f206a736f6e)",
        ),
        (
            "[1]",
            "the object provided is unrecognized (must be of type Pod): couldn't get "
            "version/kind; json parse error: json: cannot unmarshal array into Go value of type "
            'struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string '
            '"json:\\"kind,omitempty\\"" } (5b315d)',
        ),
        (
            '{"kind": "Service", "apiVersion": "v1"}',
            'Service in version "v1" cannot be handled as '
            "a Pod: converting (v1.Service) to (core.Pod): unknown conversion",
        ),
        (
            '{"kind": "Boat", "apiVersion": "v1"}',
            'Boat in version "v1" cannot be handled as a '
            'Pod: no kind "Boat" is registered for version "v1" in scheme '
            '"pkg/api/legacyscheme/scheme.go:30"',
        ),
    ],
)
def test_a_body_of_something_else_is_told_as_the_real_server_does(cluster, body, said):
    answer = cluster.request("POST", "/api/v1/namespaces/default/pods", body)
    assert (answer.status, answer.body["message"]) == (400, said)


@pytest.mark.parametrize(
    ("headers", "body", "answer"),
    [
        (
            {"Content-Type": "text/plain"},
            "{}",
            (
                415,
                "the body of the request was in an unknown "
                "format - accepted media types include: application/json, application/yaml, "
                "application/vnd.kubernetes.protobuf",
            ),
        ),
        (
            {},
            "",
            (
                400,
                "the object provided is unrecognized (must be of type Pod): couldn't get "
                "version/kind; json parse error: unexpected end of JSON input (<empty>)",
            ),
        ),
    ],
)
def test_a_body_that_is_not_there_or_of_an_unknown_format(cluster, headers, body, answer):
    found = cluster.request("POST", "/api/v1/namespaces/default/pods", body, headers=headers)
    assert (found.status, found.body["message"]) == answer


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ("merge", "error decoding patch: unexpected"),
        ("json", "error decoding patch: unexpected"),
        ("strategic-merge", "unexpected"),
    ],
)
def test_a_patch_that_cannot_be_read(cluster, form, said):
    headers = {"Content-Type": f"application/{form}-patch+json"}
    found = cluster.request("PATCH", "/api/v1/namespaces/default", "{", headers=headers)
    assert (found.status, found.body["message"]) == (400, f"{said} end of JSON input")


def test_a_body_that_is_too_large_is_refused(cluster):
    body = json.dumps({"metadata": {"name": "a"}, "data": "x" * handlers.MAX_BODY})
    answer = cluster.request("POST", f"{NAMESPACES}/default/configmaps", body)
    assert (answer.status, answer.body["reason"]) == (413, "RequestEntityTooLarge")


@contextlib.contextmanager
def asking(cluster, method, path, body=""):
    """A request whose caller does not wait for its answer."""
    place = urlsplit(cluster.url)
    context = ssl.create_default_context(cafile=str(cluster.ca_file))
    head = f"{method} {path} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {cluster.admin_token}\r\n"
    with (
        socket.create_connection((place.hostname, place.port)) as plain,
        context.wrap_socket(plain, server_hostname=place.hostname) as connection,
    ):
        connection.sendall(f"{head}Content-Length: {len(body)}\r\n\r\n{body}".encode())
        yield connection


async def test_who_leaves_a_watch_ends_it(cluster):
    path = f"{NAMESPACES}?watch=1&fieldSelector=metadata.name=none"
    with asking(cluster, "GET", path) as connection:
        # The headers come before the first event.
        assert connection.recv(100).startswith(b"HTTP/1.1 200 OK")
        assert cluster.run(lambda: cluster.plane.watching.open_watches) == 1
    # Nobody is told that a watch has ended.
    await waiting.until_so(lambda: cluster.run(lambda: cluster.plane.watching.open_watches) == 0)


async def test_what_was_asked_for_is_done_though_the_caller_has_left(cluster):
    fault = cluster.faults.add(verb="create", resource="namespaces", delay=0.5)
    with asking(cluster, "POST", NAMESPACES, '{"metadata": {"name": "late"}}'):
        await cluster.until(lambda: fault.seen)
    await cluster.until(lambda: cluster.request("GET", f"{NAMESPACES}/late").status == 200)
    assert [(r.name, r.status) for r in cluster.requests if r.verb == "create"] == [("", 201)]


@pytest.mark.parametrize("name", ["impersonate-user", "IMPERSONATE-USER"])
def test_headers_are_known_however_they_are_written(cluster, name):
    path = "/apis/authentication.k8s.io/v1/selfsubjectreviews"
    body = cluster.request("POST", path, {}, headers={name: "eve"}).body
    assert body["status"]["userInfo"]["username"] == "eve"
    refused = cluster.request("POST", path, {}, headers={"impersonate-extra-x": "y"})
    assert refused.status == 400


def test_a_request_that_is_known_before_its_body_is_read_waits_for_it(cluster):
    """The connection is there for the next request also when the first is refused."""
    context = ssl.create_default_context(cafile=str(cluster.ca_file))
    place = urlsplit(cluster.url)
    connection = http.client.HTTPSConnection(place.hostname, place.port, context=context)
    for _ in range(2):
        connection.request("POST", NAMESPACES, b"x" * 100_000)
        answer = connection.getresponse()
        assert (answer.status, json.loads(answer.read())["code"]) == (403, 403)
    connection.close()
