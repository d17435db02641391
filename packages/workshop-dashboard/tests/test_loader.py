"""The notes' folder on a real disk."""

import os
import shutil
from pathlib import Path

import pytest

from workshop_dashboard import loader
from workshop_dashboard.rules import configjs, values, workshopfile


def put(folder, files):
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


@pytest.mark.parametrize(
    ("files", "pages"),
    [
        ({"index.md": "", "img/a.png": ""}, {"index"}),
        ({"content/a.md": "", "README.md": ""}, {"a"}),
        ({"workshop/content/a.md": "", "workshop/workshop.yaml": "name: N"}, {"a"}),
        ({"raneto/content/a.md": "", "x.md": ""}, {"a"}),
        ({"a.md": "", ".git/b.md": "", ".hidden.md": "", "node_modules/c.md": ""}, {"a"}),
    ],
)
def test_the_layouts_in_use_are_read(tmp_path, files, pages):
    put(tmp_path, files)
    assert set(loader.Loader(tmp_path).load().pages) == pages


def test_values_from_the_strongest_to_the_weakest(tmp_path):
    put(tmp_path, {"index.md": "", "workshop.yaml": "vars: {a: w, b: w, c: w, d: w}"})
    source = loader.Loader(
        tmp_path,
        builtin={"c": "builtin", "e": "builtin"},
        fixed={"a": "fixed"},
        environment={"a": "env", "b": "env"},
    )
    found = source.load().values
    assert [found[name] for name in "abcde"] == ["fixed", "env", "w", "w", "builtin"]


def test_a_command_is_looked_for(tmp_path, monkeypatch):
    put(tmp_path, {"index.md": "", "workshop.yaml": "vars: [{name: t, first_command: [no, sh]}]"})
    monkeypatch.setenv("PATH", str(Path(shutil.which("sh")).parent))
    assert loader.Loader(tmp_path).load().values["t"] == "sh"


def test_a_change_is_seen_and_no_change_costs_no_reading(tmp_path):
    put(tmp_path, {"index.md": "# One"})
    source = loader.Loader(tmp_path)
    first = source.load()
    assert source.load() is first
    put(tmp_path, {"index.md": "# Another"})
    assert source.load().pages["index"].title == "Another"
    put(tmp_path, {"next.md": ""})
    assert "next" in source.load().pages
    (tmp_path / "next.md").unlink()
    assert "next" not in source.load().pages


def test_a_named_variant_is_used(tmp_path):
    put(tmp_path, {"a.md": "", "workshop.yaml": "name: long", "short.yaml": "name: short"})
    assert loader.Loader(tmp_path, "short.yaml").load().title == "short"
    with pytest.raises(loader.LoaderError, match=r"There is no gone.yaml .* WORKSHOP_FILE"):
        loader.Loader(tmp_path, "gone.yaml").load()


def test_old_names_of_the_files(tmp_path):
    put(tmp_path, {"content/a.md": "", "_workshop.yml": "name: old", "_modules.yml": ""})
    assert loader.Loader(tmp_path).load().title == "old"


def test_nothing_outside_the_folder_is_read(tmp_path):
    inside = tmp_path / "inside"
    put(tmp_path, {"inside/a.md": "", "inside/pic.png": "p", "secret.md": "s", "x/secret.txt": "s"})
    (inside / "link.md").symlink_to(tmp_path / "secret.md")
    (inside / "folder").symlink_to(tmp_path / "x")
    (inside / "fine.md").symlink_to(inside / "a.md")
    source = loader.Loader(inside)
    assert set(source.load().pages) == {"a", "fine"}
    assert source.file("pic.png").read_text() == "p"
    for name in ("../secret.md", "link.md", "folder/secret.txt", "/etc/passwd", "a.md", "gone"):
        assert source.file(name) is None


def test_a_pipe_is_not_waited_for(tmp_path):
    put(tmp_path, {"a.md": ""})
    os.mkfifo(tmp_path / "pipe.md")
    assert set(loader.Loader(tmp_path).load().pages) == {"a"}


