"""JupyterHub's client, imported lean: it decides as the whole one does, and nothing is lost.

What is imported is a matter of the process, so each import is seen in one of its own.
"""

import itertools
import json
import os
import ssl
import subprocess
import sys

import psutil
import pytest
from tornado import httpserver, netutil, web

from jupyterhub_butterfly.hub import hubclient

pytestmark = pytest.mark.programs

LEFT_OUT = ("sqlalchemy", "alembic", "jupyterhub.orm", "jupyterhub.roles", "aiohttp")

LEAN = "from jupyterhub_butterfly.hub import hubclient; auth = hubclient.load()"
WHOLE = "from jupyterhub.services import auth"

SCOPES = [
    [],
    ["access:servers"],
    ["access:servers!user=ada"],
    ["access:servers!user=bob"],
    ["access:servers!server=ada/"],
    ["access:servers!server=ada/two"],
    ["access:servers!group=class"],
    ["access:services", "read:users!user=ada"],
    ["access:servers!user=ada", "access:servers!server=bob/"],
    ["inherit"],
]


def run(code):
    """Run code in a new Python; returns what it prints, as JSON."""
    done = subprocess.run(
        [sys.executable, "-W", "error::SyntaxWarning", "-c", code],
        capture_output=True,
        check=False,
        text=True,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": ""},  # compile SQLAlchemy once, not each time
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def modules_after(code):
    return run(f"{code}\nimport json, sys; print(json.dumps(list(sys.modules)))")


def test_the_lean_import_leaves_the_database_out_and_the_whole_one_has_it():
    lean, whole = modules_after(LEAN), modules_after(WHOLE)
    assert {"jupyterhub.services.auth", "jupyterhub.scopes"} <= set(lean)
    for name in LEFT_OUT:
        assert not [module for module in lean if module.split(".")[:2] == name.split(".")[:2]]
        assert not [module for module in lean if module.startswith(f"{name}.")]
    assert {"sqlalchemy", "jupyterhub.orm", "jupyterhub.roles"} <= set(whole)


def test_both_decide_alike():
    pairs = list(itertools.product(SCOPES, SCOPES))
    code = f"""
import json
pairs = {pairs!r}
print(json.dumps([sorted(auth.check_scopes(set(need), set(have))) for need, have in pairs]))
"""
    lean, whole = run(LEAN + code), run(WHOLE + code)
    assert lean == whole
    assert [] in lean
    assert ["access:servers!user=ada"] in lean


def test_the_deciding_modules_are_jupyterhubs_own():
    code = """
import inspect, json, jupyterhub.scopes
print(json.dumps([inspect.getmodule(f).__name__ for f in
    (auth.check_scopes, auth._intersect_expanded_scopes, jupyterhub.scopes.parse_scopes)]))
"""
    assert run(LEAN + code) == ["jupyterhub.services.auth", *["jupyterhub.scopes"] * 2]


def test_who_uses_what_was_left_out_gets_the_real_one():
    code = """
import json, sys
from jupyterhub import scopes, utils
found = [scopes.orm.User.__module__, scopes.sa.select.__module__, scopes.roles.get_default_roles.__module__]
import sqlalchemy, jupyterhub.orm
found += [type(sys.modules[name]).__name__ for name in ("sqlalchemy", "jupyterhub.orm")]
found += [sqlalchemy.exc.SQLAlchemyError.__module__]
print(json.dumps(found))
"""  # noqa: E501 - a program
    assert run(LEAN + code) == [
        *("jupyterhub.orm", "sqlalchemy.sql._selectable_constructors", "jupyterhub.roles"),
        *("module", "module", "sqlalchemy.exc"),
    ]


@pytest.mark.parametrize(
    "statement",
    [
        "import sqlalchemy.orm; from sqlalchemy.orm import Session as found",
        "from sqlalchemy import select as found",
        "import sqlalchemy as sa; found = sa.select",
        "from jupyterhub.roles import get_default_roles as found",
        "from sqlalchemy.exc import IntegrityError as found",
    ],
)
def test_an_import_meanwhile_is_not_led_astray(statement):
    code = f"""
import json, sys
from jupyterhub_butterfly.hub import hubclient
sys.modules.update({{one.__name__: one for one in hubclient.make_stand_ins()}})
{statement}
print(json.dumps([found.__name__, isinstance(found, hubclient.Deferred)]))
"""
    name, deferred = run(code)
    assert name
    assert not deferred


def test_what_was_imported_before_stays():
    code = """
import json, sys, sqlalchemy
before = sqlalchemy
from jupyterhub_butterfly.hub import hubclient
auth = hubclient.load()
from jupyterhub import scopes, utils
print(json.dumps([scopes.sa is before, sys.modules["sqlalchemy"] is before]))
"""
    assert run(code) == [True, True]


def test_a_lean_import_that_fails_is_followed_by_the_whole_one():
    code = """
import json, sys
from jupyterhub_butterfly.hub import hubclient
def broken():
    return [hubclient.Deferred("jupyterhub._memoize", {"lru_cache_key": None}, package=False)]
hubclient.make_stand_ins = broken
auth = hubclient.load()
print(json.dumps([auth.__name__, "sqlalchemy" in sys.modules,
    sorted(auth.check_scopes({"access:servers!user=ada"}, {"access:servers"}))]))
"""
    name, whole, scopes = run(code)
    assert (name, whole) == ("jupyterhub.services.auth", True)
    assert scopes == ["access:servers!user=ada"]


def test_loading_twice_is_loading_once():
    code = "again = hubclient.load(); import json; print(json.dumps(auth is again))"
    assert run(f"{LEAN}\n{code}") is True


@pytest.mark.hub
async def test_a_server_that_somebody_logged_in_to_has_mapped_no_database(
    terminal_hub, person_factory
):
    """The whole OAuth login, a page and both sockets, behind a real hub."""
    person = person_factory(terminal_hub.url)
    await person.log_in("ada")
    status, _ = await terminal_hub.api("POST", "users/ada/server")
    if status == 202:
        await terminal_hub.logged("User ada took")
    await person.open_terminal("/user/ada/")
    async with person.terminal() as terminal:
        pid = int(await terminal.run("ps -o ppid= -p $$ | tr -d ' '"))
    mapped = " ".join(part.path for part in psutil.Process(pid).memory_maps())
    assert "tornado/speedups" in mapped
    assert "sqlalchemy" not in mapped
    assert "aiohttp" not in mapped


class Echo(web.RequestHandler):
    """Answers with what came, and the status asked for."""

    async def get(self):
        self.set_status(int(self.get_query_argument("status", "200")))
        self.finish({"token": self.request.headers.get("Authorization"), "method": "GET"})

    async def post(self):
        self.finish({"body": self.request.body.decode(), "method": "POST"})


@pytest.fixture
async def url():
    server = httpserver.HTTPServer(web.Application([("/echo", Echo)]))
    listening = netutil.bind_sockets(0, "127.0.0.1")
    server.add_sockets(listening)
    yield f"http://127.0.0.1:{listening[0].getsockname()[1]}/echo"
    server.stop()
    await server.close_all_connections()


async def test_fetch_sends_headers_and_returns_the_answer(url):
    answer = await hubclient.fetch(
        url, raise_for_status=False, headers={"Authorization": "token t"}, ssl=None
    )
    assert answer.status == answer.code == 200
    assert json.loads(await answer.text()) == {"token": "token t", "method": "GET"}


@pytest.mark.parametrize("status", [403, 404, 500])
async def test_fetch_returns_errors_too(url, status):
    answer = await hubclient.fetch(f"{url}?status={status}", raise_for_status=False)
    assert answer.status == status


@pytest.mark.parametrize(("data", "body"), [(b"code=1", "code=1"), ("x", "x"), (None, "")])
async def test_fetch_posts(url, data, body):
    answer = await hubclient.fetch(url, method="POST", raise_for_status=False, data=data)
    assert json.loads(await answer.text()) == {"body": body, "method": "POST"}


async def test_fetch_raises_where_nobody_answers():
    with pytest.raises(ConnectionRefusedError):
        await hubclient.fetch("http://127.0.0.1:9/", raise_for_status=False)


@pytest.mark.parametrize(
    ("url", "options", "simple"),
    [
        ("http://hub/api", {}, True),
        ("https://hub/api", {"ssl": ssl.create_default_context(), "data": b"x"}, True),
        ("http+unix://hub/api", {}, False),
        ("https://hub/api", {"ssl": False}, False),
        ("https://hub/api", {"json": {}}, False),
        ("https://hub/api", {"data": {"form": "1"}}, False),
        ("https://hub/api", {"timeout": 5}, False),
    ],
)
def test_what_fetch_does_itself(url, options, simple):
    assert hubclient.is_simple(url, options) is simple


async def test_fetch_leaves_another_kind_of_request_to_jupyterhubs_own(url):
    own = pytest.importorskip("jupyterhub.httpclient", reason="JupyterHub 5 has none")
    answer = await hubclient.fetch(url, headers={"Authorization": "token t"})
    assert (await answer.json())["token"] == "token t"
    answer.release()
    await own.JupyterHubHTTPClient.loop_instance().close()
