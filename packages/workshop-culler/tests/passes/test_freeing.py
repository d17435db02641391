"""Projects that finalizers hold, with exactly the rights of the templates."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest
import yaml

from workshop_culler.passes import freeing
from workshop_culler.rules import orphans
from workshop_culler.rules.models import make_meta
from workshop_kube.client import Cluster

TEMPLATES = Path(__file__).parents[4] / "templates"
WHY = "terminating for 11m"


def read_template(name):
    text = (
        (TEMPLATES / name)
        .read_text()
        .replace("HUB_NAMESPACE", "workshops")
        .replace("HUB_ACCOUNT", "hub")
    )
    for each in yaml.safe_load_all(text):
        if each["kind"] in ("ServiceAccount", "Role", "RoleBinding"):
            each["metadata"]["namespace"] = "workshops"
        if not each["kind"].startswith("ValidatingAdmissionPolicy"):
            yield each


@pytest.fixture
async def as_hub(session_cluster, monkeypatch):
    """The client with the rights of templates/hub-rbac.yaml."""
    cluster = session_cluster.cluster
    cluster.apply(*read_template("hub-rbac.yaml"))
    kubeconfig = cluster.kubeconfig_for(cluster.token("workshops", "hub"), "workshops")
    monkeypatch.setenv("KUBECONFIG", str(kubeconfig))
    async with session_cluster.client() as made:
        yield made


@pytest.fixture
def project(session_cluster):
    """A project that is terminating."""
    session_cluster.add_session("eve")
    return "lab-eve"


def hold(cluster, namespace, kind, version="v1", name="a", **more):
    reference = {"apiVersion": version, "kind": kind}
    metadata = {"name": name, "namespace": namespace, "finalizers": ["evil.example/never"]}
    cluster.apply({**reference, "metadata": metadata, **more})
    group = "/api/v1" if version == "v1" else f"/apis/{version}"
    cluster.request("DELETE", f"{group}/namespaces/{namespace}/{kind.lower()}s/{name}")


def end(cluster, namespace):
    cluster.request("DELETE", f"/api/v1/namespaces/{namespace}")
    return make_meta(cluster.request("GET", f"/api/v1/namespaces/{namespace}").body)


def make_freer(kube: Cluster):
    log = logging.getLogger("test.freeing")

    async def list_objects(kind, namespace):
        items = await kube.list(kind.api_version, kind.kind, namespace, metadata_only=True)
        return [make_meta(item) for item in items]

    return freeing.Freer(kube, list_objects, log)


def warnings(caplog):
    return [r.getMessage() for r in caplog.records if r.levelno >= logging.WARNING]


async def test_without_the_right_it_is_told_once_in_one_short_line(
    session_cluster, project, as_hub, caplog
):
    caplog.set_level(logging.DEBUG, "test.freeing")
    hold(session_cluster.cluster, project, "ConfigMap")
    ending, freer = end(session_cluster.cluster, project), make_freer(as_hub)
    for _ in range(3 * freeing.TRY_AGAIN):
        assert await freer.free(ending, WHY) == ""
    (line,) = warnings(caplog)
    assert line.startswith(f"project {project} is held, {WHY}; ")
    assert "templates/free-projects.yaml" in line
    assert len(line) < 800
    assert list(freer.held) == [ending.uid]


async def test_it_is_looked_through_now_and_then_only(session_cluster, project, as_hub):
    hold(session_cluster.cluster, project, "ConfigMap")
    ending, freer = end(session_cluster.cluster, project), make_freer(as_hub)
    await freer.free(ending, WHY)
    before = len(session_cluster.cluster.requests)
    for _ in range(freeing.TRY_AGAIN - 1):
        await freer.free(ending, WHY)
    assert len(session_cluster.cluster.requests) == before
    await freer.free(ending, WHY)
    assert len(session_cluster.cluster.requests) > before


SPECS = {
    "ConfigMap": {},
    "Service": {"spec": {"ports": [{"port": 80}]}},
    "ServiceAccount": {},
    "PersistentVolumeClaim": {
        "spec": {
            "accessModes": ["ReadWriteOnce"],
            "resources": {"requests": {"storage": "1Gi"}},
        }
    },
}


@pytest.mark.parametrize(("kind", "more"), SPECS.items(), ids=SPECS)
async def test_with_the_optional_role_what_attendees_make_is_freed(
    session_cluster, project, as_hub, kind, more
):
    session_cluster.cluster.apply(*read_template("free-projects.yaml"))
    hold(session_cluster.cluster, project, kind, **more)
    ending, freer = end(session_cluster.cluster, project), make_freer(as_hub)
    freed = await freer.free(ending, WHY)
    assert f"freed {kind.lower()}/{project}/a" in freed
    path = f"/api/v1/namespaces/{project}"
    await session_cluster.cluster.until(
        lambda: session_cluster.cluster.request("GET", path).status == 404
    )


async def test_a_secret_stays_and_is_told(session_cluster, project, as_hub, caplog):
    session_cluster.cluster.apply(*read_template("free-projects.yaml"))
    hold(session_cluster.cluster, project, "Secret")
    ending, freer = end(session_cluster.cluster, project), make_freer(as_hub)
    assert await freer.free(ending, WHY) == ""
    (line,) = warnings(caplog)
    assert "secrets" in line


async def test_rights_that_come_later_free_it(session_cluster, project, as_hub, caplog):
    hold(session_cluster.cluster, project, "ConfigMap")
    ending, freer = end(session_cluster.cluster, project), make_freer(as_hub)
    await freer.free(ending, WHY)
    session_cluster.cluster.apply(*read_template("free-projects.yaml"))
    freed = [await freer.free(ending, WHY) for _ in range(freeing.TRY_AGAIN)]
    assert [bool(each) for each in freed] == [False] * (freeing.TRY_AGAIN - 1) + [True]
    assert freer.held == {}


async def test_what_is_gone_is_forgotten(session_cluster, project, as_hub):
    hold(session_cluster.cluster, project, "ConfigMap")
    ending, freer = end(session_cluster.cluster, project), make_freer(as_hub)
    await freer.free(ending, WHY)
    freer.forget_all_but({ending.uid})
    assert freer.held
    freer.forget_all_but(set())
    assert freer.held == {}


def test_only_what_waits_for_its_end_is_freed():
    living = make_meta(
        {"kind": "ConfigMap", "apiVersion": "v1", "metadata": {"name": "a", "finalizers": ["x"]}}
    )
    assert not orphans.decide_finalizers(living).acts
