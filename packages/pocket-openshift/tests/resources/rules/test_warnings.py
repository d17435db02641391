import pytest

from pocket_openshift.resources.rules import warnings

CONTAINER = {"name": "c", "image": "example.com/x"}


def of_pod(**spec):
    spec = {"containers": [CONTAINER], **spec}
    return [*warnings.find("pods", {"metadata": {"name": "p"}, "spec": spec}, None)]


def of_container(**fields):
    return of_pod(containers=[{**CONTAINER, **fields}])


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        (
            {"imagePullSecrets": [{"name": "a"}, {"name": "a"}]},
            'spec.imagePullSecrets[1].name: duplicate name "a"',
        ),
        ({"imagePullSecrets": [{}]}, 'spec.imagePullSecrets[0].name: invalid empty name ""'),
        (
            {"hostAliases": [{"ip": "10.0.0.1"}, {"ip": "10.0.0.1"}]},
            'spec.hostAliases[1].ip: duplicate ip "10.0.0.1"',
        ),
        (
            {"nodeSelector": {"beta.kubernetes.io/os": "linux"}},
            "spec.nodeSelector[beta.kubernetes.io/os]: deprecated since v1.14; use "
            '"kubernetes.io/os" '
            "instead",
        ),
        (
            {"topologySpreadConstraints": [{"topologyKey": "a"}]},
            "spec.topologySpreadConstraints[0].labelSelector: a null labelSelector results in "
            "matching no pod",
        ),
        (
            {"volumes": [{"name": "v", "gitRepo": {}}]},
            "spec.volumes[0].gitRepo: deprecated in v1.11",
        ),
    ],
)
def test_what_is_likely_a_mistake_is_told(spec, said):
    assert of_pod(**spec) == [said]


@pytest.mark.parametrize(
    ("container", "said"),
    [
        (
            {"env": [{"name": "A", "value": "1"}, {"name": "A", "value": "2"}]},
            'env[1]: hides previous definition of "A", which may be dropped when using apply',
        ),
        (
            {"resources": {"limits": {"memory": "100m"}}},
            'resources.limits[memory]: fractional byte value "100m" is invalid, must be an integer',
        ),
        (
            {"ports": [{"containerPort": 80}, {"containerPort": 80}]},
            "ports[1]: duplicate port definition with spec.containers[0].ports[0]",
        ),
        (
            {"ports": [{"containerPort": 80, "hostPort": 80}, {"containerPort": 80}]},
            "ports[1]: overlapping port definition with spec.containers[0].ports[0]",
        ),
    ],
)
def test_it_is_told_of_containers(container, said):
    assert of_container(**container) == [f"spec.containers[0].{said}"]


def test_a_variable_may_build_on_the_one_before():
    env = [{"name": "A", "value": "1"}, {"name": "A", "value": "$(A)2"}]
    assert of_container(env=env) == []


@pytest.mark.parametrize(
    ("resource", "use"),
    [("pods", "the Pod's hostname"), ("deployments.apps", "Pod names and hostnames")],
)
def test_a_name_that_is_no_host_is_told(resource, use):
    obj = {"metadata": {"name": "a.b"}, "spec": {}}
    assert [*warnings.find(resource, obj, None)] == [
        f"metadata.name: this is used in {use}, which can result in surprising behavior; a DNS "
        "label is recommended: [must not contain dots]"
    ]


def test_templates_are_looked_at_and_changes_that_touch_them():
    template = {"spec": {"containers": [CONTAINER], "imagePullSecrets": [{}]}}
    job = {"metadata": {"name": "j"}, "spec": {"template": template}}
    told = ['spec.template.spec.imagePullSecrets[0].name: invalid empty name ""']
    assert [*warnings.find("jobs.batch", job, None)] == told
    assert [*warnings.find("jobs.batch", job, {"spec": {}})] == told
    assert [*warnings.find("jobs.batch", job, job)] == []
    cron = {"metadata": {"name": "c"}, "spec": {"jobTemplate": job}}
    (text,) = warnings.find("cronjobs.batch", cron, None)
    assert text.startswith("spec.jobTemplate.spec.template.spec.imagePullSecrets[0]")


def test_nothing_is_told_of_what_is_right():
    assert of_pod() == []
    assert [*warnings.find("configmaps", {"metadata": {"name": "a.b"}}, None)] == []


@pytest.mark.parametrize(("spec", "told"), [({}, 1), ({"ingressClassName": "a"}, 0)])
def test_the_old_way_to_name_a_class_is_told(spec, told):
    meta = {"name": "i", "annotations": {"kubernetes.io/ingress.class": "a"}}
    found = [*warnings.find("ingresses.networking.k8s.io", {"metadata": meta, "spec": spec}, None)]
    assert len(found) == told
