import pytest

MAPS = "/api/v1/namespaces/a/configmaps"
MERGE = {"Content-Type": "application/merge-patch+json"}


@pytest.fixture(autouse=True)
def namespace(cluster):
    cluster.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "a"}})


def config_map(name="c", **data):
    return {"metadata": {"name": name}, "data": data}


def create(cluster, *names):
    return [cluster.request("POST", MAPS, config_map(name)).body for name in names]


def names(answer):
    return [item["metadata"]["name"] for item in answer.body["items"]]


def test_create_get_replace_delete(cluster):
    made = cluster.request("POST", MAPS, config_map(k="1"))
    assert made.status == 201
    assert cluster.request("GET", f"{MAPS}/c").body == made.body
    changed = cluster.request("PUT", f"{MAPS}/c", {**made.body, "data": {"k": "2"}})
    assert (changed.status, changed.body["data"]) == (200, {"k": "2"})
    gone = cluster.request("DELETE", f"{MAPS}/c")
    assert gone.body["status"] == "Success"
    assert gone.body["details"]["uid"] == made.body["metadata"]["uid"]
    assert cluster.request("GET", f"{MAPS}/c").status == 404


def test_two_writers_one_wins(cluster):
    (made,) = create(cluster, "c")
    assert cluster.request("PUT", f"{MAPS}/c", {**made, "data": {"k": "1"}}).status == 200
    late = cluster.request("PUT", f"{MAPS}/c", {**made, "data": {"k": "2"}})
    assert (late.status, late.body["reason"]) == (409, "Conflict")
    patch = {
        "metadata": {"resourceVersion": made["metadata"]["resourceVersion"]},
        "data": {"k": "3"},
    }
    assert cluster.request("PATCH", f"{MAPS}/c", patch, headers=MERGE).status == 409


def test_a_client_does_not_set_what_is_the_servers(cluster):
    body = config_map()
    body["metadata"].update(uid="mine", creationTimestamp="1999-01-01T00:00:00Z", selfLink="/x")
    made = cluster.request("POST", MAPS, body).body["metadata"]
    assert made["uid"] != "mine"
    assert not made["creationTimestamp"].startswith("1999")
    assert "selfLink" not in made


def test_generate_name(cluster):
    body = {"metadata": {"generateName": "g-"}}
    found = {cluster.request("POST", MAPS, body).body["metadata"]["name"] for _ in range(3)}
    assert len(found) == 3
    assert all(name.startswith("g-") for name in found)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ("not json", 400),
        ([1], 400),
        ({"metadata": {}}, 422),
        ({"kind": "Secret", "apiVersion": "v1", "metadata": {"name": "c"}}, 400),
        ({"metadata": {"name": "c", "namespace": "b"}}, 400),
    ],
)
def test_a_body_that_cannot_be_is_refused(cluster, body, status):
    assert cluster.request("POST", MAPS, body).status == status


def test_a_name_on_the_url_that_is_not_the_objects_is_refused(cluster):
    create(cluster, "c")
    assert cluster.request("PUT", f"{MAPS}/c", config_map("d")).status == 400


def test_selectors_and_pages(cluster):
    create(cluster, "m1", "m2", "m3")
    assert names(cluster.request("GET", f"{MAPS}?fieldSelector=metadata.name%3Dm2")) == ["m2"]
    query = (
        "fieldSelector=metadata.name!%3Dkube-root-ca.crt,metadata.name!%3Dopenshift-service-ca.crt"
    )
    first = cluster.request("GET", f"{MAPS}?{query}&limit=2")
    assert names(first) == ["m1", "m2"]
    token = first.body["metadata"]["continue"]
    rest = cluster.request("GET", f"{MAPS}?{query}&limit=2&continue={token}")
    assert names(rest) == ["m3"]
    assert "continue" not in rest.body["metadata"]


def test_a_name_is_looked_up_and_still_must_match(cluster):
    create(cluster, "m")
    query = "fieldSelector=metadata.name%3Dm"
    assert names(cluster.request("GET", f"{MAPS}?{query}&labelSelector=app")) == []
    assert names(cluster.request("GET", f"{MAPS}?fieldSelector=metadata.name%3Dnone")) == []
    assert names(cluster.request("GET", f"/api/v1/configmaps?{query}")) == ["m"]
    query = "fieldSelector=metadata.name%3Da"
    assert names(cluster.request("GET", f"/api/v1/namespaces?{query}")) == ["a"]


@pytest.mark.parametrize(
    ("media_type", "patch"),
    [
        ("application/merge-patch+json", {"data": {"k": "2"}}),
        ("application/strategic-merge-patch+json", {"data": {"k": "2"}}),
        ("application/json-patch+json", [{"op": "replace", "path": "/data/k", "value": "2"}]),
        ("application/apply-patch+yaml", "data: {k: '2'}"),
    ],
)
def test_four_kinds_of_patch(cluster, media_type, patch):
    cluster.request("POST", MAPS, config_map(k="1"))
    answer = cluster.request("PATCH", f"{MAPS}/c", patch, headers={"Content-Type": media_type})
    assert (answer.status, answer.body["data"]) == (200, {"k": "2"})


