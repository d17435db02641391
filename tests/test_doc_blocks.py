"""Each block of commands on the pages that lead people is run by a test, or says why not.

Before it stands `<!-- run: tests/FILE.py::TEST -->` or `<!-- not run: why -->`, which the built
page does not show. The tests of the cheap ones are here.
"""

import re
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import doc_blocks
import helm
import serve

ROOT = Path(__file__).resolve().parents[1]
HOW_TO = ROOT / "docs" / "how-to"
PAGES = [
    ROOT / "docs" / "tutorial.md",
    *(HOW_TO / f"{name}.md" for name in ("deploy-on-openshift", "deploy-on-kubernetes")),
    *(HOW_TO / f"{name}.md" for name in ("zero-to-jupyterhub", "install-one-plugin")),
    *(
        HOW_TO / f"{name}.md"
        for name in ("build-a-workshop-image", "write-notes", "clean-up-the-cluster")
    ),
    *(HOW_TO / f"{name}.md" for name in ("event-day", "debug-a-session", "upgrade", "remove")),
    ROOT / "templates" / "chart" / "README.md",
    ROOT / "templates" / "kubernetes" / "README.md",
]
PAGE = {page.stem: page for page in PAGES}
BLOCK = re.compile(r"^(?P<before>.*)\n```(?:console|bash|sh)\n", re.MULTILINE)
MARK = re.compile(r"<!-- (?:run: (?P<test>\S+)|not run: (?P<why>\S.{10,})) -->$")
# Lines indented as code that are commands, too.
INDENTED = re.compile(
    r"^ {4}\$? ?(?:kubectl|oc|helm|pip|podman|python3|sed|nox|sh) .*", re.MULTILINE
)


def read_marks(page):
    """What stands before each block: a match, or the line where there is no mark."""
    found = [block["before"] for block in BLOCK.finditer(page.read_text())]
    return [MARK.match(line) or line for line in found]


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_each_block_is_run_by_a_test_or_says_why_not(page):
    marks = read_marks(page)
    assert marks, "a page without commands does not belong here"
    assert [line for line in marks if isinstance(line, str)] == []
    for test in {mark["test"] for mark in marks if mark["test"]}:
        file, _, name = test.partition("::")
        text = (ROOT / file).read_text()
        assert f"def {name}(" in text, f"{test} is no test"
        names = {page.name, f'"{page.stem}"'}
        if file == Path(__file__).relative_to(ROOT).as_posix():
            names = {f'PAGE["{page.stem}"]'}
        assert any(each in text for each in names), f"{file} does not read {page.name}"


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_command_hides_in_an_indented_block(page):
    assert INDENTED.findall(page.read_text()) == []


def read_lines(page, kind="console"):
    """All lines of the blocks of a page, those that go on joined."""
    blocks = doc_blocks.read_blocks(PAGE[page], kind).values()
    text = "".join(block for each in blocks for block in each)
    return text.replace("\\\n", " ").splitlines()


@pytest.mark.parametrize(
    ("page", "kind"), [(PAGE["tutorial"], "bash"), (PAGE["event-day"], "console")]
)
def test_the_demo_knows_the_options(page, kind):
    lines = [line for line in read_lines(page.stem, kind) if " -s demo -- " in line]
    assert lines
    for line in lines:
        options = serve.parse_arguments(shlex.split(line.partition(" -- ")[2]))
        assert (options.access_code, options.session_limit) == ("moon", 2)


@pytest.mark.programs
def test_the_notes_of_the_demo_are_checked_as_the_tutorial_says():
    blocks = doc_blocks.read_blocks(PAGE["tutorial"], "bash")
    (block,) = (each for blocks in blocks.values() for each in blocks if "workshop-notes" in each)
    command, said = block.splitlines()
    program, *words = shlex.split(command)
    assert program == ".nox/demo/bin/workshop-notes"
    here = Path(sys.executable).with_name("workshop-notes")
    done = subprocess.run([here, *words], cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert (done.stdout.strip().splitlines()[-1], done.returncode) == (said, 0)


def test_folders_to_install_from_are_there_with_what_they_need():
    lines = doc_blocks.read_blocks(PAGE["install-one-plugin"], "bash")
    commands = [line for line in "".join(next(iter(lines.values()))).splitlines() if line]
    assert all(line.startswith("pip install packages/") for line in commands)
    named = {line.split("/")[-1] for line in commands}
    assert named == {path.parent.name for path in ROOT.glob("packages/*/pyproject.toml")} - {
        "workshop-kube"
    }
    for line in commands:
        folders = [ROOT / word for word in line.split()[2:]]
        ours = {read_name(folder) for folder in folders}
        needed = {name for folder in folders for name in list_needs(folder)}
        assert needed & {read_name(path.parent) for path in PYPROJECTS} <= ours, line


PYPROJECTS = sorted(ROOT.glob("packages/*/pyproject.toml"))


def read_project(folder):
    return tomllib.loads((folder / "pyproject.toml").read_text())["project"]


def read_name(folder):
    return read_project(folder)["name"]


def list_needs(folder):
    """The distributions that a package depends on."""
    needs = read_project(folder)["dependencies"]
    return [re.match(r"[\w.-]+", line)[0] for line in needs]


def follow(cluster, folder, *lines):
    """Run lines of a page as the cluster's administrator, at the top of the repository."""
    script = "\n".join(lines)
    environ = helm.Cluster(cluster.kubeconfig, folder).environ
    return helm.run("bash", "-euo", "pipefail", "-c", f"cd {ROOT}\n{script}", environ=environ)


@helm.need("kubectl")
@pytest.mark.programs
def test_what_was_applied_to_the_cluster_is_removed(cluster, tmp_path):
    blocks = doc_blocks.read_blocks(PAGE["remove"], "console")
    delete, _ = blocks["What was applied to the cluster"]
    apply = delete.replace("kubectl delete", "kubectl apply").replace(" --ignore-not-found", "")
    client = helm.Cluster(cluster.kubeconfig, tmp_path)
    wide = ("get", "clusterroles", "-l", "app.kubernetes.io/part-of=workshop", "-o", "name")
    follow(cluster, tmp_path, apply)
    assert client.kubectl(*wide)
    follow(cluster, tmp_path, delete)
    assert client.kubectl(*wide) == ""
    follow(cluster, tmp_path, delete)  # a second time, too


def test_a_block_without_a_mark_is_found(tmp_path):
    page = tmp_path / "page.md"
    page.write_text(
        "Do\n\n```console\noc\n```\n\n<!-- not run: nobody can here -->\n```sh\noc\n```\n"
    )
    first, second = read_marks(page)
    assert first == ""
    assert second["why"] == "nobody can here"
