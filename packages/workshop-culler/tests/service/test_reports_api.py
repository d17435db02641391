import asyncio
import json

import pytest

from workshop_culler.rules import report_rates

pytestmark = [pytest.mark.hub, pytest.mark.asyncio(loop_scope="module")]


async def own(culler_service, user):
    """The token that a server of this user has."""
    return await culler_service.token(user, f"access:servers!server={user}/")


async def find_row(culler_service, token, is_wanted):
    """The first row of which this is true: the list may be two seconds old."""
    async with asyncio.timeout(120):
        while True:
            _, answer = await culler_service.ask("GET", "api/sessions", token=token)
            for row in answer["sessions"]:
                if is_wanted(row):
                    return row


async def test_a_session_tells_its_page_and_its_tests(culler_service):
    await culler_service.start_server("ada")
    token = await own(culler_service, "ada")
    for path, body in (
        ("api/session/page", {"page": "3 Pods\n"}),
        ("api/session/tests", {"passed": 2, "failed": 1, "failing": "boat"}),
    ):
        status, _ = await culler_service.ask("POST", path, body, token=token)
        assert status == 200
    grace = await culler_service.token("grace", "read:servers")
    row = await find_row(culler_service, grace, lambda row: row["user"] == "ada")
    assert row["page"] == "3 Pods"
    assert row["tests"] == {"passed": 2, "failed": 1, "failing": "boat"}
    _, clock = await culler_service.ask("GET", "api/session", token=token)
    assert (clock["page"], clock["tests"]) == ("3 Pods", row["tests"])


async def test_a_hand_is_raised_seen_and_lowered_by_either_side(culler_service):
    await culler_service.start_server("ada")
    await culler_service.start_server("bob")
    ada, bob = await own(culler_service, "ada"), await own(culler_service, "bob")
    grace = await culler_service.token("grace", "read:servers", "delete:servers")
    status, first = await culler_service.ask(
        "POST", "api/session/hand", {"text": "I am\nlost"}, token=bob
    )
    assert (status, first["hand"]["text"]) == (200, "I am lost")
    _, second = await culler_service.ask("POST", "api/session/hand", {}, token=ada)
    assert second["hand"]["number"] > first["hand"]["number"], "first come first, in one second too"
    _, again = await culler_service.ask("POST", "api/session/hand", {"text": "Here!"}, token=bob)
    assert again["hand"] == first["hand"] | {"text": "Here!"}, "other words, the same place"
    row = await find_row(culler_service, grace, lambda row: row["user"] == "bob")
    assert (row["hand"], row["may_lower_hand"]) == (again["hand"], True)

    body = {"user": "bob"}
    _, lowered = await culler_service.ask("POST", "api/session/hand/lower", body, token=grace)
    assert lowered == {"hand": None, "hint": 0}
    _, found = await culler_service.ask("GET", "api/session/hand", token=bob)
    assert found == {"hand": None, "hint": 0}
    status, _ = await culler_service.ask("POST", "api/session/hand/lower", {}, token=bob)
    assert status == 200, "that it is lowered already is no error"
    _, lowered = await culler_service.ask("POST", "api/session/hand/lower", {}, token=ada)
    assert lowered == {"hand": None, "hint": 0}


async def test_a_session_may_only_speak_of_itself(culler_service):
    await culler_service.start_server("ada")
    await culler_service.start_server("bob")
    bob = await own(culler_service, "bob")
    lead = await culler_service.token("grace", "read:servers", "delete:servers")
    reader = await culler_service.token("hal", "read:servers!group=class-a")
    for path in ("page", "tests", "hand"):
        body = {"user": "ada", "page": "x", "passed": 1, "text": "x"}
        for token, wanted in ((bob, 404), (lead, 403), (reader, 403)):
            status, _ = await culler_service.ask("POST", f"api/session/{path}", body, token=token)
            assert status == wanted, path
    for token, wanted in ((bob, 404), (reader, 403), (lead, 200)):
        status, _ = await culler_service.ask(
            "POST", "api/session/hand/lower", {"user": "ada"}, token=token
        )
        assert status == wanted


@pytest.mark.parametrize(
    ("path", "body", "says"),
    [
        ("hand", {"text": "x" * 201}, "200 are the most"),
        ("hand", {"text": ["a"]}, "must be a string"),
        ("hand", [1], "must be a JSON object"),
        ("tests", {"passed": -1}, "'passed' must be a whole number"),
        ("tests", {"failed": "many"}, "'failed' must be a whole number"),
    ],
)
async def test_a_bad_report_is_told_what_is_wrong(culler_service, path, body, says):
    await culler_service.start_server("ada")
    token = await own(culler_service, "ada")
    status, answer = await culler_service.ask("POST", f"api/session/{path}", body, token=token)
    assert status == 400
    assert says in answer["message"]


