import json
import threading

import pytest

import waiting

API = "/apis/project.openshift.io/v1"
RBAC = "rbac.authorization.k8s.io"


def namespace(name, **labels):
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": labels}}


def bind(cluster, place, role="admin", user="alice"):
    cluster.apply(
        {
            "apiVersion": f"{RBAC}/v1",
            "kind": "RoleBinding",
            "metadata": {"name": f"{user}-{role}", "namespace": place},
            "roleRef": {"apiGroup": RBAC, "kind": "ClusterRole", "name": role},
            "subjects": [{"apiGroup": RBAC, "kind": "User", "name": user}],
        }
    )


def as_alice(cluster, method, path, body=None, **more):
    headers = {
        "Impersonate-User": "alice",
        "Impersonate-Group": "system:authenticated",
        **more.get("headers", {}),
    }
    return cluster.request(method, path, body, headers=headers)


def listed(answer):
    return [item["metadata"]["name"] for item in answer.body["items"]]


def wait_until_listed(cluster, names):
    # It lags, as the real one.
    waiting.until(lambda: listed(as_alice(cluster, "GET", f"{API}/projects")) == names)


@pytest.fixture
def shop(cluster):
    """Two projects; alice belongs to `shop`."""
    cluster.apply(namespace("shop", kind="a"), namespace("bank"))
    bind(cluster, "shop")
    wait_until_listed(cluster, ["shop"])
    return cluster


def test_people_see_the_projects_that_they_belong_to(shop):
    assert {"shop", "bank"} <= set(listed(shop.request("GET", f"{API}/projects")))
    assert listed(as_alice(shop, "GET", f"{API}/projects?labelSelector=kind%3Db")) == []
    assert as_alice(shop, "GET", f"{API}/projects/shop").body["kind"] == "Project"
    assert as_alice(shop, "GET", f"{API}/projects/bank").status == 403
    assert as_alice(shop, "GET", "/api/v1/namespaces").status == 403, "only by the projects"


def test_an_admin_of_a_project_may_end_it(shop):
    assert as_alice(shop, "DELETE", f"{API}/projects/bank").status == 403
    assert as_alice(shop, "DELETE", f"{API}/projects/shop").body["status"] == "Success"
    waiting.until(lambda: shop.request("GET", f"{API}/projects/shop").status == 404)


def test_a_delete_keeps_to_its_preconditions(shop):
    body = {"kind": "DeleteOptions", "apiVersion": "v1", "preconditions": {"uid": "another"}}
    assert as_alice(shop, "DELETE", f"{API}/projects/shop", body).status == 409
    assert shop.request("GET", f"{API}/projects/shop").body["status"]["phase"] == "Active"


def test_a_project_is_changed_by_who_may_change_the_namespace(shop):
    merge = {"Content-Type": "application/merge-patch+json"}
    body = {"metadata": {"annotations": {"openshift.io/display-name": "Shop"}}}
    changed = shop.request("PATCH", f"{API}/projects/shop", body, headers=merge)
    assert (changed.status, changed.body["kind"]) == (200, "Project")
    kept = shop.request("GET", "/api/v1/namespaces/shop").body
    assert kept["metadata"]["annotations"]["openshift.io/display-name"] == "Shop"


@pytest.mark.parametrize(
    "metadata",
    [
        {"labels": {"kind": "b"}},
        {"labels": {"kind": None}},
        {"annotations": {"workshop.jupyter.org/expires": "2099-01-01T00:00:00Z"}},
        {"annotations": {"hub.jupyter.org/username": "bob"}},
    ],
)
def test_an_admin_of_a_project_cannot_change_whose_it_is(shop, metadata):
    merge = {"Content-Type": "application/merge-patch+json"}
    before = shop.request("GET", "/api/v1/namespaces/shop").body["metadata"]
    said = as_alice(shop, "PATCH", f"{API}/projects/shop", {"metadata": metadata}, headers=merge)
    assert (said.status, said.body["reason"]) == (422, "Invalid")
    assert "field is immutable, try updating the namespace" in said.body["message"]
    assert shop.request("GET", "/api/v1/namespaces/shop").body["metadata"] == before
    words = {"metadata": {"annotations": {"openshift.io/description": "Open on Mondays"}}}
    assert as_alice(shop, "PATCH", f"{API}/projects/shop", words, headers=merge).status == 200


