import logging

import pytest

from workshop_culler.config.settings import Settings
from workshop_culler.passes import sweep
from workshop_culler.rules import orphans
from workshop_culler.rules.limits import Limits
from workshop_kube import labels

pytestmark = [pytest.mark.hub, pytest.mark.asyncio(loop_scope="module")]
LIVE_RULES = Settings(general=Limits(idle=0))


@pytest.fixture
def pass_over(culler_hub, session_cluster, log):
    """Run one pass over the hub and the cluster, whose clock is `ahead` seconds ahead."""

    async def run(ahead=1000, dry_run=False, idle=0, hub_id="", **rules):
        async with (
            culler_hub.client(seconds=ahead) as client,
            session_cluster.client() as side,
        ):
            cleaner = session_cluster.make_sweep(
                side,
                client,
                orphans.Rules(**rules),
                dry_run=dry_run,
                hub_id=hub_id,
                seconds=ahead,
            )
            found = Settings(general=Limits(idle=idle), dry_run=dry_run)
            return await sweep.Sweep(client, found, log, cleaner).run()

    return run


async def test_what_a_dead_session_left_goes_and_what_lives_stays(
    culler_hub, session_cluster, pass_over
):
    await culler_hub.start_server("ada")
    session_cluster.add_session("ada", pod=True)  # lives
    await culler_hub.add_user("bob")
    session_cluster.add_session("bob")  # its server is stopped
    session_cluster.add_session("eve")  # its user is gone
    done = await pass_over()
    assert session_cluster.names() == ["lab-ada"]
    assert session_cluster.names("serviceaccounts") == ["lab-ada"]
    assert session_cluster.names("services") == ["lab-ada"]
    assert done.done == {"project": 2, "serviceaccount": 2, "service": 2}
    assert done.ok


async def test_within_the_grace_period_nothing_goes(session_cluster, pass_over):
    session_cluster.add_session("eve")
    done = await pass_over(ahead=60)
    assert done.rows == []
    assert session_cluster.names() == ["lab-eve"]


async def test_a_starting_session_is_live(culler_hub, session_cluster, pass_over):
    await culler_hub.start_server("ada", seconds=-1)
    session_cluster.add_session("ada")
    await pass_over()
    assert session_cluster.names() == ["lab-ada"]


async def test_an_orphaned_pod_goes_first_and_the_rest_in_the_next_pass(session_cluster, pass_over):
    session_cluster.add_session("eve", pod=True)
    assert (await pass_over()).done == {"pod": 1}
    assert session_cluster.names() == ["lab-eve"]
    assert session_cluster.names("pods") == []
    await pass_over()
    assert session_cluster.names() == []


@pytest.mark.parametrize("name_is_taken", [False, True])
async def test_a_session_whose_user_was_renamed_lives_on(
    culler_hub, session_cluster, pass_over, name_is_taken
):
    await culler_hub.start_server("ada")
    session_cluster.add_session("ada", pod=True)
    status, _ = await culler_hub.hub.api("PATCH", "users/ada", {"name": "adele"})
    assert status == 200
    if name_is_taken:
        await culler_hub.add_user("ada")
    assert (await pass_over()).done == {}
    assert session_cluster.names("pods") == ["lab-user-ada"]
    assert session_cluster.names() == ["lab-ada"]
    # Once it is over, all of it goes, whatever it was called.
    await culler_hub.stop_all()
    await pass_over()
    await pass_over()
    assert session_cluster.names("pods") == session_cluster.names() == []


async def test_what_a_dead_session_left_goes_while_a_renamed_one_lives(
    culler_hub, session_cluster, pass_over
):
    await culler_hub.start_server("ada")
    session_cluster.add_session("ada", pod=True)
    await culler_hub.hub.api("PATCH", "users/ada", {"name": "adele"})
    session_cluster.add_session("eve")
    await pass_over()
    assert session_cluster.names() == ["lab-ada"]


async def test_neither_of_two_hubs_ends_the_sessions_of_the_other(
    culler_hub, session_cluster, pass_over
):
    """One application, namespace and account; the user of the other hub is unknown to this one."""
    await culler_hub.start_server("ada")
    session_cluster.add_session("ada", pod=True, annotations={labels.HUB: "h1"})
    session_cluster.add_pod("eve", annotations={labels.HUB: "h2"})
    session_cluster.add_session("bob", annotations={labels.HUB: "h2"})
    session_cluster.add_session("kim", annotations={labels.HUB: "h1"})
    assert (await pass_over()).done == {}, "not known which hub is ours"
    assert session_cluster.names() == ["lab-ada", "lab-bob", "lab-kim"]
    await pass_over(hub_id="h1")
    assert session_cluster.names() == ["lab-ada", "lab-bob"]
    assert session_cluster.names("pods") == ["lab-user-ada", "lab-user-eve"]


