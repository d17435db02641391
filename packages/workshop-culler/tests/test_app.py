import asyncio
import logging
import os
import re
import signal
import sys

import pytest
from traitlets import TraitError
from traitlets.config import Config

from workshop_culler import app as culler_app
from workshop_culler.app import WorkshopCuller
from workshop_culler.errors import StartError

pytestmark = pytest.mark.programs

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
    culler.read_config()
    assert culler.timeout == 77


def test_a_configuration_file_that_is_named_must_be_there(tmp_path):
    with pytest.raises(StartError, match="config_file"):
        make_app(f"--config={tmp_path}/none.py").read_config()


def test_a_bad_policy_is_refused_at_start_by_name():
    with pytest.raises(TraitError, match=r"WorkshopCuller.policies\[0\].idel: is not known"):
        make_app(policies=[{"idel": 5}])


@pytest.mark.parametrize("name", ["application", "namespace"])
def test_the_cluster_needs_to_know_whose(monkeypatch, name):
    monkeypatch.delenv("SPAWNER_APPLICATION", raising=False)
    monkeypatch.delenv("SPAWNER_NAMESPACE", raising=False)
    config = {"application": "lab", "namespace": "workshops", name: ""}
    with pytest.raises(StartError, match=name):
        culler_app.make_cluster_sweep(make_app(**config), None, None, "x")


