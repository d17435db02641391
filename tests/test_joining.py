"""An instructor joins a session with its person's consent: two browsers, a real hub."""

import aiohttp
import pytest

import accessibility
import culler_service
from pages import expect, log_in

pytestmark = [pytest.mark.hub, pytest.mark.browser, pytest.mark.slow]


def read_screen(page):
    """What a guest's terminal shows, without the ends of its lines."""
    return page.locator("#term .xterm-rows")


async def run(ada, words):
    """Type a line into ada's terminal."""
    await ada.locator(".terminal.ready").first.click()
    await ada.keyboard.type(words + "\n")


async def test_an_instructor_sees_and_types_as_far_as_the_person_lets_them(
    hub_factory, held_port, browser, artifacts, tmp_path
):
    (tmp_path / "index.md").write_text("# Boats\n")
    config = culler_service.DASHBOARD.format(folder=tmp_path) + culler_service.make_config(
        held_port, max_age=14400
    )
    hub = await hub_factory(config + culler_service.SEEN)
    await hub.logged("judged ")
    ada = await log_in(browser, hub.url, "ada")
    await expect(ada.locator(".terminal.ready")).to_have_count(1)
    await run(ada, "echo the boat is $((40+2)) feet long")

    grace = await log_in(browser, f"{hub.url}services/workshop-culler/", "grace")
    join = grace.get_by_role("link", name="Join the session of ada if they let you, in a new tab")
    async with grace.context.expect_page() as opened:
        await join.click()
    guest_page = await opened.value
    guest = guest_page.frame_locator("iframe")
    box = ada.locator("#terminal-join")

    # Asked, and refused.
    await expect(box).to_contain_text("grace asks to see your terminals")
    await expect(guest.locator("#join-words")).to_contain_text("on their screen")
    await expect(guest.locator("#term")).to_be_hidden()
    await ada.screenshot(path=artifacts / "join-asked.png")
    await ada.evaluate(accessibility.read_axe())
    assert await accessibility.find_troubles(ada) == []
    await ada.keyboard.press("Enter")  # was meant for the shell
    await expect(box).to_contain_text("grace asks to see your terminals")
    await box.get_by_role("button", name="Not now").click()
    await expect(box).to_have_count(0)
    await expect(guest.locator("#join-words")).to_contain_text("did not let you in")

    # Asked again, and allowed: the guest sees, and types nothing.
    await guest_page.get_by_role("button", name="Ask again").click()
    await box.get_by_role("button", name="Let them see").click()
    await expect(box).to_contain_text("grace sees your terminals.")
    await expect(read_screen(guest)).to_contain_text("the boat is 42 feet long")
    await guest.locator("#term").click()
    await guest_page.keyboard.type("echo not$((1+1)) allowed\n")
    await run(ada, "echo and $((3+4)) feet wide")
    await expect(read_screen(guest)).to_contain_text("and 7 feet wide")
    await expect(read_screen(guest)).not_to_contain_text("not2 allowed")
    await ada.screenshot(path=artifacts / "join-watching.png")
    await guest_page.screenshot(path=artifacts / "join-guest.png")
    for frame in guest_page.frames:
        await frame.evaluate(accessibility.read_axe())
        assert await accessibility.find_troubles(frame) == []

    # The second consent.
    await guest.get_by_role("button", name="Ask to type").click()
    await expect(box).to_contain_text("asks to type")
    await ada.set_viewport_size({"width": 390, "height": 720})
    await expect(box.get_by_role("button", name="Let them type")).to_be_in_viewport(ratio=1)
    await ada.screenshot(path=artifacts / "join-typing-390.png")
    await ada.set_viewport_size({"width": 1280, "height": 720})
    await box.get_by_role("button", name="Let them type").click()
    await expect(guest.locator("#join-words")).to_contain_text("What you type goes to")
    await guest.locator("#term").click()
    await guest_page.keyboard.type("echo look at $((5+5)) ropes\n")
    await expect(read_screen(guest)).to_contain_text("look at 10 ropes")
    await ada.screenshot(path=artifacts / "join-typing.png")

    # A page that is loaded again still shows who is there; its person ends it.
    await ada.reload()
    await expect(box).to_contain_text("may type in them")
    await box.get_by_role("button", name="End").click()
    await expect(guest.locator("#join-words")).to_contain_text("It is over")
    await expect(box).to_have_count(0)
    await hub.logged("state=ended")
    assert "guest=grace state=typing" in hub.log_text
    assert (ada.troubles, grace.troubles) == ([], [])


async def test_a_secret_counts_once_and_for_its_session_alone(
    hub_factory, held_port, browser, tmp_path
):
    (tmp_path / "index.md").write_text("# Boats\n")
    config = culler_service.DASHBOARD.format(folder=tmp_path) + culler_service.make_config(
        held_port, max_age=14400
    )
    hub = await hub_factory(config + culler_service.SEEN)
    await hub.logged("judged ")
    for name in ("ada", "bob"):
        await hub.api("POST", f"users/{name}")
        await hub.start_server(name)
    _, made = await hub.api("POST", "users/grace/tokens", {})
    headers = {"Authorization": f"token {made['token']}"}
    service = f"{hub.url}services/workshop-culler/api/session/join"

    async with aiohttp.ClientSession() as session:

        async def ask(user):
            async with session.post(service, json={"user": user}, headers=headers) as answer:
                assert answer.status == 200, await answer.text()
                return (await answer.json())["secret"]

        async def come(user, secret):
            """What a guest is told first: where it stands, or with which code they are let go."""
            url = f"{hub.url}user/{user}/ws/join"
            offers = ("butterfly", f"secret.{secret}")
            async with session.ws_connect(url, protocols=offers) as socket:
                message = await socket.receive(timeout=120)
                if message.type is not aiohttp.WSMsgType.TEXT:
                    return socket.close_code
                told = message.json()["state"]
                await socket.send_json({"cmd": "type", "text": "id\n"})
                await socket.send_json({"cmd": "do", "do": "allow"})
                await socket.send_json({"cmd": "do", "do": "ask-typing"})
                await socket.send_json({"cmd": "do", "do": "end"})
                rest = [each.json()["state"] async for each in socket]
                return told, rest

        secret = await ask("ada")
        assert await come("bob", secret) == 4403  # and it is spent
        assert await come("ada", secret) == 4403
        secret = await ask("ada")
        assert await come("ada", secret) == ("asked", ["ended"])  # nobody consents to themselves
        assert await come("ada", secret) == 4403
        assert await come("ada", "x" * 43) == 4403
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await come("ada", "nothing of the kind")
        assert refused.value.status == 403
        assert secret not in hub.log_text
