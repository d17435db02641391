"""The agent as a program: what it claims, and what is left when it ends, however it ends."""

import asyncio
import os
import signal
import sys

import pytest

from pocket_openshift.node import agent, leftovers
from workshop_kube import errors

pytestmark = pytest.mark.programs


@pytest.fixture
async def run_agent(ws):
    """Starts `pocket-openshift node`; the process, once it is ready."""
    started = []

    async def start(*options):
        command = [sys.executable, "-m", "pocket_openshift", "node"]
        command += ["--kubeconfig", str(ws.cluster.kubeconfig), *options]
        process = await asyncio.create_subprocess_exec(
            *command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL
        )
        started.append(process)
        assert await asyncio.wait_for(process.stdout.readline(), 120) == b"ready\n"
        return process

    yield start
    for process in started:
        if process.returncode is None:
            process.kill()
            await process.wait()


ONE = "sh -c 'echo $$$$ > {0}/%s; exec sleep 1000' &"
FAMILY = ONE % "a" + " setsid " + ONE % "b" + " wait"


async def family_of(tmp_path, tools):
    return [int(await tools.until_file(tmp_path / name)) for name in "ab"]


async def test_nothing_of_the_pods_outlives_an_agent_that_is_killed(ws, run_agent, tmp_path, tools):
    process = await run_agent()
    await asyncio.to_thread(ws.run, ["sh", "-c", FAMILY.format(tmp_path)])
    family = await family_of(tmp_path, tools)
    process.send_signal(signal.SIGKILL)
    await process.wait()
    await tools.until_dead(*family)


async def test_an_agent_that_is_told_to_end_reports_its_pods_and_goes(
    ws, run_agent, tmp_path, tools
):
    process = await run_agent("--data", str(tmp_path / "data"), "--stop-seconds", "1")
    await asyncio.to_thread(ws.run, ["sh", "-c", FAMILY.format(tmp_path)])
    family = await family_of(tmp_path, tools)
    await asyncio.to_thread(ws.until_ready)
    process.send_signal(signal.SIGTERM)
    assert await asyncio.wait_for(process.wait(), 120) == 0
    assert not any(tools.is_alive(pid) for pid in family)
    status = (await asyncio.to_thread(ws.get)).body["status"]
    assert (status["phase"], status["reason"]) == ("Failed", "Terminated")
    assert "terminated" in status["containerStatuses"][0]["state"]
    nodes = (await asyncio.to_thread(ws.cluster.request, "GET", "/api/v1/nodes")).body["items"]
    assert nodes == []
    assert list((tmp_path / "data" / "pods").iterdir()) == []


async def test_a_new_agent_takes_over_what_a_killed_one_left(ws, run_agent, tmp_path):
    first = await run_agent("--data", str(tmp_path))
    await asyncio.to_thread(ws.run, ["sleep", "1000"], "kept")
    await asyncio.to_thread(lambda: ws.run(["sleep", "1000"], "once", restartPolicy="Never"))
    for name in ("kept", "once"):
        await asyncio.to_thread(ws.until_ready, name)
    first.kill()
    await first.wait()
    await run_agent("--data", str(tmp_path))
    kept = await asyncio.to_thread(
        ws.until_state, lambda status: status.get("restartCount") == 1, "kept"
    )
    last = kept["status"]["containerStatuses"][0]["lastState"]["terminated"]
    assert (last["exitCode"], last["reason"]) == (137, "ContainerStatusUnknown")
    once = await asyncio.to_thread(lambda: ws.until_phase("Failed", name="once"))
    assert once["status"]["containerStatuses"][0]["state"]["terminated"]["exitCode"] == 137


async def test_a_second_agent_keeps_out_of_the_firsts_folder(ws, run_agent, tmp_path):
    await run_agent("--data", str(tmp_path))
    options = agent.Options(ws.cluster.kubeconfig, data=tmp_path)
    with pytest.raises(leftovers.DataInUseError, match="give this one another folder"):
        await agent.Agent(options, os.environ).serve(asyncio.Event())


def test_two_agents_share_the_pods_without_running_any_twice(ws, tmp_path):
    for name in ("one", "two"):
        ws.cluster.start_node(data=tmp_path / name, name=name)
    log = tmp_path / "log"
    for number in range(10):
        ws.run(["sh", "-c", f"echo {number} >> {log}"], f"p{number}", restartPolicy="Never")
    for number in range(10):
        ws.until_phase("Succeeded", name=f"p{number}")
    assert sorted(log.read_text().split()) == [str(number) for number in range(10)]