@pytest.mark.parametrize(
    ("data", "words"),
    [(b"\xff\xfe", "is not UTF-8"), (b"x" * (loader.MAX_PAGE_BYTES + 1), "make two pages")],
    ids=["binary", "large"],
)
def test_a_page_that_is_no_page(tmp_path, data, words):
    (tmp_path / "a.md").write_bytes(data)
    with pytest.raises(loader.LoaderError, match=words):
        loader.Loader(tmp_path).load()


def test_a_link_to_a_file_elsewhere_in_the_workshop(tmp_path):
    put(tmp_path, {"workshop/content/a.md": "", "images/p.png": "p"})
    (tmp_path / "workshop/content/p.png").symlink_to(tmp_path / "images/p.png")
    assert loader.Loader(tmp_path).file("p.png").read_text() == "p"
    assert loader.Loader(tmp_path / "workshop").file("p.png") is None


def test_a_few_letters_of_an_older_encoding_are_shown_as_they_can_be(tmp_path):
    text = "# Boats\n\nThey float, as caf\xe9s do, and there is much more to say about them."
    (tmp_path / "a.md").write_bytes(text.encode("latin-1"))
    assert "caf\ufffds" in loader.Loader(tmp_path).load().pages["a"].body


def test_too_many_files(tmp_path, monkeypatch):
    monkeypatch.setattr(loader, "MAX_FILES", 2)
    put(tmp_path, {"a.md": "", "b.md": "", "c.md": ""})
    with pytest.raises(loader.LoaderError, match="more than 2 files"):
        loader.Loader(tmp_path).load()


def test_a_missing_folder(tmp_path):
    with pytest.raises(loader.LoaderError, match="There is no folder"):
        loader.Loader(tmp_path / "gone").load()


def test_a_wrong_workshop_file(tmp_path):
    put(tmp_path, {"a.md": "", "workshop.yaml": "["})
    with pytest.raises(workshopfile.WorkshopFileError):
        loader.Loader(tmp_path).load()


def load(folder, **environment):
    builtin = values.make_builtin(environment, "/")
    return loader.Loader(folder, builtin=builtin, environment=environment).load()


def test_plain_data_of_a_program_is_used(tmp_path):
    js = (
        "module.exports = {site_title: 'Boats',"
        " variables: [{name: 'owner', content: process.env.OWNER}]};"
    )
    put(tmp_path, {"config.js": js, "content/index.md": "%owner% {{ owner }}"})
    notes = load(tmp_path, OWNER="Ada")
    assert (notes.title, notes.values["owner"], notes.dialect.name) == ("Boats", "Ada", "PERCENT")


def test_variables_that_are_mounted_as_files(tmp_path, monkeypatch):
    mounted = tmp_path / "vars"
    put(mounted, {"harbour": "north\n", "not a name": "x", "deep/er": "x"})
    monkeypatch.setattr(configjs, "ORDERED_FOLDER", str(mounted))
    js = f"module.exports = (w) => {{ files = fs.readdirSync('{mounted}') }}"
    put(tmp_path / "w", {"config.js": js, "content/index.md": "# A"})
    assert load(tmp_path / "w").values["harbour"] == "north"
    put(tmp_path / "other", {"config.js": "", "content/index.md": "# A"})
    assert "harbour" not in load(tmp_path / "other").values
    assert loader.read_ordered(tmp_path / "none") == {}


def test_a_program_may_name_the_workshop_file(tmp_path):
    js = "module.exports = function (workshop) { workshop.load_workshop('short.yaml'); }"
    put(
        tmp_path,
        {
            "config.js": js,
            "short.yaml": "name: Short\nmodules: {activate: [b]}",
            "workshop.yaml": "name: Long\nmodules: {activate: [a]}",
            "modules.yaml": "modules: {a: {name: A}, b: {name: B}}",
            "content/a.md": "",
            "content/b.md": "",
        },
    )
    notes = load(tmp_path)
    assert (notes.title, notes.order) == ("Short", ("b",))


def test_a_program_outside_names_nothing(tmp_path):
    js = "module.exports = function (w) { w.load_workshop('../secret.yaml'); }"
    put(tmp_path, {"secret.yaml": "name: secret", "in/config.js": js, "in/content/a.md": "# A"})
    assert load(tmp_path / "in").title == "A"