async def test_a_hub_whose_database_was_lost_is_the_heir_of_what_it_had(session_cluster, pass_over):
    """It holds the Lease of the application, so nobody else does."""
    metadata = {"name": "lab-hub", "namespace": "workshops"}
    lease = {"apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "metadata": metadata}
    session_cluster.cluster.apply({**lease, "spec": {"holderIdentity": "old"}})
    session_cluster.add_session("eve", annotations={labels.HUB: "old"})
    await pass_over(hub_id="new")
    assert session_cluster.names() == ["lab-eve"]
    session_cluster.cluster.apply({**lease, "spec": {"holderIdentity": "new"}})
    await pass_over(hub_id="new")
    assert session_cluster.names() == []


async def test_the_only_hub_that_has_servers_here_needs_no_telling(
    culler_hub, session_cluster, pass_over
):
    await culler_hub.start_server("ada")
    session_cluster.add_session("ada", annotations={labels.HUB: "h1"})
    session_cluster.add_pod("ada", annotations={labels.HUB: "h1"})
    session_cluster.add_session("kim", annotations={labels.HUB: "h1"})
    await pass_over()
    assert session_cluster.names() == ["lab-ada"]


async def test_foreign_things_are_never_touched(session_cluster, pass_over):
    session_cluster.add_session(
        "eve", annotations={labels.REQUESTOR: "system:serviceaccount:x:hub"}
    )
    session_cluster.add_session("kim", annotations={labels.DEPLOYMENT: "other"})
    session_cluster.add_session("lee", annotations={labels.NAMESPACE: "other"})
    done = await pass_over()
    assert done.rows == []
    assert session_cluster.names() == ["lab-eve", "lab-kim", "lab-lee"]


@pytest.mark.parametrize("name", ["default", "kube-system", "openshift", "workshops"])
async def test_a_mislabelled_protected_namespace_is_never_touched(session_cluster, pass_over, name):
    session_cluster.cluster.apply(session_cluster.make("Namespace", name, "eve"))
    done = await pass_over()
    assert done.rows == []
    assert session_cluster.names() == [name]


@pytest.mark.parametrize(
    "fault",
    [{"status": 500}, {"drop": "before"}, {"retry_after": 1}],
    ids=["500", "no answer", "429"],
)
@pytest.mark.parametrize("verb", ["list", "get"])
async def test_a_cluster_that_fails_for_a_while_loses_nothing(
    session_cluster, pass_over, verb, fault
):
    session_cluster.add_session("eve")
    session_cluster.cluster.faults.add(verb=verb, resource="*", times=None, **fault)
    done = await pass_over()
    session_cluster.cluster.faults.clear()
    assert done.done == {}
    assert session_cluster.names() == ["lab-eve"]
    await pass_over()
    assert session_cluster.names() == []


async def test_a_list_of_pods_that_is_behind_the_truth(session_cluster, pass_over):
    """The pod came after the list's state: the cluster is asked again before a delete."""
    session_cluster.add_session("eve")
    session_cluster.add_pod("eve")
    session_cluster.cluster.faults.add(verb="list", resource="pods", stale=1)
    await pass_over()
    assert session_cluster.names() == ["lab-eve"]


async def test_a_hub_that_is_away_loses_nothing(culler_hub, session_cluster, pass_over):
    session_cluster.add_session("eve")
    await culler_hub.hub.kill()
    done = await pass_over()
    assert done.outage
    assert session_cluster.names() == ["lab-eve"]


async def test_a_session_that_was_followed_by_another(culler_hub, session_cluster, pass_over):
    """The user's server lives, but with a later session: what the earlier one left goes."""
    await culler_hub.start_server("ada")
    session_cluster.add_session("ada", "s1")
    session_cluster.add_pod("ada", "s2")
    done = await pass_over()
    assert done.done["project"] == 1
    assert session_cluster.names("pods") == ["lab-user-ada"]


async def test_servers_are_kept_while_the_cluster_cannot_tell_of_extensions(
    culler_hub, session_cluster, pass_over
):
    await culler_hub.start_server("ada")
    session_cluster.cluster.faults.add(verb="list", resource="namespaces", times=None, status=500)
    done = await pass_over(idle=600)
    assert done.done == {}
    assert await culler_hub.running() == ["ada"]
    session_cluster.cluster.faults.clear()
    assert (await pass_over(idle=600)).done == {"server": 1}


async def test_a_delete_that_fails_is_told_and_comes_next_time(session_cluster, pass_over):
    session_cluster.add_session("eve")
    session_cluster.add_session("kim")
    session_cluster.cluster.faults.add(
        verb="delete", resource="namespaces", name="lab-eve", times=None, status=500
    )
    done = await pass_over()
    assert (done.failures, done.done["project"]) == (1, 1)
    assert session_cluster.names() == ["lab-eve"]
    session_cluster.cluster.faults.clear()
    assert (await pass_over()).ok
    assert session_cluster.names() == []


async def test_a_dry_run_shows_verdicts_and_deletes_nothing(culler_hub, session_cluster, pass_over):
    await culler_hub.start_server("ada")
    session_cluster.add_session("ada")
    session_cluster.add_session("eve")
    done = await pass_over(dry_run=True)
    verdicts = {row.name: row.verdict.reason for row in done.rows if row.what == "project"}
    assert "its user is gone" in verdicts["namespace/lab-eve"]
    assert verdicts["namespace/lab-ada"] == "its session is live"
    assert session_cluster.names() == ["lab-ada", "lab-eve"]


def held(name, namespace, **metadata):
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": name, "namespace": namespace, **metadata},
    }


