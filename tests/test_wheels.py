"""Each wheel installs alone into an empty environment, where a stock JupyterHub finds it.

WHEELS names a folder of wheels to try, as in .ci/run: what `build` made. Else they are built here.
"""

import os
import re
import shutil
import subprocess
import tomllib
import venv
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]

# folder -> what a stock hub, or a person, finds after `pip install` of this one wheel.
FINDS = {
    "openshift-authenticator": [
        "from importlib.metadata import entry_points as e\n"
        "cls = e(group='jupyterhub.authenticators')['openshift-cluster'].load()\n"
        "from jupyterhub.auth import Authenticator; assert issubclass(cls, Authenticator)"
    ],
    "workshop-spawner": [
        "from importlib.metadata import entry_points as e\n"
        "cls = e(group='jupyterhub.spawners')['workshop'].load()\n"
        "from jupyterhub.spawner import Spawner; assert issubclass(cls, Spawner)",
        "from importlib.metadata import entry_points as e\n"
        "cls = e(group='jupyterhub.authenticators')['workshop-anonymous'].load()\n"
        "from jupyterhub.auth import Authenticator; assert issubclass(cls, Authenticator)",
    ],
    "workshop-culler": [["workshop-culler", "--help"], ["workshop", "--help"]],
    "butterfly": [["jupyterhub-butterfly", "--help"], ["butterfly-singleuser", "--version"]],
    "workshop-dashboard": [
        ["workshop-notes", "--help"],
        "from importlib.metadata import entry_points as e\n"
        "assert e(group='jupyterhub_butterfly.extensions')['dashboard'].load()",
    ],
    "pocket-openshift": [["pocket-openshift", "--help"]],
    "workshop-launch": [["workshop-launch", "--help"]],
    "workshop-kube": ["from workshop_kube import client, labels; assert client.Cluster"],
}
# A wheel of ours that is another's dependency comes from the same folder.
NEEDS = {
    "openshift-authenticator": ["workshop-kube"],
    "workshop-dashboard": ["butterfly"],
    "workshop-culler": ["workshop-kube"],
    "workshop-spawner": ["workshop-kube", "workshop-launch"],
    "pocket-openshift": ["workshop-kube"],
}
# What people read, with commands that they follow.
PAGES = sorted([ROOT / "README.md", *ROOT.glob("docs/**/*.md"), *ROOT.glob("packages/*/README.md")])


@pytest.fixture(scope="module")
def wheels(tmp_path_factory):
    """folder name -> the wheel built from it, by way of its sdist."""
    uv = shutil.which("uv")
    if uv is None:
        pytest.skip("needs uv to build and install wheels (pip install uv)")
    if given := os.environ.get("WHEELS"):
        return {folder: find_wheel(folder, Path(given)) for folder in FINDS}
    dist = tmp_path_factory.mktemp("dist")
    built = {}
    for folder in FINDS:
        out = dist / folder
        command = [uv, "build", "-q", "-o", out, ROOT / "packages" / folder]
        subprocess.run(command, check=True)
        built[folder] = find_wheel(folder, out)
    return built


def find_wheel(folder, dist):
    """The wheel of that folder's distribution in `dist`."""
    text = (ROOT / "packages" / folder / "pyproject.toml").read_text()
    name = tomllib.loads(text)["project"]["name"].replace("-", "_")
    (wheel,) = dist.glob(f"{name}-*.whl")
    return wheel


def install(folder, wheels, home):
    """An environment with that wheel and nothing else of ours; its bin folder."""
    venv.create(home, with_pip=False)
    own = [wheels[name] for name in [folder, *NEEDS.get(folder, [])]]
    python = home / "bin" / "python"
    alone = ("pocket-openshift", "workshop-kube", "workshop-launch")
    stock = [] if folder in alone else ["jupyterhub"]
    locked = ("-c", ROOT / "requirements" / "lock.txt")  # as all that the tests install
    command = [shutil.which("uv"), "pip", "install", "-q", "--python", python, *locked]
    subprocess.run([*command, *own, *stock], check=True)
    return home / "bin"


@pytest.mark.slow
@pytest.mark.timeout(900)  # it installs from PyPI
@pytest.mark.parametrize("folder", FINDS)
def test_a_wheel_installs_alone_and_is_found(folder, wheels, tmp_path):
    binaries = install(folder, wheels, tmp_path / "env")
    for sight in FINDS[folder]:
        code = isinstance(sight, str)
        command = [binaries / "python", "-c", sight] if code else [binaries / sight[0], *sight[1:]]
        done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path)
        assert done.returncode == 0, done.stderr


def test_every_distribution_is_tried():
    assert set(FINDS) == {path.parent.name for path in ROOT.glob("packages/*/pyproject.toml")}


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_command_that_installs_from_the_copy_names_all_that_it_needs(page):
    """pip would look for the rest on PyPI, where a stranger may put something of that name."""
    for command in re.findall(r"pip install ([^`\n]*packages/[^`\n]*)", page.read_text()):
        folders = set(re.findall(r"packages/([a-z-]+)", command))
        needed = {need for folder in folders for need in NEEDS.get(folder, [])}
        assert needed <= folders, command


def test_each_readme_says_how_to_install_from_the_copy():
    for folder in NEEDS:
        assert "packages/" + folder in (ROOT / "packages" / folder / "README.md").read_text()
