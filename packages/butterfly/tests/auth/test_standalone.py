"""What the gates without a hub have in common: a form needs our page's token."""

import pytest


@pytest.mark.parametrize(
    "headers",
    [{}, {"X-XSRFToken": "wrong"}, {"X-XSRFToken": "é"}, {"Origin": "https://evil.example"}],
    ids=str,
)
async def test_a_form_needs_our_pages_token(server, person, headers):
    async with person.session.post(f"{server.url}terminal/ticket", headers=headers) as answer:
        assert answer.status == 403


async def test_with_the_token_only_the_method_is_wrong(server, person):
    headers = {"X-XSRFToken": person.config["xsrf"], "Origin": person.origin}
    async with person.session.post(f"{server.url}terminal/ticket", headers=headers) as answer:
        assert answer.status == 405
