"""The life of sessions while names, settings, spawner and the hub itself change.

Whatever happens: no orphan, no foreign delete, nobody else's rights, no work lost. JupyterHub's own
users and spawners run in this process (tests/support/inner_hub.py), against a real API with its
faults; after them the real culler sweeps. Starts that are cut off, and the pool, are in
packages/workshop-spawner/tests/test_life.py.
"""

from __future__ import annotations

import asyncio
import itertools
import logging

import hypothesis
import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)
from kubernetes_asyncio.config import kube_config
from kubespawner import KubeSpawner
from kubespawner.clients import load_config
from traitlets.config import Config

import inner_hub
from pocket_openshift.testing import PocketCluster
from workshop_culler.errors import GoneError
from workshop_culler.passes import cluster_sweep
from workshop_culler.passes.report import Report
from workshop_culler.rules import models, orphans
from workshop_kube import labels
from workshop_kube.client import Cluster, find_connection
from workshop_spawner import WorkshopSpawner
from workshop_spawner.kube import cluster as hub_cluster
from workshop_spawner.rules import lease_rules

LOG = logging.getLogger("session-life")
ACCOUNT = "system:serviceaccount:workshops:hub"
PEOPLE = st.sampled_from(["p1", "p2", "p3"])
NAMES = ("alice", "bob", "carol", "dora", "erin")
APPLICATIONS = ("intro", "second")
PODS = "/api/v1/namespaces/workshops/pods"
CLAIMS = "/api/v1/namespaces/workshops/persistentvolumeclaims"
BINDINGS = "/apis/rbac.authorization.k8s.io/v1/rolebindings"
FAULTS = st.sampled_from(
    [
        {"verb": "create", "resource": "rolebindings", "status": 422},
        {"verb": "create", "resource": "pods", "status": 422},
        {"verb": "create", "resource": "namespaces", "drop": "after"},
        {"verb": "create", "resource": "serviceaccounts", "drop": "after"},
        {"verb": "delete", "resource": "serviceaccounts", "status": 422},
        {"verb": "delete", "resource": "namespaces", "status": 422},
    ]
)
FOREIGN = [
    {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "workshops"}},
    # Names that sessions would take, of nobody, and of somebody with labels like ours.
    {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "intro-dora"}},
    {
        "apiVersion": "v1",
        "kind": "Namespace",
        "metadata": {
            "name": "intro-erin",
            "labels": {"app": "intro", "class": "session", "user": "erin"},
            "annotations": {labels.REQUESTOR: "system:serviceaccount:others:hub"},
        },
    },
    {
        "apiVersion": "v1",
        "kind": "ServiceAccount",
        "metadata": {"name": "hub", "namespace": "workshops"},
    },
    {
        "apiVersion": "v1",
        "kind": "ServiceAccount",
        "metadata": {"name": "intro-carol", "namespace": "workshops"},
    },
    {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "ClusterRoleBinding",
        "metadata": {"name": "hub"},
        "roleRef": {
            "apiGroup": "rbac.authorization.k8s.io",
            "kind": "ClusterRole",
            "name": "cluster-admin",
        },
        "subjects": [{"kind": "ServiceAccount", "name": "hub", "namespace": "workshops"}],
    },
]


class HubForCuller:
    """What the culler asks a hub about its users."""

    def __init__(self, hub):
        self._hub = hub

    async def find_user(self, name):
        found = inner_hub.orm.User.find(self._hub.db, name)
        if found is None:
            raise GoneError(f"find {name}", 404)
        return self.make_user(found)

    def make_user(self, found):
        servers = {}
        if (record := found.orm_spawners.get("")) and record.server is not None:
            servers[""] = {"name": "", "ready": True, "state": record.state or {}}
        return models.make_user({"name": found.name, "servers": servers})

    def list_servers(self):
        users = map(self.make_user, self._hub.db.query(inner_hub.orm.User))
        return {server.key: server for user in users for server in user.servers}