def test_a_project_may_be_asked_for_by_who_may(cluster):
    request = {"metadata": {"name": "mine"}, "displayName": "Mine", "description": "d"}
    made = as_alice(cluster, "POST", f"{API}/projectrequests", request)
    allowed = as_alice(cluster, "GET", f"{API}/projectrequests")
    if made.status == 403:
        assert allowed.status == 403
        cluster.apply(
            {
                "apiVersion": f"{RBAC}/v1",
                "kind": "ClusterRoleBinding",
                "metadata": {"name": "alice"},
                "roleRef": {"apiGroup": RBAC, "kind": "ClusterRole", "name": "self-provisioner"},
                "subjects": [{"apiGroup": RBAC, "kind": "User", "name": "alice"}],
            }
        )
        made = as_alice(cluster, "POST", f"{API}/projectrequests", request)
        allowed = as_alice(cluster, "GET", f"{API}/projectrequests")
    assert (made.status, allowed.status) == (201, 200)
    assert made.body["metadata"]["annotations"]["openshift.io/requester"] == "alice"
    assert as_alice(cluster, "GET", "/api/v1/namespaces/mine/pods").status == 200
    taken = as_alice(cluster, "POST", f"{API}/projectrequests", request)
    assert (taken.status, taken.body["reason"]) == (409, "AlreadyExists")


def test_a_watcher_hears_of_their_projects_and_no_others(shop):
    seen, ready = [], threading.Event()

    def watch():
        path = f"{API}/projects?watch=true&timeoutSeconds=3"
        ready.set()
        answer = as_alice(shop, "GET", path)
        seen.extend(answer.body if isinstance(answer.body, list) else [answer.body])

    thread = threading.Thread(target=watch)
    thread.start()
    ready.wait()
    waiting.until(lambda: shop.run(lambda: shop.plane.watching.open_watches))
    shop.request("DELETE", "/api/v1/namespaces/bank")
    shop.apply(namespace("hidden"))
    shop.request("DELETE", "/api/v1/namespaces/shop")
    thread.join()
    names = {event["object"]["metadata"]["name"] for event in seen}
    assert names == {"shop"}, json.dumps(seen)[:500]
    assert seen[0]["type"] == "ADDED"
    assert seen[-1]["type"] == "DELETED"


def test_a_patch_of_ones_own_project_writes_to_no_other(cluster, shop):
    cluster.apply(namespace("mall"))
    metadata = {
        "name": "mall",
        "uid": None,
        "resourceVersion": None,
        "annotations": {"openshift.io/display-name": "mine"},
    }
    headers = {"Content-Type": "application/merge-patch+json"}
    answer = as_alice(
        cluster, "PATCH", f"{API}/projects/shop", {"metadata": metadata}, headers=headers
    )
    assert answer.status == 400
    found = cluster.request("GET", "/api/v1/namespaces/mall").body["metadata"]
    assert "annotations" not in found


@pytest.mark.parametrize("query", ["resourceVersion=abc", "timeoutSeconds=abc"])
def test_a_watch_with_nonsense_is_refused_before_it_begins(cluster, query):
    assert cluster.request("GET", f"{API}/projects?watch=1&{query}").status == 400


def test_a_watch_from_a_version_that_was_forgotten_is_told_so(cluster):
    cluster.compact()
    (event,) = cluster.request("GET", f"{API}/projects?watch=1&resourceVersion=1").body
    assert (event["type"], event["object"]["code"]) == ("ERROR", 410)


@pytest.mark.parametrize(
    ("name", "status", "text"),
    [
        ("kube", 403, 'cannot request a project with the name "kube"'),
        ("kubernetes", 403, 'cannot request a project with the name "kubernetes"'),
        ("openshift", 403, 'cannot request a project with the name "openshift"'),
        ("kube-system", 403, 'cannot request a project starting with "kube-"'),
        ("openshift-lab", 403, 'cannot request a project starting with "openshift-"'),
        ("a", 422, "must be at least 2 characters long"),
        ("x" * 64, 422, "must be no more than 63 characters"),
        ("", 422, "name or generateName is required"),
        ("kubelab", 201, ""),
    ],
)
def test_names_of_the_cluster_itself_cannot_be_asked_for(cluster, name, status, text):
    body = {"metadata": {"name": name}}
    answer = cluster.request("POST", f"{API}/projectrequests", body)
    assert answer.status == status
    assert answer.body.get("message", "").endswith(text)
