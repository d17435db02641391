import pytest

from pocket_openshift.oauth.rules import addresses, clients


def account(**annotations):
    return {"metadata": {"namespace": "ns", "name": "hub", "annotations": annotations}}


@pytest.mark.parametrize(
    ("client_id", "found"),
    [
        ("system:serviceaccount:ns:hub", clients.ServiceAccount("ns", "hub")),
        ("system:serviceaccount:ns", None),
        ("system:serviceaccount::hub", None),
        ("system:serviceaccount:ns:hub:x", None),
        ("console", None),
    ],
)
def test_a_service_account_is_known_by_its_name(client_id, found):
    assert clients.parse_account(client_id) == found


def test_an_oauth_client_is_read():
    found = clients.of_object(
        {
            "metadata": {"name": "console"},
            "secret": "one",
            "additionalSecrets": ["two"],
            "redirectURIs": ["http://a"],
            "grantMethod": "auto",
            "accessTokenMaxAgeSeconds": 60,
            "respondWithChallenges": True,
        }
    )
    assert (found.grant_method, found.access_seconds, found.challenges) == ("auto", 60, True)
    assert found.redirects == ("http://a",)
    assert [found.knows(secret) for secret in ("one", "two", "", "three")] == [
        True,
        True,
        False,
        False,
    ]
    assert not found.public


def test_a_client_without_a_secret_is_public():
    found = clients.of_object({"metadata": {"name": "cli"}})
    assert found.public
    assert (found.grant_method, found.access_seconds) == ("prompt", None)
    assert found.knows("")
    assert not found.knows("guess")


@pytest.mark.parametrize(
    ("value", "wants"), [("true", True), ("1", True), ("false", False), ("", False)]
)
def test_a_service_account_may_want_challenges(value, wants):
    found = clients.of_service_account(account(**{clients.WANT_CHALLENGES: value}), lambda _: [])
    assert found.challenges is wants


def test_a_service_account_is_never_public_and_says_what_it_lacks():
    found = clients.of_service_account(account(), lambda _: [])
    assert not found.public
    assert found.redirects == ()
    assert found.name == "system:serviceaccount:ns:hub"
    assert addresses.URI_ANNOTATION in clients.no_redirects(found)


def test_a_cluster_has_the_clients_of_oc():
    made = {
        client["metadata"]["name"]: client for client in clients.make_own("https://o:1", "s3cret")
    }
    assert made["openshift-challenging-client"]["redirectURIs"] == [
        "https://o:1/oauth/token/implicit"
    ]
    assert clients.of_object(made["openshift-cli-client"]).public
    assert clients.of_object(made[clients.BROWSER]).secrets == ("s3cret",)
