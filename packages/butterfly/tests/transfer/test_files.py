"""Files up and down over HTTP: streamed, bounded, whole or not at all, and only for who may."""

import asyncio
import contextlib
import io
import os
import re

import aiohttp
import psutil
import pytest

from waiting import until_so

SMALL = "--ButterflyApp.upload_bytes=2000000"


@pytest.fixture
async def server(server_factory):
    return await server_factory(SMALL, "--ButterflyApp.download_bytes=3000000")


@pytest.fixture
def url(server):
    return f"{server.url}files/home/"


@pytest.fixture
def headers(person):
    return {"X-XSRFToken": person.config["xsrf"]}


async def put(person, url, data, **headers):
    data = io.BytesIO(data) if isinstance(data, bytes) else data
    own = {"X-XSRFToken": person.config["xsrf"], "Accept": "application/json"}
    async with person.session.put(url, data=data, headers={**own, **headers}) as answer:
        return answer.status, await answer.json()


async def test_up_and_down_again(person, url, tmp_path):
    data = os.urandom(1_500_000)
    status, answer = await put(person, f"{url}a%20b%C3%A9.bin", data)
    assert (status, answer) == (201, {"place": "~/a bé.bin", "size": len(data)})
    assert (tmp_path / "a bé.bin").read_bytes() == data
    async with person.session.get(f"{url}a%20b%C3%A9.bin") as answer:
        assert await answer.read() == data
        assert answer.headers["Content-Type"] == "application/octet-stream"
        assert answer.headers["Content-Disposition"].startswith("attachment;")
        assert answer.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
    async with person.session.head(f"{url}a%20b%C3%A9.bin") as answer:
        assert (answer.status, answer.headers["Content-Length"]) == (200, str(len(data)))


async def test_an_empty_file_is_a_file(person, url, tmp_path):
    assert (await put(person, f"{url}empty", b""))[0] == 201
    assert (tmp_path / "empty").read_bytes() == b""
    async with person.session.get(f"{url}empty") as answer:
        assert (answer.status, await answer.read()) == (200, b"")


async def test_nothing_is_replaced_but_by_request(person, url, tmp_path):
    (tmp_path / "a.txt").write_text("first")
    status, answer = await put(person, f"{url}a.txt", b"second")
    assert (status, answer["message"]) == (409, "There is a file of this name already.")
    assert (tmp_path / "a.txt").read_text() == "first"
    assert (await put(person, f"{url}a.txt", b"third", **{"If-Match": "*"}))[0] == 201
    assert (tmp_path / "a.txt").read_text() == "third"


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("..%2fup", 400),
        ("%2e%2e/up", {400, 404, 405}),
        ("a%00b", 400),
        ("-rf", 400),
        ("a%0ab", 400),
        ("nowhere/a", 404),
        ("", 400),
        ("lab/", 400),
        ("lab", 409),
        ("link", 403),
        ("out/a", 403),
        ("x" * 256, 400),
        ("%ff", 400),
    ],
)
async def test_odd_places_are_refused_in_words(person, url, tmp_path, path, status):
    (tmp_path / "lab").mkdir()
    (tmp_path / "link").symlink_to("/etc/passwd")
    (tmp_path / "out").symlink_to("/tmp")
    before = sorted(os.listdir(tmp_path)), sorted(os.listdir(tmp_path.parent))
    async with person.session.put(
        f"{url}{path}", data=b"x", headers={"X-XSRFToken": person.config["xsrf"]}
    ) as answer:
        assert answer.status in (status if isinstance(status, set) else {status})
    assert (sorted(os.listdir(tmp_path)), sorted(os.listdir(tmp_path.parent))) == before


@pytest.mark.parametrize(
    "path", ["link", "out/passwd", "pipe", "nothing", "lab/../../x", "%2fetc/passwd"]
)
async def test_nothing_else_is_downloaded(person, url, tmp_path, path):
    (tmp_path / "link").symlink_to("/etc/passwd")
    (tmp_path / "out").symlink_to("/etc")
    os.mkfifo(tmp_path / "pipe")
    async with person.session.get(f"{url}{path}") as answer:
        assert answer.status in {400, 403, 404}
        assert "root:" not in await answer.text()


