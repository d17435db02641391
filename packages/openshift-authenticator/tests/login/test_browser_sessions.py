"""The hub tokens of a person's browsers."""

from openshift_authenticator.login import browser_sessions


def test_browsers_lose_their_sessions_and_servers_do_not():
    class Token:
        def __init__(self, session_id):
            self.session_id = session_id

    class Database(list):
        delete, commit = list.append, lambda self: self.append("commit")

    class User:
        api_tokens = (Token("a"), Token(None), Token("b"))
        db = Database()

    assert browser_sessions.end_browser_sessions(User) == 2
    assert User.db == [User.api_tokens[0], User.api_tokens[2], "commit"]
