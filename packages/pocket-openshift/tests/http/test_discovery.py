import pytest

from pocket_openshift.http import discovery
from pocket_openshift.vocabulary import kinds

URL, OAUTH = "https://127.0.0.1:1", "https://localhost:2"


def document(path):
    return discovery.document(path, URL, OAUTH)


def test_every_group_of_the_list_has_its_documents():
    for group in document("/apis")["groups"]:
        name = group["name"]
        assert document(f"/apis/{name}")["preferredVersion"] == group["preferredVersion"]
        for version in group["versions"]:
            listed = document(f"/apis/{version['groupVersion']}")
            assert listed["groupVersion"] == version["groupVersion"]
            assert listed["resources"]


def test_every_kind_is_listed_once():
    rows = list(document("/api/v1")["resources"])
    for group in document("/apis")["groups"]:
        rows += document(f"/apis/{group['preferredVersion']['groupVersion']}")["resources"]
    names = [row["name"] for row in rows if "/" not in row["name"]]
    assert sorted(names) == sorted(kind.plural for kind in kinds.KINDS)


def test_subresources_say_the_kind_they_answer():
    rows = {row["name"]: row for row in document("/api/v1")["resources"]}
    assert rows["serviceaccounts/token"]["kind"] == "TokenRequest"
    assert rows["serviceaccounts/token"]["group"] == "authentication.k8s.io"
    assert rows["pods/log"]["kind"] == "Pod"


def test_the_oauth_server_is_told_of():
    assert document("/.well-known/oauth-authorization-server")["issuer"] == OAUTH


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/livez"])
def test_health_is_ok(path):
    assert document(path) == "ok"


@pytest.mark.parametrize("path", ["/", "/nothing", "/apis/none", "/apis/none/v1", "/api/v2"])
def test_what_is_not_there_is_none(path):
    assert document(path) is None
