"""The life of sessions as a state machine.

Whatever happens: no orphan, no foreign delete, no double hand-out, no session lost.

Against a real API with its faults. A hub that is killed is a start that is cut off without undoing;
whoever comes after finds what it left by labels alone.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from kubernetes_asyncio import client, config

from pocket_openshift.testing import PocketCluster
from workshop_kube import labels
from workshop_kube.client.connections import from_configuration
from workshop_spawner.hub_tasks import pool
from workshop_spawner.hub_tasks.pool import SessionPool
from workshop_spawner.kube.cluster import Cluster, make_patience
from workshop_spawner.manifests import budgets
from workshop_spawner.model.session import Hub, make_session
from workshop_spawner.rules import plan, pool_rules
from workshop_spawner.rules.api_errors import FAILURES
from workshop_spawner.start import removal, steps
from workshop_spawner.start.progress import Progress

pytestmark = [pytest.mark.slow, pytest.mark.stateful]

HUB = Hub("intro", "learning-portal", "workshops", "system:serviceaccount:workshops:hub")
SPEC = plan.SessionSpec(budget=budgets.parse_budget("small"))
FOREIGN = ("default", "kube-system", "workshops", "intro-carol", "intro-dave")
USERS = st.sampled_from(["alice", "bob", "carol"])
FAULTS = st.sampled_from(
    [
        {"status": 500},
        {"status": 422, "times": None},
        {"status": 429, "retry_after": 0},
        {"drop": "before"},
        {"drop": "after"},
    ]
)
RESOURCES = st.sampled_from(
    ["namespaces", "serviceaccounts", "secrets", "rolebindings", "resourcequotas"]
)


class Life(RuleBasedStateMachine):
    """Starts, stops, kills, faults and busy hands, in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.pocket = PocketCluster()
        self.pocket.start()
        for name in ("workshops", *FOREIGN[3:]):
            self.pocket.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
        self.runner = asyncio.Runner()
        self.running = {}
        self.handed = []
        self.time = 0.0
        self.kube = self.runner.run(self._connect())
        self.pool = SessionPool(
            self.kube,
            HUB,
            lambda session: plan.make_ready_steps(session, SPEC),
            2,
            logging.getLogger("life"),
            clock=lambda: self.time,
        )

    async def _connect(self):
        configuration = client.Configuration()
        path = str(self.pocket.kubeconfig)
        await config.load_kube_config(path, client_configuration=configuration)
        return Cluster(from_configuration(configuration), patience=make_patience(1, 2))

    def teardown(self):
        """At the end everybody leaves, and nothing of anybody is left."""
        self.pocket.faults.clear()
        for user in ("alice", "bob", "carol"):
            assert self.stop_cleanly(user) == []
        left = {name for name, marks in self.spaces().items() if marks.get("class") == "session"}
        assert left == set(), "no orphan"
        self.runner.run(self._close())
        self.runner.close()
        self.pocket.stop()

    async def _close(self):
        await self.kube.close()

    def spaces(self):
        found = self.pocket.request("GET", "/api/v1/namespaces").body["items"]
        return {item["metadata"]["name"]: item["metadata"].get("labels", {}) for item in found}

    def stop_cleanly(self, user):
        self.running.pop(user, None)
        return self.runner.run(removal.remove_session(self.kube, make_session(HUB, user)))

    async def _start(self, session, reserved):
        account = None
        if reserved:
            given = await self.pool.check_out(session)
            if given:
                session, account = given
                self.handed.append(session.id)
        start = steps.Start(self.kube, session, Progress())
        todo = plan.make_plan(session, SPEC, {"key": "value"})
        if account:
            todo = start.take_over(todo, account)
        try:
            await start.run(todo)
        except FAILURES:
            await start.undo()
            return None
        return session

    @rule(user=USERS, reserved=st.booleans())
    def start(self, user, reserved):
        """A visitor comes; a session that they had is stopped first, as the hub does."""
        self.stop_cleanly(user)
        session = self.runner.run(self._start(make_session(HUB, user), reserved))
        if session:
            self.running[user] = session

    @rule(user=USERS, resource=RESOURCES, fault=FAULTS, reserved=st.booleans())
    def start_with_trouble(self, user, resource, fault, reserved):
        """Something goes wrong once, or for good."""
        for verb in ("create", "patch"):
            self.pocket.faults.add(verb=verb, resource=resource, **fault)
        self.start(user, reserved)
        self.pocket.faults.clear()

    @rule(user=USERS, made=st.integers(0, 8))
    def die_while_starting(self, user, made):
        """The hub is killed after so many objects."""
        self.stop_cleanly(user)
        session = make_session(HUB, user)
        for step in plan.make_ready_steps(session, SPEC):
            for manifest in step.manifests:
                if made:
                    made -= 1
                    with contextlib.suppress(*FAILURES):
                        self.runner.run(self.kube.ensure(manifest))

    @rule(user=USERS)
    def stop(self, user):
        """A visitor leaves."""
        self.stop_cleanly(user)

    @rule(user=USERS)
    def stop_while_the_api_is_away(self, user):
        """Nothing is known, so nothing is deleted."""
        before = self.spaces()
        self.pocket.faults.add(verb="*", resource="*", status=500, times=None, user="system:admin")
        hurried = self.kube.within(0.2)
        problems = self.runner.run(removal.remove_session(hurried, make_session(HUB, user)))
        self.pocket.faults.clear()
        assert problems
        assert self.spaces() == before

    @precondition(lambda self: self.running)
    @rule(data=st.data())
    def somebody_deletes_a_project_by_hand(self, data):
        """The session is lost by that, and only that one."""
        user = data.draw(st.sampled_from(sorted(self.running)))
        name = self.running.pop(user).project
        self.pocket.request("DELETE", f"/api/v1/namespaces/{name}")

    @rule()
    def refill(self):
        """The pool looks after itself."""
        with contextlib.suppress(*FAILURES):
            self.runner.run(self.pool.fill())

    @rule(user=USERS)
    def die_while_handing_out(self, user):
        """The hub is killed between the account and the project."""
        self.stop_cleanly(user)
        account = self.pool.take()
        if account is None:
            return
        taken = pool_rules.take_over(account, make_session(HUB, user))
        version = account["metadata"]["resourceVersion"]
        with contextlib.suppress(*FAILURES):
            self.runner.run(self.kube.change(account, pool_rules.make_checkout(taken, version)))
        self.time += 2 * pool.PAUSE
        self.refill()

    @invariant()
    def what_is_not_ours_stays(self):
        """No foreign delete."""
        assert set(FOREIGN) <= set(self.spaces())

    @invariant()
    def running_sessions_have_their_projects(self):
        """No session lost."""
        spaces = self.spaces()
        for session in self.running.values():
            assert spaces[session.project][labels.SESSION] == session.id

    @invariant()
    def nobody_shares(self):
        """No double hand-out."""
        assert len(self.handed) == len(set(self.handed))
        projects = [session.project for session in self.running.values()]
        assert len(projects) == len(set(projects))


Life.TestCase.settings = settings(
    max_examples=12,
    stateful_step_count=12,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
TestLife = Life.TestCase