async def test_a_folder_is_a_page_for_people_and_a_list_for_scripts(person, url, tmp_path):
    (tmp_path / "lab").mkdir()
    (tmp_path / "lab" / "<b>.txt").write_text("x")
    async with person.session.get(f"{url}lab", headers={"Accept": "text/html"}) as answer:
        assert str(answer.url).endswith("/lab/")
        assert "&lt;b&gt;.txt" in await answer.text()
        assert "frame-ancestors 'self'" in answer.headers["Content-Security-Policy"]
    async with person.session.get(f"{url}lab/", headers={"Accept": "application/json"}) as answer:
        found = await answer.json()
    assert [(e["name"], e["kind"], e["size"]) for e in found["entries"]] == [("<b>.txt", "file", 1)]


@pytest.mark.parametrize("chunked", [True, False])
async def test_a_file_that_is_too_large_is_refused_and_leaves_nothing(
    person, url, tmp_path, chunked
):
    async def pieces():
        for _ in range(40):
            yield b"x" * 100_000

    data = pieces() if chunked else b"x" * 4_000_000
    with contextlib.suppress(aiohttp.ClientError):  # refused while it is sent
        status, answer = await put(person, f"{url}large", data)
        assert status in {400, 413}
        if not chunked:
            assert "at most 1.9 MiB" in answer["message"]
    assert not (tmp_path / "large").exists()
    assert (await put(person, f"{url}small", b"x"))[0] == 201


async def test_a_download_that_is_too_large_is_refused(person, url, server, tmp_path):
    (tmp_path / "big").write_bytes(b"x" * 3_000_001)
    for path in ("files/home/big", "files/archive/"):
        async with person.session.get(server.url + path) as answer:
            assert answer.status == 413
            assert "ButterflyApp.download_bytes" in await answer.text()


async def test_zero_turns_either_off(server_factory, person_factory, tmp_path):
    off = "--ButterflyApp.upload_bytes=0", "--ButterflyApp.download_bytes=0"
    (tmp_path / "a").write_text("a")
    server = await server_factory(off[0])
    person = person_factory(server.url)
    await person.open_terminal("/")
    status, answer = await put(person, f"{server.url}files/home/b", b"b")
    assert status == 413
    assert answer["message"] == "Uploading is turned off here (ButterflyApp.upload_bytes)."
    async with person.session.get(f"{server.url}files/home/a") as answer:
        assert answer.status == 200
    server = await server_factory(*off)
    person = person_factory(server.url)
    config = await person.open_terminal("/")
    assert config["menu"] == []
    for path in ("files/home/", "files/home/a", "files/archive/"):
        async with person.session.get(server.url + path) as answer:
            assert answer.status == 404


async def test_an_upload_that_breaks_off_leaves_nothing_and_frees_its_place(person, url, server):
    home = await find_home(person)
    descriptors = psutil.Process(server.pid).num_fds()
    for number in range(12):  # more than there are places
        async with half_an_upload(server, person, f"half-{number}"):
            await until_so(lambda: psutil.Process(server.pid).num_fds() > descriptors + 1)
        await until_so(lambda: psutil.Process(server.pid).num_fds() <= descriptors)
    assert [name for name in os.listdir(home) if "half" in name or "upload" in name] == []
    assert (await put(person, f"{url}whole", b"x"))[0] == 201


async def test_a_killed_server_leaves_no_half_file(person, server):
    home = await find_home(person)
    descriptors = psutil.Process(server.pid).num_fds()
    async with half_an_upload(server, person, "half"):
        await until_so(lambda: psutil.Process(server.pid).num_fds() > descriptors + 1)
        server.process.kill()
        await server.process.wait()
    assert [name for name in os.listdir(home) if "half" in name or "upload" in name] == []


async def test_who_uploads_too_much_at_once_is_told(person, server, url):
    async with contextlib.AsyncExitStack() as stack:
        before = psutil.Process(server.pid).num_fds()
        for number in range(8):
            await stack.enter_async_context(half_an_upload(server, person, f"half-{number}"))
        await until_so(lambda: psutil.Process(server.pid).num_fds() >= before + 3 * 8)
        status, answer = await put(person, f"{url}ninth", b"x")
        assert (status, answer["message"][:7]) == (503, "8 files")
    await until_so(lambda: psutil.Process(server.pid).num_fds() <= before + 2)
    assert (await put(person, f"{url}ninth", b"x"))[0] == 201


