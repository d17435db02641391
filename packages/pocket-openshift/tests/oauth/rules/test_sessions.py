from pocket_openshift.oauth.rules import sessions, tokens

ALICE = tokens.TokenUser("alice", "u1")


def test_a_session_is_found_until_it_ends():
    kept = sessions.Sessions(seconds=10)
    value = kept.start(ALICE, now=0.0)
    assert kept.find(value, now=9.9) == ALICE
    assert kept.find(value, now=10.0) is None
    assert kept.find(value, now=0.0) is None, "what has ended is forgotten"


def test_an_ended_or_unknown_session_is_nobodys():
    kept = sessions.Sessions()
    value = kept.start(ALICE, now=0.0)
    kept.end(value)
    kept.end("unknown")
    assert kept.find(value, now=0.0) is None
    assert kept.find("", now=0.0) is None


def test_the_number_of_sessions_is_bounded():
    kept = sessions.Sessions(size=2)
    first, second, third = (kept.start(ALICE, now=0.0) for _ in range(3))
    assert kept.find(first, now=0.0) is None
    assert kept.find(second, now=0.0)
    assert kept.find(third, now=0.0)


def test_a_form_belongs_to_a_browser_and_a_server():
    ours, other = sessions.Sessions(), sessions.Sessions()
    cookie = ours.make_csrf_cookie()
    assert ours.is_own_form(cookie, ours.csrf(cookie))
    assert not ours.is_own_form(cookie, "")
    assert not ours.is_own_form(cookie, "ü")
    assert not ours.is_own_form("", ours.csrf(""))
    assert not ours.is_own_form(cookie, other.csrf(cookie))
    assert not ours.is_own_form(ours.make_csrf_cookie(), ours.csrf(cookie))
