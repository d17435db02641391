"""Events of a real hub's sessions, at a real receiver; the culler is killed while it hangs."""

import json
from functools import partial

import psutil
import pytest

from waiting import until_so

pytestmark = [pytest.mark.hub]
CONFIG = """
c.WorkshopCuller.webhooks = [{{
    "name": "board", "url": {url!r}, "secret_file": {secret!r}, "allow_local": True,
    "plain_http": True,
}}]
c.WorkshopCuller.event_log = {log!r}
"""


def kill_the_culler(hub):
    """Kill it as a node that runs out of memory would."""
    for each in psutil.Process(hub.process.pid).children(recursive=True):
        if "workshop_culler" in each.cmdline():
            each.kill()


def read(told_service):
    """The kinds that the receiver was told, in order, one that came twice once; and the events."""
    events = {}
    for _, _, body, headers in told_service.asked:
        event = json.loads(body)
        assert headers["webhook-id"] == event["id"]
        events.setdefault(event["id"], event)
    return [each["type"].removeprefix("org.jupyter.workshop.") for each in events.values()], [
        *events.values()
    ]


async def tell(service, path, body, token):
    return (await service.ask("POST", f"api/session/{path}", body, token=token))[0] == 200


async def until_told(told_service, *kinds):
    await until_so(lambda: set(kinds) <= set(read(told_service)[0]))


async def test_a_class_is_told_from_its_start_to_its_end(
    told_service, make_destination, make_culler_service, tmp_path
):
    config, log = tmp_path / "culler.py", tmp_path / "events.jsonl"
    secret = make_destination().secret_file
    config.write_text(CONFIG.format(url=told_service.url, secret=secret, log=str(log)))
    service = await make_culler_service(f"--config={config}", "--max-age=3600", "--cull-every=1")
    await service.start_server("ada")
    await until_so(lambda: told_service.asked)
    kill_the_culler(service.hub)
    told_service.tell({})
    await service.hub.restart()  # which starts it at once; else it is looked for each half a minute
    await until_told(told_service, "session.requested", "session.started")
    ids = [headers["webhook-id"] for *_, headers in told_service.asked]
    assert ids[0] == ids[1], "what was not answered is told again, as the same"

    own = await service.token("ada", "access:servers!server=ada/")
    for path, body in (
        ("page", {"page": "3 of 3: End"}),
        ("tests", {"passed": 1, "failed": 0}),
        ("hand", {"text": "Help"}),
        ("extend", {}),
    ):
        await until_so(partial(tell, service, path, body, own))  # it may be coming up again
    wanted = ("page", "test-passed", "hand-raised", "extended")
    await until_told(told_service, *(f"session.{each}" for each in wanted), "workshop.finished")
    grace = await service.token("grace", "read:servers", "delete:servers")
    await service.ask("POST", "api/session/stop", {"user": "ada"}, token=grace)
    await until_told(told_service, "session.ended")
    kinds, events = read(told_service)
    told = [kind for kind in kinds if kind != "session.warned"]  # where all of this took minutes
    assert len(set(told)) == len(told) == 8
    assert events[-1]["data"] == {"user": "ada", "server": "", "why": "instructor"}
    assert (events[0]["subject"], events[0]["source"]) == ("ada", "/services/culler/")
    await until_so(lambda: len(log.read_text().splitlines()) >= len(kinds))
    text = log.read_text() + service.hub.log_text
    assert own not in text
    assert grace not in text
