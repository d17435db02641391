import pytest

import waiting

MAPS = "/api/v1/namespaces/default/configmaps"


def config_map(name, *owners, block=False, **metadata):
    refs = [
        {
            "apiVersion": owner["apiVersion"],
            "kind": owner["kind"],
            "name": owner["metadata"]["name"],
            "uid": owner["metadata"]["uid"],
            **({"blockOwnerDeletion": True} if block else {}),
        }
        for owner in owners
    ]
    where = {"name": name, "namespace": "default", **metadata}
    if refs:
        where["ownerReferences"] = refs
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": where}


@pytest.fixture
def make(cluster):
    def put(name, *owners, **more):
        return cluster.apply(config_map(name, *owners, **more))[0]

    return put


@pytest.fixture
def there(cluster):
    def names():
        items = cluster.request("GET", MAPS).body["items"]
        return {
            item["metadata"]["name"]
            for item in items
            if not item["metadata"]["name"].endswith(".crt")
        }

    return names


def test_dependents_go_with_their_owner(cluster, make, there):
    owner = make("owner")
    child = make("child", owner)
    make("grandchild", child)
    make("stranger")
    cluster.request("DELETE", f"{MAPS}/owner")
    assert there() == {"stranger"}


def test_a_dependent_stays_while_one_owner_lives(cluster, make, there):
    first, second = make("first"), make("second")
    make("child", first, second)
    cluster.request("DELETE", f"{MAPS}/first")
    assert there() == {"second", "child"}
    cluster.request("DELETE", f"{MAPS}/second")
    assert there() == set()


def test_orphans_stay(cluster, make, there):
    make("child", make("owner"))
    cluster.request("DELETE", f"{MAPS}/owner?propagationPolicy=Orphan")
    assert there() == {"child"}
    kept = cluster.request("GET", f"{MAPS}/child").body
    assert "ownerReferences" not in kept["metadata"]


def test_in_the_foreground_the_owner_goes_last(cluster, make, there):
    owner = make("owner")
    make("child", owner, block=True, finalizers=["example.org/wait"])
    cluster.request("DELETE", f"{MAPS}/owner?propagationPolicy=Foreground")
    waiting = cluster.request("GET", f"{MAPS}/owner").body["metadata"]
    assert waiting["finalizers"] == ["foregroundDeletion"]
    assert "deletionTimestamp" in cluster.request("GET", f"{MAPS}/child").body["metadata"]
    merge = {"Content-Type": "application/merge-patch+json"}
    cluster.request("PATCH", f"{MAPS}/child", {"metadata": {"finalizers": None}}, headers=merge)
    assert there() == set()


def test_a_dependent_of_nobody_goes_at_once(cluster, make, there):
    gone = make("owner")
    cluster.request("DELETE", f"{MAPS}/owner")
    make("child", gone)
    assert there() == set()


def test_an_owner_of_another_namespace_is_none(cluster, make, there):
    cluster.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "other"}})
    far = cluster.apply(
        {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "far", "namespace": "other"}}
    )[0]
    make("child", far)
    assert there() == set()


def test_an_object_of_the_cluster_may_own_what_is_in_a_namespace(cluster, make, there):
    (owner,) = cluster.apply(
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "owner"}}
    )
    make("child", owner)
    assert there() == {"child"}
    cluster.request("DELETE", "/api/v1/namespaces/owner")
    assert there() == set()


def test_references_that_come_later_count_too(cluster, make, there):
    owner = make("owner")
    make("child")
    refs = config_map("child", owner)["metadata"]["ownerReferences"]
    merge = {"Content-Type": "application/merge-patch+json"}
    body = {"metadata": {"ownerReferences": refs}}
    cluster.request("PATCH", f"{MAPS}/child", body, headers=merge)
    cluster.request("DELETE", f"{MAPS}/owner")
    assert there() == set()


def test_a_namespace_that_goes_with_its_owner_takes_its_content_along(cluster):
    """The garbage collector asks for its deletion like anybody: it ends when it is empty."""
    roles = "/apis/rbac.authorization.k8s.io/v1/clusterroles"
    api = {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole"}
    (role,) = cluster.apply({**api, "metadata": {"name": "owner"}, "rules": []})
    owner = {**api, "name": "owner", "uid": role["metadata"]["uid"]}
    metadata = {"name": "project", "ownerReferences": [owner]}
    cluster.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": metadata})
    inside = {"name": "notes", "namespace": "project"}
    held = {**inside, "name": "held", "finalizers": ["example.com/held"]}
    for each in (inside, held):
        cluster.apply({"apiVersion": "v1", "kind": "ConfigMap", "metadata": each})
    cluster.request("DELETE", f"{roles}/owner")
    path = "/api/v1/namespaces/project"
    assert cluster.request("GET", path).body["status"]["phase"] == "Terminating"
    free = {"metadata": {"finalizers": None}}
    merge = {"Content-Type": "application/merge-patch+json"}
    cluster.request("PATCH", f"{path}/configmaps/held", free, headers=merge)
    everywhere = "/api/v1/configmaps?fieldSelector=metadata.name%3Dnotes"
    waiting.until(lambda: cluster.request("GET", path).status == 404)
    assert cluster.request("GET", everywhere).body["items"] == []
