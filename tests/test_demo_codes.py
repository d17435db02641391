"""In the demo sessions are processes beside the culler: no way to guess instructors' codes fast."""

import asyncio

import aiohttp
import pytest

pytestmark = [pytest.mark.hub]

# One address has ten codes free, and thirty may wait in its line.
GUESSES = 60


async def test_a_forged_address_is_no_way_round_the_wait_for_codes(serve_demo):
    settings = await serve_demo()
    # Where a session's program gets to by itself: past the proxy.
    page = f"http://127.0.0.1:{settings['DEMO_CULLER_PORT']}/services/workshop-culler/login"
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as http:
        async with http.get(page) as answer:
            xsrf = (await answer.text()).split('name="_xsrf" value="')[1].split('"')[0]

        async def guess(number):
            data = {"_xsrf": xsrf, "token": f"wrong-{number}"}
            headers = {"X-Forwarded-For": f"203.0.113.{number}"}
            async with http.post(page, data=data, headers=headers) as answer:
                return answer.status

        first = await asyncio.gather(*map(guess, range(20)))
        assert set(first) == {403}
        guesses = [asyncio.ensure_future(guess(number)) for number in range(20, 20 + GUESSES)]
        try:
            for answered in asyncio.as_completed(guesses):
                if await answered == 429:
                    break
            else:
                pytest.fail(f"{GUESSES} guesses were looked at side by side")
        finally:
            for each in guesses:
                each.cancel()
            await asyncio.gather(*guesses, return_exceptions=True)
