"""What the images are made of: files, pins, and the scripts in them; without an engine."""

import json
import re
import subprocess
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import pin_images

ROOT = Path(__file__).resolve().parents[1]
IMAGES = ROOT / "images"
DOCKERFILES = sorted(IMAGES.glob("*/Dockerfile"))
NAMES = [path.parent.name for path in DOCKERFILES]
TEXTS = sorted(
    path for path in IMAGES.rglob("*") if path.is_file() and path.suffix not in (".txt", ".pyc")
)
SCRIPTS = ("assemble", "run", "save-artifacts", "usage")


def instructions(path, word):
    """The arguments of an instruction, wherever it is in a Dockerfile; lines joined."""
    text = path.read_text().replace("\\\n", " ")
    return [line.split(None, 1)[1] for line in text.splitlines() if line.startswith(f"{word} ")]


def sources(path):
    """What a Dockerfile copies from the checkout."""
    lines = [line for line in instructions(path, "COPY") if "--from" not in line]
    return [word for line in lines for word in line.split()[:-1]]


@pytest.mark.parametrize("path", DOCKERFILES, ids=NAMES)
def test_an_image_copies_what_is_there(path):
    for source in sources(path):
        assert [*ROOT.glob(source.rstrip("/"))], source


@pytest.mark.parametrize("path", DOCKERFILES, ids=NAMES)
def test_an_image_runs_without_root(path):
    assert instructions(path, "USER")[-1] == "1001:0"


def test_every_file_of_the_hubs_configuration_is_in_its_image():
    copied = [ROOT / s for s in sources(IMAGES / "hub" / "Dockerfile")]
    patterns = [str(path.relative_to(ROOT)) for path in copied]
    for file in (IMAGES / "hub").rglob("*.py"):
        name = file.relative_to(ROOT)
        assert any(name.match(p) or name.is_relative_to(p) for p in patterns), name


@pytest.mark.parametrize("path", [*DOCKERFILES, *TEXTS], ids=lambda p: str(p.relative_to(IMAGES)))
def test_nothing_is_fetched_unseen(path):
    text = path.read_text()
    assert not re.search(r"curl [^\n]*(-k\b|--insecure)|--no-check-certificate|verify=False", text)
    assert not re.search(r"^FROM \S+:latest", text, re.M)
    assert not re.search(r"\b(quay\.io|docker\.io|ghcr\.io|pypi\.org|registry\.npmjs)", text)


@pytest.mark.parametrize("name", ["terminal", "notebook", "hub"])
def test_an_image_is_a_builder(name):
    path = IMAGES / name / "Dockerfile"
    (labels,) = instructions(path, "LABEL")
    assert 'io.openshift.s2i.scripts-url="image:///usr/libexec/s2i"' in labels
    copied = {Path(source).name for source in sources(path)}
    there = {*copied, *(file.name for file in (IMAGES / name / "s2i").iterdir())}
    assert set(SCRIPTS) <= there


@pytest.mark.parametrize("image", pin_images.PACKAGES)
def test_pins_are_all_that_our_packages_need(image):
    pins = pin_images.read_pins(image)
    if lower := pin_images.UPON.get(image):
        assert not set(pins) & set(pin_images.read_pins(lower)), "the lower image has it already"
        pins |= pin_images.read_pins(lower)
    ours = (pin_images.FOLDER / f"{image}.in").read_text().splitlines()
    words = [line.split("#")[0].strip() for line in ours]
    for text in [*filter(None, words), *pin_images.find_dependencies(image)]:
        wanted = Requirement(text)
        version = pins.get(canonicalize_name(wanted.name))
        assert version is not None, f"{text}: python3 noxfile.py -s pins"
        assert wanted.specifier.contains(version), f"{text} is pinned to {version}"


@pytest.mark.parametrize("image", pin_images.PACKAGES)
def test_each_pin_has_its_hashes(image):
    text = (pin_images.FOLDER / f"{image}.txt").read_text()
    blocks = re.split(r"\n(?=\S)", text)[1:]
    names = {block.split("==")[0] for block in blocks}  # one may be pinned once a Python
    assert names == set(pin_images.read_pins(image))
    assert all(re.search(r"--hash=sha256:[0-9a-f]{64}", block) for block in blocks)


