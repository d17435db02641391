import pytest
from hypothesis import given
from hypothesis import strategies as st

from pocket_openshift.vocabulary import selectors


def labelled(**labels):
    return {"metadata": {"name": "n", "labels": labels}}


@pytest.mark.parametrize(
    ("text", "labels", "expected"),
    [
        ("app=x", {"app": "x"}, True),
        ("app==x", {"app": "y"}, False),
        ("app!=x", {}, True),
        ("app!=x", {"app": "x"}, False),
        ("app", {"app": ""}, True),
        ("!app", {"app": ""}, False),
        ("!app", {}, True),
        ("tier in (a, b)", {"tier": "b"}, True),
        ("tier in (a, b),app=x", {"tier": "b"}, False),
        ("tier notin (a,b)", {"tier": "c"}, True),
        ("tier notin (a,b)", {}, True),
        ("tier notin (a,b)", {"tier": "a"}, False),
        ("example.com/a=b-c.d", {"example.com/a": "b-c.d"}, True),
    ],
)
def test_label_selectors(text, labels, expected):
    obj = {"metadata": {"name": "n", "labels": labels}}
    assert selectors.make_matcher(text, "")(obj) is expected


@pytest.mark.parametrize("text", ["a in b", "a=b=c", "a in (b", ",", "a=b,,c=d", "(a)"])
def test_nonsense_is_refused(text):
    with pytest.raises(ValueError, match="found"):
        selectors.parse_labels(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("metadata.name=n", True),
        ("metadata.name!=n", False),
        ("status.phase=Running,spec.nodeName=", True),
        ("status.phase!=Running", False),
        ("spec.hostNetwork=true", True),
    ],
)
def test_field_selectors(text, expected):
    pod = {
        "metadata": {"name": "n"},
        "spec": {"hostNetwork": True},
        "status": {"phase": "Running"},
    }
    assert selectors.make_matcher("", text)(pod) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("metadata.name=a", "a"),
        ("status.phase=Running,metadata.name==a", "a"),
        ("metadata.name!=a", None),
        ("", None),
    ],
)
def test_a_selector_of_one_name(text, expected):
    assert selectors.only_name(text) == expected


def test_no_selector_is_no_matcher():
    assert selectors.make_matcher("", "") is None


def test_a_bad_field_selector_is_refused():
    with pytest.raises(ValueError, match="invalid selector"):
        selectors.make_matcher("", "metadata.name")


def test_the_selector_of_an_object():
    selector = {
        "matchLabels": {"app": "x"},
        "matchExpressions": [
            {"key": "tier", "operator": "In", "values": ["a"]},
            {"key": "old", "operator": "DoesNotExist"},
        ],
    }
    wanted = selectors.from_label_selector(selector)
    assert selectors.matches_labels(wanted, labelled(app="x", tier="a"))
    assert not selectors.matches_labels(wanted, labelled(app="x", tier="a", old="1"))


WORDS = st.text(alphabet="abcxyz", min_size=1, max_size=5)


@given(WORDS, st.sets(WORDS, min_size=1), st.dictionaries(WORDS, WORDS))
def test_in_and_notin_are_opposites_where_the_label_is(key, values, labels):
    listed = ",".join(sorted(values))
    obj = {"metadata": {"labels": labels}}
    inside = selectors.make_matcher(f"{key} in ({listed})", "")(obj)
    outside = selectors.make_matcher(f"{key} notin ({listed})", "")(obj)
    assert inside != outside
