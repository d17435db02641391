"""Without any login: still not for other sites' pages."""

import pytest


async def test_it_says_loudly_what_it_means(server, person):
    assert any("NO LOGIN" in line for line in server.lines)


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example:1", "[::2]", "evil.example:80"]
)
async def test_a_foreign_host_name_is_refused(server, person, host):
    async with person.session.get(
        f"{server.url}terminal/session/1", headers={"Host": host}
    ) as page:
        assert page.status == 403


async def test_it_listens_on_loopback_only_unless_forced(server_factory):
    with pytest.raises(AssertionError, match=r"allow_open_to_all"):
        await server_factory("--ip=0.0.0.0")
    server = await server_factory("--ip=0.0.0.0", "--ButterflyApp.allow_open_to_all=True")
    assert "0.0.0.0" in server.url