async def test_a_body_that_is_too_long_is_refused(culler_service):
    await culler_service.start_server("ada")
    token = await own(culler_service, "ada")
    body = {"text": "x" * 20_000}
    status, _ = await culler_service.ask("POST", "api/session/hand", body, token=token)
    assert status == 413


async def test_who_tells_too_much_is_told_to_wait_and_others_are_not(culler_service):
    await culler_service.start_server("cy")
    await culler_service.start_server("ada")
    cy, ada = await own(culler_service, "cy"), await own(culler_service, "ada")
    async with asyncio.timeout(120):
        for number in range(100 * report_rates.AT_ONCE):
            status, answer = await culler_service.ask(
                "POST", "api/session/page", {"page": str(number)}, token=cy
            )
            if status == 429:
                break
    assert (status, answer["message"]) == (
        429,
        "Too many reports at once; try again in half a minute.",
    )
    # Whatever session it names, and before the hub is asked for it.
    for name in ("", "second"):
        words = {"page": "1", "server": name}
        assert (await culler_service.ask("POST", "api/session/page", words, token=cy))[0] == 429
    status, _ = await culler_service.ask("POST", "api/session/page", {"page": "1"}, token=ada)
    assert status == 200


async def test_who_asks_too_often_is_told_to_wait_and_may_still_raise_a_hand(culler_service):
    await culler_service.start_server("bob")
    bob = await own(culler_service, "bob")
    async with asyncio.timeout(120):
        for _ in range(100 * report_rates.AT_ONCE):
            status, answer = await culler_service.ask("GET", "api/session/hand", token=bob)
            if status == 429:
                break
    assert (status, answer["message"]) == (
        429,
        "Too many questions at once; try again in half a minute.",
    )
    status, _ = await culler_service.ask("POST", "api/session/hand", {"text": "x"}, token=bob)
    assert status == 200


async def test_a_hand_stays_up_over_a_restart_and_goes_with_its_session(culler_service):
    await culler_service.start_server("ada")
    token = await own(culler_service, "ada")
    _, before = await culler_service.ask(
        "POST", "api/session/hand", {"text": "I am lost"}, token=token
    )
    await culler_service.hub.restart()
    await culler_service.hub.logged(
        "Serving /services/culler/", since=len(culler_service.hub.log) - 40
    )
    _, after = await culler_service.ask("GET", "api/session/hand", token=token)
    assert after == before
    await culler_service.stop_all()
    file = culler_service.hub.folder / "workshop-culler.json"
    async with asyncio.timeout(120):  # its passes come each second
        while json.loads(file.read_text())["hands"]:
            await asyncio.sleep(0)


async def test_a_hint_reaches_one_session_and_can_be_taken_back(culler_service):
    await culler_service.start_server("ada")
    await culler_service.start_server("bob")
    ada, bob = await own(culler_service, "ada"), await own(culler_service, "bob")
    helper = culler_service.codes["assistant"]
    body = {"user": "ada", "text": "Look at <b>events</b>\n"}
    status, given = await culler_service.ask("POST", "api/session/hint", body, token=helper)
    assert (status, given["hint"]["text"]) == (200, "Look at <b>events</b>")
    assert (given["hint"]["author"], given["hint"]["number"]) == ("assistant", 1)
    _, clock = await culler_service.ask("GET", "api/session", token=ada)
    assert clock["hint"] == given["hint"]
    assert (await culler_service.ask("GET", "api/session", token=bob))[1]["hint"] is None
    _, hand = await culler_service.ask("GET", "api/session/hand", token=ada)
    assert hand == {"hand": None, "hint": 1}
    row = await find_row(culler_service, helper, lambda row: row["user"] == "ada")
    assert (row["hint"], row["may_help"], row["may_stop"]) == (given["hint"], True, False)
    assert (await culler_service.ask("POST", "api/session/hint", {"text": "x"}, token=ada))[
        0
    ] == 403, "nobody gives hints to themselves"
    for wrong in ({"text": ""}, {"text": "x" * 501}, {"text": 1}):
        status, _ = await culler_service.ask(
            "POST", "api/session/hint", {"user": "ada"} | wrong, token=helper
        )
        assert status == 400
    _, gone = await culler_service.ask("DELETE", "api/session/hint", {"user": "ada"}, token=helper)
    assert gone == {"hint": None}
    assert (await culler_service.ask("GET", "api/session", token=ada))[1]["hint"] is None
