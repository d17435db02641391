"""A session's image alone in a project of OpenShift: people log in at the cluster.

The pod's own account is the OAuth client (OAUTH_SERVICE_ACCOUNT); only who administers the project
enters, and the shell acts as the account. Real containers: `python3 noxfile.py -s images`.
"""

import json
from urllib.parse import urlsplit

import pytest

import containers
import pod_hub
from oauth_person import person_at_a_browser
from visitor import Terminal

# Containers start slowly on a busy machine, and builds fetch packages.
pytestmark = [pytest.mark.image, pytest.mark.timeout(600)]

URL = "http://127.0.0.1:10080"
DASHBOARD = "localhost/workshop-dashboard"
ANNOTATION = "serviceaccounts.openshift.io/oauth-redirecturi.terminal"
RBAC = "rbac.authorization.k8s.io"


def make_binding(kind, name, role):
    subject = {"kind": kind, "name": name}
    subject |= {"namespace": "lab"} if kind == "ServiceAccount" else {"apiGroup": RBAC}
    return {
        "apiVersion": f"{RBAC}/v1",
        "kind": "RoleBinding",
        "metadata": {"name": f"{name}-{role}", "namespace": "lab"},
        "roleRef": {"apiGroup": RBAC, "kind": "ClusterRole", "name": role},
        "subjects": [subject],
    }


@pytest.fixture
async def served(engine, cluster, tmp_path):
    """A pod in the project lab, which ada administers and bob only edits."""
    for name in ("ada", "bob"):
        cluster.add_user(name, f"pw-{name}")
    annotations = {ANNOTATION: f"{URL}/oauth_callback"}
    metadata = {"name": "term", "namespace": "lab", "annotations": annotations}
    cluster.apply(
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "lab"}},
        {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": metadata},
        make_binding("User", "ada", "admin"),
        make_binding("User", "bob", "edit"),
        make_binding("ServiceAccount", "term", "edit"),
    )
    folder = tmp_path / "account"
    folder.mkdir()
    for name, text in (
        ("token", cluster.token("lab", "term")),
        ("namespace", "lab"),
        ("ca.crt", cluster.ca_file.read_text()),
    ):
        (folder / name).write_text(text)
    for path in (tmp_path, *tmp_path.parents[:2]):
        path.chmod(0o755)
    where = urlsplit(cluster.url)
    environment = {
        "OAUTH_SERVICE_ACCOUNT": "term",
        "KUBERNETES_SERVICE_HOST": where.hostname,
        "KUBERNETES_SERVICE_PORT": str(where.port),
    }
    options = ("-v", f"{folder}:{pod_hub.ACCOUNT}:ro")
    running = containers.run(engine, DASHBOARD, environment=environment, options=options)
    with running as container:
        await containers.answers(container, f"{URL}/api", wanted=200)
        yield container


async def log_in(person, name):
    await person.get(f"{URL}/terminal/session/1")
    await person.log_in(name, f"pw-{name}")
    if person.path.endswith("/approve"):
        await person.approve()


async def test_who_administers_the_project_has_a_shell(served, cluster):
    async with person_at_a_browser(cluster.ca_file) as person:
        await log_in(person, "ada")
        assert person.status == 200, person.text[:500]
        await person.get(f"{URL}/terminal/ticket")
        ticket = json.loads(person.text)["ticket"]
        words = {"protocols": ("butterfly", f"ticket.{ticket}", "page.check"), "origin": URL}
        async with (
            person.session.ws_connect(f"{URL}/ctl/session/1", **words) as control,
            person.session.ws_connect(f"{URL}/ws/session/1", **words) as shell,
        ):
            await control.send_json({"cmd": "open", "cols": 200, "rows": 40})
            terminal = Terminal(shell)
            said = await terminal.run("kubectl create configmap boats --from-literal=three=3")
            assert said == "configmap/boats created"
            assert await terminal.run("env | grep -c OAUTH_SERVICE_ACCOUNT") == "0"


async def test_who_only_works_in_the_project_does_not_enter(served, cluster):
    async with person_at_a_browser(cluster.ca_file) as person:
        await log_in(person, "bob")
        assert person.status == 403
