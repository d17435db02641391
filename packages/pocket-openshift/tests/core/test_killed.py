"""A cluster that is killed in a reaction ends what it had begun when it starts again.

Between any two commits of it.
"""

import pytest

from pocket_openshift import testing

pytestmark = pytest.mark.programs

MAPS = "/api/v1/namespaces/default/configmaps"
MERGE = {"Content-Type": "application/merge-patch+json"}
DEPLOYMENT = {
    "apiVersion": "apps/v1",
    "kind": "Deployment",
    "metadata": {"name": "d", "namespace": "default"},
    "spec": {
        "replicas": 2,
        "selector": {"matchLabels": {"a": "b"}},
        "template": {
            "metadata": {"labels": {"a": "b"}},
            "spec": {"containers": [{"name": "c", "image": "i"}]},
        },
    },
}


def config_map(name, owner=None):
    metadata = {"name": name, "namespace": "default"}
    if owner:
        ref = {"name": owner["metadata"]["name"], "uid": owner["metadata"]["uid"]}
        ref |= {"apiVersion": "v1", "kind": "ConfigMap", "blockOwnerDeletion": True}
        metadata["ownerReferences"] = [ref]
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata}


def names(cluster, path):
    items = cluster.request("GET", path).body["items"]
    return {i["metadata"]["name"] for i in items if not i["metadata"]["name"].endswith(".crt")}


def family(cluster):
    (owner,) = cluster.apply(config_map("owner"))
    cluster.apply(*(config_map(f"child-{n}", owner) for n in range(3)))


def nothing(cluster):
    pass


def project(cluster):
    cluster.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "p"}})
    pod = {"metadata": {"name": "pod"}, "spec": {"containers": [{"name": "c", "image": "i"}]}}
    cluster.request("POST", "/api/v1/namespaces/p/pods", pod)


def furnished(cluster):
    found = cluster.request("GET", "/api/v1/namespaces/p").status
    if found == 404:
        return True
    accounts = names(cluster, "/api/v1/namespaces/p/serviceaccounts")
    return accounts == {"default"}


# What is done, what is there before, and what must be true once the cluster is back.
STORIES = {
    "dependents": (
        family,
        lambda cluster: cluster.request("DELETE", f"{MAPS}/owner"),
        lambda cluster: names(cluster, MAPS) in (set(), {"owner", "child-0", "child-1", "child-2"}),
    ),
    "foreground": (
        family,
        lambda cluster: cluster.request("DELETE", f"{MAPS}/owner?propagationPolicy=Foreground"),
        lambda cluster: names(cluster, MAPS) in (set(), {"owner", "child-0", "child-1", "child-2"}),
    ),
    "orphans": (
        family,
        lambda cluster: cluster.request("DELETE", f"{MAPS}/owner?propagationPolicy=Orphan"),
        lambda cluster: {"child-0", "child-1", "child-2"} <= names(cluster, MAPS),
    ),
    "namespace made": (nothing, project, furnished),
    "namespace deleted": (
        project,
        lambda cluster: cluster.request("DELETE", "/api/v1/namespaces/p"),
        lambda cluster: (
            cluster.request("GET", "/api/v1/namespaces/p").status == 404
            or names(cluster, "/api/v1/namespaces/p/pods") == {"pod"}
        ),
    ),
    "deployment": (
        nothing,
        lambda cluster: cluster.apply(DEPLOYMENT),
        lambda cluster: (
            len(names(cluster, "/api/v1/namespaces/default/pods")) in (0, 2)
            and len(names(cluster, "/apis/apps/v1/namespaces/default/deployments")) * 2
            == len(names(cluster, "/api/v1/namespaces/default/pods"))
        ),
    ),
}


def forget_after(cluster, commits):
    """From now on keep that many commits and no more, as if killed after them."""
    left, journal = [commits], cluster.plane.store.journal

    def keep(change):
        left[0] -= 1
        if left[0] >= 0:
            journal(change)

    cluster.run(lambda: setattr(cluster.plane.store, "journal", keep))
    return left


@pytest.mark.parametrize("story", STORIES)
def test_what_was_begun_is_ended(story, tmp_path):
    before, act, is_right = STORIES[story]
    commits, more = 0, True
    while more:
        folder = tmp_path / str(commits)
        with testing.PocketCluster(data=folder) as cluster:
            before(cluster)
            left = forget_after(cluster, commits)
            act(cluster)
            more = left[0] < 0
        with testing.PocketCluster(data=folder) as cluster:
            assert is_right(cluster), f"killed after {commits} commits"
        commits += 1
    assert commits > 2, "there was nothing to interrupt"
