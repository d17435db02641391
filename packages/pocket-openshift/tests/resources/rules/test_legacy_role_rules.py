import pytest

from pocket_openshift.resources.rules import legacy_role_rules as rules

META = {"name": "b", "namespace": "ws"}


def bind(role=None, **fields):
    return {"kind": "RoleBinding", "metadata": META, "roleRef": role or {"name": "edit"}} | fields


def test_a_binding_of_old_becomes_one_of_rbac():
    made = rules.make_rbac(
        bind(
            subjects=[
                {"kind": "ServiceAccount", "name": "hub"},
                {"kind": "ServiceAccount", "name": "hub", "namespace": "other"},
                {"kind": "SystemGroup", "name": "system:authenticated"},
                {"kind": "User", "name": "alice"},
            ]
        ),
        "ws",
    )
    assert made["roleRef"] == {"apiGroup": rules.NEW, "kind": "ClusterRole", "name": "edit"}
    assert made["subjects"] == [
        {"kind": "ServiceAccount", "name": "hub", "namespace": "ws"},
        {"kind": "ServiceAccount", "name": "hub", "namespace": "other"},
        {"apiGroup": rules.NEW, "kind": "Group", "name": "system:authenticated"},
        {"apiGroup": rules.NEW, "kind": "User", "name": "alice"},
    ]


def test_names_stand_for_subjects():
    old = bind(userNames=["system:serviceaccount:ws:hub", "bob"], groupNames=["team"])
    assert rules.make_rbac(old, "ws")["subjects"] == [
        {"kind": "ServiceAccount", "name": "hub", "namespace": "ws"},
        {"apiGroup": rules.NEW, "kind": "User", "name": "bob"},
        {"apiGroup": rules.NEW, "kind": "Group", "name": "team"},
    ]


def test_a_role_of_the_namespace_is_named_with_it():
    made = rules.make_rbac(bind({"name": "own", "namespace": "ws"}), "ws")
    assert made["roleRef"]["kind"] == "Role"
    with pytest.raises(rules.ShapeError, match="cannot refer to a role in namespace other"):
        rules.make_rbac(bind({"name": "own", "namespace": "other"}), "ws")


def test_a_subject_of_no_known_kind_is_refused():
    with pytest.raises(rules.ShapeError, match='invalid kind for origin subject: "Robot"'):
        rules.make_rbac(bind(subjects=[{"kind": "Robot", "name": "r"}]), "ws")


def test_rules_are_split_and_the_core_group_is_meant_without_one():
    role = {
        "kind": "ClusterRole",
        "metadata": {"name": "r"},
        "rules": [
            {"apiGroups": None, "resources": ["pods"], "verbs": ["get"]},
            {"apiGroups": ["x"], "resources": ["y"], "nonResourceURLs": ["/z"], "verbs": ["*"]},
            {"resources": ["a"], "verbs": ["get"], "attributeRestrictions": {"kind": "Is"}},
        ],
    }
    assert rules.make_rbac(role, "")["rules"] == [
        {"verbs": ["get"], "apiGroups": [""], "resources": ["pods"]},
        {"verbs": ["*"], "apiGroups": ["x"], "resources": ["y"]},
        {"verbs": ["*"], "nonResourceURLs": ["/z"]},
    ]


def test_there_and_back_it_is_the_same():
    old = bind(
        subjects=[
            {"kind": "ServiceAccount", "name": "hub", "namespace": "ws"},
            {"kind": "SystemUser", "name": "system:admin"},
            {"kind": "Group", "name": "team"},
        ]
    )
    shown = rules.make_legacy(rules.make_rbac(old, "ws"))
    assert shown["subjects"] == old["subjects"]
    assert shown["roleRef"] == {"name": "edit"}
    assert shown["userNames"] == ["system:serviceaccount:ws:hub", "system:admin"]
    assert shown["groupNames"] == ["team"]
    again = rules.make_legacy(rules.make_rbac(shown, "ws"))
    assert again == shown
