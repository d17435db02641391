"""Time moves, people type, the hub dies, hub and cluster fail - and the culler sweeps.

Never a live one, never a foreign one, always every dead one. The cluster is the emulator with
its fault script, the hub is a small one that speaks the same API on a real socket, so that its
clock can be moved. Both clients, the sweep and the judges are the real ones.
"""

import asyncio
import email.utils
import itertools
import json
import logging
from datetime import UTC, datetime, timedelta

import pytest
from aiohttp import web
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from workshop_culler.clients import hub as hub_client
from workshop_culler.config.settings import Settings
from workshop_culler.passes import cluster_sweep, sweep
from workshop_culler.rules import kinds, orphans, user_verdicts
from workshop_culler.rules.limits import Limits
from workshop_kube import labels
from workshop_kube.client import Cluster, find_connection
from workshop_kube.rules import times as kube_times
from workshop_kube.rules.retries import Patience

LOG = logging.getLogger("test.machine")
OWNER = labels.Owner("lab", "workshops", "system:serviceaccount:workshops:hub")
IDLE, AGE, GRACE, VISITOR = 600, 3600, 90, 300
USERS = ("ada", "bob", "cy")
KINDS = {kind.kind: kind for kind in (kinds.PROJECT, kinds.ACCOUNT, kinds.POD)}


