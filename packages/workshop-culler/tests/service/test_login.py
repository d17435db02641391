import asyncio
import contextlib

import aiohttp
import pytest
import pytest_asyncio

from workshop_culler.service import login

CODE = "instructors-" + "7" * 24  # as in conftest.py
pytestmark = [pytest.mark.hub, pytest.mark.asyncio(loop_scope="module")]


class Browser:
    """A client with cookies that fills in the form."""

    def __init__(self, culler_service, session):
        self.culler_service, self.session = culler_service, session

    async def get(self, path):
        async with self.session.get(
            self.culler_service.page + path, allow_redirects=False
        ) as answer:
            return answer.status, await answer.text()

    async def enter(self, code, xsrf=None):
        """Send the form as a browser does, with the token that its page has."""
        _, text = await self.get("login")
        xsrf = text.split('name="_xsrf" value="')[1].split('"')[0] if xsrf is None else xsrf
        headers = {"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Site": "same-origin"}
        async with self.session.post(
            self.culler_service.page + "login",
            data={"_xsrf": xsrf, "token": code},
            headers=headers,
            allow_redirects=False,
        ) as answer:
            return answer.status, await answer.text(), answer.headers


@pytest_asyncio.fixture(loop_scope="module")
async def browser(culler_service):
    jar = aiohttp.CookieJar(unsafe=True)
    async with aiohttp.ClientSession(cookie_jar=jar) as session:
        yield Browser(culler_service, session)


async def test_the_code_opens_the_page_and_the_feed(culler_service, browser):
    assert (await browser.get(""))[0] == 302
    status, _, headers = await browser.enter(CODE)
    assert (status, headers["Location"]) == (302, "/services/culler/")
    kept = next(each for each in headers.getall("Set-Cookie") if CODE not in each)
    assert "HttpOnly" in kept
    assert not any(CODE in each for each in headers.getall("Set-Cookie"))
    status, text = await browser.get("")
    assert status == 200
    assert ">lead<" in text
    assert "Log out" in text


@pytest.mark.parametrize("code", ["", "wrong", "x" * 600, "a b\u0000c"])
async def test_a_wrong_code_is_refused_with_a_sentence(culler_service, browser, code):
    status, text, _ = await browser.enter(code)
    assert (status, login.WRONG in text) == (403, True)
    assert (await browser.get(""))[0] == 302


async def test_tokens_that_are_for_something_else_are_refused(culler_service, browser):
    """A session's own token, and one of a person who may come in but sees nobody."""
    await culler_service.start_server("ada")
    for token in (
        await culler_service.token("ada", "access:servers!server=ada/"),
        await culler_service.token("guy", "access:services!service=culler"),
        await culler_service.token("grace", "read:servers"),
    ):
        status, _, headers = await browser.enter(token)
        assert status == 403
        assert "services-culler" not in str(headers.getall("Set-Cookie", []))


async def test_a_form_of_another_site_logs_nobody_in(culler_service, browser):
    status, _, headers = await browser.enter(CODE, xsrf="forged")
    assert status == 403
    assert "Location" not in headers


async def test_log_out_forgets_the_code(culler_service, browser):
    await browser.enter(CODE)
    _, text = await browser.get("")
    xsrf = text.split('name="_xsrf" value="')[1].split('"')[0]
    address = culler_service.page + "logout"
    async with browser.session.post(address, data={"_xsrf": "x"}, allow_redirects=False) as refused:
        assert refused.status == 403
    async with browser.session.post(address, data={"_xsrf": xsrf}, allow_redirects=False) as done:
        assert done.status == 302
    assert (await browser.get(""))[0] == 302


async def test_the_code_is_in_no_log(culler_service, browser):
    await browser.enter(CODE)
    await browser.get("")
    assert CODE not in culler_service.hub.log_text


async def test_a_right_code_gets_in_while_strangers_guess(culler_service):
    """From the same address: behind a router that nobody named, all people are one."""
    async with contextlib.AsyncExitStack() as stack:
        people = []
        for _ in range(30):
            jar = aiohttp.CookieJar(unsafe=True)
            session = await stack.enter_async_context(aiohttp.ClientSession(cookie_jar=jar))
            people.append(Browser(culler_service, session))
        *strangers, instructor = people
        guesses = [asyncio.ensure_future(each.enter("wrong")) for each in strangers]
        await asyncio.wait(guesses, return_when=asyncio.FIRST_COMPLETED)
        async with asyncio.timeout(120):
            status, text, _ = await instructor.enter(CODE)
        assert status == 302, text
        assert {status for status, _, _ in await asyncio.gather(*guesses)} <= {403, 429}
