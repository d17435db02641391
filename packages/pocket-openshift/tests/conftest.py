"""A namespace on a fresh cluster, and helpers that wait for what a watch tells."""

import asyncio
import http.client
import json
import ssl
from pathlib import Path

import pytest

from pocket_openshift.node import processes


def is_ready(pod):
    conditions = pod["status"].get("conditions", []) if pod else []
    return any(c["type"] == "Ready" and c["status"] == "True" for c in conditions)


class Space:
    """The namespace `ws` of a cluster."""

    def __init__(self, cluster):
        self.cluster = cluster
        cluster.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "ws"}})

    def path(self, plural="pods", name=""):
        return f"/api/v1/namespaces/ws/{plural}" + ("/" + name if name else "")

    def apply(self, kind, name, **fields):
        metadata = {"name": name, "namespace": "ws"}
        return self.cluster.apply({"apiVersion": "v1", "kind": kind, "metadata": metadata} | fields)

    def run(self, command, name="p", container=None, **spec):
        """Create a pod with one container `c`."""
        one = {"name": "c", "image": "example/any", "command": command} | (container or {})
        spec = {"containers": [one], "terminationGracePeriodSeconds": 2} | spec
        return self.apply("Pod", name, spec=spec)[0]

    def get(self, name="p", plural="pods"):
        return self.cluster.request("GET", self.path(plural, name))

    def delete(self, name="p", body=None):
        return self.cluster.request("DELETE", self.path("pods", name), body)

    def until(self, wanted, name="p", seconds=120, plural="pods"):
        """Watch an object until `wanted(object)` (None once deleted) holds; the object."""
        return self.watch(wanted, plural, f"fieldSelector=metadata.name%3D{name}", seconds)

    def watch(self, wanted, plural, selector, seconds=120):
        listed = self.cluster.request("GET", f"{self.path(plural)}?{selector}").body
        for item in listed["items"] or [None]:
            if wanted(item):
                return item
        context = ssl.create_default_context(cafile=self.cluster.ca_file)
        host, port = self.cluster.url.removeprefix("https://").split(":")
        connection = http.client.HTTPSConnection(host, int(port), context=context, timeout=seconds)
        version = listed["metadata"]["resourceVersion"]
        path = f"{self.path(plural)}?watch=true&{selector}&resourceVersion={version}"
        headers = {"Authorization": "Bearer " + self.cluster.admin_token}
        connection.request("GET", f"{path}&timeoutSeconds={seconds}", headers=headers)
        try:
            response = connection.getresponse()
            while line := response.readline():
                event = json.loads(line)
                item = None if event["type"] == "DELETED" else event["object"]
                if wanted(item):
                    return item
        finally:
            connection.close()
        status = json.dumps(item and item.get("status"), indent=1)
        raise AssertionError(f"not seen within {seconds} s; the last was {status}")

    def until_ready(self, name="p", seconds=120):
        return self.until(is_ready, name, seconds)

    def until_phase(self, *phases, name="p", seconds=120):
        return self.until(lambda pod: pod and pod["status"]["phase"] in phases, name, seconds)

    def until_state(self, wanted, name="p", seconds=120):
        """`wanted` is given the status of the container c (or {})."""
        return self.until(lambda pod: wanted(status_of(pod)), name, seconds)

    def until_gone(self, name="p", seconds=120):
        self.until(lambda pod: pod is None, name, seconds)

    def until_event(self, reason, name="p", text="", seconds=120):
        selector = f"fieldSelector=involvedObject.name%3D{name}"

        def wanted(event):
            return event and event["reason"] == reason and text in event["message"]

        return self.watch(wanted, "events", selector, seconds)


def status_of(pod, name="c"):
    every = (pod or {}).get("status", {}).get("containerStatuses") or []
    return next((status for status in every if status["name"] == name), {})


@pytest.fixture
def ws(cluster):
    return Space(cluster)


@pytest.fixture
def node(ws):
    """A running agent that is quick to start failed containers again."""
    return ws.cluster.start_node(restart_backoff=0.5)


@pytest.fixture
async def starter():
    made = processes.Processes()
    made.open()
    yield made
    await made.close()


@pytest.fixture
def launch(tmp_path):
    """Makes a Launch of a shell script; its output is in tmp_path/log."""

    def make(script, **fields):
        env = {"PATH": "/usr/local/bin:/usr/bin:/bin", "OUT": str(tmp_path)}
        given = {"log": tmp_path / "log"} | fields
        return processes.Launch(["sh", "-c", script], env, str(tmp_path), **given)

    return make


def read_text(path):
    return path.read_text() if path.exists() else ""


async def until_file(path: Path, seconds=120):
    """The text of a file once a process has written a line to it."""
    async with asyncio.timeout(seconds):
        # A file gives no event.
        while not read_text(path).endswith("\n"):
            await asyncio.sleep(0.01)
    return read_text(path).strip()


def is_alive(pid):
    """Whether a process runs: one that only waits to be buried does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except OSError:
        return False
    return state not in "ZX"


async def until_dead(*pids, seconds=120):
    async with asyncio.timeout(seconds):
        while any(is_alive(pid) for pid in pids):
            await asyncio.sleep(0.01)


@pytest.fixture
def tools():
    """Functions that several test files use."""

    class Tools:
        pass

    Tools.until_file, Tools.is_alive = staticmethod(until_file), staticmethod(is_alive)
    Tools.until_dead, Tools.status_of = staticmethod(until_dead), staticmethod(status_of)
    return Tools
