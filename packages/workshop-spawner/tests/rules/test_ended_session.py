import pytest
from hypothesis import given
from hypothesis import strategies as st

from workshop_spawner.rules import ended_session


@pytest.mark.parametrize(
    ("next_url", "prefix", "cause"),
    [
        ("", "/", ""),
        ("/hub/home", "/", ""),
        ("/hub/spawn?ended=idle", "/", ""),
        ("/hub/user-redirect/terminal/session/1", "/", ""),
        ("/hub/user/abc/dashboard/", "/", "unknown"),
        # Of a visitor whom the hub has forgotten meanwhile: another one may not see them.
        ("/hub/spawn-pending/abc", "/", "unknown"),
        ("/hub/spawn/abc?next=%2Fhub%2F", "/", "unknown"),
        ("/hub/spawn", "/", ""),
        ("/user/abc/dashboard/?ended=idle", "/", "idle"),
        ("/hub/user/abc/terminal/session/1?client=xterm&ended=instructor", "/", "instructor"),
        ("/hub/user/abc/?ended=age&ended=idle", "/", "age"),
        ("/hub/user/abc/?ended=<b>", "/", "unknown"),
        ("/lab/hub/user/abc/?ended=lost", "/lab/", "lost"),
        ("/hub/user/abc/?ended=lost", "/lab/", ""),
        ("http://[/user/", "/", ""),
    ],
)
def test_the_cause_in_an_address(next_url, prefix, cause):
    assert ended_session.find_cause(next_url, prefix) == cause


@given(st.text())
def test_nothing_but_a_known_word_comes_out(text):
    known = {"", ended_session.UNKNOWN, *ended_session.CAUSES}
    for url in (text, f"/user/{text}", f"/hub/user/x/?ended={text}"):
        assert ended_session.find_cause(url, "/") in known
