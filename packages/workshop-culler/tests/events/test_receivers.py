import asyncio
import base64
import contextlib
import hashlib
import hmac
import socket
import threading

import pytest

from workshop_culler.events import receivers
from workshop_culler.events.queue import QueuedEvent
from workshop_culler.events.rules import cloud_events
from workshop_culler.events.rules.deliveries import Attempt

EVENT = QueuedEvent(1, "1a", "org.jupyter.workshop.session.ended", 0.0, '{"id": "1a", "é": 1}')


@pytest.fixture
async def make_hook(make_destination):
    made = []

    def make(seconds=30.0, **changes):
        made.append(receivers.Webhook(make_destination(**changes), lambda: 7.9, seconds))
        return made[-1]

    yield make
    for each in made:
        await each.close()


async def test_a_delivery_is_signed(told_service, make_hook):
    told_service.tell({})
    assert (await make_hook().deliver(EVENT)).status == 200
    ((method, path, body, headers),) = told_service.asked
    assert (method, path) == ("POST", "/services/culler/hook?key=url-secret")
    assert body.decode() == EVENT.body
    assert (headers["webhook-id"], headers["webhook-timestamp"]) == ("1a", "7")
    digest = hmac.new(b"k" * 32, b"1a.7." + body, hashlib.sha256).digest()
    assert headers["webhook-signature"] == f"v1,{base64.b64encode(digest).decode()}"
    assert not {"Authorization", "Cookie"} & set(headers)


async def test_a_redirect_is_an_answer_and_not_followed(told_service, make_hook):
    told_service.tell(b"", 302, Location=f"{told_service.url}other")
    assert await make_hook().deliver(EVENT) == Attempt(302, "it answered 302")
    assert len(told_service.asked) == 1


async def test_a_busy_receiver_says_when(told_service, make_hook):
    told_service.tell(b"", 503, **{"Retry-After": "30"})
    assert await make_hook().deliver(EVENT) == Attempt(503, "it answered 503", 30.0)


async def test_one_that_hangs_is_left(make_hook):
    assert await make_hook(seconds=0.05).deliver(EVENT) == Attempt(0, "no answer in time")


async def test_an_answer_without_end_is_not_read(told_service, make_hook):
    told_service.tell(b"x" * 10_000_000)
    assert (await make_hook().deliver(EVENT)).status == 200


@contextlib.asynccontextmanager
async def raw_receiver(*answers):
    """Sends these bytes to each connection, whatever it is asked; how many came."""
    server = socket.create_server(("127.0.0.1", 0))
    came = []

    def serve():
        with contextlib.suppress(OSError):
            while True:
                connection, _ = server.accept()
                came.append(1)
                with connection, contextlib.suppress(OSError):
                    connection.recv(65536)
                    for answer in answers:
                        connection.sendall(answer)

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.getsockname()[1]}/", came
    finally:
        server.shutdown(socket.SHUT_RDWR)
        server.close()
        thread.join()


async def test_one_that_answers_twice_is_heard_once(make_hook):
    first = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
    async with raw_receiver(first, b"HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n") as (url, came):
        hook = make_hook(url=url)
        found = [(await hook.deliver(EVENT)).status for _ in range(3)]
    assert found == [200, 200, 200], "the second answer is none to the next delivery"
    assert len(came) == 3


@pytest.mark.parametrize("answer", [b"", b"nonsense\r\n\r\n", b"HTTP/1.1 200 OK\r\nX"])
async def test_one_that_speaks_no_http_is_a_trouble_without_the_address(make_hook, answer):
    async with raw_receiver(answer) as (url, _):
        attempt = await make_hook(url=f"{url}?url-secret").deliver(EVENT)
    assert attempt.status == 0
    assert attempt.trouble
    assert "url-secret" not in attempt.trouble


async def test_nobody_there_is_a_trouble(make_hook):
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        attempt = await make_hook(url=f"http://127.0.0.1:{held.getsockname()[1]}/").deliver(EVENT)
    assert attempt.status == 0
    assert "no connection" in attempt.trouble


@pytest.mark.parametrize("host", ["localhost", "2130706433", "0x7f.1", "127.1"])
async def test_a_name_that_leads_to_this_machine_is_not_reached(told_service, make_hook, host):
    told_service.tell({})
    url = told_service.url.replace("127.0.0.1", host)
    attempt = await make_hook(url=url, allow_local=False).deliver(EVENT)
    assert attempt.status == 0
    assert "allow_local" in attempt.trouble or "no connection" in attempt.trouble
    assert told_service.asked == []


async def test_a_secret_that_has_gone_is_told_and_one_that_changed_is_used(
    told_service, make_hook, tmp_path
):
    told_service.tell({})
    hook, file = make_hook(), tmp_path / "secret"
    text = file.read_text()
    file.write_text("geheim")
    attempt = await hook.deliver(EVENT)
    assert attempt.status == 0
    assert attempt.trouble.startswith("its secret_file")
    file.unlink()
    assert (await hook.deliver(EVENT)).status == 0
    file.write_text(text)
    assert (await hook.deliver(EVENT)).status == 200
    assert cloud_events.parse_secrets(text) == receivers.read_secrets(file)


async def test_the_log_has_a_line_an_event_and_stays_small(tmp_path, monkeypatch):
    monkeypatch.setattr(receivers, "LOG_BYTES", 100)
    path = tmp_path / "events.jsonl"
    log = receivers.EventLog(str(path))
    assert log.is_for(EVENT.type)
    for _ in range(20):
        assert (await log.deliver(EVENT)).status == 200
    await log.close()
    assert path.read_text().splitlines()[0] == EVENT.body
    assert sorted(each.name for each in tmp_path.iterdir()) == [
        "events.jsonl",
        *(f"events.jsonl.{number}" for number in (1, 2, 3)),
    ]
    assert {each.stat().st_mode & 0o777 for each in tmp_path.iterdir()} == {0o600}


async def test_a_log_that_cannot_be_written_is_a_trouble(tmp_path):
    log = receivers.EventLog(str(tmp_path / "none" / "events.jsonl"))
    attempt = await log.deliver(EVENT)
    assert (attempt.status, "cannot be written" in attempt.trouble) == (0, True)
    await log.close()


async def test_standard_output_takes_lines(capsys):
    log = receivers.EventLog("-")
    await log.deliver(EVENT)
    await log.close()
    await asyncio.sleep(0)
    assert capsys.readouterr().out == f"{EVENT.body}\n"
