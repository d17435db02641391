import pytest

QUOTAS = "/api/v1/namespaces/default/resourcequotas"
MAPS = "/api/v1/namespaces/default/configmaps"


def quota(name="q", scopes=(), **hard):
    where = {"name": name, "namespace": "default"}
    hard = {key.replace("__", "/").replace("_", "."): value for key, value in hard.items()}
    spec = {"hard": hard, **({"scopes": list(scopes)} if scopes else {})}
    return {"apiVersion": "v1", "kind": "ResourceQuota", "metadata": where, "spec": spec}


def config_map(name):
    where = {"name": name, "namespace": "default"}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": where}


def pod(name, cpu=None, memory=None):
    wanted = {key: value for key, value in (("cpu", cpu), ("memory", memory)) if value}
    container = {"name": "c", "image": "i", "resources": {"requests": wanted, "limits": wanted}}
    where = {"name": name, "namespace": "default"}
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": where,
        "spec": {"containers": [container]},
    }


def status(cluster, name="q"):
    return cluster.request("GET", f"{QUOTAS}/{name}").body["status"]


def test_what_is_there_is_counted(cluster):
    before = len(cluster.request("GET", MAPS).body["items"])
    cluster.apply(config_map("a"))
    cluster.apply(quota(configmaps="10"))
    assert status(cluster) == {
        "hard": {"configmaps": "10"},
        "used": {"configmaps": str(before + 1)},
    }
    cluster.apply(config_map("b"))
    assert status(cluster)["used"] == {"configmaps": str(before + 2)}
    cluster.request("DELETE", f"{MAPS}/a")
    assert status(cluster)["used"] == {"configmaps": str(before + 1)}


def test_what_does_not_fit_is_refused(cluster):
    before = len(cluster.request("GET", MAPS).body["items"])
    cluster.apply(quota(configmaps=str(before + 1)))
    assert cluster.request("POST", MAPS, config_map("a")).status == 201
    answer = cluster.request("POST", MAPS, config_map("b"))
    assert (answer.status, answer.body["reason"]) == (403, "Forbidden")
    assert "exceeded quota: q, requested: configmaps=1" in answer.body["message"]
    assert status(cluster)["used"] == {"configmaps": str(before + 1)}
    cluster.request("DELETE", f"{MAPS}/a")
    assert cluster.request("POST", MAPS, config_map("b")).status == 201


PODS = "/api/v1/namespaces/default/pods"


def test_pods_are_counted_by_what_they_ask_for(cluster):
    cluster.apply(quota(requests_cpu="1", limits_memory="1Gi", pods="5"))
    silent = cluster.request("POST", PODS, pod("silent"))
    assert silent.status == 403
    assert "must specify" in silent.body["message"]
    assert cluster.request("POST", PODS, pod("a", "600m", "100Mi")).status == 201
    assert status(cluster)["used"] == {
        "requests.cpu": "600m",
        "limits.memory": "100Mi",
        "pods": "1",
    }
    assert cluster.request("POST", PODS, pod("b", "600m", "100Mi")).status == 403
    assert cluster.request("POST", PODS, pod("c", "400m", "100Mi")).status == 201
    assert status(cluster)["used"]["requests.cpu"] == "1"


def test_a_dry_run_uses_nothing(cluster):
    cluster.apply(quota(pods="1"))
    assert cluster.request("POST", f"{PODS}?dryRun=All", pod("a")).status == 201
    assert status(cluster)["used"] == {"pods": "0"}


def test_a_changed_quota_is_counted_anew(cluster):
    cluster.apply(quota(pods="1"))
    cluster.apply(pod("a"))
    (kept,) = cluster.apply(quota(pods="5", services="2"))
    assert status(cluster) == {
        "hard": {"pods": "5", "services": "2"},
        "used": {"pods": "1", "services": "0"},
    }
    assert kept["spec"]["hard"] == {"pods": "5", "services": "2"}


@pytest.mark.parametrize(("scope", "counted"), [("BestEffort", "1"), ("NotBestEffort", "0")])
def test_a_quota_may_be_for_some_pods_only(cluster, scope, counted):
    cluster.apply(quota(scopes=[scope], pods="5"))
    cluster.apply(pod("a"))
    assert status(cluster)["used"] == {"pods": counted}


def test_other_namespaces_have_nothing_to_do_with_it(cluster):
    cluster.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "other"}})
    cluster.apply(quota(count__configmaps="100"))
    before = status(cluster)["used"]
    made = config_map("a")
    made["metadata"]["namespace"] = "other"
    cluster.apply(made)
    assert status(cluster)["used"] == before


def test_a_pod_that_has_ended_gives_its_memory_back(cluster):
    cluster.apply(quota(limits_memory="1Gi"), pod("p", memory="256Mi"))
    assert status(cluster)["used"] == {"limits.memory": "256Mi"}
    cluster.request(
        "PATCH",
        "/api/v1/namespaces/default/pods/p/status",
        {"status": {"phase": "Succeeded"}},
        headers={"Content-Type": "application/merge-patch+json"},
    )
    assert status(cluster)["used"] == {"limits.memory": "0"}


def test_a_pod_must_say_what_is_bounded(cluster):
    cluster.apply(quota(limits_memory="1Gi"))
    refused = cluster.request("POST", "/api/v1/namespaces/default/pods", pod("p"))
    assert "failed quota: q: must specify limits.memory for: c" in refused.body["message"]


def test_counts_are_forgotten_with_the_quota(cluster):
    cluster.apply(quota(pods="1"), pod("p"))
    assert cluster.request("POST", "/api/v1/namespaces/default/pods", pod("q")).status == 403
    cluster.request("DELETE", f"{QUOTAS}/q")
    assert cluster.request("POST", "/api/v1/namespaces/default/pods", pod("q")).status == 201