def test_only_namespaces_with_the_prefix_are_served(ws):
    ws.cluster.start_node(namespaces=["ws"])
    other = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "other"}}
    container = {"name": "c", "image": "x", "command": ["true"]}
    pod = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "p", "namespace": "other"},
        "spec": {"containers": [container]},
    }
    ws.cluster.apply(other, pod)
    ws.run(["sleep", "1000"])
    ws.until_ready()  # created later, and heard of later
    left = ws.cluster.request("GET", "/api/v1/namespaces/other/pods/p").body
    assert left["status"] == {"phase": "Pending", "qosClass": "BestEffort"}
    assert "nodeName" not in left["spec"]


def test_a_pod_that_waits_from_before_is_found(ws):
    ws.run(["sleep", "1000"])
    ws.cluster.start_node()
    ws.until_ready()


def test_pods_go_on_through_a_watch_that_is_cut_and_errors(ws, node):
    faults = ws.cluster.faults
    faults.add(verb="create", resource="pods/binding", times=1, status=500)
    faults.add(verb="patch", resource="pods/status", times=2, status=503)
    faults.add(verb="create", resource="serviceaccounts/token", times=1, drop="after")
    faults.add(verb="get", resource="configmaps", times=1, status=429, retry_after=1)
    ws.run(["sleep", "1000"])
    ws.until_ready()
    ws.delete()
    faults.add(verb="delete", resource="pods", times=1, drop="after")
    ws.until_gone()


def test_what_fails_for_long_is_tried_again(ws, node, monkeypatch):
    monkeypatch.setattr(agent, "RETRY_SECONDS", 0.1)
    ws.cluster.faults.add(verb="create", resource="pods/binding", times=2, status=403)
    ws.run(["sleep", "1000"])
    ws.until_ready()


async def test_a_pod_that_was_being_deleted_is_not_started_again(ws, run_agent, tmp_path):
    first = await run_agent("--data", str(tmp_path / "data"))
    script = f"trap '' TERM; echo start >> {tmp_path}/starts; while :; do sleep 0.1; done"
    await asyncio.to_thread(lambda: ws.run(["sh", "-c", script], terminationGracePeriodSeconds=600))
    await asyncio.to_thread(ws.until_ready)
    await asyncio.to_thread(ws.delete)
    await asyncio.to_thread(ws.until_event, "Killing")
    first.kill()
    await first.wait()
    await run_agent("--data", str(tmp_path / "data"))
    await asyncio.to_thread(ws.until_gone)
    assert (tmp_path / "starts").read_text() == "start\n"


def test_a_binding_whose_answer_is_lost_is_not_lost(ws, node):
    ws.cluster.faults.add(verb="create", resource="pods/binding", times=1, drop="after")
    ws.run(["sleep", "1000"])
    ws.until_ready()


@pytest.mark.parametrize("how", ["expired", "cut"])
def test_a_watch_that_breaks_is_taken_up_again(ws, how):
    fault = ws.cluster.faults.add(verb="watch", resource="pods", watch=how, after_events=1)
    ws.cluster.start_node()
    for name in ("early", "late"):
        ws.run(["sleep", "1000"], name)
        ws.until_ready(name)
    assert fault.seen == 1
    lists = [one for one in ws.cluster.requests if one.verb == "list" and not one.namespace]
    assert sum(one.resource == "pods" for one in lists) == (2 if how == "expired" else 1)


async def test_a_token_that_may_not_list_pods_is_told_at_once(ws):
    ws.apply("ServiceAccount", "nobody")
    config = ws.cluster.kubeconfig_for(ws.cluster.token("ws", "nobody"))
    with pytest.raises(Exception, match="cannot list resource"):
        await agent.Agent(agent.Options(config), os.environ).serve(asyncio.Event())


async def test_a_kubeconfig_that_is_none_is_told_at_once(tmp_path):
    path = tmp_path / "config"
    path.write_text("just words")
    with pytest.raises(errors.CredentialsError, match="cannot be used as a kubeconfig"):
        await agent.Agent(agent.Options(path), os.environ).serve(asyncio.Event())
