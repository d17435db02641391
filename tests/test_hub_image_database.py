"""The image's hub keeps its database on a volume or in PostgreSQL; a new hub finds the sessions."""

import contextlib

import aiohttp
import hub_database
import pytest
from alembic import command
from alembic.config import Config as AlembicConfig
from jupyterhub import dbutil, orm

import postgres
import visitor

pytest_plugins = ("pod_fixtures",)
needs_postgres = pytest.mark.skipif(
    bool(postgres.problem_with_postgres()), reason=postgres.problem_with_postgres() or ""
)
KEY = "8f0f7d8a7c1d4e3fa0b1c2d3e4f50617"
MODE = "learning-portal"
VERSION = "select version_num from alembic_version"


@pytest.fixture
def server(pod_network):
    """A PostgreSQL that is not started yet, in the network of the pods."""
    with postgres.make_server() as made:
        yield made


def name_database(server):
    return {
        "DATABASE_HOST": server.address,
        "DATABASE_NAME": "postgres",
        "DATABASE_PASSWORD": postgres.PASSWORD,
        "COOKIE_SECRET": KEY,
    }


@contextlib.asynccontextmanager
async def work_in_shell(hub):
    """A visitor who has begun something; their terminal is open the while."""
    async with visitor.Visitor.arrive(hub.url) as guest:
        await guest.log_in()
        async for _ in guest.watch_start():
            pass
        await guest.open()
        async with guest.terminal() as shell:
            await shell.run("begun=yes")
        yield guest


async def roll_out(hub):
    """A new pod in place of the old one: nothing of it is left but what was mounted."""
    await hub.stop()
    await hub.start()


async def read_work(guest):
    """What is in the shell to which the same cookies lead."""
    await guest.open()
    async with guest.terminal() as shell:
        return (await shell.run("echo $begun")).splitlines()[-1]


async def ask_health():
    """What the probes of a Deployment are told, by the proxy and by the hub."""
    async with aiohttp.ClientSession() as session:
        places = [f"http://127.0.0.1:{port}/hub/health" for port in (8080, 8081)]
        return [(await session.get(place)).status for place in places]


@pytest.mark.hub
async def test_a_rollout_with_a_volume_keeps_sessions_and_logins(make_pod_hub):
    hub = make_pod_hub(CONFIGURATION_TYPE=MODE)
    await hub.start()
    assert await ask_health() == [200, 200]
    async with work_in_shell(hub) as guest:
        await roll_out(hub)
        assert await read_work(guest) == "yes"
    assert "Deleted" not in hub.log_text


@pytest.mark.hub
@needs_postgres
async def test_a_rollout_with_postgresql_needs_no_volume(server, make_pod_hub):
    server.start()
    hub = make_pod_hub(CONFIGURATION_TYPE=MODE, **name_database(server))
    hub.has_volume = False
    await hub.start()
    async with work_in_shell(hub) as guest:
        await roll_out(hub)
        assert await read_work(guest) == "yes"
        assert server.query("select name from users") == f"{guest.name}\n"
    assert postgres.PASSWORD not in hub.log_text


def make_old_schema(server):
    """A database as the JupyterHub before the newest migration has left it; today's version."""
    place = f"postgresql+psycopg://jupyterhub:{postgres.PASSWORD}@{server.address}/postgres"
    made = orm.new_session_factory(place)
    made.kw["bind"].dispose()
    newest = server.query(VERSION)
    with dbutil._temp_alembic_ini(place) as settings:
        command.downgrade(AlembicConfig(settings), "-1")
    assert server.query(VERSION) != newest
    return newest


@pytest.mark.hub
@needs_postgres
async def test_a_hub_waits_for_its_database_and_migrates_it(server, make_pod_hub):
    server.start()
    newest = make_old_schema(server)
    server.stop()
    hub = make_pod_hub(CONFIGURATION_TYPE=MODE, **name_database(server))
    await hub.begin()
    await hub.logged("Waiting for the database at 127.0.0.1")
    server.start()
    await hub.logged("JupyterHub is now running", seconds=60)
    assert server.query(VERSION) == newest


@needs_postgres
def test_who_waits_in_vain_is_told_what_to_look_at():
    with postgres.make_server() as server:
        server.start()
        wrong = f"postgresql+psycopg://jupyterhub:wrong@{server.address}/postgres"
        with pytest.raises(SystemExit) as caught:
            hub_database.wait_for_database(wrong, 0)
    said = str(caught.value)
    assert "password authentication failed" in said
    assert "DATABASE_PASSWORD" in said
    assert "wrong@" not in said


def test_each_trouble_is_told_once(capsys, held_port):
    pauses = []

    def sleep(seconds):
        pauses.append(seconds)
        if len(pauses) == 3:
            raise InterruptedError

    place = f"postgresql+psycopg://jupyterhub:x@127.0.0.1:{held_port}/postgres"
    with pytest.raises(InterruptedError):
        hub_database.wait_for_database(place, 60, sleep)
    assert capsys.readouterr().err.count("Waiting for the database") == 1


def test_a_driver_that_is_missing_is_named():
    with pytest.raises(SystemExit, match="no driver"):
        hub_database.wait_for_database("mysql+pymysql://jupyterhub@127.0.0.1/hub", 0)
    with pytest.raises(SystemExit, match="no driver"):
        hub_database.wait_for_database("postgre://jupyterhub@127.0.0.1/hub", 0)
