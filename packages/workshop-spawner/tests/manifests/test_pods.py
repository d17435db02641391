"""The pod's environment, and what is added to its manifest."""

from __future__ import annotations

from copy import deepcopy

import pytest

from workshop_spawner.manifests import pods
from workshop_spawner.model.session import Hub, Session

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
    pod = pods.finalize_manifest(bare, SESSION, OWNER, token)
    assert pod["metadata"]["labels"]["mine"] == "1"
    assert pod["metadata"]["labels"]["app"] == "intro"
    assert pod["metadata"]["ownerReferences"] == [OWNER]
    assert pod["spec"]["serviceAccountName"] == "intro-alice"
    assert pod["spec"]["automountServiceAccountToken"] is False
    mounts = [m["mountPath"] for c in pod["spec"]["containers"] for m in c.get("volumeMounts", [])]
    assert mounts == ([] if token == "none" else [pods.ACCOUNT_DIR] * 2)
    assert bare == before


def test_a_sessions_token_is_of_an_hour():
    manifest = {"spec": {"containers": [{"name": "c"}]}}
    made = pods.finalize_manifest(manifest, SESSION, OWNER, pods.ACCOUNT_TOKEN)
    sources = [
        source["serviceAccountToken"]
        for volume in made["spec"]["volumes"]
        for source in (volume.get("projected") or {}).get("sources", [])
        if "serviceAccountToken" in source
    ]
    # 3607 is the number that a real API server makes a year of.
    assert [source["expirationSeconds"] for source in sources] == [3600]
