import base64
import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pocket_openshift.http import list_options
from pocket_openshift.vocabulary import errors


@pytest.mark.parametrize(
    ("query", "code", "text"),
    [
        ({"limit": "x"}, 400, 'strconv.ParseInt: parsing "x": invalid syntax'),
        ({"limit": "1.5"}, 400, 'strconv.ParseInt: parsing "1.5": invalid syntax'),
        ({"limit": "9" * 30}, 400, "value out of range"),
        ({"timeoutSeconds": "soon"}, 400, 'strconv.ParseInt: parsing "soon": invalid syntax'),
        ({"resourceVersion": "-1"}, 400, 'strconv.ParseUint: parsing "-1": invalid syntax'),
        ({"resourceVersion": "1", "continue": "x"}, 400, "not allowed when using continue"),
        ({"resourceVersionMatch": "Exact"}, 422, "forbidden unless resourceVersion is provided"),
        (
            {"resourceVersionMatch": "Exact", "resourceVersion": "0"},
            422,
            'resourceVersionMatch "exact" is forbidden for resourceVersion "0"',
        ),
        (
            {"resourceVersionMatch": "Nearly", "resourceVersion": "1"},
            422,
            'supported values: "Exact", "NotOlderThan", ""',
        ),
        ({"sendInitialEvents": "true"}, 422, "sendInitialEvents is forbidden for list"),
    ],
)
def test_options_without_sense_are_refused(query, code, text):
    with pytest.raises(errors.StatusError) as refused:
        list_options.check(query)
    assert refused.value.code == code
    assert text in str(refused.value)


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"limit": "-1"},
        {"limit": ""},
        {"resourceVersion": "0"},
        {"resourceVersion": "7", "resourceVersionMatch": "NotOlderThan"},
    ],
)
def test_options_with_sense_pass(query):
    list_options.check(query)


@pytest.mark.parametrize(
    ("token", "text"),
    [
        ("xyz", "invalid character 'Ç' looking for beginning of value"),
        ("a", "illegal base64 data at input byte"),
        (base64.urlsafe_b64encode(b"[1,").decode(), "unexpected end of JSON input"),
        (base64.urlsafe_b64encode(b'[1,2,"a",3]').decode(), "incorrect encoded start"),
    ],
)
def test_a_token_that_is_none_is_refused(token, text):
    with pytest.raises(errors.StatusError) as refused:
        list_options.parse_continue(token)
    assert refused.value.code == 400
    assert str(refused.value).startswith("invalid continue token: continue key is not valid: ")
    assert text in str(refused.value)


@given(st.text(max_size=20), st.text(max_size=20), st.integers(0, 10**6))
def test_a_token_leads_back_to_its_place(namespace, name, seen):
    token = base64.urlsafe_b64encode(json.dumps([5, namespace, name, seen]).encode()).decode()
    assert list_options.parse_continue(token) == ((namespace, name), seen)
    assert list_options.parse_continue(token.rstrip("=")) == ((namespace, name), seen)


@given(st.text(max_size=30))
def test_no_token_breaks_the_list(token):
    with contextlib.suppress(errors.StatusError):
        list_options.parse_continue(token)
