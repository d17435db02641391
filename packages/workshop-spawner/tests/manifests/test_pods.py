"""The pod's environment, its dress, and the judgement of its state."""

from copy import deepcopy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workshop_spawner.manifests import pods
from workshop_spawner.session import Hub, Session

HUB = Hub("intro", "learning-portal", "workshops", "system:serviceaccount:workshops:hub")
SESSION = Session(HUB, "s" * 16, "alice")
OWNER = {"kind": "ServiceAccount", "name": "intro-alice", "uid": "u-1"}


def test_a_session_is_told_the_contract():
    facts = pods.Facts(
        workshop_name="Intro",
        cluster_subdomain="apps.example.com",
        jupyterhub_route="https://w.example.com",
        console_url="https://console",
        restart_url="/hub/restart",
        download_url="https://notes",
        workshop_file="short.yaml",
    )
    assert pods.make_environment(SESSION, facts, project=True) == {
        "WORKSHOP_NAME": "Intro",
        "PROJECT_NAMESPACE": "intro-alice",
        "SPAWNER_NAMESPACE": "workshops",
        "SPAWNER_APPLICATION": "intro",
        "CLUSTER_SUBDOMAIN": "apps.example.com",
        "JUPYTERHUB_ROUTE": "https://w.example.com",
        "CONFIGURATION_TYPE": "learning-portal",
        "DEPLOYMENT_TYPE": "spawner",
        "CONSOLE_URL": "https://console",
        "RESTART_URL": "/hub/restart",
        "DOWNLOAD_URL": "https://notes",
        "WORKSHOP_FILE": "short.yaml",
        "SERVICE_ACCOUNT_DIR": "/var/run/secrets/kubernetes.io/serviceaccount",
        "POD_IP": {"valueFrom": {"fieldRef": {"fieldPath": "status.podIP"}}},
    }


def test_what_is_not_known_is_not_told():
    told = pods.make_environment(SESSION, pods.Facts(), project=False)
    assert "PROJECT_NAMESPACE" not in told
    assert "CONSOLE_URL" not in told
    assert told["WORKSHOP_NAME"] == "intro"


@pytest.mark.parametrize("token", ["account", "user", "none"])
def test_a_dressed_pod_is_the_sessions_own(token):
    bare = {
        "metadata": {"name": "x", "labels": {"mine": "1", "app": "evil"}},
        "spec": {"containers": [{"name": "notebook"}, {"name": "console"}]},
    }
    before = deepcopy(bare)
    pod = pods.dress(bare, SESSION, OWNER, token)
    assert pod["metadata"]["labels"]["mine"] == "1"
    assert pod["metadata"]["labels"]["app"] == "intro"
    assert pod["metadata"]["ownerReferences"] == [OWNER]
    assert pod["spec"]["serviceAccountName"] == "intro-alice"
    assert pod["spec"]["automountServiceAccountToken"] is False
    mounts = [m["mountPath"] for c in pod["spec"]["containers"] for m in c.get("volumeMounts", [])]
    assert mounts == ([] if token == "none" else [pods.ACCOUNT_DIR] * 2)
    assert bare == before


def make(phase="Pending", waiting=None, ready=False, last=None, **status):
    state = {"waiting": {"reason": waiting, "message": "m"}} if waiting else {"running": {}}
    container = {"name": "notebook", "ready": ready, "state": state}
    if last:
        container["lastState"] = {"terminated": last}
    return {
        "metadata": {"name": "p", "uid": "1"},
        "status": {
            "phase": phase,
            "podIP": "127.1.2.3",
            "containerStatuses": [container],
            **status,
        },
    }


@pytest.mark.parametrize(
    ("pod", "cause"),
    [
        (make(waiting="ImagePullBackOff"), "could not be pulled"),
        (make(waiting="InvalidImageName"), "name is not valid"),
        (make(waiting="CreateContainerConfigError"), "not complete"),
        (make(waiting="CrashLoopBackOff", last={"exitCode": 3}), "exit code 3"),
        (make(waiting="CrashLoopBackOff", last={"exitCode": 137, "reason": "OOMKilled"}), "memory"),
        (make("Failed", reason="Evicted", message="disk"), "Evicted"),
        (make("Failed", containerStatuses=[{"state": {"terminated": {"exitCode": 9}}}]), "code 9"),
        ({"metadata": {"deletionTimestamp": "now"}}, "deleted"),
    ],
)
def test_a_pod_that_will_not_come_up_says_why(pod, cause):
    verdict = pods.judge_start(pod)
    assert cause in verdict.cause
    assert not verdict.ready


@pytest.mark.parametrize(
    ("pod", "waiting"),
    [
        (None, "take note"),
        ({"metadata": {}}, "containers"),
        (make(waiting="ContainerCreating"), "ContainerCreating"),
        (make(waiting="ErrImagePull"), "ErrImagePull"),
        (make("Running"), "ready"),
        (
            make(conditions=[{"type": "PodScheduled", "status": "False", "message": "0/3 nodes"}]),
            "0/3 nodes",
        ),
    ],
)
def test_a_pod_on_its_way_says_what_for(pod, waiting):
    verdict = pods.judge_start(pod)
    assert waiting in verdict.waiting
    assert not verdict.ready
    assert not verdict.cause


def test_a_pod_is_ready_when_all_its_containers_are():
    assert pods.judge_start(make("Running", ready=True)).ready
    pod = make("Running", ready=True)
    pod["status"]["containerStatuses"].append({"name": "console", "ready": False, "state": {}})
    assert not pods.judge_start(pod).ready
    assert not pods.judge_start(make("Running", ready=True, podIP=None)).ready


states = st.fixed_dictionaries(
    {},
    optional={
        "waiting": st.fixed_dictionaries({"reason": st.text(max_size=20)}),
        "terminated": st.fixed_dictionaries({"exitCode": st.integers(0, 255)}),
        "running": st.just({}),
    },
)
containers = st.lists(
    st.fixed_dictionaries({"name": st.just("notebook"), "ready": st.booleans(), "state": states}),
    max_size=3,
)


@given(
    st.sampled_from(["", "Pending", "Running", "Failed", "Succeeded", "Unknown"]),
    containers,
    st.sampled_from([None, "10.0.0.1"]),
)
def test_any_status_has_exactly_one_verdict(phase, listed, address):
    pod = {
        "metadata": {},
        "status": {"phase": phase, "podIP": address, "containerStatuses": listed},
    }
    verdict = pods.judge_start(pod)
    assert [verdict.ready, bool(verdict.cause), bool(verdict.waiting)].count(True) == 1
