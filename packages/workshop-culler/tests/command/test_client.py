import socket

import pytest

from workshop_culler.command import client as clients
from workshop_culler.command.errors import CommandError


def refused(client, method="GET", path="sessions"):
    """What the person reads when it cannot be done, and the exit code."""
    with pytest.raises(CommandError) as caught:
        client.ask(method, path)
    assert "secret-token" not in caught.value.message
    return caught.value.message, caught.value.exit_code


def test_a_question_has_the_token_and_nothing_of_it_in_the_address(told_service, make_client):
    told_service.tell({"ok": True})
    assert make_client().ask("POST", "session/stop", {"user": "a b"}, q="x&y") == {"ok": True}
    method, path, body, headers = told_service.asked[0]
    assert (method, path) == ("POST", "/services/culler/api/session/stop?q=x%26y")
    assert body == b'{"user": "a b"}'
    assert headers["Authorization"] == "token secret-token"


def test_pages_are_asked_for_one_after_the_other(told_service, make_client):
    told_service.tell({"now": "t", "sessions": [{"user": "a"}], "next": "a/"})
    told_service.tell({"now": "t", "sessions": [{"user": "b"}], "next": None})
    assert list(make_client().list_sessions()) == [([{"user": "a"}], "t"), ([{"user": "b"}], "t")]
    assert [path for _, path, _, _ in told_service.asked] == [
        "/services/culler/api/sessions?limit=200",
        "/services/culler/api/sessions?limit=200&after=a%2F",
    ]


def test_a_service_that_goes_round_in_circles_is_left(told_service, make_client):
    told_service.tell({"sessions": [{"user": "a"}], "next": "a/"})
    assert len(list(make_client().list_sessions())) == 2


@pytest.mark.parametrize(
    ("status", "body", "says", "code"),
    [
        (403, {"message": "You may not stop this session"}, "You may not stop", 3),
        (403, {"message": "Log in, or send your token"}, "does not know this token", 3),
        (404, {"message": "There is no such session."}, "no such session", 4),
        (409, {"message": "Not extended: x."}, "Not extended", 1),
        (503, {"message": "The hub does not answer at the moment"}, "does not answer", 5),
        (404, b"<html>", "is the address right", 5),
        (200, b"<html>", "is the address right", 5),
        (200, [1], "is the address right", 5),
    ],
)
def test_a_refusal_is_a_sentence_and_a_code(told_service, make_client, status, body, says, code):
    told_service.tell(body, status)
    message, found = refused(make_client())
    assert says in message
    assert found == code


def test_the_token_follows_no_redirect(told_service, make_client):
    told_service.tell(b"", 302, Location=told_service.url + "elsewhere")
    assert refused(make_client())[1] == 5
    assert len(told_service.asked) == 1


def test_a_gateway_that_fails_is_asked_again_for_what_may_be_repeated(told_service, make_client):
    told_service.tell(b"bad gateway", 502)
    told_service.tell({"sessions": []})
    assert make_client().ask("GET", "sessions") == {"sessions": []}
    told_service.answers.clear()
    told_service.asked.clear()
    told_service.tell(b"bad gateway", 502)
    assert refused(make_client(), "POST")[1] == 5
    assert len(told_service.asked) == 1, "an extension is not asked for twice"


def test_one_that_hangs_is_left(told_service, make_client):
    message, code = refused(make_client(seconds=0.05), "POST")
    assert "does not answer in time" in message
    assert code == 5


def test_nobody_there_is_said():
    from workshop_culler.command.connection import Connection

    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))  # not listening
        url = f"http://127.0.0.1:{held.getsockname()[1]}/services/culler/"
        client = clients.ServiceClient(Connection(url, "secret-token"))
        message, code = refused(client, "POST")
        client.close()
    assert "(no connection)" in message
    assert code == 5


def test_an_answer_without_end_is_not_read(told_service, make_client, monkeypatch):
    monkeypatch.setattr(clients, "LARGEST_ANSWER", 1000)
    told_service.tell(b"x" * 5000)
    assert "too long" in refused(make_client())[0]


def test_a_certificate_is_verified(told_service, with_tls, make_client):
    told_service.tell({"ok": True})
    message, code = refused(make_client())
    assert "is not trusted" in message
    assert "--ca-file" in message
    assert code == 5
    assert make_client(ca_file=str(with_tls)).ask("GET", "x") == {"ok": True}


def test_events_are_read_without_what_keeps_them_open(told_service, make_client):
    told_service.tell(b': still here\n\ndata: {"a": 1}\n\ndata: {"a": 2}\n\ndata: {"ha')
    assert list(make_client().watch()) == [{"a": 1}, {"a": 2}]
    told_service.answers.clear()
    told_service.tell({"message": "This takes the scope read:servers"}, 403)
    with pytest.raises(CommandError, match="read:servers"):
        list(make_client().watch())


def test_an_event_without_end_is_not_kept(told_service, make_client, monkeypatch):
    monkeypatch.setattr(clients, "LARGEST_ANSWER", 1000)
    told_service.tell(b"data: " + b"x" * 200_000)
    with pytest.raises(CommandError, match="without end"):
        list(make_client().watch())
