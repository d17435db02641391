"""templates/openshift applied by `new-app` to a cluster that checks objects as OpenShift does."""

import hub_settings
import pytest

import command_line
import openshift_deployment
import openshift_templates_data as data
from pocket_openshift import testing

RESTRICTED = "pod-security.kubernetes.io"
NAMES = sorted(data.FILES)
# The modes are deployed and removed in tests/test_openshift_deployed.py.
NOT_DEPLOYED = [name for name in NAMES if name not in hub_settings.MODES]


@pytest.fixture
def oc(cluster, monkeypatch, capsys):
    """`code, lines, errors = oc("get", "pods")`: one command as the cluster's administrator."""
    return command_line.make_command(cluster, monkeypatch, capsys)


@pytest.fixture
def make_room(cluster):
    """`make_room("room-7")`: a namespace that takes restricted pods alone, and warns of others."""

    def make(name=data.NAMESPACE):
        labels = {f"{RESTRICTED}/{kind}": "restricted" for kind in ("enforce", "warn")}
        metadata = {"name": name, "labels": labels}
        cluster.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": metadata})

    return make


@pytest.fixture
def new_app(cluster, oc, make_room):
    """`made = new_app("terminal", "room-7", SESSION_NAME="x")`: what was deployed."""

    def make(template, namespace=data.NAMESPACE, **values):
        make_room(namespace)
        made = openshift_deployment.Deployment(oc, cluster, None, template, namespace)
        taken = {each["name"] for each in data.read(template)["parameters"]}
        places = {"SPAWNER_NAMESPACE", "WORKSHOP_NAMESPACE"}
        required = {key: value for key, value in data.VALUES.items() if key in taken - places}
        made.make(**required, **dict.fromkeys(taken & places, namespace), **values)
        return made

    return make


@pytest.mark.parametrize("name", NAMES)
def test_the_cluster_takes_each_object_without_a_word(cluster, make_room, name):
    """Misspelt fields are errors, and a pod that is not restricted would be warned of."""
    make_room()
    said = []
    for obj in data.list_objects(name):
        place = {"namespace": data.NAMESPACE, **obj["metadata"]}
        path = testing.collection_path({**obj, "metadata": place})
        answer = cluster.request("POST", f"{path}?fieldValidation=Strict", obj)
        said += [] if answer.status == 201 else [answer.body]
        said += [f"{obj['kind']}: {warning}" for warning in answer.warnings]
    assert said == []


@pytest.mark.parametrize("name", NOT_DEPLOYED)
def test_the_printed_commands_leave_nothing(new_app, name):
    made = new_app(name)
    assert made.list_left()
    made.remove()
    assert made.list_left() == []


def list_all(made):
    """All objects of a deployment, with the namespace's of those that have one."""
    return {
        f"{item['kind']}/{item['metadata'].get('namespace')}/{item['metadata']['name']}"
        for item in made.list_items()
    }


def test_workshops_stand_side_by_side_and_one_that_goes_takes_nothing_of_the_others(new_app):
    mine = new_app("learning-portal", "room-1")
    same_room = new_app("learning-portal", "room-1", NAME_PREFIX="may-")
    same_name = new_app("learning-portal", "room-2")
    other_kind = new_app("hosted-workshop", "room-1")
    others = (same_room, other_kind)
    before = [list_all(each) for each in others]
    of_two = list_all(same_name)
    mine.remove()
    assert [list_all(each) for each in others] == before
    left = list_all(same_name)
    assert left == {name for name in of_two if "/room-1/" not in name and "-room-1-" not in name}
    assert "ClusterRoleBinding/None/learning-portal-room-2-spawner" in left
    assert "Deployment/room-2/learning-portal-spawner" in left


def test_a_build_says_why_it_fails_here(new_app, cluster):
    made = new_app("jupyterhub-builder", JUPYTERHUB_NAME="ours")
    events = cluster.request("GET", f"/api/v1/namespaces/{data.NAMESPACE}/events").body["items"]
    (build,) = [item for item in made.list_items() if item["kind"] == "Build"]
    assert build["status"]["phase"] == "Failed"
    about = [each["message"] for each in events if each["involvedObject"]["kind"] == "Build"]
    assert any("builds no images: build this one elsewhere" in message for message in about), about


def test_a_missing_parameter_is_named(oc, make_room):
    make_room()
    code, _, wrong = oc("new-app", data.FILES["learning-portal"], "-n", data.NAMESPACE)
    assert code == 1
    assert "SPAWNER_NAMESPACE is required" in " ".join(wrong)


@pytest.fixture
def project_admin(cluster, make_room):
    """The token of somebody with the role `admin` in the room, and no right in the cluster."""
    make_room()
    api, place = "rbac.authorization.k8s.io", {"name": "ann", "namespace": data.NAMESPACE}
    cluster.apply(
        {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": place},
        {
            "apiVersion": f"{api}/v1",
            "kind": "RoleBinding",
            "metadata": place,
            "roleRef": {"apiGroup": api, "kind": "ClusterRole", "name": "admin"},
            "subjects": [{"kind": "ServiceAccount", **place}],
        },
    )
    return cluster.token(data.NAMESPACE, "ann")


@pytest.mark.parametrize("name", NAMES)
def test_who_administers_a_project_alone_can_apply_what_needs_no_more(cluster, project_admin, name):
    refused = []
    for obj in data.list_objects(name):
        place = {"namespace": data.NAMESPACE, **obj["metadata"]}
        path = testing.collection_path({**obj, "metadata": place})
        if cluster.request("POST", path, obj, token=project_admin).status == 403:
            refused.append(obj["kind"])
    assert set(refused) <= set(data.CLUSTER_KINDS)
    assert bool(refused) == (name not in data.WITHOUT_CLUSTER_RIGHTS)
