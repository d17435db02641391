import pytest

GROUP = "rbac.authorization.k8s.io"
API = f"/apis/{GROUP}/v1"
WRITE = ["create", "get", "patch", "update"]
WHERE = {"name": "boss", "namespace": "default"}


def rule(resources, verbs, groups=("",)):
    return {"apiGroups": list(groups), "resources": resources, "verbs": verbs}


def role(name, *rules, kind="Role", **more):
    metadata = {"name": name, **({"namespace": "default"} if kind == "Role" else {})}
    made = {"apiVersion": f"{GROUP}/v1", "kind": kind, "metadata": {**metadata, **more}}
    return {**made, "rules": list(rules)}


def binding(name, ref_kind, ref_name, /, **subject):
    subject = {"kind": "ServiceAccount", "name": "other", "namespace": "default", **subject}
    return {
        "apiVersion": f"{GROUP}/v1",
        "kind": "RoleBinding",
        "metadata": {"name": name, "namespace": "default"},
        "roleRef": {"apiGroup": GROUP, "kind": ref_kind, "name": ref_name},
        "subjects": [subject],
    }


ROLES, BINDINGS = f"{API}/namespaces/default/roles", f"{API}/namespaces/default/rolebindings"


@pytest.fixture
def boss(cluster):
    """The token of an account that may list pods, and write roles and bindings, in `default`."""
    cluster.apply(
        {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": WHERE},
        role("boss", rule(["pods"], ["list"]), rule(["roles", "rolebindings"], WRITE, [GROUP])),
        binding("boss", "Role", "boss", name="boss"),
    )
    return cluster.token("default", "boss")


@pytest.mark.parametrize(
    ("wanted", "status"),
    [
        (rule(["pods"], ["list"]), 201),
        (rule(["pods"], ["delete"]), 403),
        (rule(["secrets"], ["list"]), 403),
        (rule(["*"], ["*"], ["*"]), 403),
    ],
)
def test_nobody_writes_a_role_with_more_than_they_hold(cluster, boss, wanted, status):
    answer = cluster.request("POST", ROLES, role("new", wanted), token=boss)
    assert answer.status == status
    if status == 403:
        assert (
            "is attempting to grant RBAC permissions not currently held" in answer.body["message"]
        )


@pytest.mark.parametrize(
    ("kind", "name", "status"),
    [("Role", "boss", 201), ("ClusterRole", "view", 403), ("Role", "no-such", 404)],
)
def test_nobody_binds_to_more_than_they_hold(cluster, boss, kind, name, status):
    assert (
        cluster.request("POST", BINDINGS, binding("new", kind, name), token=boss).status == status
    )


@pytest.mark.parametrize(("verb", "path"), [("bind", BINDINGS), ("escalate", ROLES)])
def test_who_may_bind_or_escalate_may(cluster, boss, verb, path):
    obj = (
        binding("new", "ClusterRole", "view")
        if verb == "bind"
        else role("new", rule(["secrets"], ["get"]))
    )
    assert cluster.request("POST", path, obj, token=boss).status == 403
    resources = ["clusterroles", "roles"]
    cluster.apply(
        role("more", rule(resources, [verb], [GROUP]), kind="ClusterRole"),
        binding("more", "ClusterRole", "more", name="boss"),
    )
    assert cluster.request("POST", path, obj, token=boss).status == 201


def test_a_change_that_grants_nothing_new_needs_nothing(cluster, boss):
    cluster.apply(role("strong", rule(["secrets"], ["get"])))
    merge = {"Content-Type": "application/merge-patch+json"}
    body = {"metadata": {"labels": {"a": "b"}}}
    changed = cluster.request("PATCH", f"{ROLES}/strong", body, token=boss, headers=merge)
    assert changed.status == 200


def test_a_binding_keeps_its_role(cluster):
    cluster.apply(binding("b", "ClusterRole", "view"))
    answer = cluster.request("PUT", f"{BINDINGS}/b", binding("b", "ClusterRole", "edit"))
    assert answer.status == 422
    assert answer.body["details"]["causes"][0]["field"] == "roleRef"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"roleRef": {}}, "roleRef.name"),
        ({"roleRef": {"kind": "Magic", "name": "x"}}, "roleRef.kind"),
        ({"subjects": [{"kind": "User"}]}, "subjects[0].name"),
    ],
)
def test_a_binding_without_sense_is_refused(cluster, change, field):
    answer = cluster.request("POST", BINDINGS, {**binding("b", "ClusterRole", "view"), **change})
    assert answer.status == 422
    assert field in [cause["field"] for cause in answer.body["details"]["causes"]]


def test_a_binding_is_filled_in(cluster):
    made = binding("b", "ClusterRole", "view", kind="User", name="alice")
    del made["roleRef"]["apiGroup"]
    (kept,) = cluster.apply(made)
    assert kept["roleRef"]["apiGroup"] == GROUP
    assert kept["subjects"][0]["apiGroup"] == GROUP


def test_rules_are_gathered_by_label(cluster):
    selector = {"clusterRoleSelectors": [{"matchLabels": {"gather": "yes"}}]}
    cluster.apply({**role("all", kind="ClusterRole"), "aggregationRule": selector})
    path = f"{API}/clusterroles"
    assert cluster.request("GET", f"{path}/all").body.get("rules") in (None, [])
    part = role("part", rule(["pods"], ["get"]), kind="ClusterRole", labels={"gather": "yes"})
    cluster.apply(part)
    assert cluster.request("GET", f"{path}/all").body["rules"] == part["rules"]
    cluster.apply({**part, "metadata": {"name": "part"}})
    assert cluster.request("GET", f"{path}/all").body["rules"] == []


def test_a_right_comes_and_goes_with_its_binding(cluster, boss):
    pods = "/api/v1/namespaces/default/pods"
    assert cluster.request("GET", pods, token=boss).status == 200
    cluster.request("DELETE", f"{BINDINGS}/boss")
    assert cluster.request("GET", pods, token=boss).status == 403
