"""The originals' own templates in today's cluster: `new-app` makes each of their objects.

`original_objects.json` has the kinds and names as the originals write them, most without a group
(`v1 DeploymentConfig`); what is in an object is here the least that its kind takes, in the shape of
that time.
"""

import json

import pytest
import yaml

import command_line
import openshift_templates_data as data

SUPPORT = data.ROOT / "tests" / "support"
OBJECTS = json.loads((SUPPORT / "original_objects.json").read_text())
PARAMETERS = json.loads((SUPPORT / "original_parameters.json").read_text())
POD = {
    "metadata": {"labels": {"app": "x"}},
    "spec": {"containers": [{"name": "c", "image": "c:1"}]},
}
ROLE = {"name": "view"}  # of that time: no kind, and a user's whole name
IMAGE = {"kind": "ImageStreamTag", "name": "base:1"}
# What an object of a kind has besides its name.
BODIES = {
    "BuildConfig": {
        "spec": {
            "source": {"type": "Git", "git": {"uri": "https://git.example.com/notes.git"}},
            "strategy": {"type": "Source", "sourceStrategy": {"from": IMAGE}},
            "output": {"to": {"kind": "ImageStreamTag", "name": "made:latest"}},
            "triggers": [{"type": "ConfigChange"}],
        }
    },
    "ClusterRole": {"rules": [{"apiGroups": [""], "resources": ["pods"], "verbs": ["get"]}]},
    "ClusterRoleBinding": {
        "roleRef": ROLE,
        "subjects": [{"kind": "ServiceAccount", "name": "x", "namespace": "room-7"}],
    },
    "ConfigMap": {"data": {"key": "value"}},
    "DeploymentConfig": {
        "spec": {
            "replicas": 1,
            "selector": {"app": "x"},
            "strategy": {"type": "Recreate"},
            "triggers": [{"type": "ConfigChange"}],
            "template": POD,
        }
    },
    "ImageStream": {"spec": {"lookupPolicy": {"local": True}}},
    "OAuthClient": {
        "secret": "s" * 32,
        "grantMethod": "auto",
        "redirectURIs": ["https://a.example"],
    },
    "PersistentVolumeClaim": {
        "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}
    },
    "RoleBinding": {"roleRef": ROLE, "subjects": [{"kind": "ServiceAccount", "name": "x"}]},
    "Route": {"spec": {"to": {"kind": "Service", "name": "x", "weight": 100}}},
    "Service": {"spec": {"selector": {"app": "x"}, "ports": [{"name": "web", "port": 8080}]}},
    "ServiceAccount": {},
}
GROUPS = {
    **dict.fromkeys(("ClusterRole", "ClusterRoleBinding", "RoleBinding"), "authorization"),
    **{"BuildConfig": "build", "DeploymentConfig": "apps", "ImageStream": "image"},
    **{"OAuthClient": "oauth", "Route": "route"},
}


@pytest.fixture
def oc(cluster, monkeypatch, capsys):
    """One command as the cluster's administrator."""
    cluster.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": data.NAMESPACE}})
    return command_line.make_command(cluster, monkeypatch, capsys)


def make_parameter(name, value):
    """With its default, its generator (a dict), or a value for what has neither."""
    if isinstance(value, dict):
        return {"name": name, "generate": "expression", **value}
    return {"name": name, "value": value or data.VALUES.get(name, "")}


def make_template(name, *, grouped):
    """The template as it was, or with `v1` for all kinds, as those of OpenShift 3 had it."""
    objects = []
    for line in OBJECTS[name]:
        version, kind, called = line.split()
        metadata = {"name": called, "labels": {"app": "original"}}
        head = {"apiVersion": version if grouped else "v1", "kind": kind, "metadata": metadata}
        objects.append({**head, **BODIES[kind]})
    parameters = [make_parameter(key, value) for key, value in PARAMETERS[name].items()]
    head = {"apiVersion": "template.openshift.io/v1" if grouped else "v1", "kind": "Template"}
    return {**head, "metadata": {"name": "old"}, "parameters": parameters, "objects": objects}


def say(line):
    """What `oc` says of an object that it has made."""
    _, kind, name = line.split()
    group = f".{GROUPS[kind]}.openshift.io" if kind in GROUPS else ""
    return f"{kind.lower()}{group}/{name} created"


@pytest.mark.parametrize("name", OBJECTS)
def test_each_object_of_the_originals_is_made(oc, cluster, tmp_path, name):
    first, old = make_template(name, grouped=True), make_template(name, grouped=False)
    file = tmp_path / "template.yaml"
    file.write_text(yaml.safe_dump(first))
    code, said, wrong = oc("new-app", file, "-n", data.NAMESPACE)
    assert (code, wrong) == (0, [])
    filled = [fill(line, PARAMETERS[name]) for line in OBJECTS[name]]
    assert [line for line in said if line.endswith(" created")] == [say(line) for line in filled]
    file.write_text(yaml.safe_dump(old))
    code, said, wrong = oc("new-app", file, "-n", data.NAMESPACE)
    assert [line for line in said if line.endswith(" created")] == []
    exists = [line for line in wrong if "already exists" in line]
    assert len(exists) == len(filled), "the same objects, by their old kinds"


def fill(line, parameters):
    """With the defaults in place of the parameters."""
    for key, value in parameters.items():
        if isinstance(value, str):
            line = line.replace(f"${{{key}}}", value or data.VALUES.get(key, ""))
    return line


def test_roles_of_that_time_are_todays(oc, cluster, tmp_path):
    name = "workshop-spawner/learning-portal-production"
    file = tmp_path / "template.yaml"
    file.write_text(yaml.safe_dump(make_template(name, grouped=False)))
    oc("new-app", file, "-n", data.NAMESPACE)
    path = "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings?labelSelector=app%3Doriginal"
    bindings = cluster.request("GET", path).body["items"]
    assert bindings
    assert all(one["roleRef"]["kind"] == "ClusterRole" for one in bindings)
