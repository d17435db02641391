"""The contract for extensions: what is accepted, and what is refused with which words."""

import importlib.metadata
import logging
import re
from pathlib import Path

import pytest
from tornado import web
from traitlets.config import Config

from jupyterhub_butterfly import extensions

CONTEXT = extensions.Context("/user/ada/", Config(), logging.getLogger("test"), "ada", "butterfly")


class Page(extensions.PageHandler):
    pass


class WithoutGate(web.RequestHandler):
    pass


def install(monkeypatch, **callables):
    """Make entry points of these callables, as installed distributions would."""

    class Point:
        def __init__(self, name, call):
            self.name, self.value, self.call = name, f"somewhere:{name}", call

        def load(self):
            return self.call

    points = [Point(name, call) for name, call in callables.items()]
    monkeypatch.setattr(
        importlib.metadata,
        "entry_points",
        lambda group: points if group == extensions.GROUP else [],
    )


def load_notes(context):
    return extensions.Extension("notes", (extensions.Route(r"notes/(.*)", Page),), landing="notes/")


def test_an_installed_extension_is_loaded_with_the_context(monkeypatch):
    seen = []
    install(monkeypatch, notes=lambda context: seen.append(context) or load_notes(context))
    assert [e.name for e in extensions.load_extensions(CONTEXT)] == ["notes"]
    assert seen == [CONTEXT]


def test_only_the_named_ones_are_loaded(monkeypatch):
    install(monkeypatch, notes=load_notes, other=lambda c: extensions.Extension("other"))
    assert [e.name for e in extensions.load_extensions(CONTEXT, ["other"])] == ["other"]
    assert extensions.load_extensions(CONTEXT, []) == []


@pytest.mark.parametrize("handler", [WithoutGate, "a string", object], ids=str)
def test_a_handler_beside_the_gate_is_refused(handler):
    extension = extensions.Extension("hole", (extensions.Route("hole", handler),))
    with pytest.raises(extensions.ExtensionError, match=r"'hole'.*does not subclass"):
        extensions.check_extension(extension)


@pytest.mark.parametrize(
    "pattern", ["api", "terminal/session/1", "/notes", "ws/session/(.*)", "logout"]
)
def test_the_servers_own_paths_cannot_be_taken(pattern):
    extension = extensions.Extension("thief", (extensions.Route(pattern, Page),))
    with pytest.raises(extensions.ExtensionError, match="own paths are taken"):
        extensions.check_extension(extension)


def test_a_missing_one_is_named_with_the_trait(monkeypatch):
    install(monkeypatch, notes=load_notes)
    with pytest.raises(
        extensions.ExtensionError, match=r"ButterflyApp.extensions names typo.*notes"
    ):
        extensions.load_extensions(CONTEXT, ["typo"])


def test_two_landings_are_refused(monkeypatch):
    install(monkeypatch, notes=load_notes, again=load_notes)
    with pytest.raises(extensions.ExtensionError, match="each want to be the first page"):
        extensions.load_extensions(CONTEXT)


@pytest.mark.parametrize("result", ["nonsense", None], ids=str)
def test_what_is_not_an_extension_is_refused(monkeypatch, result):
    install(monkeypatch, odd=lambda context: result)
    with pytest.raises(extensions.ExtensionError, match=r"'odd'.*returned no Extension"):
        extensions.load_extensions(CONTEXT)


def test_one_that_breaks_while_loading_is_named(monkeypatch):
    def broken(context):
        raise RuntimeError("no notes folder")

    install(monkeypatch, broken=broken)
    with pytest.raises(extensions.ExtensionError, match=r"'broken'.*no notes folder"):
        extensions.load_extensions(CONTEXT)


async def test_the_documented_example_works(server_factory, person_factory, tmp_path):
    docs = Path(__file__).parents[3] / "docs" / "reference" / "butterfly.md"
    example = re.search(r"```python\n(.*?)```", docs.read_text(), re.S).group(1)
    (tmp_path / "hello_example.py").write_text(example)
    code = (
        "import importlib.metadata as m, sys; sys.path.insert(0, '.');"
        "point = m.EntryPoint('hello', 'hello_example:load', 'jupyterhub_butterfly.extensions');"
        "m.entry_points = lambda group: [point];"
        "import jupyterhub_butterfly.app as a; a.main()"
    )
    server = await server_factory("--ButterflyApp.extensions=['hello']", code=code)
    person = person_factory(server.url)
    async with person.session.get(f"{server.url}hello") as page:
        assert await page.text() == "Hello anyone"
        assert "frame-ancestors" in page.headers["Content-Security-Policy"]
    async with person.session.get(f"{server.url}hello", headers={"Host": "evil.example"}) as page:
        assert page.status == 403
    menu = (await person.open_terminal("/"))["menu"]
    assert menu[1:] == [{"label": "Hello", "path": "hello"}]


async def test_static_files_of_an_extension_are_behind_the_gate(
    server_factory, person_factory, tmp_path
):
    (tmp_path / "assets").mkdir()
    (tmp_path / "assets" / "hello.js").write_text("hello")
    (tmp_path / "secret").write_text("secret")
    (tmp_path / "static_example.py").write_text(
        "from jupyterhub_butterfly.extensions import Extension, Route, StaticFiles\n"
        "def load(context):\n"
        f"    folder = {{'path': {str(tmp_path / 'assets')!r}}}\n"
        "    return Extension('s', (Route(r'hello/static/(.*)', StaticFiles, folder),))\n"
    )
    code = (
        "import importlib.metadata as m, sys; sys.path.insert(0, '.');"
        "point = m.EntryPoint('s', 'static_example:load', 'jupyterhub_butterfly.extensions');"
        "m.entry_points = lambda group: [point];"
        "import jupyterhub_butterfly.app as a; a.main()"
    )
    server = await server_factory("--ButterflyApp.extensions=['s']", code=code)
    person = person_factory(server.url)
    url = f"{server.url}hello/static/"
    async with person.session.get(f"{url}hello.js") as answer:
        assert await answer.text() == "hello"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
    async with person.session.get(f"{url}hello.js", headers={"Host": "evil.example"}) as answer:
        assert answer.status == 403
    for path in ("..%2fsecret", "nothing.js", "%00", ""):
        async with person.session.get(url + path) as answer:
            assert answer.status in {403, 404}
            assert "secret" not in await answer.text()