def end_project(cluster, namespace, *held):
    """Delete a namespace, and what is held in it as the namespace's own controller does later."""
    cluster.request("DELETE", f"/api/v1/namespaces/{namespace}")
    for name in held:
        cluster.request("DELETE", f"/api/v1/namespaces/{namespace}/configmaps/{name}")


async def test_a_stuck_project_is_freed_and_reported_once(session_cluster, pass_over, caplog):
    session_cluster.add_session("eve")
    for name in ("a", "b"):
        session_cluster.cluster.apply(held(name, "lab-eve", finalizers=["example.org/x"]))
    end_project(session_cluster.cluster, "lab-eve", "a", "b")
    assert (await pass_over(ahead=300)).done["project"] == 0
    with caplog.at_level(logging.INFO):
        done = await pass_over(ahead=700)
    assert done.done["project"] == 1
    lines = [m for m in caplog.messages if m.startswith("culled what=project")]
    assert len(lines) == 1
    assert "freed configmap/lab-eve/a, configmap/lab-eve/b" in lines[0]
    assert session_cluster.cluster.request("GET", "/api/v1/namespaces/lab-eve").status == 404


async def test_a_stuck_foreign_project_is_left_alone(session_cluster, pass_over):
    session_cluster.add_session("eve", annotations={labels.DEPLOYMENT: "other"})
    session_cluster.cluster.apply(held("a", "lab-eve", finalizers=["example.org/x"]))
    session_cluster.cluster.request("DELETE", "/api/v1/namespaces/lab-eve")
    assert (await pass_over(ahead=9000)).done["project"] == 0
    assert session_cluster.cluster.request("GET", "/api/v1/namespaces/lab-eve").status == 200


async def test_a_broken_api_group_is_skipped_and_named(session_cluster, pass_over, caplog):
    session_cluster.add_session("eve")
    session_cluster.cluster.apply(held("a", "lab-eve", finalizers=["example.org/x"]))
    end_project(session_cluster.cluster, "lab-eve", "a")
    session_cluster.cluster.faults.add(
        verb="list", resource="rolebindings", namespace="lab-eve", times=None, status=503
    )
    with caplog.at_level(logging.INFO):
        await pass_over(ahead=700)
    line = next(m for m in caplog.messages if m.startswith("culled what=project"))
    assert "freed configmap/lab-eve/a" in line
    assert "skipped rolebindings" in line


async def test_kinds_that_may_not_be_listed_are_left_out_and_told_once(
    culler_hub, session_cluster, log, caplog, monkeypatch
):
    session_cluster.cluster.apply(
        {
            "apiVersion": "v1",
            "kind": "ServiceAccount",
            "metadata": {"name": "hub", "namespace": "workshops"},
        },
    )
    token = session_cluster.cluster.token("workshops", "hub")
    monkeypatch.setenv("KUBECONFIG", str(session_cluster.cluster.kubeconfig_for(token)))
    session_cluster.add_session("eve")
    async with culler_hub.client() as client, session_cluster.client() as side:
        cleaner = session_cluster.make_sweep(side, client, seconds=900)
        work = sweep.Sweep(client, LIVE_RULES, log, cleaner)
        with caplog.at_level(logging.INFO):
            assert (await work.run()).ok
            assert (await work.run()).ok
            before = side.pool.count
            assert (await work.run()).ok
            assert side.pool.count == before
    told = [m for m in caplog.messages if m.startswith("Left alone")]
    assert len(told) == 1
    assert "ingresses, namespaces, persistentvolumeclaims, pods" in told[0]