def test_the_proxy_is_locked():
    folder = IMAGES / "hub" / "proxy"
    wanted = json.loads((folder / "package.json").read_text())["dependencies"]
    packages = json.loads((folder / "package-lock.json").read_text())["packages"]
    version = packages["node_modules/configurable-http-proxy"]["version"]
    assert wanted == {"configurable-http-proxy": version}
    for name, one in packages.items():
        assert not name or one["integrity"].startswith("sha512-"), name
    # Debian 13 has Node 20.
    needed = packages["node_modules/commander"]["engines"]["node"]
    assert int(re.search(r"\d+", needed)[0]) <= 20


# --- the scripts, as they are ---


def call(script, *words, **environment):
    path = f"{environment.pop('path', '')}:/usr/local/bin:/usr/bin:/bin"
    return subprocess.run(
        [IMAGES / script, *words],
        env={"PATH": path, "HOME": "/nonexistent", **environment},
        capture_output=True,
        text=True,
        timeout=120,
    )


@pytest.fixture
def workshop(tmp_path):
    """A folder as it lies in /tmp/src, and an empty /opt/app-root."""
    source, root = tmp_path / "src", tmp_path / "app-root"
    (source / ".workshop").mkdir(parents=True)
    (root / "src").mkdir(parents=True)
    (root / "etc" / "profile.d").mkdir(parents=True)
    return source, root


def assemble(workshop):
    source, root = workshop
    return call("shared/assemble", S2I_SOURCE=str(source), APP_ROOT=str(root))


def write_program(path, text):
    path.write_text(text)
    path.chmod(0o755)


def test_a_workshop_is_built_into_the_home(workshop):
    source, root = workshop
    (source / "workshop" / "content").mkdir(parents=True)
    (source / "workshop" / "content" / "index.md").write_text("# Boats\n")
    (source / "a file with spaces").write_text("x")
    (root / "etc" / "profile.d" / "boats.sh").write_text("export BOATS=three\n")
    script = '#!/bin/sh\nmkdir -m 0700 made; echo "$BOATS in $PWD" > made/it\nchmod 600 made/it\n'
    write_program(source / ".workshop" / "build", script)
    write_program(source / ".workshop" / "setup", "#!/bin/sh\n")
    done = assemble(workshop)
    assert done.returncode == 0, done.stderr
    home = root / "src"
    assert (home / "made" / "it").read_text() == f"three in {home}\n"
    assert (home / "workshop" / "content" / "index.md").read_text() == "# Boats\n"
    assert (home / "a file with spaces").exists()
    assert (home / ".workshop" / "setup").stat().st_mode & 0o777 == 0o775
    for path in home.rglob("*"):
        mode = path.stat().st_mode
        assert mode >> 6 & 7 == mode >> 3 & 7, f"{path}: the group may do what the owner may"
    assert not [*source.iterdir()], "no second copy in the layer"


@pytest.mark.parametrize(
    ("script", "sentence"),
    [
        ("#!/bin/sh\necho no such boat >&2; exit 3\n", r"\.workshop/build ended with 3"),
        ("#!/no/such/interpreter\n", r"\.workshop/build ended with 12[67]"),
    ],
)
def test_a_build_that_fails_fails_the_image(workshop, script, sentence):
    write_program(workshop[0] / ".workshop" / "build", script)
    done = assemble(workshop)
    assert done.returncode == 1
    assert re.search(sentence, done.stderr), done.stderr


@pytest.mark.parametrize("hook", ["build", "setup"])
def test_a_hook_that_cannot_run_is_named(workshop, hook):
    (workshop[0] / ".workshop" / hook).write_text("#!/bin/sh\n")
    done = assemble(workshop)
    assert done.returncode == 1
    assert f"chmod +x .workshop/{hook}" in done.stderr
    assert not [*(workshop[1] / "src").iterdir()], "nothing was done before"


def test_assemble_without_a_source_says_where_to_look(tmp_path):
    done = call("shared/assemble", S2I_SOURCE=str(tmp_path / "none"), APP_ROOT=str(tmp_path))
    assert done.returncode == 1
    assert "usage" in done.stderr


