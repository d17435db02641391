import pytest

NAMESPACES = "/api/v1/namespaces"
MERGE = {"Content-Type": "application/merge-patch+json"}


@pytest.fixture
def a(cluster):
    return cluster.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "a"}})[0]


def held(cluster):
    body = {"metadata": {"name": "held", "finalizers": ["x.y/z"]}}
    assert cluster.request("POST", f"{NAMESPACES}/a/configmaps", body).status == 201


def free(cluster):
    patch = {"metadata": {"finalizers": None}}
    cluster.request("PATCH", f"{NAMESPACES}/a/configmaps/held", patch, headers=MERGE)


def test_it_begins_with_what_pods_count_on(cluster, a):
    assert cluster.request("GET", f"{NAMESPACES}/a/serviceaccounts/default").status == 200
    ca = cluster.request("GET", f"{NAMESPACES}/a/configmaps/kube-root-ca.crt").body["data"][
        "ca.crt"
    ]
    assert ca == cluster.ca_file.read_text()


@pytest.mark.parametrize("path", ["serviceaccounts/default", "configmaps/kube-root-ca.crt"])
def test_what_pods_count_on_comes_back(cluster, a, path):
    before = cluster.request("GET", f"{NAMESPACES}/a/{path}").body
    cluster.request("DELETE", f"{NAMESPACES}/a/{path}")
    after = cluster.request("GET", f"{NAMESPACES}/a/{path}").body
    assert after["metadata"]["uid"] != before["metadata"]["uid"]


def test_content_needs_a_namespace(cluster):
    answer = cluster.request("POST", f"{NAMESPACES}/none/configmaps", {"metadata": {"name": "c"}})
    assert (answer.status, answer.body["message"]) == (404, 'namespaces "none" not found')


def test_it_goes_with_all_that_is_in_it(cluster, a):
    cluster.request("POST", f"{NAMESPACES}/a/configmaps", {"metadata": {"name": "c"}})
    assert cluster.request("DELETE", f"{NAMESPACES}/a").body["status"]["phase"] == "Terminating"
    assert cluster.request("GET", f"{NAMESPACES}/a").status == 404
    assert cluster.run(lambda: list(cluster.plane.store.in_namespace("a"))) == []


def test_a_new_one_of_the_same_name_is_another(cluster, a):
    cluster.request("DELETE", f"{NAMESPACES}/a")
    again = cluster.request("POST", NAMESPACES, {"metadata": {"name": "a"}}).body
    assert again["metadata"]["uid"] != a["metadata"]["uid"]


def test_while_it_goes_nothing_comes_in_and_its_name_is_taken(cluster, a):
    held(cluster)
    cluster.request("DELETE", f"{NAMESPACES}/a")
    late = cluster.request("POST", f"{NAMESPACES}/a/configmaps", {"metadata": {"name": "late"}})
    assert late.status == 403
    assert late.body["details"]["causes"][0]["reason"] == "NamespaceTerminating"
    again = cluster.request("POST", NAMESPACES, {"metadata": {"name": "a"}})
    assert (again.status, again.body["reason"]) == (409, "AlreadyExists")
    free(cluster)
    assert cluster.request("GET", f"{NAMESPACES}/a").status == 404


def test_what_is_held_is_seen_as_it_was_before_it_is_marked_and_goes_once_it_is_free(cluster, a):
    held(cluster)
    cluster.request("DELETE", f"{NAMESPACES}/a")
    path = f"{NAMESPACES}/a/configmaps"
    (left,) = cluster.request("GET", path).body["items"]
    assert "deletionTimestamp" not in left["metadata"]
    seen = cluster.request("GET", f"{path}?watch=true&timeoutSeconds=3").body
    assert "deletionTimestamp" in seen[-1]["object"]["metadata"]
    free(cluster)
    assert cluster.request("GET", f"{NAMESPACES}/a").status == 404


def test_a_finalizer_of_its_own_holds_it(cluster, a):
    patch = {"metadata": {"finalizers": ["x.y/z"]}}
    cluster.request("PATCH", f"{NAMESPACES}/a", patch, headers=MERGE)
    cluster.request("DELETE", f"{NAMESPACES}/a")
    left = cluster.request("GET", f"{NAMESPACES}/a").body
    assert left["spec"] == {"finalizers": []}
    cluster.request("PATCH", f"{NAMESPACES}/a", {"metadata": {"finalizers": None}}, headers=MERGE)
    assert cluster.request("GET", f"{NAMESPACES}/a").status == 404


def test_a_finalizer_in_the_spec_is_taken_away_by_finalize(cluster):
    body = {"metadata": {"name": "a"}, "spec": {"finalizers": ["kubernetes", "x.y/z"]}}
    cluster.request("POST", NAMESPACES, body)
    cluster.request("DELETE", f"{NAMESPACES}/a")
    left = cluster.request("GET", f"{NAMESPACES}/a").body
    assert left["spec"]["finalizers"] == ["x.y/z"]
    cluster.request("PUT", f"{NAMESPACES}/a/finalize", {**left, "spec": {"finalizers": []}})
    assert cluster.request("GET", f"{NAMESPACES}/a").status == 404


def test_a_wrong_uid_deletes_nothing(cluster, a):
    answer = cluster.request("DELETE", f"{NAMESPACES}/a", {"preconditions": {"uid": "another"}})
    assert answer.status == 409
    assert cluster.request("GET", f"{NAMESPACES}/a").body["status"]["phase"] == "Active"


@pytest.mark.parametrize("name", ["default", "kube-system", "kube-public"])
def test_some_stay(cluster, name):
    answer = cluster.request("DELETE", f"{NAMESPACES}/{name}")
    assert (answer.status, "may not be deleted" in answer.body["message"]) == (403, True)


def test_a_pod_on_a_node_is_given_its_time(cluster, a):
    pod = {
        "metadata": {"name": "p"},
        "spec": {"nodeName": "n", "containers": [{"name": "c", "image": "i:1"}]},
    }
    cluster.request("POST", f"{NAMESPACES}/a/pods", pod)
    cluster.request("DELETE", f"{NAMESPACES}/a")
    left = cluster.request("GET", f"{NAMESPACES}/a/pods/p").body
    assert left["metadata"]["deletionGracePeriodSeconds"] == 30
    assert cluster.request("GET", f"{NAMESPACES}/a").status == 200
    cluster.request("DELETE", f"{NAMESPACES}/a/pods/p", {"gracePeriodSeconds": 0})
    assert cluster.request("GET", f"{NAMESPACES}/a").status == 404
