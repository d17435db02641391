import pytest

ONLY = "spec: Forbidden: pod updates may not change fields other than"


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        (
            {"restartPolicy": "Maybe"},
            'spec.restartPolicy: Unsupported value: "Maybe": supported '
            'values: "Always", "OnFailure", "Never"',
        ),
        (
            {"dnsPolicy": "Near"},
            'spec.dnsPolicy: Unsupported value: "Near": supported values: '
            '"ClusterFirstWithHostNet", "ClusterFirst", "Default", "None"',
        ),
        ({"dnsPolicy": "None"}, "must provide `dnsConfig` when `dnsPolicy` is None"),
        ({"dnsConfig": {"nameservers": ["x"]}}, "spec.dnsConfig.nameservers[0]: Invalid value"),
        ({"dnsConfig": {"nameservers": ["10.0.0.1"] * 4}}, "must not have more than 3 nameservers"),
        ({"nodeSelector": {"a": "b c"}}, "spec.nodeSelector: Invalid value"),
        ({"activeDeadlineSeconds": 0}, "must be between 1 and 2147483647, inclusive"),
        ({"hostname": "a.b"}, 'spec.hostname: Invalid value: "a.b": must not contain dots'),
        ({"subdomain": "A"}, "spec.subdomain: Invalid value"),
        ({"hostAliases": [{"ip": "x"}]}, "spec.hostAliases[0].ip: Invalid value"),
        ({"priorityClassName": "A"}, "spec.priorityClassName: Invalid value"),
        ({"serviceAccountName": "A"}, "spec.serviceAccountName: Invalid value"),
        ({"readinessGates": [{"conditionType": "a b"}]}, "spec.readinessGates[0].conditionType"),
        ({"schedulingGates": [{"name": "a"}] * 2}, 'schedulingGates[1]: Duplicate value: "a"'),
        ({"ephemeralContainers": [{}]}, "spec.ephemeralContainers: Forbidden: cannot be set on"),
        (
            {
                "hostNetwork": True,
                "containers": [{"name": "c", "image": "i", "ports": [{"containerPort": 80}]}],
            },
            "must match `containerPort` when `hostNetwork` is true",
        ),
    ],
)
def test_a_pod_without_sense_is_told(say, spec, said):
    found = say("pods", spec=spec)
    assert any(said in text for text in found), found


@pytest.mark.parametrize(
    ("old", "change", "said"),
    [
        ({}, {"restartPolicy": "Never"}, ONLY),
        ({}, {"terminationGracePeriodSeconds": 5}, ONLY),
        ({}, {"containers": []}, "spec.containers: Forbidden: pod updates may not add or remove"),
        (
            {"activeDeadlineSeconds": 5},
            {"activeDeadlineSeconds": 6},
            "must be less than or equal to previous value",
        ),
        (
            {"activeDeadlineSeconds": 5},
            {"activeDeadlineSeconds": None},
            'Invalid value: "null": must not update from a positive integer to nil value',
        ),
        (
            {"tolerations": [{"key": "a", "operator": "Exists"}]},
            {"tolerations": []},
            "existing toleration can not be modified except its tolerationSeconds",
        ),
    ],
)
def test_what_may_not_change_is_told(say, old, change, said):
    found = say("pods", old={"spec": old}, spec=change)
    assert any(text.startswith(said) or said in text for text in found), found


@pytest.mark.parametrize(
    ("old", "change"),
    [
        ({}, {"containers": [{"name": "c", "image": "example.com/y"}]}),
        ({}, {"activeDeadlineSeconds": 5}),
        ({"activeDeadlineSeconds": 5}, {"activeDeadlineSeconds": 4}),
        ({}, {"tolerations": [{"key": "a", "operator": "Exists"}]}),
    ],
)
def test_what_may_change(say, old, change):
    assert say("pods", old={"spec": old}, spec=change) == []


def test_errors_of_a_template_name_the_template(say):
    change = {"template": {"metadata": {"labels": {"a": "b c"}}, "spec": {"containers": []}}}
    found = say("podtemplates", **change)
    assert found[0].startswith('template.labels: Invalid value: "b c"')
    assert found[1] == "template.spec.containers: Required value"


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("", "spec.os.name: Required value: cannot be empty"),
        ("mac", 'spec.os: Unsupported value: "mac": supported values: "linux", "windows"'),
    ],
)
def test_a_pod_is_for_a_system_that_there_is(say, name, said):
    assert say("pods", spec={"os": {"name": name}}) == [said]
