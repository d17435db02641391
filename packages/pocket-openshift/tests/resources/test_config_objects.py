import base64

import pytest

SECRETS = "/api/v1/namespaces/default/secrets"
MERGE = {"Content-Type": "application/merge-patch+json"}


def test_plain_text_becomes_base64_and_a_type_is_given(cluster):
    body = {"metadata": {"name": "s"}, "stringData": {"k": "é"}, "data": {"j": "eA=="}}
    made = cluster.request("POST", SECRETS, body).body
    assert made["type"] == "Opaque"
    assert "stringData" not in made
    assert made["data"] == {"k": base64.b64encode("é".encode()).decode(), "j": "eA=="}


def test_what_is_not_base64_is_refused(cluster):
    body = {"metadata": {"name": "s"}, "data": {"k": "not base64!"}}
    assert cluster.request("POST", SECRETS, body).status == 400


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"data": {"k": "eQ=="}}, 422),
        ({"metadata": {"labels": {"a": "b"}}}, 200),
        ({"immutable": None}, 422),
    ],
)
def test_what_is_immutable_stays(cluster, change, status):
    body = {"metadata": {"name": "s"}, "data": {"k": "eA=="}, "immutable": True}
    cluster.request("POST", SECRETS, body)
    assert cluster.request("PATCH", f"{SECRETS}/s", change, headers=MERGE).status == status