async def test_a_silent_upload_is_given_up(server_factory, person_factory, tmp_path):
    code = (
        "import jupyterhub_butterfly.transfer.files as f, jupyterhub_butterfly.app as a;"
        "f.STALLED = 0.3; a.main()"
    )
    server = await server_factory(code=code)
    person = person_factory(server.url)
    await person.open_terminal("/")
    async with half_an_upload(server, person, "half") as reader, asyncio.timeout(120):
        assert await reader.read() == b"", "the server hangs up"
    assert not (tmp_path / "half").exists()


@pytest.mark.skipif(os.getuid() != 0, reason="needs root, to mount a small disk")
async def test_a_full_disk_is_told_in_words_and_nothing_is_kept(
    server_factory, person_factory, tmp_path
):
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = await asyncio.create_subprocess_exec(
        *("mount", "-t", "tmpfs", "-o", "size=1m", "none", str(disk)), stderr=-3
    )
    if await mount.wait():
        pytest.skip("cannot mount here")
    try:
        server = await server_factory(f"--ButterflyApp.files_root={disk}")
        person = person_factory(server.url)
        await person.open_terminal("/")
        url = f"{server.url}files/home/large"
        status, answer = await put(person, url, b"x" * 3_000_000)
        assert (status, answer["message"][:17]) == (507, "The disk is full:")

        async def pieces():  # of a length that nobody knows before
            for _ in range(30):
                yield b"x" * 100_000

        status, answer = await put(person, url, pieces())
        assert (status, answer["message"][:17]) == (507, "The disk is full.")
        assert os.listdir(disk) == []
        assert (await put(person, url, b"x" * 500_000))[0] == 201
    finally:
        await (await asyncio.create_subprocess_exec("umount", "-l", str(disk))).wait()


