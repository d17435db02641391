import pytest

from pocket_openshift.oauth import checks

API = "/apis/oauth.openshift.io/v1"


def client(**more):
    return {
        "apiVersion": "oauth.openshift.io/v1",
        "kind": "OAuthClient",
        "metadata": {"name": "c"},
        **more,
    }


@pytest.mark.parametrize(
    ("kind", "obj", "field"),
    [
        ("OAuthClient", client(redirectURIs=["http://a"]), None),
        ("OAuthClient", client(grantMethod="maybe"), "grantMethod"),
        ("OAuthClient", client(redirectURIs=["http://a#b"]), "redirectURIs[0]"),
        ("OAuthClient", client(redirectURIs=["/relative"]), "redirectURIs[0]"),
        ("User", {"metadata": {"name": "alice"}}, None),
        ("User", {"metadata": {"name": "a:b"}}, "metadata.name"),
        ("User", {"metadata": {"name": "~"}}, "metadata.name"),
        ("OAuthAccessToken", {"metadata": {"name": "x"}, "scopes": ["user:full"]}, None),
        ("OAuthAccessToken", {"metadata": {"name": "x"}, "scopes": ["no"]}, "scopes"),
        (
            "OAuthClientAuthorization",
            {"metadata": {"name": "x"}, "userName": "a", "clientName": "b"},
            "metadata.name",
        ),
        (
            "OAuthClientAuthorization",
            {"metadata": {"name": "a:b"}, "userName": "a", "clientName": "b"},
            None,
        ),
    ],
)
def test_what_makes_no_sense_is_not_stored(kind, obj, field):
    assert [cause.field for cause in checks.find_causes(kind, obj)] == ([field] if field else [])


def test_the_api_refuses_a_client_without_sense(people):
    answer = people.request("POST", f"{API}/oauthclients", client(grantMethod="maybe"))
    assert answer.status == 422
    assert answer.body["details"]["causes"][0]["field"] == "grantMethod"
