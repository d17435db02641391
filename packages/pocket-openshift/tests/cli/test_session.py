import pytest

from pocket_openshift.cli import session
from pocket_openshift.client import kubeconfig


@pytest.fixture
def waits():
    return []


@pytest.fixture
def to(cluster, waits):
    with session.Session(kubeconfig.load(cluster.kubeconfig), sleep=waits.append) as made:
        yield made


PODS = "/api/v1/namespaces/default/pods"


def test_a_kubeconfig_is_found(tmp_path, monkeypatch):
    given = tmp_path / "given"
    named = tmp_path / "named"
    named.write_text("")
    assert session.find_kubeconfig(given, {}) == given
    assert session.find_kubeconfig(None, {"KUBECONFIG": f"{tmp_path}/none:{named}"}) == named
    monkeypatch.setattr("pathlib.Path.home", lambda: tmp_path)
    with pytest.raises(session.CommandError, match="--kubeconfig FILE, or set KUBECONFIG"):
        session.find_kubeconfig(None, {})


@pytest.mark.parametrize(
    ("fault", "waited"),
    [
        ({"status": 500}, 1),
        ({"status": 503, "times": 3}, 3),
        ({"status": 429, "retry_after": 7}, 1),
        ({"drop": "before"}, 1),
    ],
)
def test_a_server_in_trouble_is_asked_again(cluster, to, waits, fault, waited):
    cluster.faults.add(resource="pods", verb="list", **fault)
    assert to.request("GET", PODS).status == 200
    assert len(waits) == waited
    if "retry_after" in fault:
        assert waits == [7.0]


def test_it_is_not_asked_for_ever(cluster, to, waits):
    cluster.faults.add(resource="pods", verb="list", status=503, times=100)
    with pytest.raises(session.CommandError) as caught:
        to.request("GET", PODS)
    assert caught.value.status == 503
    assert len(waits) == session.TRIES - 1
    assert sum(waits) < 60


def test_a_refusal_is_final_and_in_the_servers_words(to, waits):
    with pytest.raises(session.CommandError, match='pods "no" not found') as caught:
        to.request("GET", f"{PODS}/no")
    assert (caught.value.status, caught.value.reason) == (404, "NotFound")
    assert not isinstance(caught.value, session.Refused)
    assert waits == []


def test_a_refusal_after_a_lost_answer_is_marked(cluster, to):
    cluster.faults.add(resource="configmaps", verb="create", drop="after")
    with pytest.raises(session.Refused) as caught:
        to.request("POST", PODS.replace("pods", "configmaps"), {"metadata": {"name": "a"}})
    assert caught.value.reason == "AlreadyExists"


def test_a_server_that_is_gone_is_named(waits):
    gone = kubeconfig.Connection("http://127.0.0.1:9")
    with (
        session.Session(gone, sleep=waits.append) as to,
        pytest.raises(session.CommandError, match=r"http://127\.0\.0\.1:9 does not answer"),
    ):
        to.request("GET", "/api")


def test_kinds_are_looked_up_once(cluster, to):
    for _ in range(3):
        assert to.resource_named("route").plural == "routes"
        assert to.resource_of({"apiVersion": "v1", "kind": "Pod"}).plural == "pods"
    with pytest.raises(session.CommandError, match="no kind of objects called 'nothings'"):
        to.resource_named("nothings")
    for version in ("v1", "no.such/v1"):
        with pytest.raises(session.CommandError, match="the server has no kind 'Nothing'"):
            to.resource_of({"apiVersion": version, "kind": "Nothing"})


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        (b"oops", "the server answered 502"),
        (b'{"message": "full"}', "full"),
        (b"[]", "answered 502"),
    ],
)
def test_an_error_is_made_of_whatever_came(raw, says):
    assert says in str(session.make_error(502, raw))


def test_the_errors_of_a_verb_are_one_line(pocket, monkeypatch, tmp_path):
    monkeypatch.setenv("KUBECONFIG", str(tmp_path / "none"))
    code, out, errors = pocket("get", "pods")
    assert (code, out, len(errors)) == (1, [], 1)
    assert errors[0].startswith("error: no kubeconfig")
    (tmp_path / "bad").write_text("a: [")
    monkeypatch.setenv("KUBECONFIG", str(tmp_path / "bad"))
    assert pocket("get", "pods")[0] == 1
