"""Commands in running pods, by kubectl and by a websocket of our own."""

import asyncio
import json
import os
import shutil
import ssl
import subprocess
import urllib.parse

import pytest
import tornado.httpclient
import tornado.websocket

from pocket_openshift.node import execs


@pytest.fixture
def shell(ws, node):
    ws.run(["sleep", "1000"], container={"env": [{"name": "WORD", "value": "of the pod"}]})
    ws.until_ready()
    return ws


async def connect(ws, *command, **options):
    words = [("command", word) for word in command] + list(options.items())
    path = ws.path("pods", "p") + "/exec?" + urllib.parse.urlencode(words)
    request = tornado.httpclient.HTTPRequest(
        ws.cluster.url.replace("https", "wss") + path,
        headers={"Authorization": "Bearer " + ws.cluster.admin_token},
        ssl_options=ssl.create_default_context(cafile=ws.cluster.ca_file),
    )
    return await tornado.websocket.websocket_connect(request, subprotocols=["v5.channel.k8s.io"])


async def read_all(socket):
    """What came on each channel until the other side closed."""
    channels = {}
    while (message := await asyncio.wait_for(socket.read_message(), 120)) is not None:
        channels[message[0]] = channels.get(message[0], b"") + message[1:]
    socket.close()
    return channels


async def test_output_errors_and_the_exit_code_come_apart(shell):
    socket = await connect(
        shell, "sh", "-c", "echo $WORD; echo bad >&2; exit 3", stdout=1, stderr=1
    )
    assert socket.selected_subprotocol == "v5.channel.k8s.io"
    channels = await read_all(socket)
    assert channels[execs.STDOUT] == b"of the pod\n"
    assert channels[execs.STDERR] == b"bad\n"
    assert json.loads(channels[execs.ERROR]) == execs.make_status(3)


async def test_input_reaches_the_command_and_can_be_closed(shell):
    socket = await connect(shell, "cat", stdin=1, stdout=1)
    text = b"line\n" * 50_000
    for start in range(0, len(text), 10_000):
        await socket.write_message(b"\0" + text[start : start + 10_000], binary=True)
    await socket.write_message(bytes([execs.CLOSE, execs.STDIN]), binary=True)
    channels = await read_all(socket)
    assert channels[execs.STDOUT] == text
    assert json.loads(channels[execs.ERROR])["status"] == "Success"


async def test_a_terminal_has_the_size_that_is_told(shell):
    socket = await connect(shell, "sh", "-c", "read x; stty size; tty", stdin=1, stdout=1, tty=1)
    await socket.write_message(b'\x04{"Width": 123, "Height": 45}', binary=True)
    await socket.write_message(b"\0go\n", binary=True)
    channels = await read_all(socket)
    assert b"45 123\r\n" in channels[execs.STDOUT]
    assert b"/dev/pts/" in channels[execs.STDOUT]


async def test_a_caller_who_leaves_ends_the_command(shell, tmp_path, tools):
    socket = await connect(
        shell, "sh", "-c", f"echo $$ > {tmp_path}/pid; exec sleep 1000", stdout=1
    )
    pid = int(await tools.until_file(tmp_path / "pid"))
    socket.close()
    await tools.until_dead(pid)
    assert await asyncio.wait_for(socket.read_message(), 120) is None


async def test_a_command_that_does_not_exist_is_told(shell):
    channels = await read_all(await connect(shell, "no-such-command", stdout=1))
    assert "no-such-command: No such file" in json.loads(channels[execs.ERROR])["message"]


def test_kubectl_exec(shell):
    if not shutil.which("kubectl"):
        pytest.skip("install kubectl (Debian: kubernetes-client) to run this")
    command = ["kubectl", "-n", "ws", "exec", "-i", "p", "--", "sh", "-c", "cat; exit 4"]
    env = {"PATH": os.environ["PATH"], "KUBECONFIG": str(shell.cluster.kubeconfig), "HOME": "/none"}
    done = subprocess.run(
        command, input=b"hello", capture_output=True, env=env, timeout=120, check=False
    )
    assert done.stdout == b"hello"
    assert done.returncode == 4


def test_who_may_not_is_refused(shell):
    shell.apply("ServiceAccount", "nobody")
    token = shell.cluster.token("ws", "nobody")
    path = shell.path("pods", "p") + "/exec?command=true"
    headers = {"Upgrade": "websocket", "Connection": "Upgrade"}
    assert shell.cluster.request("GET", path, token=token, headers=headers).status == 403


def test_what_is_no_websocket_is_told_so(shell):
    answer = shell.cluster.request("POST", shell.path("pods", "p") + "/exec?command=true")
    assert answer.status == 400
    assert "websockets only" in answer.body["message"]


@pytest.mark.parametrize(("code", "shown"), [(3, "3"), (-9, "137")])
def test_statuses(code, shown):
    assert execs.make_status(code)["details"]["causes"][0]["message"] == shown
    assert execs.make_status(0)["status"] == "Success"
