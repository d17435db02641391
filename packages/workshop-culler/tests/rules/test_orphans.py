import itertools
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workshop_culler.rules import orphans
from workshop_culler.rules.models import Action, ObjectMeta, Presence, Server, User
from workshop_kube import labels

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
OWNER = labels.Owner("lab", "workshops", "system:serviceaccount:workshops:lab-spawner")
RULES = orphans.Rules(grace=90, stuck=600)


def ago(seconds):
    return NOW - timedelta(seconds=seconds)


def item(kind="Namespace", **more):
    return ObjectMeta(
        kind,
        "lab-x7k2",
        "" if kind == "Namespace" else "workshops",
        created=more.pop("created", ago(1000)),
        labels={"app": "lab", "class": "session", labels.SESSION: "s1"},
        annotations={
            labels.REQUESTOR: OWNER.requestor,
            labels.NAMESPACE: "workshops",
            labels.DEPLOYMENT: "lab",
            labels.POD: "lab-user-x7k2",
            labels.USERNAME: "x7k2",
        },
        **more,
    )


@pytest.mark.parametrize("name", ["default", "kube-system", "openshift-infra", "workshops"])
def test_a_protected_namespace_is_never_ours(name):
    project = replace(item(), name=name)
    assert "protected" in decide(project).reason
    assert decide(replace(item("ServiceAccount"), name=name)).acts


def decide(it, hub=Presence.GONE, pod=Presence.GONE, rules=RULES):
    return orphans.decide_orphan(it, OWNER, hub, pod, NOW, rules)


@pytest.mark.parametrize(("hub", "pod"), list(itertools.product(Presence, Presence)))
@pytest.mark.parametrize("kind", ["Namespace", "ServiceAccount", "Service", "Pod"])
def test_only_firm_answers_delete(kind, hub, pod):
    over = hub in (Presence.GONE, Presence.STOPPED, Presence.REPLACED)
    expected = over and (kind == "Pod" or pod is Presence.GONE)
    assert decide(item(kind), hub, pod).acts is expected


@pytest.mark.parametrize(
    ("it", "action"),
    [
        pytest.param(item(), Action.DELETE, id="old"),
        pytest.param(item(created=ago(90)), Action.DELETE, id="old to the second"),
        pytest.param(item(created=ago(89)), Action.KEEP, id="within grace"),
        pytest.param(item(created=ago(-5)), Action.KEEP, id="from the future"),
        pytest.param(item(created=None), Action.KEEP, id="age unknown"),
        pytest.param(item(deleting=ago(5)), Action.KEEP, id="terminating"),
        pytest.param(item(deleting=ago(600)), Action.UNSTICK, id="terminating for too long"),
        pytest.param(item("Pod", deleting=ago(9999)), Action.KEEP, id="a pod is not unstuck"),
        pytest.param(item("PersistentVolumeClaim"), Action.KEEP, id="volume"),
    ],
)
def test_age_and_state(it, action):
    assert decide(it).action is action


def test_volumes_go_if_asked():
    rules = replace(RULES, volumes=True)
    assert decide(item("PersistentVolumeClaim"), rules=rules).acts


def test_stuck_rule_off():
    assert not decide(item(deleting=ago(9999)), rules=orphans.Rules(stuck=0)).acts


@given(
    st.sampled_from(Presence),
    st.sampled_from(Presence),
    st.integers(0, 9999),
    st.dictionaries(
        st.sampled_from([labels.REQUESTOR, labels.NAMESPACE, labels.DEPLOYMENT]),
        st.text(max_size=5),
        min_size=1,
    ),
)
def test_a_foreign_thing_is_never_touched(hub, pod, age, wrong):
    it = item(created=ago(age))
    foreign = replace(it, annotations={**it.annotations, **wrong})
    assert not decide(foreign, hub, pod).acts


def test_the_claim_is_read_and_never_guessed():
    ref = orphans.find_session_ref(item())
    assert ref == orphans.SessionRef("x7k2", "", "lab-user-x7k2", "s1")
    bare = replace(item(), annotations={})
    assert orphans.find_session_ref(bare) == orphans.SessionRef("", "", "", "s1")
    assert orphans.find_session_ref(item("Pod")).pod == "lab-x7k2"


@pytest.mark.parametrize(
    ("user", "presence"),
    [
        (None, Presence.GONE),
        (User("x7k2"), Presence.STOPPED),
        (User("x7k2", servers=None), Presence.UNKNOWN),
        (User("x7k2", servers=(Server("x7k2"),)), Presence.LIVE),
        (User("x7k2", servers=(Server("x7k2", pending="stop"),)), Presence.LIVE),
        (User("x7k2", servers=(Server("x7k2", "other"),)), Presence.STOPPED),
    ],
)
def test_presence(user, presence):
    assert orphans.find_presence(orphans.find_session_ref(item()), user) is presence


def test_without_a_user_name_nothing_is_known():
    assert orphans.find_presence(orphans.SessionRef(pod="p"), None) is Presence.UNKNOWN


STATE = {"state": {"pod_name": "lab-user-x7k2"}}


@pytest.mark.parametrize(
    ("server", "is_stray"),
    [
        pytest.param(Server("alicia"), True, id="renamed"),
        pytest.param(Server("x7k2", "late"), True, id="its server renamed"),
        pytest.param(Server("x7k2"), False, id="a pod names it"),
        pytest.param(Server("alicia", model=STATE), False, id="the hub names its pod"),
    ],
)
def test_a_server_that_no_pod_names_is_a_stray(server, is_stray):
    assert bool(orphans.find_strays([server], {("x7k2", "")})) == is_stray


@pytest.mark.parametrize(("hub", "pod"), list(itertools.product(Presence, Presence)))
def test_a_missing_name_proves_nothing_while_a_stray_runs(hub, pod):
    assert orphans.doubt_presence(hub, pod, []) is hub
    doubted = orphans.doubt_presence(hub, pod, [Server("alicia")])
    assert (doubted is Presence.MAYBE_RENAMED) == (
        hub is Presence.MAYBE_RENAMED
        or (hub in (Presence.GONE, Presence.STOPPED) and pod is not Presence.GONE)
    )
    assert not (decide(item("Pod"), doubted, pod).acts and doubted is not hub)


@pytest.mark.parametrize(
    ("server", "pod", "replaced"),
    [
        (Server("a"), {labels.SESSION: "s2"}, True),
        (Server("a"), {labels.SESSION: "s1"}, False),
        (Server("a"), {}, False),
        (Server("a", pending="spawn"), {labels.SESSION: "s2"}, False),
        (Server("a", ready=False), {labels.SESSION: "s2"}, False),
    ],
)
def test_a_later_session_proves_the_earlier_one_over(server, pod, replaced):
    ref = orphans.SessionRef("a", "", "p", "s1")
    assert orphans.is_replaced(ref, server, ObjectMeta("Pod", "p", labels=pod)) is replaced


@pytest.mark.parametrize(
    ("it", "acts"),
    [
        (ObjectMeta("Pod", "a", finalizers=("x/y",), deleting=ago(9)), True),
        (ObjectMeta("Pod", "a", finalizers=("x/y",)), False),
        (ObjectMeta("Pod", "a", deleting=ago(9)), False),
    ],
)
def test_finalizers_are_taken_only_off_what_is_to_go(it, acts):
    assert orphans.decide_finalizers(it).acts is acts
