import pytest

from pocket_openshift.vocabulary import kinds, legacy_kinds


@pytest.mark.parametrize(
    ("kind", "group"),
    [
        ("DeploymentConfig", "apps.openshift.io"),
        ("RoleBinding", "authorization.openshift.io"),
        ("BuildConfig", "build.openshift.io"),
        ("ImageStream", "image.openshift.io"),
        ("ImageStreamList", "image.openshift.io"),
        ("OAuthClient", "oauth.openshift.io"),
        ("Route", "route.openshift.io"),
        ("Template", "template.openshift.io"),
    ],
)
def test_a_kind_that_once_had_no_group_gets_it(kind, group):
    assert legacy_kinds.add_group({"apiVersion": "v1", "kind": kind})["apiVersion"] == f"{group}/v1"
    assert legacy_kinds.add_group({"kind": kind})["apiVersion"] == f"{group}/v1"


@pytest.mark.parametrize(
    "obj",
    [
        {"apiVersion": "v1", "kind": "Service"},
        {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "RoleBinding"},
        {"apiVersion": "apps.openshift.io/v1", "kind": "DeploymentConfig"},
        {"apiVersion": "v1"},
        {"kind": 5},
    ],
)
def test_all_else_stays_as_it_is(obj):
    assert legacy_kinds.add_group(obj) == obj


def test_no_kind_of_the_core_is_in_the_table():
    core = {kind.kind for kind in kinds.of_group_version("", "v1")}
    assert all(
        legacy_kinds.add_group({"apiVersion": "v1", "kind": kind})["apiVersion"] == "v1"
        for kind in core
    )
