"""`oc` and `kubectl` that fit the cluster, in real shells and against a real API server."""

import asyncio
import contextlib
import os

import pytest

from jupyterhub_butterfly.shell import runtime, toollinks


def install(folder, *names):
    folder.mkdir(exist_ok=True)
    for name in names:
        (folder / name).write_text(f"#!/bin/sh\necho {name}\n")
        (folder / name).chmod(0o755)
    return str(folder)


@pytest.fixture
def place():
    place = runtime.make_runtime()
    yield place
    place.remove()


def linked(place):
    links = [path for path in place.bin.iterdir() if path.is_symlink()]
    return {path.name: path.readlink().name for path in links}


def test_programs_with_versions_are_found_first_folder_first(tmp_path):
    one = install(tmp_path / "one", "oc-4.6", "oc", "kubectl-1.30.1")
    two = install(tmp_path / "two", "oc-4.6", "oc-4.16")
    (tmp_path / "two" / "oc-4.12").write_text("cannot be run")
    found = toollinks.find_tools([one, two, str(tmp_path / "missing")])
    assert found["oc"] == {(4, 6): f"{one}/oc-4.6", (4, 16): f"{two}/oc-4.16"}
    assert list(found["kubectl"]) == [(1, 30, 1)]


def test_path_comes_before_the_images_folders():
    assert toollinks.find_folders("/a::/b", ["/opt/x"]) == ["/a", "/b", "/opt/x/bin"]


async def test_the_clusters_own_version_decides(place, tmp_path, cluster, monkeypatch):
    folder = install(tmp_path / "bin", "kubectl-1.19", "kubectl-9.0", "oc-4.6", "oc-4.99")
    found = toollinks.find_tools([folder])
    toollinks.link_tools(place, found, None, {})
    assert linked(place) == {"kubectl": "kubectl-9.0", "oc": "oc-4.99"}, "newest, until known"
    environ = cluster_environ(cluster, tmp_path)
    await toollinks.follow_cluster(place, found, environ)
    assert linked(place) == {"kubectl": "kubectl-1.19", "oc": "oc-4.6"}
    await toollinks.follow_cluster(place, found, {**environ, "OC_VERSION": "4.99"})
    assert linked(place) == {"kubectl": "kubectl-1.19", "oc": "oc-4.99"}


def cluster_environ(cluster, folder):
    (folder / "ca.crt").write_text(cluster.ca_file.read_text())
    host, port = cluster.url.removeprefix("https://").split(":")
    return {
        "KUBERNETES_SERVICE_HOST": host,
        "KUBERNETES_SERVICE_PORT": port,
        "SERVICE_ACCOUNT_DIR": str(folder),
    }


@pytest.mark.parametrize("trouble", ["nobody", "silent", "junk", "another CA"])
async def test_a_cluster_that_does_not_tell_changes_nothing(
    place, tmp_path, cluster, monkeypatch, caplog, trouble
):
    monkeypatch.setattr(toollinks, "PAUSES", (0.0, 0.0))
    monkeypatch.setattr(toollinks, "SECONDS", 0.2)
    folder = install(tmp_path / "bin", "oc-4.6", "oc-4.99")
    found = toollinks.find_tools([folder])
    toollinks.link_tools(place, found, None, {})
    environ = cluster_environ(cluster, tmp_path)

    tasks = []

    async def answer(reader, writer):
        tasks.append(asyncio.current_task())
        if trouble == "junk":
            writer.write(b"junk\r\n\r\n")
        else:
            await reader.read()
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        if trouble == "another CA":
            (tmp_path / "ca.crt").unlink()
        else:
            port = server.sockets[0].getsockname()[1]
            environ["KUBERNETES_SERVICE_PORT"] = str(port if trouble != "nobody" else 1)
        await toollinks.follow_cluster(place, found, environ)
        await asyncio.gather(*tasks)
    assert linked(place) == {"oc": "oc-4.99"}
    assert "unknown: shells use the newest" in caplog.text


async def test_where_there_is_nothing_to_choose_nobody_is_asked(place, monkeypatch):
    def never(environ):
        raise AssertionError("asked")

    monkeypatch.setattr(toollinks, "fetch_version", never)
    await toollinks.follow_cluster(place, {"oc": {(4, 6): "/oc-4.6"}}, {})
    await toollinks.follow_cluster(place, {}, {})


async def test_shells_find_it(server_factory, person_factory, tmp_path):
    folder = install(tmp_path / "bin", "oc-4.6", "oc-4.16")
    server = await server_factory(
        env={"PATH": f"{folder}:{os.environ['PATH']}", "OC_VERSION": "4.6"}
    )
    person = person_factory(server.url)
    await person.open_terminal("/")
    async with person.terminal() as terminal:
        assert await terminal.run("oc") == "oc-4.6"
