"""Pod Security admission, as callers of the API meet it."""

import pytest

PODS = "/api/v1/namespaces/lab/pods"
PREFIX = "pod-security.kubernetes.io/"
BARE = {"containers": [{"name": "c", "image": "i"}]}
HOST = {**BARE, "hostNetwork": True}
SAFE_CONTEXT = {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}}
SAFE = {
    "containers": [{"name": "c", "image": "i", "securityContext": SAFE_CONTEXT}],
    "securityContext": {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}},
}
BASELINE = 'violate PodSecurity "baseline:latest": host namespaces (hostNetwork=true)'


def label(cluster, **labels):
    labels = {PREFIX + name.replace("_", "-"): value for name, value in labels.items()}
    metadata = {"name": "lab", "labels": labels}
    cluster.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": metadata})


def relabel(cluster, **labels):
    labels = {PREFIX + name: value for name, value in labels.items()}
    return patch(cluster, "/api/v1/namespaces/lab", {"metadata": {"labels": labels}})


def patch(cluster, path, body):
    headers = {"Content-Type": "application/merge-patch+json"}
    return cluster.request("PATCH", path, body, headers=headers)


def make_pod(cluster, spec=BARE, name="p"):
    return cluster.request("POST", PODS, {"metadata": {"name": name}, "spec": spec})


def test_a_pod_that_the_level_forbids_is_refused(cluster):
    label(cluster, enforce="baseline")
    answer = make_pod(cluster, HOST)
    assert answer.status == 403
    assert answer.body["reason"] == "Forbidden"
    assert answer.body["message"] == f'pods "p" is forbidden: {BASELINE.replace("te", "tes", 1)}'
    assert answer.warnings == ()
    assert make_pod(cluster).status == 201


def test_without_labels_all_is_let_in_and_nothing_warned_of(cluster):
    label(cluster)
    answer = make_pod(cluster, HOST)
    assert (answer.status, answer.warnings) == (201, ())


def test_a_warning_lets_the_pod_in(cluster):
    label(cluster, enforce="privileged", warn="baseline")
    answer = make_pod(cluster, HOST)
    assert (answer.status, answer.warnings) == (201, (f"would {BASELINE}",))


def test_a_pinned_version_is_named(cluster):
    label(cluster, enforce="baseline", enforce_version="v1.30")
    assert '"baseline:v1.30": host namespaces' in make_pod(cluster, HOST).body["message"]


def test_a_dry_run_is_refused_too(cluster):
    label(cluster, enforce="baseline")
    body = {"metadata": {"name": "p"}, "spec": HOST}
    assert cluster.request("POST", f"{PODS}?dryRun=All", body).status == 403


def test_a_pod_from_before_may_change_its_labels_and_status_and_not_its_image(cluster):
    label(cluster)
    assert make_pod(cluster, HOST).status == 201
    assert relabel(cluster, enforce="baseline").status == 200
    one = f"{PODS}/p"
    assert patch(cluster, one, {"metadata": {"labels": {"a": "b"}}}).status == 200
    assert patch(cluster, f"{one}/status", {"status": {"phase": "Running"}}).status == 200
    other = {"spec": {"containers": [{"name": "c", "image": "j"}]}}
    headers = {"Content-Type": "application/strategic-merge-patch+json"}
    answer = cluster.request("PATCH", one, other, headers=headers)
    assert (answer.status, answer.body["reason"]) == (403, "Forbidden")


def template(spec):
    return {"metadata": {"labels": {"a": "b"}}, "spec": {"restartPolicy": "Never", **spec}}


def workload(kind, spec):
    always = {**template(spec), "spec": spec}
    return {
        "Deployment": {"selector": {"matchLabels": {"a": "b"}}, "template": always},
        "ReplicaSet": {"selector": {"matchLabels": {"a": "b"}}, "template": always},
        "DaemonSet": {"selector": {"matchLabels": {"a": "b"}}, "template": always},
        "StatefulSet": {
            "selector": {"matchLabels": {"a": "b"}},
            "serviceName": "s",
            "template": always,
        },
        "ReplicationController": {"selector": {"a": "b"}, "template": always},
        "Job": {"template": template(spec)},
        "CronJob": {"schedule": "* * * * *", "jobTemplate": {"spec": {"template": template(spec)}}},
    }[kind]


@pytest.mark.parametrize(
    ("group", "kind"),
    [
        ("apis/apps/v1", "Deployment"),
        ("apis/apps/v1", "ReplicaSet"),
        ("apis/apps/v1", "DaemonSet"),
        ("apis/apps/v1", "StatefulSet"),
        ("api/v1", "ReplicationController"),
        ("apis/batch/v1", "Job"),
        ("apis/batch/v1", "CronJob"),
    ],
)
def test_workloads_are_let_in_with_a_warning(cluster, group, kind):
    label(cluster, enforce="baseline")
    path = f"/{group}/namespaces/lab/{kind.lower()}s"
    bad = {"metadata": {"name": "bad"}, "spec": workload(kind, HOST)}
    good = {"metadata": {"name": "good"}, "spec": workload(kind, BARE)}
    answer = cluster.request("POST", path, bad)
    assert (answer.status, answer.warnings) == (201, (f"would {BASELINE}",))
    answer = cluster.request("POST", path, good)
    assert (answer.status, answer.warnings) == (201, ())


def test_the_pods_of_a_workload_are_refused_and_an_event_says_so(cluster):
    label(cluster, enforce="baseline")
    job = {"metadata": {"name": "j"}, "spec": workload("Job", HOST)}
    assert cluster.request("POST", "/apis/batch/v1/namespaces/lab/jobs", job).status == 201
    assert cluster.request("GET", PODS).body["items"] == []
    events = cluster.request("GET", "/api/v1/namespaces/lab/events").body["items"]
    assert any("host namespaces (hostNetwork=true)" in event["message"] for event in events)


def test_restricted_lets_in_what_is_safe(cluster):
    label(cluster, enforce="restricted")
    assert make_pod(cluster).status == 403
    answer = make_pod(cluster, SAFE)
    assert (answer.status, answer.warnings) == (201, ())


def test_a_stricter_label_warns_of_the_pods_that_are_there(cluster):
    label(cluster)
    make_pod(cluster, HOST)
    assert relabel(cluster, enforce="baseline").warnings == (
        'existing pods in namespace "lab" violate the new PodSecurity enforce level '
        '"baseline:latest"',
        "p: host namespaces",
    )
    assert relabel(cluster, enforce="privileged").warnings == ()


def test_a_wrong_label_is_refused_and_an_old_one_may_stay(cluster):
    label(cluster, enforce="baseline")
    answer = relabel(cluster, enforce="strict")
    assert answer.status == 422
    assert answer.body["details"]["causes"][0]["field"] == f"metadata.labels[{PREFIX}enforce]"
    assert relabel(cluster, **{"warn-version": "v1.36"}).status == 200
    wrong = relabel(cluster, **{"audit-version": "1", "warn": "none"})
    assert wrong.status == 422
    assert len(wrong.body["details"]["causes"]) == 2


def test_a_warning_survives_letters_that_headers_do_not_know(cluster):
    label(cluster, warn="baseline")
    probe = {"httpGet": {"host": 'münchen.例え"', "port": 80}}
    spec = {"containers": [{"name": "c", "image": "i", "livenessProbe": probe}]}
    answer = make_pod(cluster, spec)
    said = answer.warnings[0]
    assert (answer.status, 'host "münchen.例え""' in said) == (201, True)
