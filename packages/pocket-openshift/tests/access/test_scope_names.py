import pytest
from hypothesis import given
from hypothesis import strategies as st

from pocket_openshift.access import scope_names

NAMES = st.from_regex(r"[a-z]([a-z0-9-]{0,10}[a-z0-9])?", fullmatch=True)


@pytest.mark.parametrize(
    ("asked", "wrong"),
    [
        (["user:info", "user:check-access"], None),
        (["user:full"], None),
        (["role:edit:ns"], None),
        (["role:system:image-puller:*:!"], None),
        (["nonsense"], '[0]: Invalid value: "nonsense": no scope handler found'),
        (["user:nope"], '[0]: Invalid value: "user:nope": no scope handler found'),
        (["role:edit"], '[0]: Invalid value: "role:edit": bad format for scope role:edit'),
        (["role::ns"], '[0]: Invalid value: "role::ns": bad format for scope role::ns'),
        (['a"b'], '[0]: Invalid value: "a"b": 34 not allowed'),
        (
            ["user:info", "x", "y"],
            '[[1]: Invalid value: "x": no scope handler found, '
            '[2]: Invalid value: "y": no scope handler found]',
        ),
    ],
)
def test_scopes_that_do_not_exist_are_named(asked, wrong):
    assert scope_names.problem_with_scopes(asked) == wrong


@given(NAMES, NAMES, st.booleans())
def test_a_role_scope_is_read_back(role, namespace, escalating):
    text = f"role:{role}:{namespace}" + (":!" if escalating else "")
    assert scope_names.parse_role(text) == scope_names.RoleScope(role, namespace, escalating)


def test_role_names_may_hold_colons():
    assert scope_names.parse_role("role:system:a:b:ns") == scope_names.RoleScope("system:a:b", "ns")


@pytest.mark.parametrize(
    ("asked", "denied"),
    [
        ("user:info user:check-access", ()),
        ("user:list-projects user:list-scoped-projects", ()),
        ("role:admin:mine role:admin:mine:!", ()),
        ("user:full", ("user:full",)),
        ("role:admin:other", ("role:admin:other",)),
        ("role:admin:* user:full user:info", ("role:admin:*", "user:full")),
    ],
)
def test_a_service_account_may_ask_for_little(asked, denied):
    assert (
        scope_names.denied_by(scope_names.for_service_account("mine"), scope_names.split(asked))
        == denied
    )


def test_a_client_without_restrictions_may_ask_for_all():
    assert scope_names.denied_by((), ["user:full", "role:cluster-admin:*:!"]) == ()


@pytest.mark.parametrize(
    ("scope", "allowed"),
    [
        ("user:info", True),
        ("user:full", False),
        ("role:edit:a", True),
        ("role:view:a", False),
        ("role:edit:b", False),
        ("role:edit:a:!", False),
    ],
)
def test_the_restrictions_of_a_client_are_read(scope, allowed):
    found = scope_names.parse_restrictions(
        [
            {"literals": ["user:info"]},
            {"clusterRole": {"roleNames": ["edit"], "namespaces": ["a"], "allowEscalation": False}},
        ]
    )
    assert (scope_names.denied_by(found, [scope]) == ()) is allowed


@pytest.mark.parametrize(
    ("held", "judged"),
    [
        (("user:check-access",), ("user:check-access", "user:full")),
        (("user:info", "user:check-access"), ("user:info", "user:check-access", "user:full")),
        (("user:info",), ("user:info",)),
        (("user:check-access", "role:edit:a"), ("user:check-access", "role:edit:a")),
        ((), ()),
    ],
)
def test_a_token_for_looking_asks_about_its_owner(held, judged):
    assert scope_names.for_self_review(held) == judged


@given(st.lists(st.from_regex(r"[!-~]{1,8}", fullmatch=True)))
def test_scopes_survive_being_sent(values):
    assert list(scope_names.split(scope_names.join(values))) == values


def test_every_scope_is_described():
    assert all(scope_names.describe(scope) != scope for scope in scope_names.SUPPORTED)
    assert scope_names.describe("role:edit:shop:!") == (
        "Do what the role edit allows in the project shop, including secrets"
    )
    assert "all your projects" in scope_names.describe("role:edit:*")
