from pocket_openshift import bootstrap, kinds


def test_every_binding_names_a_role_that_exists():
    roles = {role["metadata"]["name"] for role in bootstrap.ROLES}
    assert {binding["roleRef"]["name"] for binding in bootstrap.BINDINGS} <= roles


def test_names_are_unique():
    for objects in (bootstrap.ROLES, bootstrap.BINDINGS):
        names = [obj["metadata"]["name"] for obj in objects]
        assert len(names) == len(set(names))


def test_objects_are_of_served_kinds():
    assert all(kinds.of_object(obj) for obj in [*bootstrap.ROLES, *bootstrap.BINDINGS])


def test_a_rule_may_name_objects():
    assert bootstrap.rule([""], ["pods"], ["get"], "a")["resourceNames"] == ["a"]
