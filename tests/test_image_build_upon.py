"""Workshops and hubs built upon our images: by S2I as OpenShift does it, and by a Dockerfile.

Real builds and real containers: `python3 noxfile.py -s images`.
"""

import shutil
import textwrap

import aiohttp
import pytest

import containers
import image_engine

# Containers start slowly on a busy machine, and builds fetch packages.
pytestmark = [pytest.mark.image, pytest.mark.timeout(600)]

URL = "http://127.0.0.1:10080"
DASHBOARD, HUB = "localhost/workshop-dashboard", "localhost/workshop-hub"
# OpenShift's own S2I is such a Dockerfile; the user id of a build is the project's.
S2I = """\
FROM {image}
USER root
COPY src /tmp/src
RUN chown -R {user} /tmp/src
USER {user}
RUN /usr/libexec/s2i/assemble
CMD /usr/libexec/s2i/run
"""
BY_HAND = """\
FROM {image}
USER root
RUN /opt/workshop/libexec/install-packages figlet
COPY src /tmp/src
RUN chown -R {user} /tmp/src
USER {user}
RUN /usr/libexec/s2i/assemble
"""
# As of a folder that was copied and never given to anybody.
AS_ROOTS = "FROM {image}\nCOPY src /tmp/src\nUSER {user}\nRUN /usr/libexec/s2i/assemble\n"
BUILD = """\
#!/bin/bash
set -eo pipefail
git init --quiet boats
git -C boats commit --quiet --allow-empty -m "Three boats"
echo 'export BOATS=three' > /opt/app-root/etc/profile.d/boats.sh
echo built by $(id -u) > built
"""
SETUP = "#!/bin/bash\necho $BOATS boats, set up by $(id -u) > set-up\n"


@pytest.fixture
def workshop(tmp_path):
    """The sample workshop's folder, as its author has it."""
    source = tmp_path / "src"
    (source / ".workshop").mkdir(parents=True)
    (source / "workshop" / "content").mkdir(parents=True)
    (source / "workshop" / "content" / "index.md").write_text("# Three boats\n\nWelcome aboard.\n")
    for name, text in (("build", BUILD), ("setup", SETUP)):
        (source / ".workshop" / name).write_text(text)
        (source / ".workshop" / name).chmod(0o755)
    return tmp_path


@pytest.fixture
def build(engine):
    """`tag = build(folder, dockerfile)`: an image that goes with the test."""
    made = []

    def build_image(folder, text, name="sample"):
        (folder / "Dockerfile").write_text(text)
        tag = f"localhost/workshop-{name}"
        engine.build("-t", tag, str(folder))
        made.append(tag)
        return tag

    yield build_image
    for tag in made:
        engine.run("rmi", "--force", tag)


@pytest.mark.parametrize(
    ("dockerfile", "user"),
    [(S2I, "12345:0"), (S2I, "1001"), (BY_HAND, "1001:0"), (AS_ROOTS, "1001:0")],
    ids=["s2i of another user", "s2i", "Dockerfile", "Dockerfile without chown"],
)
async def test_a_workshop_is_built_and_serves_a_visitor_of_another_user(
    engine, build, workshop, dockerfile, user
):
    image = build(workshop, dockerfile.format(image=DASHBOARD, user=user))
    environment, login = containers.make_login()
    # Not read-only: the home is the workshop's.
    with containers.run(engine, image, environment=environment, read_only=False) as container:
        assert await containers.answers(container, f"{URL}/api") == 200
        async with aiohttp.ClientSession(headers=login.headers) as http, http.get(URL) as page:
            assert page.url.path == "/dashboard/"
            assert "Welcome aboard." in await read_notes(http)
        async with containers.open_shell(URL, login) as shell:
            assert await shell.run("cat built") == f"built by {user.split(':')[0]}"
            assert await shell.run("while [ ! -s set-up ]; do sleep 0.1; done; cat set-up") == (
                "three boats, set up by 1234567"
            )
            assert await shell.run("git -C boats log --format=%s") == "Three boats"
            script = (
                "cd boats && echo x > x && git add x && git commit -qm Four && git log --format=%s"
            )
            assert await shell.run(script) == "Four\nThree boats"
            await shell.run("cd; echo more >> built; rm -r workshop")
            assert await shell.run("ls -d workshop 2>&1 | wc -l; wc -l < built") == "1\n2"


