"""The documentation is whole: it builds without a warning, every setting is in it, links lead on.

Building takes some seconds, so one build serves all tests of this file.
"""

import html
import importlib
import pkgutil
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from traitlets import HasTraits

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = sorted(path.parent for path in ROOT.glob("packages/*/pyproject.toml"))
MARKDOWN = sorted([*ROOT.glob("*.md"), *ROOT.glob("packages/*/*.md"), *ROOT.glob("images/**/*.md")])
PROOF = re.compile(r"`((?:packages|tests)/[\w/.-]+?\.py)(?:::(\w+))?`")
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")


def name_of(package):
    return package.name


def module_name(package):
    project = tomllib.loads((package / "pyproject.toml").read_text())
    return Path(project["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"][0]).name


def classes_of(package):
    """All classes of a distribution that have settings, also by a base class of ours."""
    top = importlib.import_module(module_name(package))
    names = [m.name for m in pkgutil.walk_packages(top.__path__, f"{top.__name__}.")]
    for name in names:
        if not name.endswith("__main__"):
            for thing in vars(importlib.import_module(name)).values():
                ours = isinstance(thing, type) and thing.__module__ == name
                if ours and issubclass(thing, HasTraits) and own_settings(thing, top.__name__):
                    yield thing


def own_settings(cls, module):
    """The settings of a class that `module` defines, not a library it builds on."""
    traits = cls.class_traits(config=True).items()
    return sorted(name for name, trait in traits if trait.this_class.__module__.startswith(module))


def settings(package):
    """(class, its settings) for each class that people configure: not for their bases."""
    classes = list(classes_of(package))
    for cls in classes:
        if not any(other is not cls and issubclass(other, cls) for other in classes):
            yield cls, own_settings(cls, module_name(package))


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The built site; a warning of Sphinx is an error."""
    pytest.importorskip("sphinx", reason="needs Sphinx (pip install -r docs/requirements.txt)")
    target = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "sphinx", "-W", "--keep-going", "-q", "-j", "1"]
    done = subprocess.run(
        [*command, str(ROOT / "docs"), str(target)], capture_output=True, text=True, timeout=120
    )
    said = "\n".join(line for line in done.stderr.splitlines() if "INFO" not in line and line)
    assert done.returncode == 0, said
    return target


@pytest.mark.programs
@pytest.mark.parametrize("package", PACKAGES, ids=name_of)
def test_every_setting_is_on_the_page_of_its_distribution(site, package):
    page = site / "reference" / f"{package.name}.html"
    assert page.exists(), f"write docs/reference/{package.name}.md"
    text = html.unescape(re.sub(r"<[^>]+>", "", page.read_text()))
    for cls, names in settings(package):
        missing = [name for name in names if f"c.{cls.__name__}.{name} =" not in text]
        assert missing == [], f"add {cls.__module__}.{cls.__name__} to {page.stem}.md"


@pytest.mark.parametrize("package", PACKAGES, ids=name_of)
def test_every_setting_says_what_it_is(package):
    for cls, names in settings(package):
        mute = [name for name in names if not cls.class_traits()[name].help.strip()]
        assert mute == [], f"settings of {cls.__name__} without help"


@pytest.mark.programs
def test_links_inside_the_site_lead_somewhere(site):
    pages = {page: page.read_text() for page in site.rglob("*.html")}
    broken = []
    for page, text in pages.items():
        for href in re.findall(r'<a [^>]*href="([^"]+)"', text):
            path, _, anchor = html.unescape(href).partition("#")
            if re.match(r"[a-z]+:", path):
                continue
            goal = (page.parent / path).resolve() if path else page
            missing = goal not in pages and not goal.is_file()
            headless = anchor and f'id="{anchor}"' not in pages.get(goal, f'id="{anchor}"')
            if missing or headless:
                broken.append(f"{page.name}: {href}")
    assert broken == []


@pytest.mark.parametrize("file", MARKDOWN, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_of_readmes_lead_somewhere(file):
    targets = [target.partition("#")[0] for target in LINK.findall(file.read_text())]
    local = [target for target in targets if target and not re.match(r"[a-z]+:", target)]
    assert [target for target in local if not (file.parent / target).exists()] == []


def test_the_reference_takes_its_folder_in_whole():
    """A page in no toctree is a warning to Sphinx, as is one in two."""
    index = (ROOT / "docs" / "reference" / "index.md").read_text()
    assert ":glob:" in index
    assert re.search(r"^\*$", index, re.MULTILINE)


def read_groups():
    """The groups of the navigation, and of the page that lists all: caption -> pages."""
    front = (ROOT / "docs" / "index.md").read_text()
    trees = re.findall(r":caption: (.+)\n\n([^`]+)```", front)
    listed = (ROOT / "docs" / "how-to" / "index.md").read_text().split("\n## ")[1:]
    lines = {part.partition("\n")[0]: PAGE_LINE.findall(part) for part in listed}
    return {name: text.split() for name, text in trees}, lines


PAGE_LINE = re.compile(r"^- \[\]\(([^)]+)\.md\): \S.{15,120}\.$", re.MULTILINE)


def test_each_page_has_a_line_in_the_list_of_its_group():
    trees, lines = read_groups()
    folder = "how-to/"
    resolved = {
        name: [page[3:] if page.startswith("../") else folder + page for page in pages]
        for name, pages in lines.items()
    }
    trees["Start"].remove("how-to/index")
    assert resolved == trees
    assert sum(page.startswith(folder) for pages in trees.values() for page in pages) == (
        len(list((ROOT / "docs" / "how-to").glob("*.md"))) - 1
    )


def test_each_cell_of_the_comparison_has_a_source():
    text = (ROOT / "docs" / "comparison.md").read_text()
    sources = set(re.findall(r"^\| (\w{1,2}) \|", text.partition("## Sources")[2], re.MULTILINE))
    rows = [line.split("|")[2:-1] for line in text.splitlines() if line.startswith("| ")]
    rows = [row for row in rows if len(row) == 5]
    assert len(rows) > 20
    named = {mark for row in rows for cell in row for mark in re.findall(r"\[(\w+)\]", cell)}
    assert named == sources
    for ours, *theirs in rows[1:]:
        assert ours.strip()
        for cell in theirs:
            assert "not checked" in cell or re.search(r"\[\w+\]", cell), (ours, cell)


@pytest.mark.parametrize("page", ["reliability.md", "security.md"])
def test_what_is_promised_has_a_test(page):
    """Files and tests that the pages name as proof are there, under that name."""
    proofs = PROOF.findall((ROOT / "docs" / page).read_text())
    assert len(proofs) > 20
    missing = []
    for file, test in proofs:
        path = ROOT / file
        if not path.exists() or (test and f"def {test}(" not in path.read_text()):
            missing.append(f"{file}::{test}")
    assert missing == []