class SessionLife(RuleBasedStateMachine):
    """People come, go and are renamed; admins change what they can change."""

    def __init__(self):
        super().__init__()
        self.pocket = PocketCluster()
        self.pocket.start()
        self.pocket.apply(*FOREIGN)
        self.runner = asyncio.Runner()
        # Who a person is to the hub, what runs for them (pod uid, project), and what they have.
        self.names = dict(zip(("p1", "p2", "p3"), NAMES, strict=False))
        self.running = {}
        self.work = {}
        self.uids = {}
        # Whose work the hub's database names, and under which applications it can be found besides.
        self.recorded = set()
        self.known = {}
        self.strange = set()
        self.application = APPLICATIONS[0]
        self.hub = None

    @initialize(project=st.sampled_from(["temporary", "persistent"]))
    def begin(self, project):
        self.project = project
        token = self.pocket.token("workshops", "hub")
        path = str(self.pocket.kubeconfig_for(token, "workshops"))
        self.patch = pytest.MonkeyPatch()
        self.patch.setattr(kube_config, "KUBE_CONFIG_DEFAULT_LOCATION", path)
        self.patch.setenv("KUBECONFIG", path)
        self.patch.setattr(lease_rules, "GONE_AFTER", 1)
        self.patch.setattr(lease_rules, "RENEW_AGAIN", 0.1)
        load_config.cache_clear()
        self.runner.run(self._begin())

    async def _begin(self):
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("KUBECONFIG", str(self.pocket.kubeconfig))
            self.kubelet = inner_hub.Kubelet(self.pocket, await find_connection())
        self.cluster = hub_cluster.Cluster(await find_connection())
        await self.kubelet.start()
        self.hub = inner_hub.InnerHub()
        await self._start_hub(WorkshopSpawner)

    def make_config(self):
        config = Config()
        config.KubeSpawner.namespace = "workshops"
        config.KubeSpawner.image = "example.com/workshop"
        config.KubeSpawner.cmd = ["x"]
        config.KubeSpawner.port = self.kubelet.port
        config.KubeSpawner.events_enabled = False
        config.KubeSpawner.delete_grace_period = 0
        config.KubeSpawner.start_timeout = 60
        config.WorkshopSpawner.application = self.application
        config.WorkshopSpawner.project_api = "namespace"
        config.WorkshopSpawner.project = self.project
        config.WorkshopSpawner.budget = "small"
        if self.project == "persistent":
            config.WorkshopSpawner.volume_size = "1Gi"
        return config

    async def _start_hub(self, spawner_class):
        await self.hub.start(spawner_class, self.make_config())
        await self.hub.hold_name(self.cluster, self.application)
        assert not self.hub.has_ended

    async def _restart(self, spawner_class):
        await self.hub.stop()
        await self._start_hub(spawner_class)

    # --- what people do ---
    @rule(person=PEOPLE)
    def come(self, person):
        """A person starts their session, and all is well."""
        self.start(person, None)

    @rule(person=PEOPLE, fault=FAULTS)
    def start(self, person, fault):
        """A person starts their session; one that runs is stopped first."""
        if person in self.running:
            self.stop(person, None)
        if fault:
            self.pocket.faults.add(**fault)
        try:
            self.runner.run(self.hub.spawn(self.names[person]))
        except Exception as error:
            if not fault:
                raise
            LOG.info("No session for %s: %s", person, error)
            return
        finally:
            self.pocket.faults.clear()
        self.note(person)

    def note(self, person):
        """Write down what runs for a person, and what they find there."""
        spawner = self.hub.find_user(self.names[person]).spawner
        pod = self.find(f"{PODS}/{spawner.pod_name}")
        (container,) = pod["spec"]["containers"]
        project = {e["name"]: e.get("value") for e in container["env"]}.get("PROJECT_NAMESPACE")
        self.running[person] = (pod["metadata"]["uid"], project, pod["spec"]["serviceAccountName"])
        if self.project != "persistent":
            return
        if not isinstance(spawner, WorkshopSpawner):
            self.recorded.discard(person)  # KubeSpawner writes a state of its own
            return
        volumes = [each.get("persistentVolumeClaim") for each in pod["spec"]["volumes"]]
        found = (project, next(each["claimName"] for each in volumes if each))
        for other, theirs in self.work.items():
            shared = set(found) & set(theirs)
            assert other == person or not shared, f"{person} is in what is {other}'s: {shared}"
        if person not in self.recorded and self.application not in self.known.get(person, ()):
            self.work.pop(person, None)  # for another workshop, as far as anybody can know
            self.known.pop(person, None)
        assert found == self.work.setdefault(person, found), "work is where it was"
        self.recorded.add(person)
        self.known.setdefault(person, set()).add(self.application)
        for path in (f"/api/v1/namespaces/{project}", f"{CLAIMS}/{found[1]}"):
            self.uids.setdefault(path, self.find(path)["metadata"]["uid"])

    @rule(person=PEOPLE, fault=FAULTS)
    def stop(self, person, fault):
        """A person leaves."""
        if fault:
            self.pocket.faults.add(**fault)
        ran = self.running.pop(person, None)
        if ran:
            self.runner.run(self.hub.find_user(self.names[person]).stop())
        self.pocket.faults.clear()
        if ran:
            left = {each["metadata"]["uid"] for each in self.list(PODS)}
            assert ran[0] not in left, f"stop left the pod of {person}"

    @rule(person=PEOPLE, name=st.sampled_from(NAMES))
    def rename(self, person, name):
        """An admin renames a user, whatever runs."""
        if name in self.names.values():
            return
        lasts = person in self.work
        if lasts and not issubclass(self.hub.spawner_class, WorkshopSpawner):
            return  # nobody is there to see it
        self.runner.run(self.hub.rename(self.names[person], name))
        self.names[person] = name
        if lasts and person not in self.recorded:
            # A new hub has not met them yet: nobody can know that these two are one person.
            del self.work[person]
            self.known.pop(person)
        elif lasts:
            self.known[person] = {self.application}

    # --- what admins do ---
    @rule(application=st.sampled_from(APPLICATIONS))
    def change_application(self, application):
        self.application = application
        self.runner.run(self._restart(self.hub.spawner_class))

    @rule(spawner_class=st.sampled_from([KubeSpawner, WorkshopSpawner]))
    def change_spawner_class(self, spawner_class):
        self.runner.run(self._restart(spawner_class))

    @rule()
    def lose_database(self):
        """Whoever was there comes again, under the name that they have."""
        self.runner.run(self._lose_database())
        self.forget_sessions()
        self.sweep()

    async def _lose_database(self):
        await self.hub.stop()
        self.hub.lose_database()
        await self._start_hub(self.hub.spawner_class)

    @rule(takes_over=st.booleans())
    def second_hub(self, takes_over):
        """Another hub with this one's name: one of the two ends, and no session does."""
        second = inner_hub.InnerHub()
        self.runner.run(self._second_hub(second, takes_over))
        if takes_over:
            self.forget_sessions()
            self.sweep()

    def forget_sessions(self):
        """The hub has another database."""
        self.running.clear()
        self.recorded.clear()
        # Nobody knows any more that the other name was this workshop's.
        self.strange = set(APPLICATIONS) - {self.application}

    async def _second_hub(self, second, takes_over):
        first = self.hub
        loser = first if takes_over else second
        await second.start(first.spawner_class, self.make_config())
        await second.hold_name(self.cluster, self.application, takes_over=takes_over)
        await loser.wait_ended()
        assert loser.has_ended
        self.hub = second if takes_over else first
        assert not self.hub.has_ended
        await loser.stop()
        loser.close_database()

    @rule()
    def sweep(self):
        """The culler makes two passes: what a pod holds goes once the pod is gone."""
        for application in 2 * APPLICATIONS:
            self.runner.run(self._sweep(application))

    async def _sweep(self, application):
        owner = labels.Owner(application, "workshops", ACCOUNT)
        asked = HubForCuller(self.hub)
        async with Cluster(await find_connection()) as cluster:
            rules = orphans.Rules(grace=0)
            found = cluster_sweep.ClusterSweep(
                cluster, asked, owner, rules, LOG, hub_id=self.hub.id
            )
            report = Report()
            await found.look(report)
            await found.sweep(report, asked.list_servers())

    # --- what holds ---
    def find(self, path):
        answer = self.pocket.request("GET", path)
        return answer.body if answer.status == 200 else None

    def list(self, path):
        return self.find(path)["items"]

    @invariant()
    def what_is_not_ours_stays(self):
        """No foreign delete."""
        spaces = {each["metadata"]["name"] for each in self.list("/api/v1/namespaces")}
        assert {"workshops", "intro-dora", "intro-erin", "default", "kube-system"} <= spaces
        assert self.find("/api/v1/namespaces/workshops/serviceaccounts/intro-carol")

    @invariant()
    def sessions_run_on(self):
        """Nobody's session ends but by their own deed."""
        pods = {each["metadata"]["uid"] for each in self.list(PODS)}
        for person, (uid, project, _) in self.running.items():
            assert uid in pods, f"the session of {person} was ended"
            assert not project or self.find(f"/api/v1/namespaces/{project}"), person

    @invariant()
    def work_is_not_lost(self):
        """Projects and homes that last are the very ones that they were."""
        for path, uid in self.uids.items():
            found = self.find(path)
            assert found, f"{path} is gone"
            assert found["metadata"]["uid"] == uid
            assert "deletionTimestamp" not in found["metadata"]

    @invariant()
    def rights_are_ones_own(self):
        """The account of a session has rights in that session's project only."""
        places = {account: project for _, project, account in self.running.values() if project}
        for binding in self.list(BINDINGS):
            for subject in binding.get("subjects", []):
                place = places.get(subject["name"], binding["metadata"]["namespace"])
                assert place == binding["metadata"]["namespace"], f"{subject} in another's project"

    def teardown(self):
        """Everybody leaves; after a pass of the culler nothing of any session is left."""
        if self.hub is not None:
            try:
                for person in tuple(self.running):
                    self.stop(person, None)
                self.sweep()
                left = self.find_left()
                assert not left, f"no orphan: {left}"
                self.work_is_not_lost()
                self.what_is_not_ours_stays()
            finally:
                self.runner.run(self._close())
                self.patch.undo()
        self.runner.close()
        self.pocket.stop()

    def find_left(self):
        """What is left of sessions, but for what was never ours."""
        own = "?labelSelector=class%3Dsession"
        places = [
            "/api/v1/namespaces",
            PODS,
            "/api/v1/namespaces/workshops/serviceaccounts",
            "/api/v1/namespaces/workshops/secrets",
        ]
        # Pods of KubeSpawner say of no session; without its database nobody knows them again.
        found = itertools.chain.from_iterable(self.list(place + own) for place in places)
        strange = self.strange - {self.application}
        left = [each["metadata"] for each in found]
        return {m["name"] for m in left if m["labels"]["app"] not in strange} - {"intro-erin"}

    async def _close(self):
        await self.hub.stop()
        self.hub.close_database()
        await self.kubelet.stop()
        await self.cluster.close()
        await inner_hub.close_clients()


@pytest.mark.slow
@pytest.mark.stateful
@pytest.mark.timeout(1800)
def test_no_orphan_no_foreign_delete_nobody_elses_rights_no_work_lost():
    """Long with the profile `fuzz`, ten lives otherwise."""
    lives = hypothesis.settings.default.max_examples // 10
    # To look for a shorter life that fails takes many minutes.
    phases = [phase for phase in Phase if lives > 10 or phase is not Phase.shrink]
    run_state_machine_as_test(
        SessionLife,
        settings=settings(
            max_examples=lives,
            stateful_step_count=20,
            deadline=None,
            phases=phases,
            suppress_health_check=list(HealthCheck),
        ),
    )
