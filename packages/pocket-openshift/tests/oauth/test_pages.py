import re

import pytest

from pocket_openshift.oauth import pages

EVIL = '"><script>alert(1)</script>'


def test_the_login_page_is_a_form_that_can_be_used_without_seeing():
    page = pages.render_login(pages.Login("/oauth/authorize?a=1&b=2", "token", "hub"))
    for name in ("username", "password"):
        assert f'<label for="{name}">' in page
        assert f'id="{name}"' in page
    assert 'name="then" value="/oauth/authorize?a=1&amp;b=2"' in page
    assert 'name="csrf" value="token"' in page
    assert "to continue to <strong>hub</strong>" in page
    assert 'role="alert"' not in page
    assert '<html lang="en">' in page


def test_an_error_is_said_aloud_and_the_name_kept():
    page = pages.render_login(pages.Login("/", "t", reason="access_denied", name="alice"))
    assert 'role="alert"' in page
    assert pages.REASONS["access_denied"] in page
    assert 'value="alice"' in page


def test_an_unknown_reason_is_not_repeated():
    page = pages.render_login(pages.Login("/", "t", reason=EVIL))
    assert "alert(1)" not in page
    assert "Login failed" in page


APPROVAL = pages.Approval(
    "alice",
    "system:serviceaccount:ns:hub",
    ("user:info", "role:edit:ns"),
    ("user:info",),
    "http://127.0.0.1:8000/cb",
    "../authorize?x=1",
    "token",
)


def test_the_approval_page_says_who_asks_for_what():
    page = pages.render_approval(APPROVAL)
    assert "<strong>hub</strong> in project <strong>ns</strong>" in page
    assert page.count('type="checkbox"') == 2
    assert page.count("(approved before)") == 1
    assert "http://127.0.0.1:8000/cb" in page
    assert 'name="approve"' in page
    assert 'name="deny"' in page


@pytest.mark.parametrize(
    "page",
    [
        pages.render_login(pages.Login(EVIL, EVIL, EVIL, "", EVIL)),
        pages.render_approval(pages.Approval(EVIL, EVIL, (EVIL,), (EVIL,), EVIL, EVIL, EVIL)),
        pages.render_message(EVIL, EVIL),
    ],
)
def test_nothing_of_the_request_becomes_markup(page):
    assert "<script" not in page


def test_no_script_may_run_and_the_style_may():
    policy = pages.HEADERS["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    assert "frame-ancestors 'none'" in policy
    assert re.search(r"style-src 'sha256-[\w+/]{43}='", policy)
