"""Each configuration in examples/ logs somebody in, as it stands."""

import ast
from pathlib import Path

import pytest

from openshift_authenticator.config import reading

pytestmark = pytest.mark.hub

EXAMPLES = Path(__file__).resolve().parents[1] / "examples"
SPAWNER = """
c.JupyterHub.spawner_class = "simple"
"""
EVERYBODY = {"alice": False, "teacher": True}
# example: who may enter, and is an admin; bob never may, but where everybody may.
TABLE = {
    "by_rights.py": EVERYBODY,
    "in_cluster.py": EVERYBODY,
    "oauthclient.py": EVERYBODY,
    "outside_cluster.py": {"alice": False, "bob": False, "teacher": False},
    "z2jh_extra_config.py": EVERYBODY,
}


def test_every_example_is_tried():
    assert sorted(path.name for path in EXAMPLES.glob("*.py")) == sorted(TABLE)


def test_every_example_says_what_it_is_for():
    for path in EXAMPLES.glob("*.py"):
        assert ast.get_docstring(ast.parse(path.read_text())), path.name


@pytest.mark.parametrize("name", TABLE)
async def test_an_example_logs_people_in(name, hub_factory, place, browsing, tmp_path):
    cluster = place.cluster
    cluster.add_user("alice", "pw-alice", ["students"])
    cluster.add_user("bob", "pw-bob")
    cluster.add_user("teacher", "pw-teacher", ["teachers"])
    cluster.apply(place.bind("alice", "edit"), place.bind("teacher", "admin"))
    cluster.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "labs"}})
    cluster.apply(place.bind("alice", "edit", "labs"), place.bind("teacher", "edit", "labs"))
    secret = tmp_path / "secret"
    secret.write_text("s3cret-of-the-client")
    env = {
        **place.env,
        "WORKSHOP_PROJECT": "labs",
        "OAUTH_SECRET_FILE": str(secret),
        "OPENSHIFT_API": cluster.url,
        "API_CA_FILE": str(cluster.ca_file),
        "ROUTES_CA_FILE": str(cluster.ca_file),
    }
    if name == "outside_cluster.py":
        env |= {"SERVICE_ACCOUNT_DIR": str(tmp_path / "none"), "KUBERNETES_SERVICE_HOST": ""}
    text = (EXAMPLES / name).read_text() + SPAWNER
    if name == "z2jh_extra_config.py":
        # The chart gives its key by the configuration.
        text += f"c.CryptKeeper.keys = [{env.pop('JUPYTERHUB_CRYPT_KEY')!r}]\n"
    hub = await hub_factory(text, env=env)
    place.annotate(f"{hub.url}hub/oauth_callback")
    place.make_client(hub, "prompt")
    let_in = {}
    for person in ("alice", "bob", "teacher"):
        async with browsing(hub) as browser:
            await browser.log_in(person, f"pw-{person}")
            if browser.is_home:
                let_in[person] = (await hub.api("GET", f"users/{person}"))[1]["admin"]
                known = await browser.status_page()
                # Tokens are kept where something has to be judged again, or (JupyterHub 5) where
                # the hub has no other place to remember whom a name belongs to.
                kept = name != "outside_cluster.py" or not reading.has_user_info()
                assert bool(known["token_expires"]) is kept
            else:
                assert browser.status == 403, browser.text
                assert f"known to the cluster as {person}" in browser.text
    assert let_in == TABLE[name]
    assert "Traceback" not in hub.log_text
