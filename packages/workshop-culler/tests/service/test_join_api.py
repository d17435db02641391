"""Asking to join a session, and what the session tells: against a real hub."""

import pytest

pytestmark = [pytest.mark.hub, pytest.mark.asyncio(loop_scope="module")]
JOIN = "api/session/join"


async def own(service, name):
    return await service.token(name, f"access:servers!server={name}/")


@pytest.mark.parametrize(("role", "may_type"), [("assistant", False), ("instructor", True)])
async def test_who_helps_may_ask_and_the_session_learns_who(culler_service, role, may_type):
    await culler_service.start_server("ada")
    token = culler_service.codes[role]
    status, asked = await culler_service.ask("POST", JOIN, {"user": "ada"}, token=token)
    assert (status, asked["may_type"]) == (200, may_type)
    assert asked["url"].endswith("/user/ada/")
    body = {"secret": asked["secret"]}
    ada = await own(culler_service, "ada")
    status, told = await culler_service.ask("POST", f"{JOIN}/redeem", body, token=ada)
    assert (status, told) == (200, {"guest": role, "may_type": may_type})
    assert (await culler_service.ask("POST", f"{JOIN}/redeem", body, token=ada))[0] == 404
    assert asked["secret"] not in culler_service.hub.log_text


async def test_nobody_else_learns_or_asks(culler_service):
    for name in ("ada", "bob"):
        await culler_service.start_server(name)
    token = culler_service.codes["instructor"]
    _, asked = await culler_service.ask("POST", JOIN, {"user": "ada"}, token=token)
    body = {"secret": asked["secret"]}
    bob, ada = await own(culler_service, "bob"), await own(culler_service, "ada")
    for about in ({}, {"user": "ada"}):
        status, _ = await culler_service.ask("POST", f"{JOIN}/redeem", body | about, token=bob)
        assert status == 404
    by_role = await culler_service.ask(
        "POST", f"{JOIN}/redeem", body | {"user": "ada"}, token=token
    )
    assert by_role[0] == 403
    # A whole token of theirs is no role either: JupyterHub lets everybody stop their own server.
    whole = await culler_service.token("ada")
    for token, status in ((ada, 403), (whole, 403), (bob, 404), ("", 403)):
        found, _ = await culler_service.ask("POST", JOIN, {"user": "ada"}, token=token)
        assert found == status
    assert (await culler_service.ask("GET", "join?user=ada", token=whole))[0] == 403


async def test_a_session_notes_what_came_of_it(culler_service):
    await culler_service.start_server("ada")
    ada = await own(culler_service, "ada")
    body = {"guest": "grace\nstate=x", "state": "watching"}
    assert (await culler_service.ask("POST", f"{JOIN}/note", body, token=ada))[0] == 200
    await culler_service.hub.logged("join user=ada server= guest=grace state=x state=watching")
    for wrong in ({"guest": "grace"}, {"guest": "grace", "state": "here"}, {"state": "ended"}):
        status, answer = await culler_service.ask("POST", f"{JOIN}/note", wrong, token=ada)
        assert status == 400
        assert "'state' must be one of" in answer["message"]


async def test_a_session_that_does_not_run_is_not_joined(culler_service):
    await culler_service.hub.api("POST", "users/ada")
    await culler_service.start_server("ada", seconds=-1)
    token = culler_service.codes["instructor"]
    status, answer = await culler_service.ask("POST", JOIN, {"user": "ada"}, token=token)
    assert (status, "does not run" in answer["message"]) == (409, True)


async def test_its_page_names_whom_it_asks_and_asks_nothing_by_itself(culler_service):
    token = culler_service.codes["assistant"]
    path = "join?user=%3Cb%3Eada&server=lab"
    status, page = await culler_service.ask("GET", path, token=token)
    assert status == 200
    assert 'data-user="&lt;b&gt;ada" data-server="lab"' in page
    assert "<b>" not in page


async def test_strangers_with_secrets_do_not_keep_a_session_from_telling(culler_service):
    await culler_service.start_server("cleo")
    cleo = await own(culler_service, "cleo")
    body, found = {"secret": "x" * 43}, []
    while 429 not in found:
        status, _ = await culler_service.ask("POST", f"{JOIN}/redeem", body, token=cleo)
        found.append(status)
    assert set(found) == {404, 429}
    page = {"page": "1 of 2"}
    assert (await culler_service.ask("POST", "api/session/page", page, token=cleo))[0] == 200
