"""Reviews."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workshop_kube.rules import reviews

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["status", "allowed", "userInfo", "username", "metadata", "name"]),
            inner,
        )
    ),
)
DOCUMENTS = st.dictionaries(st.sampled_from(["status", "metadata", "groups"]), JSON)


def test_a_question_and_its_answer():
    review = reviews.make_access_review({"verb": "get", "resource": "pods"})
    assert review["spec"]["resourceAttributes"] == {"verb": "get", "resource": "pods"}
    assert reviews.parse_access_review({"status": {"allowed": True}})
    assert not reviews.parse_access_review({"status": {"allowed": False}})


def test_who_it_is():
    info = {"username": "ada", "uid": "1", "groups": ["staff", 7]}
    assert reviews.parse_self_review({"status": {"userInfo": info}}) == reviews.Identity(
        "ada", "1", ("staff",)
    )
    assert reviews.parse_user({"metadata": {"name": "ada"}, "groups": None}).name == "ada"


@pytest.mark.parametrize(
    "parse", [reviews.parse_access_review, reviews.parse_self_review, reviews.parse_user]
)
@given(document=DOCUMENTS)
def test_a_strange_answer_is_a_value_error_or_a_value(parse, document):
    try:
        found = parse(document)
    except ValueError:
        return
    assert isinstance(found, bool) or found.name
