import pytest

from pocket_openshift.resources.rules import pod_rules


def spec(**container):
    return {"containers": [{"name": "c", "image": "i:1", **container}]}


@pytest.mark.parametrize(
    ("image", "policy"),
    [
        ("a:1", "IfNotPresent"),
        ("a", "Always"),
        ("a:latest", "Always"),
        ("registry:5000/a", "Always"),
        ("registry:5000/a:1", "IfNotPresent"),
        ("a@sha256:0", "IfNotPresent"),
    ],
)
def test_pull_policies(image, policy):
    made = spec(image=image)
    pod_rules.fill_spec(made)
    assert made["containers"][0]["imagePullPolicy"] == policy


def test_requests_follow_limits():
    made = spec(resources={"limits": {"cpu": "1", "memory": "1Gi"}, "requests": {"cpu": "500m"}})
    pod_rules.fill_spec(made)
    requests = made["containers"][0]["resources"]["requests"]
    assert requests == {"cpu": "500m", "memory": "1Gi"}


def test_what_is_said_stays():
    made = {**spec(), "restartPolicy": "Never", "terminationGracePeriodSeconds": 1}
    pod_rules.fill_spec(made)
    assert (made["restartPolicy"], made["terminationGracePeriodSeconds"]) == ("Never", 1)


def test_probes_ports_and_volumes():
    made = spec(readinessProbe={"httpGet": {"port": 80}}, ports=[{"containerPort": 80}])
    made["volumes"] = [{"name": "v", "secret": {"secretName": "s"}}]
    pod_rules.fill_spec(made)
    probe = made["containers"][0]["readinessProbe"]
    assert (probe["periodSeconds"], probe["httpGet"]["scheme"]) == (10, "HTTP")
    assert made["containers"][0]["ports"] == [{"containerPort": 80, "protocol": "TCP"}]
    assert made["volumes"][0]["secret"]["defaultMode"] == 420


def test_the_token_is_mounted_where_nothing_is():
    made = spec()
    made["containers"].append(
        {"name": "d", "volumeMounts": [{"name": "own", "mountPath": pod_rules.TOKEN_PATH}]}
    )
    pod_rules.mount_token(made, "t")
    assert made["containers"][0]["volumeMounts"][0]["name"] == "t"
    assert [mount["name"] for mount in made["containers"][1]["volumeMounts"]] == ["own"]
    assert [volume["name"] for volume in made["volumes"]] == ["t"]


def test_no_volume_without_a_mount():
    made = spec(volumeMounts=[{"name": "own", "mountPath": pod_rules.TOKEN_PATH}])
    pod_rules.mount_token(made, "t")
    assert "volumes" not in made


@pytest.mark.parametrize(
    ("resources", "expected"),
    [
        ({}, "BestEffort"),
        ({"requests": {"cpu": "1"}}, "Burstable"),
        ({"limits": {"cpu": "1", "memory": "1Gi"}}, "Guaranteed"),
        ({"limits": {"cpu": "1", "memory": "1Gi"}, "requests": {"cpu": "1000m"}}, "Guaranteed"),
        ({"limits": {"cpu": "1", "memory": "1Gi"}, "requests": {"cpu": "1m"}}, "Burstable"),
    ],
)
def test_quality_of_service(resources, expected):
    assert pod_rules.qos_class(spec(resources=resources)) == expected


def test_tolerations_are_added_once():
    made = spec(resources={"requests": {"cpu": "1"}})
    pod_rules.add_tolerations(made)
    pod_rules.add_tolerations(made)
    assert len(made["tolerations"]) == 3
