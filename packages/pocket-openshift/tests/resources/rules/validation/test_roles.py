import pytest

RBAC = "rbac.authorization.k8s.io"
RULE = {"apiGroups": [""], "resources": ["pods"], "verbs": ["get"]}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"verbs": []}, ["rules[0].verbs: Required value: verbs must contain at least one value"]),
        (
            {"apiGroups": []},
            [
                "rules[0].apiGroups: Required value: resource rules must supply at "
                "least one api group"
            ],
        ),
        (
            {"resources": []},
            [
                "rules[0].resources: Required value: resource rules must supply at "
                "least one resource"
            ],
        ),
        (
            {"nonResourceURLs": ["/x"], "apiGroups": [], "resources": []},
            [
                'rules[0].nonResourceURLs: Invalid value: ["/x"]: namespaced rules cannot apply to '
                "non-resource URLs"
            ],
        ),
    ],
)
def test_a_rule_without_sense_is_told(say, change, said):
    assert say(f"roles.{RBAC}", rules=[{**RULE, **change}]) == said


def test_what_only_the_cluster_may_say(say):
    paths = {"nonResourceURLs": ["/x"], "verbs": ["get"]}
    assert say(f"clusterroles.{RBAC}", rules=[paths]) == []
    assert "rules cannot apply to both" in say(f"clusterroles.{RBAC}", rules=[{**RULE, **paths}])[0]
    assert say(f"clusterroles.{RBAC}", aggregationRule={}) == [
        "aggregationRule.clusterRoleSelectors: Required value: at least one clusterRoleSelector "
        "required if aggregationRule is non-nil"
    ]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            {"roleRef": {"kind": "Magic"}},
            ['roleRef.kind: Unsupported value: "Magic": supported values: "Role", "ClusterRole"'],
        ),
        ({"roleRef": {"name": None}}, ["roleRef.name: Required value"]),
        (
            {"roleRef": {"name": "a/b"}},
            ["roleRef.name: Invalid value: \"a/b\": may not contain '/'"],
        ),
        (
            {"roleRef": {"apiGroup": "x"}},
            [f'roleRef.apiGroup: Unsupported value: "x": supported values: "{RBAC}"'],
        ),
        (
            {"subjects": [{"kind": "Robot", "name": "x"}]},
            [
                'subjects[0].kind: Unsupported value: "Robot": supported values: "ServiceAccount", '
                '"User", "Group"'
            ],
        ),
        (
            {"subjects": [{"kind": "User", "apiGroup": RBAC}]},
            [
                "subjects[0].name: Required value",
                'subjects[0].name: Invalid value: "": user name cannot be empty',
            ],
        ),
        (
            {"subjects": [{"kind": "Group", "name": "g"}]},
            [f'subjects[0].apiGroup: Unsupported value: "": supported values: "{RBAC}"'],
        ),
        (
            {"subjects": [{"kind": "ServiceAccount", "name": "s", "apiGroup": RBAC}]},
            [f'subjects[0].apiGroup: Unsupported value: "{RBAC}": supported values: ""'],
        ),
        ({"subjects": [{"kind": "ServiceAccount", "name": "s"}]}, []),
    ],
)
def test_a_binding_without_sense_is_told(say, change, said):
    assert say(f"rolebindings.{RBAC}", **change) == said


def test_a_cluster_binding_knows_cluster_roles_and_names_namespaces(say):
    found = say(
        f"clusterrolebindings.{RBAC}",
        roleRef={"kind": "Role"},
        subjects=[{"kind": "ServiceAccount", "name": "s"}],
    )
    assert found == [
        'roleRef.kind: Unsupported value: "Role": supported values: "ClusterRole"',
        "subjects[0].namespace: Required value",
    ]


@pytest.mark.parametrize("resource", ["rolebindings", "clusterrolebindings"])
def test_a_role_stays(say, resource):
    assert say(f"{resource}.{RBAC}", old={}, roleRef={"name": "edit"}) == [
        f'roleRef: Invalid value: {{"APIGroup":"{RBAC}","Kind":"ClusterRole","Name":"edit"}}: '
        "cannot change roleRef"
    ]
    assert say(f"{resource}.{RBAC}", old={}, subjects=[]) == []


@pytest.mark.parametrize("resource", ["roles", "clusterroles"])
def test_rules_may_change(say, resource):
    assert say(f"{resource}.{RBAC}", old={}, rules=[{**RULE, "verbs": ["list"]}]) == []
