import pytest

from pocket_openshift.access import authorization, rbac
from pocket_openshift.core import store
from pocket_openshift.vocabulary import identity, kinds

RBAC = "rbac.authorization.k8s.io"
ROLE, CLUSTER_ROLE = kinds.named(f"roles.{RBAC}"), kinds.named(f"clusterroles.{RBAC}")
BINDING = kinds.named(f"rolebindings.{RBAC}")
CLUSTER_BINDING = kinds.named(f"clusterrolebindings.{RBAC}")
PODS = {"verbs": ["list"], "apiGroups": [""], "resources": ["pods"]}
EVE = identity.User("eve", ("people",))
ROBOT = identity.service_account("a", "robot", "u")


@pytest.fixture
def objects():
    return store.Store()


@pytest.fixture
def rules(objects):
    made = authorization.Authorization(objects.find)
    objects.listeners.append(
        lambda change: made.changed(
            change.kind.resource, change.old, None if change.type == "DELETED" else change.obj
        )
    )
    objects.create(CLUSTER_ROLE, {"metadata": {"name": "lister"}, "rules": [PODS]})
    objects.create(ROLE, {"metadata": {"name": "local", "namespace": "a"}, "rules": [PODS]})
    return made


def bind(objects, subject, namespace="a", role="lister", kind="ClusterRole", name="b"):
    metadata = {"name": name, **({"namespace": namespace} if namespace else {})}
    binding = {"metadata": metadata, "roleRef": {"kind": kind, "name": role}, "subjects": [subject]}
    return objects.create(BINDING if namespace else CLUSTER_BINDING, binding)


def may(rules, user, namespace="a"):
    return rules.permit(user, rbac.Act("list", "", "pods", namespace=namespace))


@pytest.mark.parametrize(
    ("subject", "user"),
    [
        ({"kind": "User", "name": "eve"}, EVE),
        ({"kind": "Group", "name": "people"}, EVE),
        ({"kind": "ServiceAccount", "name": "robot", "namespace": "a"}, ROBOT),
        ({"kind": "User", "name": "system:serviceaccount:a:robot"}, ROBOT),
    ],
)
def test_a_binding_names_users_groups_and_accounts(objects, rules, subject, user):
    assert not may(rules, user).allowed
    bind(objects, subject)
    assert may(rules, user).allowed
    assert not may(rules, user, "b").allowed
    assert not may(rules, user, "").allowed


def test_a_cluster_binding_holds_everywhere(objects, rules):
    bind(objects, {"kind": "User", "name": "eve"}, namespace="")
    assert may(rules, EVE, "anywhere").allowed
    assert may(rules, EVE, "").allowed


def test_the_reason_names_binding_role_and_subject(objects, rules):
    subject = {"kind": "ServiceAccount", "name": "robot", "namespace": "a"}
    bind(objects, subject)
    assert may(rules, ROBOT).reason == (
        'RBAC: allowed by RoleBinding "b/a" of ClusterRole "lister" to ServiceAccount "robot/a"'
    )


def test_a_role_of_the_namespace(objects, rules):
    bind(objects, {"kind": "User", "name": "eve"}, role="local", kind="Role")
    assert may(rules, EVE).allowed


def test_a_role_that_is_missing_gives_nothing(objects, rules):
    bind(objects, {"kind": "User", "name": "eve"}, role="none")
    assert not may(rules, EVE).allowed


def test_taking_the_binding_or_a_subject_away_takes_the_right(objects, rules):
    made = bind(objects, {"kind": "User", "name": "eve"})
    made = objects.update(BINDING, {**made, "subjects": [{"kind": "User", "name": "bob"}]})
    assert not may(rules, EVE).allowed
    assert may(rules, identity.User("bob")).allowed
    objects.remove(BINDING, "a", "b")
    assert not may(rules, identity.User("bob")).allowed
    assert rules._bound == {}


def test_changing_the_role_changes_the_right(objects, rules):
    bind(objects, {"kind": "User", "name": "eve"})
    assert may(rules, EVE).allowed
    role = objects.get(CLUSTER_ROLE, "", "lister")
    objects.update(CLUSTER_ROLE, {**role, "rules": []})
    assert not may(rules, EVE).allowed


def test_masters_may_do_anything(rules):
    assert rules.permit(identity.ADMIN, rbac.Act("delete", "x", "y")).allowed


def test_where_somebody_is_bound(objects, rules):
    bind(objects, {"kind": "User", "name": "eve"}, "a")
    bind(objects, {"kind": "Group", "name": "people"}, "b")
    bind(objects, {"kind": "User", "name": "bob"}, "c")
    assert rules.namespaces_bound(EVE) == {"a", "b"}


def test_an_index_made_anew_is_the_same(objects, rules):
    bind(objects, {"kind": "User", "name": "eve"})
    again = authorization.Authorization(objects.find)
    again.rebuild(objects.select(BINDING.resource))
    assert may(again, EVE).allowed


def scoped(*scopes):
    return identity.User("eve", ("people",), extra={identity.SCOPES: scopes})


def test_scopes_take_away_and_never_give(objects, rules):
    assert not may(rules, scoped("user:full")).allowed
    bind(objects, {"kind": "User", "name": "eve"})
    assert may(rules, scoped("user:full")).allowed
    verdict = may(rules, scoped("user:info"))
    assert not verdict.allowed
    assert verdict.reason == "scopes [user:info] prevent this action"


def test_a_role_scope_is_for_its_role_and_namespace(objects, rules):
    bind(objects, {"kind": "User", "name": "eve"}, namespace="")
    assert may(rules, scoped("role:lister:a"), "a").allowed
    assert not may(rules, scoped("role:lister:a"), "b").allowed
    assert may(rules, scoped("role:lister:*"), "b").allowed
    assert not may(rules, scoped("role:none:*"), "b").allowed


def test_masters_with_a_scoped_token_are_scoped(rules):
    master = identity.User("root", (identity.MASTERS,), extra={identity.SCOPES: ("user:info",)})
    assert not may(rules, master).allowed