class SmallHub:
    """The four calls that the culler makes, over HTTP, with a clock that can be moved."""

    def __init__(self):
        self.ahead = timedelta(0)
        self.users = {}  # name -> {"last_activity": time, "server": None or dict}
        self.faults = []
        self.stopped = []  # (user, idle seconds, age seconds), as the culler did it

    @property
    def now(self):
        return datetime.now(UTC) + self.ahead

    async def start(self):
        app = web.Application()
        app.router.add_get("/hub/api/users", self.list)
        app.router.add_get("/hub/api/users/{name}", self.get)
        app.router.add_delete("/hub/api/users/{name}/server", self.stop)
        app.router.add_delete("/hub/api/users/{name}", self.delete)
        app.middlewares.append(self.fail)
        self.runner = web.AppRunner(app, shutdown_timeout=0.01)
        await self.runner.setup()
        await web.TCPSite(self.runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{self.runner.addresses[0][1]}/hub/api"

    @web.middleware
    async def fail(self, request, handler):
        fault = self.faults.pop() if self.faults else ""
        if fault == "drop":
            request.transport.close()
        if fault == "proxy":
            return web.Response(status=404, text="no such route")
        answer = web.Response(status=500) if fault == "500" else await handler(request)
        answer.headers["Date"] = email.utils.format_datetime(self.now, usegmt=True)
        answer.headers["X-JupyterHub-Version"] = "6.1.1"
        return answer

    def model(self, name):
        user = self.users[name]
        server = user["server"]
        servers = {}
        if server:
            servers[""] = {
                "name": "",
                "ready": server["ready"],
                "pending": None if server["ready"] else "spawn",
                "started": server["started"].isoformat(),
                "last_activity": user["last_activity"].isoformat(),
            }
        return {
            "name": name,
            "groups": ["workshop-anonymous"],
            "last_activity": user["last_activity"].isoformat(),
            "servers": servers,
        }

    async def list(self, request):
        active = request.query["state"] == "active"
        items = [self.model(n) for n, u in self.users.items() if bool(u["server"]) == active]
        return web.json_response({"items": items, "_pagination": {"next": None}})

    async def get(self, request):
        name = request.match_info["name"]
        if name not in self.users:
            return web.json_response({"status": 404, "message": "Not Found"}, status=404)
        return web.json_response(self.model(name))

    async def stop(self, request):
        name = request.match_info["name"]
        user = self.users[name]
        idle, age = self.now - user["last_activity"], self.now - user["server"]["started"]
        self.stopped.append((name, idle.total_seconds(), age.total_seconds()))
        user["server"] = None
        return web.Response(status=204)

    async def delete(self, request):
        name = request.match_info["name"]
        assert self.users[name]["server"] is None, "a user with a server was deleted"
        quiet = self.now - self.users[name]["last_activity"]
        assert quiet.total_seconds() > VISITOR - 2, "a visitor who was here just now was deleted"
        del self.users[name]
        return web.Response(status=204)


class ShiftedCluster(Cluster):
    """Objects made after the clock was moved are as young as they are."""

    born = None

    def shift(self, found):
        metadata = found["metadata"]
        ahead = self.born.get((found["kind"], metadata["name"]), timedelta(0))
        created = kube_times.parse_time(metadata["creationTimestamp"]) + ahead
        return {
            **found,
            "metadata": {**metadata, "creationTimestamp": kube_times.render_time(created)},
        }

    async def list(self, *args, **options):
        return [self.shift(found) for found in await super().list(*args, **options)]

    async def get(self, reference, subresource=""):
        return self.shift(await super().get(reference, subresource))


async def no_sleep(seconds):
    pass


class Machine(RuleBasedStateMachine):
    """One workshop, for some steps."""

    pocket = None  # the emulator, put here by the test
    numbers = itertools.count()

    def __init__(self):
        super().__init__()
        self.loop = asyncio.Runner()
        self.hub = SmallHub()
        self.born = {}
        self.owners = {}  # (kind, name) -> (user, session) of what we made
        self.sessions = {}  # user -> session of the server that lives
        self.foreign = set()
        self.run = f"r{next(self.numbers)}"

    @initialize()
    def begin(self):
        self.loop.run(self.hub.start())

    def put(self, kind, user, session, **annotations):
        name = f"lab-{user}-{session}" if kind is not kinds.POD else f"lab-user-{user}-{self.run}"
        metadata = {
            "name": name,
            "labels": {"app": "lab", "class": "session", labels.SESSION: session},
            "annotations": {
                labels.REQUESTOR: OWNER.requestor,
                labels.NAMESPACE: "workshops",
                labels.DEPLOYMENT: "lab",
                labels.USERNAME: user,
                labels.POD: f"lab-user-{user}-{self.run}",
                **annotations,
            },
        }
        if kind is not kinds.PROJECT:
            metadata["namespace"] = "workshops"
        made = {"apiVersion": "v1", "kind": kind.kind, "metadata": metadata}
        if kind is kinds.POD:
            made["spec"] = {"containers": [{"name": "x", "image": "x"}]}
        self.pocket.apply(made)
        self.born[kind.kind, name] = self.hub.ahead
        self.owners[kind.kind, name] = (user, session)
        return name

    def take_away(self, keys):
        for kind, name in keys:
            self.pocket.request("DELETE", KINDS[kind].path("workshops", name))
            self.owners.pop((kind, name), None)

    def of_session(self, user, session):
        return [key for key, owner in self.owners.items() if owner == (user, session)]

    def there(self):
        """What of ours is in the cluster now, without what is being deleted."""
        found = set()
        for kind in KINDS.values():
            place = "" if kind is kinds.PROJECT else "workshops"
            answer = self.pocket.request("GET", kind.path(place) + "?labelSelector=app%3Dlab")
            found |= {
                (kind.kind, item["metadata"]["name"])
                for item in answer.body["items"]
                if not item["metadata"].get("deletionTimestamp")
            }
        return found

    # --- what people and the hub do ---
    @rule(user=st.sampled_from(USERS))
    def press_start(self, user):
        known = self.hub.users.setdefault(user, {"server": None})
        if known["server"]:
            return
        session = f"{self.run}-{next(self.numbers)}"
        # The spawner replaces an old pod of this user and server.
        self.take_away([k for k in self.owners if k == ("Pod", f"lab-user-{user}-{self.run}")])
        known["last_activity"] = self.hub.now
        known["server"] = {"ready": False, "started": self.hub.now}
        self.sessions[user] = session
        self.put(kinds.ACCOUNT, user, session)
        self.put(kinds.PROJECT, user, session)

    @rule(user=st.sampled_from(USERS))
    def becomes_ready(self, user):
        server = self.hub.users.get(user, {}).get("server")
        if server and not server["ready"]:
            self.put(kinds.POD, user, self.sessions[user])
            server["ready"] = True

    @rule(user=st.sampled_from(USERS))
    def types(self, user):
        if self.hub.users.get(user, {}).get("server"):
            self.hub.users[user]["last_activity"] = self.hub.now

    @rule(user=st.sampled_from(USERS), leaves=st.sets(st.sampled_from(sorted(KINDS))))
    def stops(self, user, leaves):
        """Stop, with a clean-up that may die half-way."""
        known = self.hub.users.get(user)
        if known and known["server"]:
            known["server"] = None
            known["last_activity"] = self.hub.now
            mine = self.of_session(user, self.sessions.pop(user))
            self.take_away([key for key in mine if key[0] not in leaves])

    @rule(lost=st.booleans())
    def hub_dies(self, lost):
        """Starts in progress are forgotten; with its database lost, so is everybody."""
        for name, user in list(self.hub.users.items()):
            if lost or (user["server"] and not user["server"]["ready"]):
                user["server"] = None
                self.sessions.pop(name, None)
            if lost:
                del self.hub.users[name]

    @rule(
        user=st.sampled_from(USERS),
        wrong=st.sampled_from([labels.REQUESTOR, labels.NAMESPACE, labels.DEPLOYMENT]),
    )
    def somebody_else_comes(self, user, wrong):
        session = f"{self.run}-foreign-{next(self.numbers)}"
        for kind in (kinds.PROJECT, kinds.ACCOUNT):
            name = self.put(kind, user, session, **{wrong: "somebody-else"})
            del self.owners[kind.kind, name]
            self.foreign.add((kind.kind, name))

    @rule(seconds=st.sampled_from([5, 60, 120, 400, 700, 4000]))
    def time_moves(self, seconds):
        self.hub.ahead += timedelta(seconds=seconds)

    @rule(faults=st.lists(st.sampled_from(["500", "drop", "proxy", ""]), max_size=4))
    def hub_will_fail(self, faults):
        self.hub.faults = faults

    @rule(
        verb=st.sampled_from(["list", "get", "delete", "*"]),
        resource=st.sampled_from(["namespaces", "pods", "serviceaccounts", "*"]),
        fault=st.sampled_from(
            [
                {"status": 500},
                {"drop": "before"},
                {"drop": "after"},
                {"retry_after": 1},
                {"stale": 1},
            ]
        ),
        times=st.integers(1, 4),
    )
    def cluster_will_fail(self, verb, resource, fault, times):
        if "stale" in fault:
            verb = "list"
        self.pocket.faults.add(
            verb=verb, resource=resource, times=times, user=OWNER.requestor, **fault
        )

    # --- what the culler does ---
    async def _sweep(self):
        address = hub_client.HubAddress(self.hub.url, "x", timeout=30)
        rules = Settings(
            general=Limits(idle=IDLE, age=AGE),
            users=user_verdicts.UserRules(anonymous_group="workshop-anonymous", anonymous=VISITOR),
        )
        side = ShiftedCluster(
            await find_connection(), patience=Patience(60, 5, tries=3), log=LOG, sleep=no_sleep
        )
        side.born = self.born
        async with hub_client.Hub(address, LOG, no_sleep) as client, side:
            cleaner = cluster_sweep.ClusterSweep(
                side,
                client,
                OWNER,
                orphans.Rules(grace=GRACE),
                LOG,
                clock=lambda: side.api.date and side.api.date + self.hub.ahead,
            )
            return await sweep.Sweep(client, rules, LOG, cleaner).run()

    def sweep_once(self):
        self.hub.stopped.clear()
        report = self.loop.run(self._sweep())
        for user, idle, age in self.hub.stopped:
            # A second of slack: HTTP dates have whole seconds.
            assert idle > IDLE - 2 or age > AGE - 2, f"{user} was cut off"
            self.sessions.pop(user, None)
        return report

    @invariant()
    def the_culler_sweeps(self):
        """After each and every step: there is no moment at which a pass may come amiss."""
        if not hasattr(self.hub, "url"):
            return
        before = self.without_faults(self.there)
        self.sweep_once()
        after = self.without_faults(self.there)
        live = {key for u, s in self.sessions.items() for key in self.of_session(u, s)}
        assert before & live <= after, f"of live sessions went: {before & live - after}"
        young = {
            key
            for key in before & set(self.owners)
            if self.hub.ahead - self.born[key] < timedelta(seconds=GRACE - 30)
        }
        assert young <= after, f"within the grace period went: {young - after}"

    def without_faults(self, look):
        """Look at the cluster beside its faults, which stay for the culler."""
        with self.pocket.faults.set_aside():
            return look()

    @invariant()
    def foreign_things_stay(self):
        if self.foreign:
            assert self.foreign <= self.without_faults(self.there)

    def teardown(self):
        """Every dead one goes: with all well again and time gone by, a few passes suffice."""
        try:
            self.hub.faults.clear()
            self.pocket.faults.clear()
            self.hub.ahead += timedelta(seconds=2 * AGE)
            for _ in range(4):
                report = self.sweep_once()
            assert report.ok, report
            assert self.there() == self.foreign
            assert self.hub.users == {}
        finally:
            self.take_away(list(self.foreign))
            self.loop.run(self.hub.runner.cleanup())
            self.loop.close()


@pytest.mark.slow
@pytest.mark.stateful
@pytest.mark.timeout(300)
def test_never_a_live_one_never_a_foreign_one_always_every_dead_one(cluster, monkeypatch):
    subject = {"kind": "ServiceAccount", "name": "hub", "namespace": "workshops"}
    role = {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "cluster-admin"}
    cluster.apply(
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "workshops"}},
        {
            "apiVersion": "v1",
            "kind": "ServiceAccount",
            "metadata": {"name": "hub", "namespace": "workshops"},
        },
        {
            "apiVersion": "rbac.authorization.k8s.io/v1",
            "kind": "ClusterRoleBinding",
            "metadata": {"name": "hub"},
            "roleRef": role,
            "subjects": [subject],
        },
    )
    token = cluster.token("workshops", "hub")
    monkeypatch.setenv("KUBECONFIG", str(cluster.kubeconfig_for(token)))
    monkeypatch.setattr(Machine, "pocket", cluster)
    from hypothesis.stateful import run_state_machine_as_test

    run_state_machine_as_test(
        Machine,
        settings=settings(
            max_examples=8,
            stateful_step_count=20,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_the_small_hub_speaks_as_the_real_one():
    """Its models have what ours reads of the real one's (see test_hub.py::test_a_real_hub)."""
    hub = SmallHub()
    hub.users["ada"] = {"last_activity": hub.now, "server": {"ready": True, "started": hub.now}}
    from workshop_culler.rules.models import make_user

    user = make_user(json.loads(json.dumps(hub.model("ada"))))
    assert user.servers[0].ready
    assert user.servers[0].started
