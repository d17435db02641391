"""What blocks do in the session, over real HTTP, behind a gate that lets in who has the word."""

import json
import os
from types import SimpleNamespace

import pytest
from tornado import httpclient, httpserver, testing, web

from jupyterhub_butterfly import auth
from workshop_dashboard import session_handlers
from workshop_dashboard.rules import edits

PREFIX = "/user/ada/"
HUB = SimpleNamespace(user="ada")


class Gate:
    """Lets in whoever says the word; pages have a token for what changes something."""

    async def admit(self, handler):
        if handler.request.headers.get("X-Word") != "please":
            raise auth.RefusedError("Say the word.")
        return auth.Visitor(handler.request.headers.get("X-Name", "ada"), "1")

    def check_xsrf(self, handler):
        if handler.request.headers.get("X-XSRFToken") != "token":
            raise auth.RefusedError("No token.")


@pytest.fixture
async def post(tmp_path):
    tests = tmp_path / "tests"
    home = tmp_path / "home"
    tests.mkdir()
    home.mkdir()
    program = tests / "exists"
    program.write_text('#!/bin/sh\necho looked; test -e "$1"\n')
    program.chmod(0o755)
    told = []
    context = session_handlers.SessionContext(home, tests, lambda *counts: told.append(counts))
    routes = [
        (PREFIX + route.pattern, route.handler, route.kwargs)
        for route in session_handlers.make_routes(context)
    ]
    server = httpserver.HTTPServer(web.Application(routes, gate=Gate(), prefix=PREFIX, hub=HUB))
    socket, port = testing.bind_unused_port()
    server.add_socket(socket)
    client = httpclient.AsyncHTTPClient(force_instance=True)

    async def send(path, body, word="please", name="ada", token="token"):
        headers = {"X-Word": word, "X-Name": name, "X-XSRFToken": token}
        data = body if isinstance(body, str) else json.dumps(body)
        url = f"http://127.0.0.1:{port}{PREFIX}dashboard/{path}"
        return await client.fetch(url, method="POST", headers=headers, body=data, raise_error=False)

    send.told = told
    send.home = home
    yield send
    client.close()
    server.stop()
    await server.close_all_connections()


def edit(command, text="", **options):
    return {"details": {"command": command, "file": "~/d/boat.yaml", **options}, "text": text}


async def test_a_file_is_changed_and_the_change_is_shown(post):
    answer = await post("edit", edit("append-lines-to-file", "kind: Boat\nname: x"))
    assert json.loads(answer.body) == {
        "success": True,
        "file": "~/d/boat.yaml",
        "path": "d/boat.yaml",
        "range": [[1, 0], [3, 0]],
        "first": 1,
        "lines": [["kind: Boat", True], ["name: x", True]],
    }
    await post("edit", edit("select-matching-text", "Boat"))
    await post("edit", edit("replace-text-selection", "Ship"))
    assert (post.home / "d" / "boat.yaml").read_text() == "kind: Ship\nname: x\n"


async def test_a_file_is_copied_and_its_yaml_changed(post):
    await post("edit", edit("create-file", "kind: Boat  # of wood\n"))
    answer = await post("edit", edit("copy-file", src="~/d/boat.yaml", dest="~/d/ship.yaml"))
    said = "Copied boat.yaml to ~/d/ship.yaml."
    assert json.loads(answer.body) == {"success": True, "message": said}
    await post("edit", edit("set-yaml-value", "Ship", file="~/d/ship.yaml", path="kind"))
    assert (post.home / "d" / "ship.yaml").read_text() == "kind: Ship  # of wood\n"


@pytest.mark.parametrize("name", ["../outside", "/etc/passwd", "", "~/link/x"])
async def test_no_file_outside_the_home_folder_is(post, name):
    (post.home / "link").symlink_to("/etc")
    answer = await post("edit", edit("append-lines-to-file", "x", file=name))
    assert json.loads(answer.body)["success"] is False
    assert not (post.home.parent / "outside").exists()


async def test_the_ends_of_lines_stay_as_they_are(post):
    (post.home / "dos.txt").write_bytes(b"a\r\nb\r\n")
    await post("edit", edit("append-lines-to-file", "c", file="~/dos.txt"))
    assert (post.home / "dos.txt").read_bytes() == b"a\r\nb\r\nc\n"


async def test_a_file_that_is_too_large_stays_as_it_is(post):
    size = edits.MAX_TEXT + 1
    (post.home / "large").write_bytes(b"x" * size)
    answer = await post("edit", edit("append-lines-to-file", "c", file="~/large"))
    assert json.loads(answer.body) == {"success": False, "message": "The file is too large."}
    assert (post.home / "large").stat().st_size == size


@pytest.mark.parametrize("make", [os.mkfifo, os.mkdir])
async def test_what_is_no_regular_file_is_not_waited_for(post, make):
    (post.home / "d").mkdir()
    make(post.home / "d" / "boat.yaml")
    answer = json.loads((await post("edit", edit("append-lines-to-file", "kind: Boat"))).body)
    assert answer["success"] is False
    assert "boat.yaml is no regular file" in answer["message"]


async def test_what_cannot_be_done_is_said(post):
    answer = json.loads((await post("edit", edit("open-file"))).body)
    assert (answer["success"], answer["message"]) == (False, "The file does not exist.")


@pytest.mark.parametrize(("args", "success"), [([".."], True), (["gone"], False), ("text", False)])
async def test_a_test_is_run(post, args, success):
    answer = await post("test", {"name": "exists", "args": args, "timeout": "20"})
    assert json.loads(answer.body) == {"success": success, "message": "looked"}


async def test_how_tests_ended_is_told(post):
    for name, args in (("exists", ["gone"]), ("exists", [".."]), ("./exists", ["gone"])):
        await post("test", {"name": name, "args": args})
    assert post.told == [(0, 1, "exists gone"), (1, 1, "exists gone"), (1, 1, "exists gone")]
    (post.home / "gone").touch()
    await post("test", {"name": "exists", "args": ["gone"]})
    assert post.told[-1] == (2, 0, "")


def test_results_are_bounded(tmp_path):
    context = session_handlers.SessionContext(tmp_path, tmp_path)
    for number in range(session_handlers.MOST_RESULTS + 5):
        context.note_result(str(number), passed=True)
    assert len(context.results) == session_handlers.MOST_RESULTS


async def test_the_answers_of_a_form_are_what_it_reads(post):
    program = post.home.parent / "tests" / "reads"
    program.write_text("#!/bin/sh\ncat\n")
    program.chmod(0o755)
    answer = await post("test", {"name": "reads", "form": {"name": "Ada"}})
    assert json.loads(json.loads(answer.body)["message"]) == {"name": "Ada"}


@pytest.mark.parametrize(
    ("path", "body", "how", "code"),
    [
        ("test", {"name": "exists"}, {"word": "no"}, 403),
        ("test", {"name": "exists"}, {"token": "no"}, 403),
        ("test", {"name": "exists"}, {"name": "instructor"}, 403),
        ("edit", {"details": {}}, {"name": "instructor"}, 403),
        ("test", {"name": "../exists"}, {}, 404),
        ("test", {"name": "gone"}, {}, 404),
        ("test", "no json", {}, 400),
        ("test", "[1]", {}, 400),
        ("edit", {"details": []}, {}, 400),
        ("edit", {"details": {}, "text": 1}, {}, 400),
    ],
)
async def test_who_may_not_and_what_is_wrong(post, path, body, how, code):
    assert (await post(path, body, **how)).code == code
