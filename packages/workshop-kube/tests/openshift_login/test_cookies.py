"""Cookies of logins under way."""

import re

from hypothesis import given
from hypothesis import strategies as st

from workshop_kube.openshift_login import cookies


def test_each_login_has_a_cookie_of_its_own():
    names = [cookies.make_cookie_name("x", state, now=1e9) for state in ("a", "b", "\xe9")]
    assert all(re.fullmatch(r"x-[0-9a-f]{12}-[0-9a-f]{16}", name) for name in names)
    assert cookies.find_cookie("x", "b", ["_xsrf", *names]) == names[1]
    assert cookies.find_cookie("x", "c", names) == cookies.find_cookie("x", "", names) == ""


def test_the_oldest_make_room():
    assert cookies.find_surplus("x", ["x-1", "_xsrf", "x-2"]) == []
    many = [cookies.make_cookie_name("x", "abc", 1e9 + number) for number in range(7)]
    assert cookies.find_surplus("x", ["other", *reversed(many)]) == many[:3]
    assert len(many) - 3 + 1 == cookies.MOST_PENDING


@given(st.text(), st.floats(0, 2e9))
def test_a_name_tells_nothing_of_the_state_but_finds_it(state, now):
    name = cookies.make_cookie_name("login", state, now)
    assert cookies.find_cookie("login", state, [name]) == name
    assert len(state) < 8 or state not in name
