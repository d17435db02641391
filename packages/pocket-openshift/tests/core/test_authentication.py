import time

import pytest

from pocket_openshift import testing
from pocket_openshift.vocabulary import identity

PODS = "/api/v1/namespaces/a/pods"


@pytest.fixture
def strict():
    """A cluster that forgets reviews at once."""
    with testing.PocketCluster(token_cache_seconds=0) as cluster:
        yield cluster


def make_account(cluster, name="robot"):
    cluster.apply(
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "a"}},
        {
            "apiVersion": "v1",
            "kind": "ServiceAccount",
            "metadata": {"name": name, "namespace": "a"},
        },
    )


def status(cluster, token):
    """401: nobody knows the token; 403: it is known, and may do nothing."""
    return cluster.request("GET", PODS, token=token).status


def test_a_token_ends_with_its_account(strict):
    make_account(strict)
    token = strict.token("a", "robot")
    assert status(strict, token) == 403
    strict.request("DELETE", "/api/v1/namespaces/a/serviceaccounts/robot")
    assert status(strict, token) == 401


def test_a_new_account_of_the_same_name_is_another(strict):
    make_account(strict)
    token = strict.token("a", "robot")
    strict.request("DELETE", "/api/v1/namespaces/a/serviceaccounts/robot")
    make_account(strict)
    assert status(strict, token) == 401


def test_a_review_is_remembered_for_a_while(cluster):
    make_account(cluster)
    token = cluster.token("a", "robot")
    assert status(cluster, token) == 403
    cluster.request("DELETE", "/api/v1/namespaces/a/serviceaccounts/robot")
    assert status(cluster, token) == 403
    cluster.forget_tokens()
    assert status(cluster, token) == 401


def test_an_expired_token_is_none(strict):
    make_account(strict)
    assert status(strict, strict.token("a", "robot", seconds=-1)) == 401


def test_a_token_ends_with_the_pod_that_it_is_bound_to(strict):
    make_account(strict)
    pod = {"metadata": {"name": "p"}, "spec": {"containers": [{"name": "c", "image": "i:1"}]}}
    made = strict.request("POST", PODS, pod).body
    spec = {"boundObjectRef": {"kind": "Pod", "apiVersion": "v1", "name": "p"}}
    path = "/api/v1/namespaces/a/serviceaccounts/robot/token"
    token = strict.request("POST", path, {"spec": spec}).body["status"]["token"]
    review = {"spec": {"token": token}}
    answer = strict.request("POST", "/apis/authentication.k8s.io/v1/tokenreviews", review).body
    extra = answer["status"]["user"]["extra"]
    assert extra["authentication.kubernetes.io/pod-uid"] == [made["metadata"]["uid"]]
    assert status(strict, token) == 403
    strict.request("DELETE", f"{PODS}/p")
    assert status(strict, token) == 401


def test_a_token_for_another_audience_is_not_for_this_server(strict):
    make_account(strict)
    path = "/api/v1/namespaces/a/serviceaccounts/robot/token"
    answer = strict.request("POST", path, {"spec": {"audiences": ["elsewhere"]}})
    token = answer.body["status"]["token"]
    assert status(strict, token) == 401
    review = {"spec": {"token": token, "audiences": ["elsewhere"]}}
    answer = strict.request("POST", "/apis/authentication.k8s.io/v1/tokenreviews", review).body
    assert answer["status"]["authenticated"]
    assert answer["status"]["audiences"] == ["elsewhere"]


def test_others_may_vouch_for_tokens(strict):
    eve = identity.User("eve")
    strict.run(lambda: strict.plane.authentication.add(lambda t: eve if t == "eves" else None))
    assert status(strict, "eves") == 403
    assert status(strict, "others") == 401


def test_the_memory_of_reviews_is_bounded(cluster, monkeypatch):
    from pocket_openshift.core import authentication

    monkeypatch.setattr(authentication, "REMEMBERED", 2)
    make_account(cluster)
    for _ in range(5):
        assert (
            status(cluster, cluster.token("a", "robot", seconds=60 + int(time.time()) % 7)) == 403
        )
    assert len(cluster.plane.authentication._reviews) <= 2


@pytest.fixture
def alice(strict):
    """A token of a user who is in the group `students`, known to the cluster already."""
    known = {"groups": ("system:authenticated", "students")}

    def vouch(token):
        return identity.User("alice", known["groups"]) if known and token == "hers" else None

    strict.run(lambda: strict.plane.authentication.add(vouch))
    return known


def groups(cluster):
    path = "/apis/authentication.k8s.io/v1/selfsubjectreviews"
    answer = cluster.request("POST", path, {}, token="hers")
    return answer.status, answer.body["status"]


def test_a_review_cache_makes_revoked_tokens_and_groups_act_later(strict, alice):
    fault = strict.faults.add(review_cache=120.0, times=None, user="alice")
    before = groups(strict)
    assert before[0] == 201
    alice["groups"] = ("system:authenticated",)
    assert groups(strict) == before
    alice.clear()  # the token is revoked
    assert groups(strict) == before
    assert fault.seen == 2
    strict.faults.clear()  # the time is over
    assert groups(strict)[0] == 401


def test_rights_act_at_once_all_the_same(strict, alice):
    strict.faults.add(review_cache=120.0, times=None)
    assert status(strict, "hers") == 403
    strict.apply(
        {
            "apiVersion": "rbac.authorization.k8s.io/v1",
            "kind": "ClusterRoleBinding",
            "metadata": {"name": "alice"},
            "roleRef": {
                "apiGroup": "rbac.authorization.k8s.io",
                "kind": "ClusterRole",
                "name": "cluster-admin",
            },
            "subjects": [
                {"apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": "alice"}
            ],
        }
    )
    assert status(strict, "hers") == 200


def test_a_review_cache_is_for_whom_it_names_and_ends(strict, alice):
    strict.faults.add(review_cache=120.0, times=None, user="bob")
    old = strict.faults.add(review_cache=0.000001, times=None)
    assert groups(strict)[0] == 201
    alice.clear()
    assert groups(strict)[0] == 401
    assert old.seen == 0