def test_legacy_files_ask_for_liquid(tmp_path):
    put(
        tmp_path,
        {
            "_workshop.yml": "name: Old\nmodules: {activate: [a]}",
            "_modules.yml": "modules: {a: {name: A}}\nconfig: {vars: [{name: x, value: 1}]}",
            "a.adoc": "{% if x %}{{ x }}{% endif %}",
        },
    )
    assert load(tmp_path).dialect.name == "LIQUID"


DEFINITION = (
    "apiVersion: training.educates.dev/v1beta1\nkind: Workshop\n"
    "metadata: {name: lab-boats}\nspec: {title: All about boats}"
)


@pytest.mark.parametrize("start", [".", "workshop"])
def test_the_title_of_educates(tmp_path, start):
    put(tmp_path, {"resources/workshop.yaml": DEFINITION, "workshop/content/01-a.md": "# A"})
    notes = load(tmp_path / start)
    assert (notes.title, notes.dialect.name) == ("All about boats", "HUGO")


def test_its_older_renderer(tmp_path):
    put(
        tmp_path,
        {
            "resources/workshop.yaml": DEFINITION,
            "workshop/workshop.yaml": "name: Boats\nmodules: {activate: [a]}",
            "workshop/modules.yaml": "modules: {a: {name: A}}",
            "workshop/content/a.md": "{{ session_namespace }}",
        },
    )
    assert (load(tmp_path).title, load(tmp_path).dialect.name) == ("Boats", "LIQUID")


@pytest.mark.parametrize(("chosen", "order"), [("", ("a",)), ("java", ("b",))])
def test_a_pathway_is_chosen(tmp_path, chosen, order):
    config = "pathways: {default: python, paths: {python: {steps: [a]}, java: {steps: [b]}}}"
    put(
        tmp_path,
        {"workshop/config.yaml": config, "workshop/content/a.md": "", "workshop/content/b.md": ""},
    )
    notes = load(tmp_path, PATHWAY_NAME=chosen)
    assert (notes.order, notes.values["pathway_name"]) == (order, chosen or "python")


def test_static_files_of_hugo_lie_beside_the_pages(tmp_path):
    files = {"content/a.md": "", "static/img/p.png": "p", "content/q.png": "q", "static/q.png": "x"}
    put(tmp_path, {f"workshop/{name}": text for name, text in files.items()})
    source = loader.Loader(tmp_path)
    assert source.load().files == {"img/p.png", "q.png"}
    assert source.file("img/p.png").read_text() == "p"
    assert source.file("q.png").read_text() == "q"


def test_a_file_is_read_for_an_include_and_nothing_else(tmp_path):
    put(tmp_path, {"secret": "s", "in/a.md": "a", "in/part.txt": "part", "in/binary": ""})
    (tmp_path / "in" / "binary").write_bytes(b"\xff")
    notes = loader.Loader(tmp_path / "in").load()
    assert [notes.read(name) for name in ("part.txt", "a.md", "binary", "../secret", "x")] == [
        *("part", "a"),
        *(None, None, None),
    ]


def test_a_picture_costs_no_walk(tmp_path, monkeypatch):
    put(tmp_path, {"a.md": "", **{f"i/{n}.png": "" for n in range(50)}})
    source = loader.Loader(tmp_path)
    source.load()
    walked = []
    monkeypatch.setattr(os, "scandir", lambda path: walked.append(path))
    assert source.file("i/7.png")
    assert walked == []


@pytest.mark.parametrize(
    ("files", "has"),
    [({}, False), ({"a.txt": ""}, False), ({"a.md": ""}, True), ({"content/x/a.adoc": ""}, True)],
)
def test_whether_there_is_a_page(tmp_path, files, has):
    put(tmp_path, files)
    assert loader.has_pages(tmp_path) is has
    assert not loader.has_pages(tmp_path / "gone")


def test_slides_beside_the_pages_are_none_of_them(tmp_path):
    (tmp_path / "slides").mkdir()
    (tmp_path / "index.md").write_text("# Hi\n")
    (tmp_path / "slides" / "part.md").write_text("# A page, as there is no deck\n")
    assert set(loader.Loader(tmp_path).load().pages) == {"index", "slides/part"}
    (tmp_path / "slides" / "slides.md").write_text("# Cast off\n")
    assert set(loader.Loader(tmp_path).load().pages) == {"index"}
