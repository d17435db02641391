import pytest

from workshop_culler.rules import scopes

BASE = {"list:users", "read:users:activity", "read:servers", "delete:servers"}


def needed(**more):
    flags = {"deletes_users": False, "user_age": False, "groups": False, "state": False}
    return scopes.find_needed(**{**flags, **more})


@pytest.mark.parametrize(
    ("flag", "scope"),
    [
        ("deletes_users", "delete:users"),
        ("user_age", "read:users"),
        ("groups", "read:users:groups"),
        ("state", "admin:server_state"),
    ],
)
def test_each_task_adds_its_scope(flag, scope):
    assert set(needed()) == BASE
    assert set(needed(**{flag: True})) == {*BASE, scope}


def test_a_filtered_scope_is_had_but_told_apart():
    has = {*BASE - {"list:users"}, "list:users!group=class-a"}
    assert scopes.find_missing(needed(), has) == {}
    assert scopes.find_filtered(needed(), has) == ["list:users"]


def test_what_is_missing_is_named_with_the_entry_that_grants_it():
    missing = scopes.find_missing(needed(), BASE - {"delete:servers"})
    text = scopes.render_missing(missing, needed(), "workshop-culler")
    assert "delete:servers: to stop servers" in text
    assert "read:servers: " not in text
    config = {}
    exec(text[text.index("c.JupyterHub") :].replace("c.JupyterHub.load_roles", "roles"), config)
    assert config["roles"] == [
        {"name": "workshop-culler", "services": ["workshop-culler"], "scopes": list(needed())}
    ]