def test_a_patch_of_another_kind_is_415(cluster):
    create(cluster, "c")
    answer = cluster.request("PATCH", f"{MAPS}/c", {}, headers={"Content-Type": "text/plain"})
    assert answer.status == 415


def test_server_side_apply_makes_what_is_not_there(cluster):
    patch = "apiVersion: v1\nkind: ConfigMap\ndata: {k: '1'}\n"
    headers = {"Content-Type": "application/apply-patch+yaml"}
    assert (
        cluster.request("PATCH", f"{MAPS}/c?fieldManager=t", patch, headers=headers).status == 201
    )
    assert (
        cluster.request("PATCH", f"{MAPS}/c?fieldManager=t", patch, headers=headers).status == 200
    )


def test_a_dry_run_keeps_nothing(cluster):
    assert cluster.request("POST", f"{MAPS}?dryRun=All", config_map()).status == 201
    assert cluster.request("GET", f"{MAPS}/c").status == 404
    create(cluster, "c")
    assert cluster.request("DELETE", f"{MAPS}/c?dryRun=All").status == 200
    cluster.request("PATCH", f"{MAPS}/c?dryRun=All", {"data": {"k": "2"}}, headers=MERGE)
    assert cluster.request("GET", f"{MAPS}/c").body.get("data") != {"k": "2"}


def test_status_is_its_own_subresource(cluster):
    path = "/api/v1/namespaces/a/persistentvolumeclaims"
    spec = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}
    cluster.request(
        "POST", path, {"metadata": {"name": "v"}, "spec": spec, "status": {"phase": "Bound"}}
    )
    assert cluster.request("GET", f"{path}/v").body["status"] == {"phase": "Pending"}
    patch = {"status": {"phase": "Bound"}, "spec": {"volumeName": "x"}}
    bound = cluster.request("PATCH", f"{path}/v/status", patch, headers=MERGE).body
    assert bound["status"] == {"phase": "Bound"}
    assert "volumeName" not in bound["spec"]
    later = cluster.request("PATCH", f"{path}/v", {"status": {"phase": "Lost"}}, headers=MERGE).body
    assert later["status"] == {"phase": "Bound"}


def test_delete_collection_by_selector(cluster):
    create(cluster, "m1", "m2")
    patch = {"metadata": {"labels": {"app": "x"}}}
    cluster.request("PATCH", f"{MAPS}/m1", patch, headers=MERGE)
    cluster.request("DELETE", f"{MAPS}?labelSelector=app%3Dx")
    assert [n for n in names(cluster.request("GET", MAPS)) if n.startswith("m")] == ["m2"]


def test_preconditions(cluster):
    (made,) = create(cluster, "c")
    wrong = {"preconditions": {"uid": "another"}}
    assert cluster.request("DELETE", f"{MAPS}/c", wrong).status == 409
    right = {"preconditions": {"uid": made["metadata"]["uid"]}}
    assert cluster.request("DELETE", f"{MAPS}/c", right).status == 200


def test_generation_counts_changes_of_the_spec(cluster):
    path = "/apis/networking.k8s.io/v1/namespaces/a/networkpolicies"
    made = cluster.request("POST", path, {"metadata": {"name": "n"}, "spec": {"podSelector": {}}})
    assert made.body["metadata"]["generation"] == 1
    labelled = cluster.request(
        "PATCH", f"{path}/n", {"metadata": {"labels": {"a": "b"}}}, headers=MERGE
    )
    assert labelled.body["metadata"]["generation"] == 1
    changed = cluster.request(
        "PATCH", f"{path}/n", {"spec": {"policyTypes": ["Egress"]}}, headers=MERGE
    )
    assert changed.body["metadata"]["generation"] == 2


def test_what_a_kind_does_not_know_is_405(cluster):
    assert cluster.request("DELETE", "/api/v1/namespaces").status == 405
    assert (
        cluster.request("GET", "/apis/authorization.k8s.io/v1/subjectaccessreviews").status == 405
    )
    assert cluster.request("POST", "/api/v1/configmaps", config_map()).status == 405


@pytest.mark.parametrize(
    "body",
    [
        {"metadata": {"name": "x", "labels": 5}},
        {"metadata": {"name": 5}},
        {"metadata": {"name": "x"}, "data": {"a": {}}},
    ],
)
def test_a_field_of_another_type_is_refused_and_lists_go_on(cluster, body):
    answer = cluster.request("POST", MAPS, body)
    assert (answer.status, answer.body["reason"]) == (400, "BadRequest")
    assert 'ConfigMap in version "v1" cannot be handled' in answer.body["message"]
    assert cluster.request("GET", "/api/v1/configmaps?labelSelector=a%3Db").status == 200


def test_a_patch_leaves_an_object_that_can_be_read(cluster):
    create(cluster, "c")
    answer = cluster.request("PATCH", f"{MAPS}/c", {"metadata": {"labels": "x"}}, headers=MERGE)
    assert (answer.status, answer.body["details"]["causes"][0]["field"]) == (422, "patch")