async def read_notes(http):
    """The first page of the notes, wherever the dashboard has it."""
    async with http.get(f"{URL}/dashboard/") as page:
        return await page.text()


def test_a_build_that_fails_says_why(build, workshop):
    (workshop / "src" / ".workshop" / "build").write_text("#!/bin/sh\nexit 7\n")
    with pytest.raises(image_engine.EngineError, match=r"\.workshop/build ended with 7"):
        build(workshop, S2I.format(image=DASHBOARD, user="12345:0"))


LISTED = """\
import jupyterhub, ldapauthenticator, workshop_spawner
print(jupyterhub.__file__.split("/")[3], ldapauthenticator.__file__.split("/")[2])
"""


@pytest.fixture
def hub_layer(tmp_path):
    """The folder of a hub with settings of its own."""
    (tmp_path / "src" / ".jupyter").mkdir(parents=True)
    (tmp_path / "src" / ".jupyter" / "jupyterhub_config.py").write_text("print('of the layer')\n")
    return tmp_path


def test_a_hub_takes_one_more_line_of_requirements(engine, build, hub_layer):
    (hub_layer / "src" / "requirements.txt").write_text("jupyterhub-ldapauthenticator\n")
    image = build(hub_layer, S2I.format(image=HUB, user="12345:0"), "hub-layer")
    words = containers.make_options({}, containers.ANYBODY)
    said = engine.run("run", "--rm", *words, image, "/opt/workshop/venv/bin/python3", "-c", LISTED)
    assert said == "venv app-root", "the platform stays, and what was asked for is beside it"


def test_a_requirement_that_would_change_the_platform_is_refused(build, hub_layer):
    (hub_layer / "src" / "requirements.txt").write_text("jupyterhub==4.1.6\n")
    with pytest.raises(image_engine.EngineError, match=r"requirements\.txt could not be installed"):
        build(hub_layer, S2I.format(image=HUB, user="12345:0"), "hub-layer")


def test_a_build_has_what_it_copies_and_nothing_of_a_checkout(engine, build, tmp_path):
    """The context is what .dockerignore leaves."""
    text = "FROM scratch\nCOPY . /\n"
    (tmp_path / "Dockerfile").write_text(text)
    tag = "localhost/workshop-context"
    root = engine.folder.parents[1]
    engine.build("-f", str(tmp_path / "Dockerfile"), "-t", tag, str(root))
    mounted = engine.run("image", "mount", tag)
    try:
        names = set(textwrap.dedent(list_files(mounted)).split())
    finally:
        engine.run("image", "unmount", tag)
        engine.run("rmi", "--force", tag)
    assert names >= {"LICENSE", "images/shared/assemble", "packages/butterfly/hatch_build.py"}
    assert {name.split("/")[0] for name in names} == {"LICENSE", "images", "packages"}
    assert not [name for name in names if "__pycache__" in name or "/tests/" in name]
    if (root / "packages/butterfly/src/jupyterhub_butterfly/static/xterm").is_dir():
        assert "packages/butterfly/src/jupyterhub_butterfly/static/xterm/xterm.js" in names


def list_files(folder):
    """The names of all files below a folder, a line each."""
    import os

    found = []
    for at, _, files in os.walk(folder):
        found += [os.path.relpath(f"{at}/{name}", folder) for name in files]
    return "\n".join(found)


@pytest.fixture(autouse=True)
def tidy(tmp_path):
    """What builds write belongs to root; pytest keeps the last folders."""
    yield
    shutil.rmtree(tmp_path, ignore_errors=True)
