import asyncio
import contextlib
import logging
import os
import signal
import sys

import pytest
from traitlets import TraitError
from traitlets.config import Config

from workshop_culler import app as app_room
from workshop_culler.app import WorkshopCuller
from workshop_culler.errors import StartError
from workshop_culler.rules import limits

TOKEN = "culler-" + "0" * 32


def make_app(*argv, **config):
    WorkshopCuller.clear_instance()
    culler = WorkshopCuller(config=Config({"WorkshopCuller": config}))
    culler.initialize(["--log-level=INFO", *argv])
    return culler


@pytest.mark.parametrize(
    ("argv", "trait", "value"),
    [
        ("--timeout=60", "timeout", 60),
        ("--cull-every=5", "cull_every", 5),
        ("--max-age=3600", "max_age", 3600),
        ("--concurrency=3", "concurrency", 3),
        ("--api-page-size=20", "api_page_size", 20),
        ("--cull-users", "cull_users", True),
        ("--cull-users=true", "cull_users", True),
        ("--cull-admin-users=false", "cull_admin_users", False),
        ("--cull-default-servers=false", "cull_default_servers", False),
        ("--cull-named-servers=false", "cull_named_servers", False),
        ("--remove-named-servers", "remove_named_servers", True),
        ("--ssl-enabled=true", "ssl_enabled", True),
        ("--internal-certs-location=/x", "internal_certs_location", "/x"),
        ("--url=http://hub/api", "url", "http://hub/api"),
        ("--config=x.py", "config_file", "x.py"),
        ("--generate-config", "generate_config", True),
        ("--clean-cluster", "clean_cluster", True),
        ("--clean-cluster=True", "clean_cluster", True),
        ("--application=lab", "application", "lab"),
        ("--namespace=workshops", "namespace", "workshops"),
        ("--state-file=/x", "state_file", "/x"),
        ("--anonymous-timeout=60", "anonymous_timeout", 60),
        ("--pending-timeout=60", "pending_timeout", 60),
        ("--once", "once", True),
        ("--dry-run", "dry_run", True),
    ],
)
def test_options_of_the_command_line(argv, trait, value):
    assert getattr(make_app(argv), trait) == value


def test_a_configuration_for_jupyterhub_idle_culler_is_understood(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "idle_culler_config.py").write_text("c.IdleCuller.timeout = 77\n")
    culler = make_app()
    culler._read_config()
    assert culler.timeout == 77


def test_a_configuration_file_that_is_named_must_be_there(tmp_path):
    with pytest.raises(StartError, match="config_file"):
        make_app(f"--config={tmp_path}/none.py")._read_config()


def test_rules_are_made_of_options():
    culler = make_app(
        timeout=60, max_age=70, cull_users=True, cull_default_servers=False, anonymous_timeout=80,
        policies=[{"match": {"user": "ada"}, "idle": 5}],
    )  # fmt: skip
    rules = app_room.make_rules(culler)
    assert (rules.general.idle, rules.general.age) == (60, 70)
    assert (rules.users.idle, rules.users.age, rules.users.anonymous) == (60, 70, 80)
    from workshop_culler.models import Server

    assert limits.find_limits(Server("ada"), rules.ordered, rules.general).exempt
    assert limits.find_limits(Server("ada", "lab"), rules.ordered, rules.general).idle == 5


def test_a_bad_policy_is_refused_at_start_by_name():
    with pytest.raises(TraitError, match=r"WorkshopCuller.policies\[0\].idel: is not known"):
        make_app(policies=[{"idel": 5}])


@pytest.mark.parametrize(
    ("config", "seconds"),
    [
        ({"timeout": 600}, 300),
        ({"timeout": 600, "cull_every": 10}, 10),
        ({"timeout": 0}, 60),
        ({"timeout": 7200, "clean_cluster": True}, 60),
        ({"timeout": 60, "clean_cluster": True}, 30),
    ],
)
def test_how_often(config, seconds):
    assert app_room.find_interval(make_app(**config)) == seconds


