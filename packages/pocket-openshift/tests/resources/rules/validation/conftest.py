"""Objects that are right, to be made wrong in one place, and what is then said of them."""

import copy

import pytest

from pocket_openshift.resources.rules.validation import kinds


def merge(obj, change):
    for name, value in change.items():
        if isinstance(value, dict) and isinstance(obj.get(name), dict):
            merge(obj[name], value)
        elif value is None:
            obj.pop(name, None)
        else:
            obj[name] = value


CONTAINER = {"name": "c", "image": "example.com/x"}
POD = {"containers": [CONTAINER], "restartPolicy": "Always", "terminationGracePeriodSeconds": 30}
TEMPLATE = {"metadata": {"labels": {"a": "b"}}, "spec": POD}
WORKLOAD = {"selector": {"matchLabels": {"a": "b"}}, "template": TEMPLATE}
JOB = {"template": {"spec": {**POD, "restartPolicy": "Never"}}}
RBAC = "rbac.authorization.k8s.io"
REF = {"apiGroup": RBAC, "kind": "ClusterRole", "name": "view"}
RULE = {"apiGroups": [""], "resources": ["pods"], "verbs": ["get"]}
RIGHT = {
    "configmaps": {"data": {"a": "b"}},
    "secrets": {"data": {"a": "Yg=="}, "type": "Opaque"},
    "namespaces": {},
    "serviceaccounts": {},
    "limitranges": {"spec": {"limits": []}},
    "resourcequotas": {"spec": {"hard": {"pods": "1"}}},
    "persistentvolumeclaims": {
        "spec": {
            "accessModes": ["ReadWriteOnce"],
            "resources": {"requests": {"storage": "1Gi"}},
        }
    },
    "pods": {"spec": POD},
    "podtemplates": {"template": TEMPLATE},
    "replicationcontrollers": {"spec": {"selector": {"a": "b"}, "template": TEMPLATE}},
    "services": {
        "spec": {
            "type": "ClusterIP",
            "sessionAffinity": "None",
            "clusterIP": "10.0.0.1",
            "clusterIPs": ["10.0.0.1"],
            "ports": [{"port": 80, "targetPort": 80, "protocol": "TCP"}],
        }
    },
    "deployments.apps": {"spec": WORKLOAD},
    "replicasets.apps": {"spec": WORKLOAD},
    "statefulsets.apps": {"spec": WORKLOAD},
    "daemonsets.apps": {"spec": WORKLOAD},
    "jobs.batch": {"spec": JOB},
    "cronjobs.batch": {"spec": {"schedule": "* * * * *", "jobTemplate": {"spec": JOB}}},
    "networkpolicies.networking.k8s.io": {"spec": {"podSelector": {}}},
    "ingresses.networking.k8s.io": {
        "spec": {"defaultBackend": {"service": {"name": "s", "port": {"number": 80}}}}
    },
    "poddisruptionbudgets.policy": {"spec": {"minAvailable": 1}},
    "horizontalpodautoscalers.autoscaling": {
        "spec": {"maxReplicas": 2, "scaleTargetRef": {"kind": "Deployment", "name": "d"}}
    },
    f"roles.{RBAC}": {"rules": [RULE]},
    f"clusterroles.{RBAC}": {"rules": [RULE]},
    f"rolebindings.{RBAC}": {"roleRef": REF},
    f"clusterrolebindings.{RBAC}": {"roleRef": REF},
    "routes.route.openshift.io": {"spec": {"to": {"kind": "Service", "name": "s", "weight": 100}}},
}


def make_right(resource, **change):
    """An object of this kind that is right, but for the change; None takes a field away."""
    obj = copy.deepcopy({"metadata": {"name": "n", "namespace": "ns"}, **RIGHT[resource]})
    merge(obj, change)
    return obj


@pytest.fixture
def right():
    """A function that makes an object of a kind that is right, but for a change."""
    return make_right


@pytest.fixture
def say():
    """What is said of an object of a kind with a change: `FIELD: MESSAGE` for each cause."""

    def find(resource, old=None, **change):
        before = make_right(resource, **old) if old is not None else None
        new = make_right(resource, **(old or {}))
        merge(new, change)
        found = kinds.find_causes(resource, new, before)
        return [f"{cause.field}: {cause.message}" for cause in found]

    return find


@pytest.fixture
def fields(say):
    """The fields that are blamed."""
    return lambda resource, **change: [text.partition(":")[0] for text in say(resource, **change)]