LEFT = [
    ("Secret", "/api/v1/namespaces/workshops/secrets", {"type": "Opaque"}),
    (
        "Route",
        "/apis/route.openshift.io/v1/namespaces/workshops/routes",
        {"spec": {"to": {"kind": "Service", "name": "x"}}},
    ),
    (
        "Ingress",
        "/apis/networking.k8s.io/v1/namespaces/workshops/ingresses",
        {"spec": {"defaultBackend": {"service": {"name": "x", "port": {"number": 80}}}}},
    ),
    (
        "RoleBinding",
        "/apis/rbac.authorization.k8s.io/v1/namespaces/workshops/rolebindings",
        {
            "roleRef": {
                "apiGroup": "rbac.authorization.k8s.io",
                "kind": "ClusterRole",
                "name": "view",
            }
        },
    ),
    (
        "ClusterRoleBinding",
        "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings",
        {
            "roleRef": {
                "apiGroup": "rbac.authorization.k8s.io",
                "kind": "ClusterRole",
                "name": "view",
            }
        },
    ),
    (
        "PersistentVolumeClaim",
        "/api/v1/namespaces/workshops/persistentvolumeclaims",
        {"spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}},
    ),
]
VERSIONS = {
    "Route": "route.openshift.io/v1",
    "Ingress": "networking.k8s.io/v1",
    "RoleBinding": "rbac.authorization.k8s.io/v1",
    "ClusterRoleBinding": "rbac.authorization.k8s.io/v1",
}


@pytest.mark.parametrize("volumes", [False, True], ids=["volumes kept", "volumes too"])
async def test_all_kinds_that_a_dead_session_may_leave(
    culler_hub, session_cluster, pass_over, volumes
):
    """Tokens (secrets), routes, bindings; volumes only if asked; nothing of who lives."""
    await culler_hub.start_server("ada")
    session_cluster.add_session("ada", pod=True)
    for kind, _, rest in LEFT:
        for user in ("ada", "eve"):
            made = session_cluster.make(kind, f"lab-{user}", user) | rest
            made["apiVersion"] = VERSIONS.get(kind, "v1")
            if kind == "ClusterRoleBinding":
                del made["metadata"]["namespace"]
            session_cluster.cluster.apply(made)
    done = await pass_over(volumes=volumes)
    assert done.ok, done
    for kind, path, _ in LEFT:
        items = session_cluster.cluster.request("GET", path + "?labelSelector=app%3Dlab").body[
            "items"
        ]
        names = {item["metadata"]["name"] for item in items}
        kept = kind == "PersistentVolumeClaim" and not volumes
        assert names == ({"lab-ada", "lab-eve"} if kept else {"lab-ada"}), kind


async def test_finalizers_outside_of_stuck_projects_of_ours_stay(
    culler_hub, session_cluster, pass_over
):
    """Not in a project that lives, not in the hub's namespace, not in one that only just ends."""
    await culler_hub.start_server("ada")
    session_cluster.add_session("ada", pod=True)
    session_cluster.add_session("eve")
    places = ("lab-ada", "workshops", "lab-eve")
    for place in places:
        session_cluster.cluster.apply(held("a", place, finalizers=["example.org/x"]))
    for place in places[:2]:
        session_cluster.cluster.request("DELETE", f"/api/v1/namespaces/{place}/configmaps/a")
    session_cluster.cluster.request("DELETE", "/api/v1/namespaces/lab-eve")
    await pass_over(ahead=500)
    for place in places:
        answer = session_cluster.cluster.request("GET", f"/api/v1/namespaces/{place}/configmaps/a")
        assert answer.body["metadata"]["finalizers"] == ["example.org/x"]


async def test_a_hundred_projects_at_once(session_cluster, pass_over):
    for number in range(100):
        session_cluster.add_session(f"u{number}")
    done = await pass_over()
    assert done.done["project"] == 100
    assert session_cluster.names() == []
    assert done.seconds < 60