def test_a_label_that_no_server_takes_is_refused(cluster):
    answer = cluster.request("POST", MAPS, {"metadata": {"name": "x", "labels": {"a": "b c"}}})
    assert (answer.status, answer.body["details"]["causes"][0]["field"]) == (422, "metadata.labels")


def test_a_body_that_is_no_pod_is_the_callers_fault(cluster):
    pod = {"metadata": {"name": "p"}, "spec": {"containers": 5}}
    assert cluster.request("POST", "/api/v1/namespaces/a/pods", pod).status == 400


# What the right to a part of a pod must not do to the whole of it, nor make.
_PARTS = ("portforward", "attach", "proxy", "resize", "ephemeralcontainers")


@pytest.mark.parametrize("part", _PARTS)
@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE"])
def test_a_part_that_is_not_served_gives_no_hold_on_the_whole(cluster, method, part):
    pod = {"metadata": {"name": "p"}, "spec": {"containers": [{"name": "c", "image": "i"}]}}
    path = "/api/v1/namespaces/a/pods"
    made = cluster.request("POST", path, pod).body
    other = {**pod, "metadata": {"name": "q" if method == "POST" else "p", "labels": {"a": "b"}}}
    answer = cluster.request(method, f"{path}/p/{part}", other, headers=MERGE)
    assert answer.status == 405
    assert cluster.request("GET", path).body["items"][0]["metadata"] == made["metadata"]
    assert len(cluster.request("GET", path).body["items"]) == 1


def test_the_right_to_a_service_proxy_does_not_delete_the_service(cluster):
    path = "/api/v1/namespaces/a/services"
    cluster.request("POST", path, {"metadata": {"name": "s"}, "spec": {"ports": [{"port": 80}]}})
    assert cluster.request("DELETE", f"{path}/s/proxy").status == 405
    assert cluster.request("GET", f"{path}/s").status == 200


OTHER_PLACES = [
    {"namespace": "b", "uid": None, "resourceVersion": None},
    {"name": "d", "uid": None, "resourceVersion": None},
    {"name": None, "namespace": None},
]


@pytest.mark.parametrize("metadata", OTHER_PLACES, ids=str)
@pytest.mark.parametrize("dry", ["", "?dryRun=All"])
def test_a_patch_writes_to_the_object_of_its_url_and_no_other(cluster, metadata, dry):
    cluster.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "b"}})
    cluster.request("POST", "/api/v1/namespaces/b/configmaps", config_map("c", k="theirs"))
    create(cluster, "c", "d")
    patch = {"metadata": metadata, "data": {"k": "mine"}}
    answer = cluster.request("PATCH", f"{MAPS}/c{dry}", patch, headers=MERGE)
    assert answer.status == (200 if metadata.get("name", 1) is None else 400)
    theirs = cluster.request("GET", "/api/v1/namespaces/b/configmaps/c").body
    assert theirs["data"] == {"k": "theirs"}
    assert "data" not in {k: v for k, v in cluster.request("GET", f"{MAPS}/d").body.items() if v}


def test_an_apply_makes_what_its_url_names(cluster):
    headers = {"Content-Type": "application/apply-patch+yaml"}
    body = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "other"}}
    url = f"{MAPS}/new?fieldManager=me"
    assert cluster.request("PATCH", url, body, headers=headers).status == 400
    body["metadata"] = {"name": "new", "namespace": "b"}
    assert cluster.request("PATCH", url, body, headers=headers).status == 400


def test_a_new_object_has_no_version(cluster):
    path = "/api/v1/namespaces/default/configmaps"
    body = {"metadata": {"name": "a", "resourceVersion": "5"}}
    answer = cluster.request("POST", path, body)
    assert answer.status == 500
    assert answer.body["message"] == "resourceVersion should not be set on objects to be created"
    assert "reason" not in answer.body
    assert cluster.request("POST", f"{path}?dryRun=All", body).status == 201


@pytest.mark.parametrize(("query", "body"), [("?dryRun=All", None), ("", {"dryRun": ["All"]})])
def test_a_dry_run_deletes_nothing(cluster, query, body):
    path = "/api/v1/namespaces/default/configmaps"
    cluster.request("POST", path, {"metadata": {"name": "a"}})
    assert cluster.request("DELETE", f"{path}/a{query}", body).status == 200
    assert cluster.request("GET", f"{path}/a").status == 200


def test_when_an_object_was_made_stays(cluster):
    path = "/api/v1/namespaces/default/configmaps"
    made = cluster.request("POST", path, {"metadata": {"name": "a"}}).body
    same = made["metadata"]["creationTimestamp"].replace("Z", ".5+00:00")
    for moment, status in (("2020-01-01T00:00:00Z", 422), (same, 200), (None, 200)):
        change = {**made, "metadata": {**made["metadata"], "creationTimestamp": moment}}
        change["metadata"].pop("resourceVersion")
        assert cluster.request("PUT", f"{path}/a", change).status == status
    assert cluster.request("GET", f"{path}/a").body == {**made, "metadata": made["metadata"]}