@pytest.mark.parametrize(
    ("url", "token", "says"), [("", "x", "WorkshopCuller.url"), ("http://x", "", "API_TOKEN")]
)
def test_what_is_missing_is_named(monkeypatch, url, token, says):
    monkeypatch.setenv("JUPYTERHUB_API_TOKEN", token)
    with pytest.raises(StartError, match=says):
        app_room.make_address(make_app(url=url))


@pytest.mark.parametrize("name", ["application", "namespace"])
def test_the_cluster_needs_to_know_whose(monkeypatch, name):
    monkeypatch.delenv("SPAWNER_APPLICATION", raising=False)
    monkeypatch.delenv("SPAWNER_NAMESPACE", raising=False)
    config = {"application": "lab", "namespace": "workshops", name: ""}
    with pytest.raises(StartError, match=name):
        app_room.make_janitor(make_app(**config), None, None, "x")


async def run(classroom, *argv, **env):
    """Run the program itself; its exit code and all it said."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "workshop_culler", *argv,
        env={**os.environ, "JUPYTERHUB_API_TOKEN": TOKEN,
             "JUPYTERHUB_API_URL": classroom.api_url, **env},
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    said, _ = await process.communicate()
    return process.returncode, said.decode()


def at_hub(test):
    return pytest.mark.hub(pytest.mark.asyncio(loop_scope="module")(test))


@at_hub
async def test_a_dry_run_prints_a_table(classroom):
    await classroom.start_server("ada")
    code, said = await run(classroom, "--dry-run", "--max-age=3600")
    assert code == 0
    line = next(line for line in said.splitlines() if "server" in line and "ada" in line)
    assert line.split()[:4] == ["keep", "server", "ada", "ada"]
    assert "ends in" in line


@at_hub
async def test_once_is_for_cron(classroom):
    await classroom.start_server("ada")
    code, said = await run(classroom, "--once", "--timeout=1", "--cull-named-servers=false")
    assert code == 0, said
    assert "judged 1 servers" in said
    assert TOKEN not in said


@at_hub
async def test_a_pass_that_could_not_do_all_ends_with_1(classroom, tmp_path):
    await classroom.start_server("ada")
    (tmp_path / "culler.py").write_text(
        "def arbiter(**_):\n    raise KeyError('oops')\n"
        "c.WorkshopCuller.cull_arbiter_hook = arbiter\n"
    )
    code, said = await run(classroom, "--once", f"--config={tmp_path}/culler.py")
    assert code == 1
    assert "troubles: server ada: could not be judged" in said


@at_hub
async def test_a_token_that_is_not_known(classroom):
    code, said = await run(classroom, "--once", JUPYTERHUB_API_TOKEN="wrong")
    assert code == 2
    assert "does not know our token" in said
    assert "Traceback" not in said


@at_hub
async def test_nobody_at_home(classroom, held_port):
    code, said = await run(
        classroom, "--once", JUPYTERHUB_API_URL=f"http://127.0.0.1:{held_port}/hub/api"
    )
    assert code == 2
    assert "no answer at start" in said


@at_hub
async def test_it_goes_on_until_it_is_told_to_stop(classroom):
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "workshop_culler", "--cull-every=1", "--log-level=INFO",
        env={**os.environ, "JUPYTERHUB_API_TOKEN": TOKEN, "JUPYTERHUB_API_URL": classroom.api_url},
        stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    with contextlib.closing(process._transport):
        async with asyncio.timeout(30):
            seen = 0
            while seen < 2:
                seen += b"judged" in await process.stderr.readline()
            process.send_signal(signal.SIGTERM)
            assert await process.wait() == 0


@pytest.mark.hub
async def test_a_missing_scope_is_named_with_the_entry_that_grants_it(make_classroom):
    classroom = await make_classroom(scopes=["list:users", "read:servers", "read:users:activity"])
    code, said = await run(classroom, "--once")
    assert code == 2
    assert "delete:servers: to stop servers" in said
    assert "c.JupyterHub.load_roles" in said
    code, said = await run(classroom, "--once", "--anonymous-timeout=60")
    assert "delete:users" in said
    assert "read:users:groups" in said


def test_logging_goes_by_default_at_info():
    WorkshopCuller.clear_instance()
    assert WorkshopCuller().log_level == logging.INFO
