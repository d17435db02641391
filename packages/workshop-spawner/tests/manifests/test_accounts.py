"""Accounts, Secrets and bindings."""

import base64

import pytest

from workshop_spawner.manifests import accounts
from workshop_spawner.session import Hub, Session

HUB = Hub("intro", "learning-portal", "workshops", "system:serviceaccount:workshops:hub")
SESSION = Session(HUB, "s" * 16, "alice")


def test_an_account_mounts_nothing_by_itself():
    account = accounts.make_account(SESSION)
    assert account["automountServiceAccountToken"] is False
    assert account["metadata"]["name"] == "intro-alice"
    assert account["metadata"]["namespace"] == "workshops"


def test_a_secret_holds_what_it_is_given():
    secret = accounts.make_secret(SESSION, {"api-token": "tökén"})
    assert base64.b64decode(secret["data"]["api-token"]).decode() == "tökén"
    assert secret["metadata"]["namespace"] == "workshops"


def test_a_binding_is_in_the_project():
    subject = accounts.make_session_subject(SESSION)
    binding = accounts.make_binding(SESSION, "b", "edit", subject)
    assert binding["metadata"]["namespace"] == "intro-alice"
    assert binding["roleRef"] == {
        "apiGroup": "rbac.authorization.k8s.io",
        "kind": "ClusterRole",
        "name": "edit",
    }
    assert binding["subjects"] == [
        {"kind": "ServiceAccount", "name": "intro-alice", "namespace": "workshops"}
    ]


@pytest.mark.parametrize(
    ("requestor", "subject"),
    [
        (
            "system:serviceaccount:workshops:hub",
            {"kind": "ServiceAccount", "name": "hub", "namespace": "workshops"},
        ),
        (
            "alice",
            {"apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": "alice"},
        ),
    ],
)
def test_the_hub_is_an_account_or_somebody_at_a_desk(requestor, subject):
    session = Session(Hub("intro", "m", "workshops", requestor), "s" * 16, "alice")
    assert accounts.make_subject(session.hub.requestor) == subject


def test_a_users_rights_are_those_of_the_tokens_owner():
    with pytest.raises(ValueError, match="the token's owner"):
        accounts.make_session_subject(SESSION, by_user=True)
    owned = Session(HUB, "s" * 16, "alice", token_owner="Alice.Smith")
    subject = accounts.make_session_subject(owned, by_user=True)
    assert subject == {
        "apiGroup": "rbac.authorization.k8s.io",
        "kind": "User",
        "name": "Alice.Smith",
    }


@pytest.mark.parametrize("document", [None, "ann", {}, {"metadata": None}, {"metadata": {}}])
def test_who_is_not_named_is_nobody(document):
    assert accounts.read_user(document) == ""


def test_a_user_is_read_from_their_document():
    assert accounts.read_user({"metadata": {"name": "ann"}}) == "ann"


def test_an_owner_is_named_by_uid():
    owner = accounts.make_owner({"metadata": {"name": "intro-alice", "uid": "u-1"}})
    assert owner["uid"] == "u-1"
    assert owner["kind"] == "ServiceAccount"
