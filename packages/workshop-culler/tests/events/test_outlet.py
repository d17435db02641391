"""The whole way: from what a look finds to receivers on real sockets."""

import json

import pytest

from waiting import until_so
from workshop_culler.errors import StartError, TemporaryError
from workshop_culler.events import outlet
from workshop_culler.events.receivers import EventLog, Webhook
from workshop_culler.events.rules.changes import SeenSession

ADA = SeenSession("ada", started="t", ready=True)


class Hub:
    """What the looks find; an error where there is one."""

    def __init__(self):
        self.seen = [ADA]
        self.error = None
        self.looks = 0

    async def find_sessions(self):
        self.looks += 1
        if self.error:
            raise self.error
        return self.seen

    def find_why(self, seen):
        return "idle"


@pytest.fixture
def hub():
    return Hub()


@pytest.fixture
async def open_outlet(tmp_path, hub, log):
    made = []

    def open_one(*receivers, measure=lambda *_: None):
        queue = outlet.open_queue(tmp_path / "events.sqlite", "/services/culler/")
        look = outlet.Look(hub.find_sessions, hub.find_why)
        made.append(
            outlet.Outlet(queue, look, receivers, log, lambda *_: None, measure, seconds=60)
        )
        made[-1].start()
        return made[-1]

    yield open_one
    for each in made:
        await each.close()


def kinds(asked):
    bodies = [json.loads(body) for _, _, body, _ in asked]
    return [body["type"].rpartition(".")[2] for body in bodies]


async def test_what_happens_reaches_a_receiver_and_the_log(
    told_service, make_destination, open_outlet, hub, tmp_path
):
    told_service.tell({})
    waiting = []
    path = tmp_path / "events.jsonl"
    made = open_outlet(
        Webhook(make_destination()),
        EventLog(str(path)),
        measure=lambda counts, lost: waiting.append((counts, lost)),
    )
    await until_so(lambda: kinds(told_service.asked) == ["requested", "started"])
    hub.error = TemporaryError("the hub is away")
    made.wake()
    await until_so(lambda: hub.looks == 2)
    hub.error, hub.seen = None, []
    made.wake()
    await until_so(lambda: kinds(told_service.asked) == ["requested", "started", "ended"])
    await until_so(lambda: len(path.read_text().splitlines()) == 3)
    assert json.loads(path.read_text().splitlines()[-1])["data"]["why"] == "idle"
    assert waiting[-1][0].keys() == {"chat", "event_log"}


async def test_one_that_was_ended_while_a_receiver_hung_tells_the_same_again(
    told_service, make_destination, open_outlet
):
    first = open_outlet(Webhook(make_destination()))  # no answer: it hangs
    await until_so(lambda: len(told_service.asked) == 1)
    await first.close()
    told_service.tell({})
    open_outlet(Webhook(make_destination()))
    await until_so(lambda: len(told_service.asked) == 3)
    ids = [headers["webhook-id"] for *_, headers in told_service.asked]
    assert ids[0] == ids[1] != ids[2]


def test_what_cannot_work_stops_the_start(make_destination, tmp_path):
    with pytest.raises(StartError, match=r"event_queue: .* there is no folder"):
        outlet.open_queue(tmp_path / "none" / "q", "/")
    (tmp_path / "q").write_text("no database " * 100)
    with pytest.raises(StartError, match=r"event_queue: .* cannot be used"):
        outlet.open_queue(tmp_path / "q", "/")
    with pytest.raises(StartError, match="secret_file of 'chat'"):
        outlet.make_receivers([make_destination(secret_file="/no/file")], "")
    with pytest.raises(StartError, match="event_log: "):
        outlet.make_receivers([], str(tmp_path / "none" / "log"))
