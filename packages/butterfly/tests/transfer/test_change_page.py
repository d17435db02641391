"""Files renamed and removed over HTTP: only by who may, with a sentence for what cannot be."""

import pytest


@pytest.fixture
async def server(server_factory):
    return await server_factory()


async def change(person, server, path, body, **headers):
    own = {"X-XSRFToken": person.config["xsrf"], "Accept": "application/json", **headers}
    url = f"{server.url}files/change/{path}"
    data = {"data": body} if isinstance(body, str) else {"json": body}
    async with person.session.post(url, headers=own, **data) as answer:
        return answer.status, await answer.json()


async def test_a_folder_is_made_a_file_renamed_and_all_removed(person, server, tmp_path):
    (tmp_path / "a.txt").write_text("a")
    status, answer = await change(person, server, "l%C3%A1b", {"do": "folder"})
    assert (status, answer) == (200, {"place": "~/láb", "path": "láb"})
    status, answer = await change(person, server, "a.txt", {"do": "rename", "to": "láb/b.txt"})
    assert (status, answer["path"]) == (200, "láb/b.txt")
    assert (tmp_path / "láb" / "b.txt").read_text() == "a"
    status, answer = await change(person, server, "l%C3%A1b", {"do": "remove"})
    assert (status, answer) == (409, {"message": "The folder is not empty."})
    status, _ = await change(person, server, "l%C3%A1b", {"do": "remove", "whole": True})
    assert (status, (tmp_path / "láb").exists()) == (200, False)


@pytest.mark.parametrize(
    ("path", "body", "status", "says"),
    [
        ("", {"do": "remove", "whole": True}, 400, "home folder itself"),
        ("x", {"do": "remove"}, 404, "no such file"),
        ("../x", {"do": "remove"}, 404, ""),
        ("..%2fx", {"do": "remove"}, 400, "'..'"),
        ("kept", {"do": "rename", "to": "../out"}, 400, "'..'"),
        ("kept", {"do": "rename", "to": ""}, 400, "needs a name"),
        ("kept", {"do": "rename", "to": "-rf"}, 400, "begins with a dash"),
        ("kept", {"do": "rename", "to": "other"}, 409, "of this name already"),
        ("kept", {"do": "burn"}, 400, "Say what to do"),
        ("kept", "[1]", 400, "no JSON object"),
        ("kept", "{", 400, "no JSON"),
        ("new%0a", {"do": "folder"}, 400, "cannot be seen"),
        ("kept", {"do": "folder"}, 409, "of this name already"),
    ],
)
async def test_what_cannot_be_is_told_in_a_sentence(
    person, server, tmp_path, path, body, status, says
):
    (tmp_path / "kept").write_text("kept")
    (tmp_path / "other").write_text("other")
    if path == "../x":  # clients take that away by themselves: it is no address of ours
        async with person.session.post(f"{server.url}files/change/../x") as answer:
            assert answer.status == status
        return
    found, answer = await change(person, server, path, body)
    assert (found, says in answer["message"]) == (status, True), answer
    assert (tmp_path / "kept").read_text() == "kept"
    assert (tmp_path / "other").read_text() == "other"


@pytest.mark.parametrize("headers", [{"X-XSRFToken": "wrong"}, {"Sec-Fetch-Site": "cross-site"}])
async def test_foreign_pages_change_nothing(person, server, tmp_path, headers):
    (tmp_path / "kept").write_text("kept")
    status, _ = await change(person, server, "kept", {"do": "remove"}, **headers)
    assert status == 403
    assert (tmp_path / "kept").exists()


async def test_where_nothing_may_be_uploaded_nothing_is_changed(
    server_factory, person_factory, tmp_path
):
    (tmp_path / "kept").write_text("kept")
    server = await server_factory("--ButterflyApp.upload_bytes=0")
    person = person_factory(server.url)
    await person.open_terminal("/")
    status, answer = await change(person, server, "kept", {"do": "remove"})
    assert (status, "ButterflyApp.upload_bytes" in answer["message"]) == (403, True)
    assert (tmp_path / "kept").exists()