def test_a_workshop_may_bring_nothing_but_files(workshop):
    source, root = workshop
    (source / ".workshop").rmdir()
    (source / "link").symlink_to("/etc/hostname")
    assert assemble(workshop).returncode == 0
    assert (root / "src" / "link").is_symlink()


def test_what_builds_save_is_an_archive_even_of_nothing(tmp_path):
    home = tmp_path / "src"
    home.mkdir()
    listing = ["tar", "-tf", "-"]
    for made in (None, ".m2"):
        if made:
            (home / made).mkdir()
        saved = subprocess.run(
            [IMAGES / "shared" / "save-artifacts"],
            env={"APP_ROOT": str(tmp_path), "PATH": "/usr/bin:/bin"},
            capture_output=True,
            check=True,
        ).stdout
        names = subprocess.run(listing, input=saved, capture_output=True, check=True).stdout
        assert names.decode().split() == ([f"{made}/"] if made else [])


@pytest.mark.parametrize("image", ["terminal", "hub", "notebook"])
def test_usage_says_how(image):
    assert "s2i build" in call(f"{image}/s2i/usage").stdout


@pytest.mark.parametrize(
    ("environment", "words"),
    [
        ({}, ["--ip=*", "--port=10080"]),
        ({"JUPYTERHUB_API_TOKEN": "x"}, []),
        ({"JUPYTERHUB_SERVICE_PREFIX": "/user/ada/"}, []),
    ],
)
def test_a_hub_says_where_to_listen(tmp_path, environment, words):
    write_program(tmp_path / "jupyterhub-butterfly", '#!/bin/sh\necho "$@"\n')
    done = call("terminal/s2i/run", "--more", path=str(tmp_path), **environment)
    assert done.stdout.split() == [*words, "--more"]


def test_a_notebook_of_an_unknown_kind_is_refused(tmp_path):
    done = call("notebook/s2i/run", NOTEBOOK_INTERFACE="retro")
    assert done.returncode == 2
    assert "it takes lab or classic" in done.stderr


# --- commands that are fetched ---


@pytest.fixture
def tool(tmp_path):
    """A command in an archive, as vendors have it, with its checksum."""
    import hashlib
    import tarfile

    program = tmp_path / "oc"
    write_program(program, "#!/bin/sh\necho oc\n")
    archive = tmp_path / "client.tar.gz"
    with tarfile.open(archive, "w:gz") as tar:
        tar.add(program, "dist/oc")
    return archive, hashlib.sha256(archive.read_bytes()).hexdigest()


def fetch(folder, *words):
    return call("shared/fetch-tool", *words, TOOLS_FOLDER=str(folder / "bin"))


def test_a_command_with_the_right_checksum_is_installed(tmp_path, tool):
    archive, digest = tool
    done = fetch(tmp_path, "oc-4.16", f"file://{archive}", digest)
    assert done.returncode == 0, done.stderr
    path = tmp_path / "bin" / "oc-4.16"
    assert path.stat().st_mode & 0o777 == 0o755
    assert subprocess.run([path], capture_output=True, text=True).stdout == "oc\n"


def test_a_command_without_a_url_is_left_out(tmp_path):
    assert fetch(tmp_path, "oc", "", "").returncode == 0
    assert not (tmp_path / "bin").exists()


@pytest.mark.parametrize("digest", ["", "0" * 64, "0" * 63, "sha256:" + "0" * 64])
def test_a_command_with_another_checksum_is_not_installed(tmp_path, tool, digest):
    done = fetch(tmp_path, "oc", f"file://{tool[0]}", digest)
    assert done.returncode in (1, 2)
    assert "SHA-256" in done.stderr
    assert not (tmp_path / "bin").exists()


def test_a_command_is_not_fetched_in_the_clear(tmp_path, tool):
    done = fetch(tmp_path, "oc", "http://127.0.0.1:9/oc", tool[1])
    assert done.returncode != 0
    assert "http" in done.stderr
    assert not (tmp_path / "bin").exists()


def test_an_archive_without_the_command_is_named(tmp_path, tool):
    done = fetch(tmp_path, "odo", f"file://{tool[0]}", tool[1])
    assert done.returncode == 1
    assert "there is no 'odo'" in done.stderr
