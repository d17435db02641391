import aiohttp
import pytest

import crowd as crowds
from workshop_culler.errors import StartError
from workshop_culler.service import server

URL = "http://127.0.0.1:10101"


@pytest.mark.parametrize(
    ("url", "prefix", "place"),
    [
        (URL, "/services/x/", server.ListenAddress("127.0.0.1", 10101, "/services/x/")),
        (URL, "/base/services/x", server.ListenAddress("127.0.0.1", 10101, "/base/services/x/")),
        ("", "/services/x/", None),
        (URL, "", None),
    ],
)
def test_where_to_listen(url, prefix, place):
    assert server.parse_listen_address(url, prefix) == place


@pytest.mark.parametrize("url", ["127.0.0.1:80", "http://127.0.0.1", "unix:///x"])
def test_a_bad_url_is_refused(url):
    with pytest.raises(StartError, match="url of the service"):
        server.parse_listen_address(url, "/services/x/")


async def test_health_tells_the_trouble_of_the_last_pass(tmp_path):
    async with crowds.gather_crowd(1, tmp_path) as crowd, aiohttp.ClientSession() as session:
        for trouble, status in (("", 200), ("list pods: 503", 503), ("", 200)):
            crowd.trouble = trouble
            async with session.get(crowd.url + "health") as answer:
                assert answer.status == status
                assert await answer.json() == {"ok": not trouble, "trouble": trouble}


@pytest.mark.hub
@pytest.mark.asyncio(loop_scope="module")
async def test_as_a_service_of_a_real_hub(culler_service):
    assert (await culler_service.ask("GET", "health"))[0] == 200
    status, _ = await culler_service.ask("GET", "")
    assert status == 302
    status, text = await culler_service.ask("GET", "static/tokens.css")
    assert (status, "--paper" in text) == (200, True)
    status, _ = await culler_service.ask("GET", "static/../service.py")
    assert status in (403, 404)
