"""Pages behind the gate: who looks at one, and the headers that each answer has."""

import pytest

from jupyterhub_butterfly import base_handlers


@pytest.mark.parametrize(
    ("method", "headers", "view"),
    [
        ("GET", {}, True),
        ("GET", {"Accept": "text/html,*/*"}, True),
        ("GET", {"Accept": "application/json"}, False),
        ("GET", {"Sec-Fetch-Mode": "navigate"}, True),
        ("GET", {"Sec-Fetch-Mode": "cors"}, False),
        ("GET", {"Upgrade": "WebSocket"}, False),
        ("POST", {"Sec-Fetch-Mode": "navigate"}, False),
    ],
)
def test_who_looks_at_a_page(method, headers, view):
    assert base_handlers.is_page_view(method, headers) is view


def test_a_policy_is_one_header():
    policy = base_handlers.render_csp({"default-src": "'self'", "sandbox": ""})
    assert policy == "default-src 'self'; sandbox"


@pytest.mark.parametrize("path", ["terminal/session/1", "terminal/sessions", "terminal/ticket"])
async def test_every_page_has_its_headers(server, person, path):
    async with person.session.get(server.url + path) as answer:
        assert answer.status == 200
        assert "frame-ancestors 'self'" in answer.headers["Content-Security-Policy"]
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"] == "same-origin"
        assert answer.headers["Cache-Control"] == "no-store"


async def test_an_error_is_a_page_with_a_sentence(server, person):
    async with person.session.get(f"{server.url}proxy/1/") as answer:
        assert answer.status == 404
        text = await answer.text()
    assert "Port 1 is not served here" in text
    assert "Traceback" not in text