async def test_nothing_is_whole_in_memory(server_factory, person_factory, tmp_path):
    server = await server_factory()
    person = person_factory(server.url)
    await person.open_terminal("/")
    url = f"{server.url}files/home/large"
    await put(person, f"{server.url}files/home/small", b"x" * 1_000_000)
    process, size = psutil.Process(server.pid), 200 * 1024 * 1024
    before = process.memory_info().rss

    async def pieces():
        for _ in range(size // (1024 * 1024)):
            yield b"y" * 1024 * 1024
            assert process.memory_info().rss - before < 12 * 1024 * 1024

    assert (await put(person, url, pieces()))[0] == 201
    received = 0
    async with person.session.get(url) as answer:
        async for chunk in answer.content.iter_any():
            received += len(chunk)
            assert process.memory_info().rss - before < 12 * 1024 * 1024
    assert received == size


async def test_a_folder_comes_as_a_zip_file(person, server, tmp_path):
    (tmp_path / "lab").mkdir()
    (tmp_path / "lab" / "random").write_bytes(os.urandom(1_000_000))
    (tmp_path / "lab" / "link").symlink_to("/etc/passwd")
    async with person.session.get(f"{server.url}files/archive/lab") as answer:
        assert answer.headers["Content-Disposition"].endswith("lab.zip")
        (tmp_path / "got.zip").write_bytes(await answer.read())
    unpack = await asyncio.create_subprocess_exec(
        "python3", "-m", "zipfile", "-e", str(tmp_path / "got.zip"), str(tmp_path / "out")
    )
    assert await unpack.wait() == 0
    assert os.listdir(tmp_path / "out" / "lab") == ["random"]
    for path in ("link", "nothing", "..%2f"):
        async with person.session.get(f"{server.url}files/archive/lab/{path}") as answer:
            assert answer.status in {400, 403, 404}


async def test_who_leaves_during_a_zip_file_leaves_nothing_running(person, server, tmp_path):
    (tmp_path / "lab").mkdir()
    (tmp_path / "lab" / "random").write_bytes(os.urandom(2_900_000))
    process = psutil.Process(server.pid)
    async with person.session.get(f"{server.url}files/archive/lab") as answer:
        await answer.read()
    before = process.num_fds()
    for _ in range(10):
        async with person.session.get(f"{server.url}files/archive/lab") as answer:
            await answer.content.read(1000)
            answer.close()
    await until_so(lambda: process.num_fds() <= before)
    async with person.session.get(f"{server.url}files/archive/lab") as answer:
        assert len(await answer.read()) > 2_900_000


@pytest.mark.parametrize(
    "headers",
    [
        {"X-XSRFToken": ""},
        {"X-XSRFToken": "made-up"},
        {"Origin": "https://evil.example"},
        {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "cors"},
    ],
)
async def test_foreign_pages_put_nothing(person, url, tmp_path, headers):
    status, _ = await put(person, f"{url}evil", b"x", **headers)
    assert status == 403
    assert not (tmp_path / "evil").exists()


async def test_foreign_pages_get_nothing(person, url, tmp_path):
    (tmp_path / "data.js").write_text("secret = 1")
    foreign = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"}
    async with person.session.get(f"{url}data.js", headers=foreign) as answer:
        assert answer.status == 403
        assert "secret" not in await answer.text()


async def find_home(person):
    async with person.terminal("find") as terminal:
        return await terminal.run("cd; pwd -P")


@contextlib.asynccontextmanager
async def half_an_upload(server, person, name):
    """A browser that has sent half of a file and then nothing; leaving hangs up."""
    host, port = re.search(r"//([^:]+):(\d+)", server.url).groups()
    reader, writer = await asyncio.open_connection(host, int(port))
    head = (
        f"PUT /files/home/{name} HTTP/1.1\r\nHost: {host}:{port}\r\nContent-Length: 200000\r\n"
        f"X-XSRFToken: {person.config['xsrf']}\r\n\r\n"
    )
    writer.write(head.encode() + b"x" * 100_000)
    await writer.drain()
    yield reader
    writer.transport.abort()


@pytest.mark.slow
async def test_a_long_day_of_transfers_leaves_memory_and_files_as_they_were(
    person, server, url, tmp_path
):
    process = psutil.Process(server.pid)
    (tmp_path / "lab").mkdir()
    (tmp_path / "lab" / "a").write_bytes(os.urandom(200_000))

    async def hour():
        for size in (0, 1000, 300_000):
            status, _ = await put(person, f"{url}same", b"x" * size, **{"If-Match": "*"})
            assert status == 201
        for path in ("files/home/same", "files/archive/lab", "files/home/lab/", "files/home/none"):
            async with person.session.get(server.url + path) as answer:
                await answer.read()
        async with half_an_upload(server, person, "half"):
            pass

    for _ in range(30):
        await hour()
    before = process.memory_info().rss, process.num_fds()
    for _ in range(100):
        await hour()
    assert process.memory_info().rss - before[0] < 3 * 1024 * 1024
    await until_so(lambda: process.num_fds() <= before[1])
    assert process.num_threads() <= 20
    assert sorted(os.listdir(tmp_path / "lab")) == ["a"]
    assert not [name for name in os.listdir(tmp_path) if "half" in name]


async def read_etag(person, url):
    async with person.session.head(url) as answer:
        return answer.headers["Etag"]


async def test_an_edited_file_is_replaced_only_where_it_is_what_was_opened(person, url, tmp_path):
    file = tmp_path / "a.txt"
    file.write_text("first")
    file.chmod(0o754)
    async with person.session.get(f"{url}a.txt") as answer:
        opened = answer.headers["Etag"]
    assert await read_etag(person, f"{url}a.txt") == opened
    headers = {"X-XSRFToken": person.config["xsrf"], "If-Match": opened}
    async with person.session.put(f"{url}a.txt", data=b"second", headers=headers) as answer:
        status, saved = answer.status, answer.headers["Etag"]
    assert (status, file.read_text(), file.stat().st_mode & 0o777) == (201, "second", 0o754)
    assert saved == await read_etag(person, f"{url}a.txt") != opened
    status, _ = await put(person, f"{url}a.txt", b"third", **{"If-Match": f"W/{saved}"})
    assert (status, file.read_text()) == (201, "third")
    status, answer = await put(person, f"{url}a.txt", b"blind", **{"If-Match": "W/"})
    assert (status, file.read_text()) == (400, "third")
    assert "names no version" in answer["message"]

    for text in ("a", "shell"):  # a version of another size, and one of the same
        opened = await read_etag(person, f"{url}a.txt")
        file.write_text(text)
        status, answer = await put(person, f"{url}a.txt", b"fourth", **{"If-Match": opened})
        assert (status, file.read_text()) == (412, text)
        assert "Nothing was overwritten" in answer["message"]
    opened = await read_etag(person, f"{url}a.txt")
    file.unlink()
    status, _ = await put(person, f"{url}a.txt", b"fifth", **{"If-Match": opened})
    assert (status, list(tmp_path.glob("a.txt"))) == (412, [])
