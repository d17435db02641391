"""What the cluster's answers mean for a login, in tables."""

import pytest

from jupyterhub_butterfly.rules import openshift_answers as rules


@pytest.mark.parametrize(
    ("target", "prefix", "goes"),
    [
        ("/terminal/session/1", "/", "/terminal/session/1"),
        ("/user/ada/x?y=1", "/user/ada/", "/user/ada/x?y=1"),
        ("/user/bob/", "/user/ada/", "/user/ada/"),
        ("//evil.example/", "/", "/"),
        ("/\\evil.example/", "/", "/"),
        ("/\t/evil.example/", "/", "/"),
        ("https://evil.example/", "/", "/"),
        ("javascript:alert(1)", "/", "/"),
        ("", "/", "/"),
    ],
)
def test_where_to_go_on(target, prefix, goes):
    assert rules.find_return_path(target, prefix) == goes


@pytest.mark.parametrize(
    ("error", "description", "said"),
    [
        ("access_denied", "scope denied: user:full", "does not give"),
        ("access_denied", "", "did not allow"),
        ("server_error", "", "at the moment"),
        ("x", "<script>", "sent you back with an error"),
    ],
)
def test_a_refusal_is_explained(error, description, said):
    assert said in rules.explain_error(error, description)


@pytest.mark.parametrize(
    ("document", "allowed"),
    [
        ({"status": {"allowed": True}}, True),
        ({"status": {"allowed": False}}, False),
        ({"status": {"allowed": "yes"}}, None),
        ({"status": None}, None),
        ({}, None),
    ],
)
def test_a_review_says_yes_or_no_or_nothing(document, allowed):
    assert rules.read_review(document) is allowed


def test_a_review_asks_for_the_project():
    spec = rules.make_review("lab")["spec"]["resourceAttributes"]
    assert (spec["namespace"], spec["verb"], spec["resource"]) == ("lab", "create", "rolebindings")


@pytest.mark.parametrize(
    ("document", "name"),
    [({"metadata": {"name": "ada"}}, "ada"), ({"metadata": {"name": 7}}, ""), ({}, "")],
)
def test_whose_token_it_is(document, name):
    assert rules.read_name(document) == name


def test_what_a_cookie_holds():
    assert rules.read_kept(None) == {}
    assert rules.read_kept(b'{"state": "s"}') == {"state": "s", "verifier": "", "next": ""}
