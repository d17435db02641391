import pytest
from hypothesis import given
from hypothesis import strategies as st

from pocket_openshift.router.rules import requests

CALLER = requests.Caller("127.0.0.1", 80, is_secure=True)
FORWARDED = [
    ("X-Forwarded-For", "127.0.0.1"),
    ("X-Forwarded-Host", "a"),
    ("X-Forwarded-Port", "80"),
    ("X-Forwarded-Proto", "https"),
]


@pytest.mark.parametrize(
    ("values", "host"),
    [
        (["App.Example:8080"], ("app.example", 8080)),
        (["[::1]"], ("[::1]", None)),
        (["a"], ("a", None)),
    ],
)
def test_a_host_is_read(values, host):
    assert requests.parse_host(values) == host


@pytest.mark.parametrize("values", [[], ["a", "a"], ["a/b"], [""], ["a b"], ["a@b"], ["a:x"]])
def test_a_host_that_is_not_clear_is_refused(values):
    with pytest.raises(requests.BadRequestError, match="exactly one Host"):
        requests.parse_host(values)


@pytest.mark.parametrize(
    ("target", "path"),
    [("/a?b", "/a?b"), ("http://a/x?y", "/x?y"), ("https://a", "/"), ("//a/b", "//a/b")],
)
def test_a_target_is_read(target, path):
    assert requests.parse_path(target) == path


@pytest.mark.parametrize("target", ["*", "ftp://a/", "a:443", "/\u00e4", "/a#b", ""])
def test_a_target_that_is_no_path_is_refused(target):
    with pytest.raises(requests.BadRequestError):
        requests.parse_path(target)


def test_the_pod_sees_who_asks_and_nothing_of_the_connection():
    sent = [
        (b"Host", b"a"),
        (b"Connection", b"keep-alive, X-Mine"),
        (b"x-mine", b"1"),
        (b"X-Forwarded-For", b"6.6.6.6"),
        (b"forwarded", b"for=x"),
        (b"Transfer-Encoding", b"chunked"),
        (b"Upgrade", b"h2c"),
        (b"X-Odd", b"\xe4"),
    ]
    kept = [("Host", "a"), ("X-Odd", "\u00e4")]
    assert requests.make_request_headers(sent, "a", CALLER) == kept + FORWARDED


@given(st.lists(st.tuples(st.binary(), st.binary())))
def test_nobody_can_forge_where_he_comes_from(raw):
    made = requests.make_request_headers(raw, "a", CALLER)
    said = [pair for pair in made if "forwarded" in pair[0].lower()]
    assert [pair for pair in said if pair[0].lower().startswith("x-forwarded-")][-4:] == FORWARDED
    assert made[-4:] == FORWARDED
    for name, value in made:
        (name + value).encode()


def test_answers_lose_what_is_of_the_connection():
    raw = [
        (b"Connection", b"close"),
        (b"Content-Length", b"3"),
        (b"Set-Cookie", b"a"),
        (b"Set-Cookie", b"b"),
    ]
    assert requests.make_response_headers(raw) == [
        ("Content-Length", "3"),
        ("Set-Cookie", "a"),
        ("Set-Cookie", "b"),
    ]
    assert requests.make_response_headers(raw, with_body=False) == [
        ("Set-Cookie", "a"),
        ("Set-Cookie", "b"),
    ]