async def run(culler_hub, *argv, **env):
    """Run the program itself; its exit code and all it said."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "workshop_culler",
        *argv,
        env={
            **os.environ,
            "JUPYTERHUB_API_TOKEN": TOKEN,
            "JUPYTERHUB_API_URL": culler_hub.api_url,
            **env,
        },
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await process.communicate()
    return process.returncode, said.decode()


def at_hub(test):
    return pytest.mark.hub(pytest.mark.asyncio(loop_scope="module")(test))


@pytest.mark.parametrize(
    ("argv", "file", "says"),
    [
        (["--tiemout=5"], "", "--tiemout is no option"),
        (["--timeout=1h"], "", "'timeout' trait of a WorkshopCuller instance expected an int"),
        (["--WorkshopCuller.tiemout=5"], "", "c.WorkshopCuller.tiemout is no setting"),
        (["--max-age=-1"], "", "'max_age' trait"),
        (["12"], "", "'12' is no option"),
        (["--cull-volumes"], "", "unrecognized arguments: --cull-volumes; see"),
        (["--ssl-enabled"], "", "internal_certs_location: "),
        ([], "c.WorkshopCuller.tiemout = 5", "Did you mean timeout?"),
        ([], "c.WorkshopCuler.timeout = 5", "Did you mean c.WorkshopCuller?"),
        ([], "c.WorkshopCuller.timeout = '1h'", "'timeout' trait"),
        ([], "c.WorkshopCuller.timeout = 5 +", "cannot be read (line 1): SyntaxError"),
        ([], "import nosuch", "cannot be read: ModuleNotFoundError: No module named 'nosuch'"),
        ([], "c.WorkshopCuller.policies = [{'match': {'label:x': 'y'}}]", "needs clean_cluster"),
        (["--state-file=/x", "--config=none.py"], "", "config_file: there is no none.py"),
    ],
)
async def test_a_start_that_cannot_work_ends_with_one_sentence(tmp_path, argv, file, says):
    if file:
        (tmp_path / "workshop_culler_config.py").write_text(file + "\n")
    env = {"JUPYTERHUB_API_TOKEN": "x", "JUPYTERHUB_API_URL": "http://127.0.0.1:9/hub/api"}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "workshop_culler", "--once", *argv),
        env={**os.environ, **env},
        cwd=tmp_path,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await process.communicate()
    assert process.returncode == 2
    (line,) = said.decode().splitlines()
    assert says in line


@at_hub
async def test_a_dry_run_prints_a_table(culler_hub):
    await culler_hub.start_server("ada")
    code, said = await run(culler_hub, "--dry-run", "--max-age=3600")
    assert code == 0
    line = next(line for line in said.splitlines() if "server" in line and "ada" in line)
    assert line.split()[:4] == ["keep", "server", "ada", "ada"]
    assert "ends in" in line


@at_hub
async def test_once_is_for_cron(culler_hub):
    await culler_hub.start_server("ada")
    code, said = await run(culler_hub, "--once", "--timeout=1", "--cull-named-servers=false")
    assert code == 0, said
    assert "judged 1 servers" in said
    assert TOKEN not in said


@at_hub
async def test_a_pass_that_could_not_do_all_ends_with_1(culler_hub, tmp_path):
    await culler_hub.start_server("ada")
    (tmp_path / "culler.py").write_text(
        "def arbiter(**_):\n    raise KeyError('oops')\n"
        "c.WorkshopCuller.cull_arbiter_hook = arbiter\n"
    )
    code, said = await run(culler_hub, "--once", f"--config={tmp_path}/culler.py")
    assert code == 1
    assert "troubles: server ada: could not be judged" in said


@at_hub
async def test_a_token_that_is_not_known(culler_hub):
    code, said = await run(culler_hub, "--once", JUPYTERHUB_API_TOKEN="wrong")
    assert code == 2
    assert "does not know our token" in said
    assert "Traceback" not in said


@at_hub
async def test_nobody_at_home(culler_hub, held_port):
    code, said = await run(
        culler_hub, "--once", JUPYTERHUB_API_URL=f"http://127.0.0.1:{held_port}/hub/api"
    )
    assert code == 2
    assert "no answer at start" in said


@at_hub
async def test_it_goes_on_until_it_is_told_to_stop(culler_hub):
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "workshop_culler",
        "--cull-every=1",
        "--log-level=INFO",
        env={**os.environ, "JUPYTERHUB_API_TOKEN": TOKEN, "JUPYTERHUB_API_URL": culler_hub.api_url},
        stderr=asyncio.subprocess.PIPE,
    )
    async with asyncio.timeout(120):
        seen = 0
        while seen < 2:
            seen += b"judged" in await process.stderr.readline()
        process.send_signal(signal.SIGTERM)
        await process.communicate()
        assert process.returncode == 0


@at_hub
async def test_a_session_ends_when_its_clock_says_so(culler_hub):
    """And not with the next pass, which would be ten minutes later."""
    await culler_hub.start_server("ada")
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "workshop_culler",
        *("--cull-every=600", "--timeout=0", "--max-age=10", "--log-level=INFO"),
        env={**os.environ, "JUPYTERHUB_API_TOKEN": TOKEN, "JUPYTERHUB_API_URL": culler_hub.api_url},
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        async with asyncio.timeout(120):
            said = b""
            while b"culled what=server name=ada" not in said:
                said = await process.stderr.readline()
                assert said, "it ended"
    finally:
        process.terminate()
        await process.communicate()
    assert re.search(rb"running for 1[0-9]s", said), said


@pytest.mark.hub
async def test_a_missing_scope_is_named_with_the_entry_that_grants_it(make_culler_hub):
    culler_hub = await make_culler_hub(scopes=["list:users", "read:servers", "read:users:activity"])
    code, said = await run(culler_hub, "--once")
    assert code == 2
    assert "delete:servers: to stop servers" in said
    assert "c.JupyterHub.load_roles" in said
    code, said = await run(culler_hub, "--once", "--anonymous-timeout=60")
    assert "delete:users" in said
    assert "read:users:groups" in said


INTERNAL_SSL = """
import sys
c.JupyterHub.load_roles.append({"name": "culler-beside", "services": ["culler-beside"], "scopes": [
    "list:users", "read:users:activity", "read:servers", "delete:servers"]})
c.JupyterHub.hub_bind_url = c.JupyterHub.hub_bind_url.replace("http:", "https:")
c.JupyterHub.internal_ssl = True
c.ConfigurableHTTPProxy.api_url = c.ConfigurableHTTPProxy.api_url.replace("http:", "https:")
c.JupyterHub.services.append(
    {"name": "culler-beside", "command": [sys.executable, "-m", "workshop_culler"]}
)
"""


@pytest.mark.hub
async def test_a_hub_with_internal_ssl_is_asked_with_the_certificates_that_it_gives(
    make_culler_hub,
):
    culler_hub = await make_culler_hub(config=INTERNAL_SSL)
    await culler_hub.hub.logged("judged nothing; removed nothing")


def test_logging_goes_by_default_at_info():
    WorkshopCuller.clear_instance()
    assert WorkshopCuller().log_level == logging.INFO
