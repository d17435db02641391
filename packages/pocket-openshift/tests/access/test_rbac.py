import pytest
from hypothesis import given
from hypothesis import strategies as st

from pocket_openshift.access import rbac
from pocket_openshift.access.rbac import Act, Rule


@pytest.mark.parametrize(
    ("rule", "act", "expected"),
    [
        (Rule(("get",), ("",), ("pods",)), Act("get", "", "pods"), True),
        (Rule(("get",), ("",), ("pods",)), Act("list", "", "pods"), False),
        (Rule(("get",), ("apps",), ("pods",)), Act("get", "", "pods"), False),
        (Rule(("*",), ("*",), ("*",)), Act("bind", "x", "y"), True),
        (Rule(("get",), ("",), ("pods",)), Act("get", "", "pods", "log"), False),
        (Rule(("get",), ("",), ("pods/log",)), Act("get", "", "pods", "log"), True),
        (Rule(("get",), ("",), ("*/log",)), Act("get", "", "pods", "log"), True),
        (Rule(("get",), ("",), ("pods",), ("a",)), Act("get", "", "pods", name="a"), True),
        (Rule(("get",), ("",), ("pods",), ("a",)), Act("get", "", "pods", name="b"), False),
        (Rule(("list",), ("",), ("pods",), ("a",)), Act("list", "", "pods"), False),
        (Rule(("get",), paths=("/metrics",)), Act("get", path="/metrics"), True),
        (Rule(("get",), paths=("/api/*",)), Act("get", path="/api/v1"), True),
        (Rule(("get",), paths=("/api/*",)), Act("get", path="/apis"), False),
        (Rule(("*",), ("*",), ("*",)), Act("get", path="/metrics"), False),
        (Rule(("get",), paths=("*",)), Act("get", "", "pods"), False),
    ],
)
def test_a_rule_allows_what_it_says(rule, act, expected):
    assert rule.allows(act) is expected


@pytest.mark.parametrize(
    ("held", "wanted", "missing"),
    [
        ([Rule(("get", "list"), ("",), ("pods",))], [Rule(("get",), ("",), ("pods",))], 0),
        ([Rule(("get",), ("",), ("pods",))], [Rule(("get", "list"), ("",), ("pods",))], 1),
        ([Rule(("get",), ("",), ("pods",), ("a",))], [Rule(("get",), ("",), ("pods",))], 1),
        ([Rule(("get",), ("",), ("pods",))], [Rule(("get",), ("",), ("pods",), ("a",))], 0),
        ([Rule(("*",), ("*",), ("*",))], [Rule(("get",), paths=("/x",))], 1),
        ([Rule(("get",), paths=("/api/*",))], [Rule(("get",), paths=("/api/v1",))], 0),
        ([Rule(("get",), ("",), ("*/scale",))], [Rule(("get",), ("",), ("x/scale",))], 0),
    ],
)
def test_nobody_grants_more_than_they_hold(held, wanted, missing):
    assert len(rbac.missing_rules(held, wanted)) == missing


def test_missing_rules_are_told_as_the_real_server_tells_them():
    missing = [
        Rule(("list",), ("",), ("pods",)),
        Rule(("get",), ("",), ("pods",)),
        Rule(("*",), paths=("*",)),
    ]
    assert rbac.render_missing(missing).split("\n") == [
        '{APIGroups:[""], Resources:["pods"], Verbs:["list", "get"]}',
        '{NonResourceURLs:["*"], Verbs:["*"]}',
    ]


def test_a_rule_goes_to_a_role_and_back():
    item = {"verbs": ["get"], "apiGroups": [""], "resources": ["pods"], "resourceNames": ["a"]}
    assert rbac.rule_from(item).as_dict() == item


NAMES = st.sampled_from(["", "a", "b", "*"])
PARTS = st.lists(st.sampled_from(["get", "list", "*"]), min_size=1, max_size=2).map(tuple)
RULES = st.builds(
    Rule,
    verbs=PARTS,
    groups=st.lists(NAMES, min_size=1, max_size=2).map(tuple),
    resources=st.lists(st.sampled_from(["pods", "pods/log", "*"]), min_size=1, max_size=2).map(
        tuple
    ),
    names=st.lists(st.sampled_from(["x", "y"]), max_size=1).map(tuple),
)
ACTS = st.builds(
    Act,
    verb=st.sampled_from(["get", "list", "delete"]),
    group=st.sampled_from(["", "a", "b", "c"]),
    resource=st.sampled_from(["pods", "secrets"]),
    subresource=st.sampled_from(["", "log"]),
    name=st.sampled_from(["", "x", "y"]),
)


@given(st.lists(RULES, max_size=3), st.lists(RULES, max_size=3), ACTS)
def test_what_is_covered_allows_nothing_that_was_not_held(held, wanted, act):
    """If granting `wanted` is no escalation, an act it allows was allowed before."""
    if rbac.missing_rules(held, wanted):
        return
    if any(rule.allows(act) for rule in wanted):
        assert any(rule.allows(act) for rule in held)
