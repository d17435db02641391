"""Pods that run ahead: how they are made, whose they may be, and when they are of no use."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workshop_kube import labels
from workshop_launch import settings as launch
from workshop_launch.rules import handover
from workshop_spawner.model.session import Hub, Session
from workshop_spawner.rules import pool_rules, warm_pods
from workshop_spawner.rules.warm_pods import Launch, PodFacts, StockRules, prepare

HUB = Hub("intro", "learning-portal", "workshops", "system:serviceaccount:workshops:hub")
SESSION = Session(HUB, "s" * 16, "u" * 10)
OWNER = {"kind": "ServiceAccount", "name": SESSION.account, "uid": "u-a"}
NOW = datetime(2026, 11, 30, 9, tzinfo=UTC)
RULES = StockRules(2, timedelta(hours=6), timedelta(minutes=5))
TOKEN = {
    "name": "JUPYTERHUB_API_TOKEN",
    "valueFrom": {"secretKeyRef": {"name": "x", "key": "api-token"}},
}
ADDRESS = {"name": "POD_IP", "valueFrom": {"fieldRef": {"fieldPath": "status.podIP"}}}


def make_manifest(env=(), **container):
    made = {"name": "notebook", "image": "i", "env": [*env], **container}
    metadata = {"name": "p", "labels": {labels.SESSION: SESSION.id}, "annotations": {}}
    return {"metadata": metadata, "spec": {"containers": [made]}}


def get_container(prepared):
    return prepared.pod["spec"]["containers"][0]


def test_a_pod_is_taken_apart_into_what_waits_and_what_is_handed_over():
    env = [TOKEN, ADDRESS, {"name": "JUPYTERHUB_USER", "value": "Ada L"}, {"name": "EMPTY"}]
    manifest = make_manifest(env, args=["serve", "--x"])
    prepared = prepare(manifest, SESSION, Launch(names=("EMPTY",), seconds=60))
    assert prepared.environment == {"JUPYTERHUB_USER": "Ada L", "EMPTY": ""}
    assert prepared.problem is None
    container = get_container(prepared)
    assert container["args"] == ["workshop-launch", "--", "serve", "--x"]
    assert "Ada" not in str(prepared.pod)
    assert "secretKeyRef" not in str(container["env"]), "there is no Secret with a token yet"
    told = {one["name"]: one.get("value") for one in container["env"]}
    assert told[launch.KEY] == "/run/workshop-launch/key"
    assert told[launch.SECONDS] == "60"
    assert prepared.pod["spec"]["restartPolicy"] == "Never"
    assert manifest == make_manifest(env, args=["serve", "--x"]), "what was given is not changed"
    # The launcher takes all that is handed over, and its settings are ones that it can read.
    names = tuple(told[launch.NAMES].split(","))
    assert handover.problem_with_environment(prepared.environment, names) is None
    assert launch.parse_settings({**told, launch.POD: "u", launch.ADDRESS: ""}).seconds == 60


@pytest.mark.parametrize(
    ("container", "found"),
    [
        ({"command": ["a"], "args": ["b"]}, {"command": ["L", "--", "a"], "args": ["b"]}),
        ({"args": ["b"]}, {"args": ["L", "--", "b"]}),
        ({}, {}),
    ],
)
def test_the_launcher_goes_before_the_command(container, found):
    made = get_container(prepare(make_manifest(**container), SESSION, Launch(("L",))))
    assert {key: made[key] for key in ("command", "args") if key in made} == found


def test_a_probe_of_the_administrators_stays():
    probe = {"httpGet": {"path": "/", "port": 8888}}
    made = get_container(prepare(make_manifest(readinessProbe=probe), SESSION, Launch()))
    assert made["readinessProbe"] == probe


@pytest.mark.parametrize("value", ["$(POD_IP):1", "a$$b"])
def test_what_a_cluster_would_expand_is_not_handed_over(value):
    prepared = prepare(make_manifest([{"name": "URL", "value": value}]), SESSION, Launch())
    assert "URL" in prepared.problem
    assert value not in prepared.problem


VALUES = st.dictionaries(st.sampled_from(["JUPYTERHUB_USER", "JUPYTERHUB_X"]), st.text("ab$"))


@given(VALUES, VALUES)
def test_whoever_comes_the_pod_is_the_same(one, other):
    made = [
        prepare(make_manifest([{"name": k, "value": v} for k, v in env.items()]), SESSION, Launch())
        for env in (one, other)
    ]
    assert len({warm_pods.make_fingerprint(each) for each in made}) == 1


@pytest.mark.parametrize(
    "manifest",
    [
        make_manifest(image="other"),
        make_manifest([ADDRESS]),
        make_manifest(resources={"limits": {"memory": "1Gi"}}),
        make_manifest(volumeMounts=[{"name": "home", "mountPath": "/home/ada"}]),
    ],
    ids=range(4),
)
def test_another_specification_is_another_pod(manifest):
    made = [prepare(each, SESSION, Launch()) for each in (make_manifest(), manifest)]
    assert len({warm_pods.make_fingerprint(each) for each in made}) == 2


@pytest.mark.parametrize(
    ("kind", "key", "same"),
    [
        ("annotations", "container.apparmor.security.beta.kubernetes.io/notebook", False),
        ("annotations", "k8s.v1.cni.cncf.io/networks", False),
        ("labels", "sidecar.istio.io/inject", False),
        ("labels", "component", False),
        ("labels", labels.APP, True),
        ("labels", labels.USER, True),
        ("labels", labels.SESSION, True),
        ("labels", labels.USERNAME, True),
        ("annotations", labels.USERNAME, True),
        ("annotations", labels.SERVERNAME, True),
        ("annotations", labels.POD, True),
        ("annotations", labels.EXPIRES, True),
    ],
)
@pytest.mark.parametrize("values", [("one", "two"), (None, "two")])
def test_labels_and_annotations_count_but_for_those_that_say_whose_it_is(kind, key, same, values):
    def make(value):
        manifest = make_manifest()
        manifest["metadata"][kind] = {"other": "x"} | ({key: value} if value else {})
        return prepare(manifest, SESSION, Launch())

    assert len({warm_pods.make_fingerprint(make(value)) for value in values}) == (1 if same else 2)


@pytest.mark.parametrize(
    ("templates", "same"), [(("of {username}",) * 2, True), (("of {username}", "of all"), False)]
)
def test_what_is_named_after_its_visitor_counts_as_it_is_written(templates, same):
    made = []
    for template, name in zip(templates, ("ada", "bob"), strict=True):
        manifest = make_manifest()
        manifest["metadata"]["labels"] = {"who": template.format(username=name)}
        made.append(prepare(manifest, SESSION, Launch(), {"labels": {"who": template}}))
    assert len({warm_pods.make_fingerprint(each) for each in made}) == (1 if same else 2)


def test_other_names_to_hand_over_or_another_port_are_another_pod():
    ways = (Launch(), Launch(names=("MORE",)), Launch(port=1), Launch(seconds=1), Launch(("x",)))
    made = [prepare(make_manifest(args=["a"]), SESSION, each) for each in ways]
    assert len({warm_pods.make_fingerprint(each) for each in made}) == len(ways)


def test_a_visitors_own_pod_is_compared_under_the_names_of_a_reserved_one():
    probe = warm_pods.make_probe(Session(HUB, "x" * 16, "ada", pod_name="mine"))
    sample = pool_rules.make_sample(HUB)
    assert (probe.id, probe.account, probe.project) == (sample.id, sample.account, sample.project)
    assert probe.pod == sample.pod
    assert probe.user == "ada"


def make_pod(name="p", age=0, session=SESSION.id, recipe="f", ready=True, **status):
    metadata = {
        "name": name,
        "uid": name,
        "creationTimestamp": (NOW - timedelta(seconds=age)).isoformat(),
        "labels": {labels.SESSION: session},
        "annotations": {labels.RECIPE: recipe},
    }
    found = {
        "phase": "Running",
        "podIP": "10.0.0.1",
        "containerStatuses": [{"name": "notebook", "ready": ready, "state": {}}],
    }
    return {"metadata": metadata, "status": {**found, **status}}


NODE_GONE = [{"type": "Ready", "status": "False"}]
PULL = [{"name": "notebook", "state": {"waiting": {"reason": "ImagePullBackOff"}}}]


@pytest.mark.parametrize(
    ("pod", "kept"),
    [
        (make_pod(), "ready"),
        (make_pod(age=6 * 3600 - 1), "ready"),
        (make_pod(age=6 * 3600), ""),
        (make_pod(recipe="other"), ""),
        (make_pod(session="of nobody"), ""),
        (make_pod(ready=False), "growing"),
        (make_pod(ready=False, age=300), ""),
        (make_pod(phase="Failed"), ""),
        (make_pod(phase="Succeeded"), ""),
        (make_pod(phase="Pending", containerStatuses=[]), "growing"),
        (make_pod(containerStatuses=PULL), ""),
        (make_pod(conditions=NODE_GONE), "growing"),
        (make_pod(conditions=NODE_GONE, age=300), ""),
    ],
)
def test_what_each_pods_state_means(pod, kept):
    stock = warm_pods.sort_pods([pod], {SESSION.id}, "f", NOW, RULES)
    found = "ready" if stock.ready else "growing" if stock.growing else ""
    assert found == kept
    assert len(stock.stale) == (not kept)


@pytest.mark.parametrize(
    ("failures", "seconds"), [(0, 0), (1, 10), (2, 20), (3, 40), (6, 300), (10_000, 300)]
)
def test_pods_that_fail_are_made_again_later_and_later(failures, seconds):
    assert warm_pods.find_pause(failures) == timedelta(seconds=seconds)


def test_which_pods_have_failed():
    assert warm_pods.find_failure(make_pod(phase="Failed"))
    assert warm_pods.find_failure(make_pod(containerStatuses=PULL))
    assert not warm_pods.find_failure(make_pod(ready=False))


@given(st.lists(st.booleans(), max_size=6), st.integers(0, 4))
def test_what_is_too_much_goes_and_the_ready_ones_last(states, size):
    pods = [make_pod(str(i), session=str(i), ready=ready) for i, ready in enumerate(states)]
    rules = StockRules(size, RULES.age, RULES.patience)
    ids = {str(i) for i in range(len(states))}
    stock = warm_pods.sort_pods(pods, ids, "f", NOW, rules)
    assert len(stock.ready) == min(size, sum(states))
    assert len(stock.ready) + len(stock.growing) == min(size, len(states))
    assert len(stock.stale) == max(0, len(states) - size)


@given(st.integers(0, 20), st.integers(0, 20), st.integers(0, 40))
def test_with_those_that_run_no_more_wait_than_there_are_places(size, limit, running):
    wanted = warm_pods.count_wanted(size, limit, running)
    assert 0 <= wanted <= size
    assert not limit or wanted == 0 or wanted + running <= limit
    assert limit or wanted == size


def test_a_waiting_pod_is_the_pools_and_one_that_was_taken_the_visitors():
    manifest = make_manifest()
    manifest["metadata"]["annotations"] = {labels.USERNAME: "any", labels.ACCOUNT: "a"}
    waiting = warm_pods.make_waiting_pod(prepare(manifest, SESSION, Launch()), OWNER, "f")
    metadata = waiting["metadata"]
    assert metadata["labels"][labels.CLASS] == "reserve"
    assert metadata["annotations"] == {labels.ACCOUNT: "a", labels.RECIPE: "f"}
    assert metadata["ownerReferences"] == [OWNER]
    theirs = make_manifest()
    theirs["metadata"]["labels"] = {labels.CLASS: "session"}
    theirs["metadata"]["annotations"] = {labels.USERNAME: "ada"}
    found = {"metadata": {"uid": "u-1", "annotations": {"k8s.ovn.org/pod-networks": "{}"}}}
    change = warm_pods.make_checkout(prepare(theirs, SESSION, Launch()), found)["metadata"]
    assert change["uid"] == "u-1", "of no other pod that has its name by then"
    assert change["labels"] == {labels.CLASS: "session"}
    assert change["annotations"] == {labels.USERNAME: "ada", labels.RECIPE: None}


def test_the_key_goes_with_the_account_and_comes_back():
    secret = warm_pods.make_key_secret(SESSION, b"\xff" * 32, OWNER)
    assert secret["metadata"]["labels"][labels.CLASS] == "reserve"
    assert secret["metadata"]["ownerReferences"] == [OWNER]
    assert warm_pods.read_key(secret) == b"\xff" * 32
    assert warm_pods.read_key({}) == b""


@pytest.mark.parametrize(
    ("facts", "word"),
    [
        (PodFacts(pool=False), "none are kept"),
        (PodFacts(home=True), "home"),
        (PodFacts(console=True), "console"),
        (PodFacts(certificates=True), "internal_ssl"),
        (PodFacts(services=True), "services_enabled"),
        (PodFacts(asked=("uid", "modify_pod_hook")), "uid, modify_pod_hook"),
    ],
)
def test_why_no_pod_can_run_ahead(facts, word):
    assert word in warm_pods.problem_with_settings(facts)
    assert warm_pods.problem_with_settings(PodFacts()) is None


@pytest.mark.parametrize(
    ("one", "other", "found"),
    [
        ({}, {}, []),
        ({"a": 1}, {"a": 2}, ["spec.a"]),
        ({"a": [{"b": 1}]}, {"a": [{"b": 2}]}, ["spec.a[0].b"]),
        ({"a": [1]}, {"a": [1, 2]}, ["spec.a"]),
        ({"a": 1}, {}, ["spec.a"]),
    ],
)
def test_where_two_pods_differ(one, other, found):
    assert warm_pods.list_differences(one, other) == found
