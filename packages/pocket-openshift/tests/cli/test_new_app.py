import pytest
import yaml

from pocket_openshift.cli import new_app, session

TEMPLATE = """
apiVersion: template.openshift.io/v1
kind: Template
metadata: {name: shop}
message: "The password is ${PASSWORD}."
labels: {app: "${NAME}"}
objects:
- apiVersion: v1
  kind: Secret
  metadata: {name: "${NAME}"}
  stringData: {password: "${PASSWORD}"}
- apiVersion: v1
  kind: Service
  metadata: {name: "${NAME}"}
  spec: {ports: [{port: "${{PORT}}"}]}
parameters:
- {name: NAME, required: true}
- {name: PORT, value: "8080"}
- {name: PASSWORD, generate: expression, from: "[a-zA-Z0-9]{16}"}
"""


@pytest.fixture
def template(write):
    return write("shop.yaml", TEMPLATE)


def test_the_objects_of_a_template_are_made(cluster, pocket, template):
    code, out, errors = pocket("new-app", template, "-p", "NAME=web", "-p", "PORT=80")
    assert (code, errors) == (0, [])
    assert out[:3] == ["With parameters:", "  NAME=web", "  PORT=80"]
    password = out[3].removeprefix("  PASSWORD=").removesuffix("  # generated")
    assert len(password) == 16
    assert out[4:] == [
        "secret/web created",
        "service/web created",
        "",
        f"The password is {password}.",
    ]
    service = cluster.request("GET", "/api/v1/namespaces/default/services/web").body
    assert service["spec"]["ports"][0]["port"] == 80
    assert service["metadata"]["labels"] == {"app": "web"}


def test_what_is_there_is_left_alone_and_said(pocket, template):
    assert pocket("new-app", template, "-p", "NAME=web")[0] == 0
    code, _, errors = pocket("new-app", template, "-p", "NAME=web")
    assert code == 1
    assert errors == [
        'error: secret/web: secrets "web" already exists',
        'error: service/web: services "web" already exists',
    ]


def test_an_answer_that_is_lost_is_no_failure(cluster, pocket, template):
    cluster.faults.add(resource="secrets", verb="create", drop="after")
    code, out, errors = pocket("new-app", template, "-p", "NAME=web")
    assert (code, errors) == (0, [])
    assert "secret/web created" in out


def test_a_template_that_is_kept_in_the_project_is_used_by_name(pocket, template):
    assert pocket("apply", template)[0] == 0
    assert pocket("new-app", "shop", "-p", "NAME=web")[0] == 0
    code, _, errors = pocket("new-app", "other")
    assert (code, errors) == (1, ['error: templates.template.openshift.io "other" not found'])


def test_the_objects_may_be_looked_at_first(cluster, pocket, template):
    code, out, _ = pocket("new-app", template, "-p", "NAME=web", "--print")
    assert code == 0
    assert [obj["kind"] for obj in yaml.safe_load_all("\n".join(out))] == ["Secret", "Service"]
    assert cluster.request("GET", "/api/v1/namespaces/default/secrets/web").status == 404


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ([], "parameter NAME is required"),
        (["-p", "NAME"], "write -p NAME=VALUE"),
        (["-p", "=x"], "write -p NAME=VALUE"),
        (["-p", "NO=1"], "the template has no parameter 'NO'; it has NAME, PORT, PASSWORD"),
    ],
)
def test_bad_parameters_are_said(cluster, pocket, template, words, says):
    code, _, errors = pocket("new-app", template, *words)
    assert code == 1
    assert says in errors[0]


@pytest.mark.parametrize(
    "text", ["", "a: [", "apiVersion: v1\nkind: Pod\n", TEMPLATE + "---" + TEMPLATE]
)
def test_a_file_without_a_template_is_refused(pocket, write, text):
    assert pocket("new-app", write("x.yaml", text))[0] == 1


def test_values_may_hold_equal_signs():
    assert new_app.parse_values(["A=b=c", "B="]) == {"A": "b=c", "B": ""}
    with pytest.raises(session.CommandError, match="it has none"):
        new_app.fill_in({}, {"A": "1"})


LEGACY = """
apiVersion: v1
kind: Template
metadata: {name: old}
objects:
- {apiVersion: v1, kind: ServiceAccount, metadata: {name: hub}}
- apiVersion: v1
  kind: RoleBinding
  metadata: {name: hub-edit}
  subjects: [{kind: ServiceAccount, name: hub}]
  roleRef: {name: edit}
- apiVersion: v1
  kind: ImageStream
  metadata: {name: hub}
  spec: {tags: [{name: latest, from: {kind: DockerImage, name: "quay.example/hub:1"}}]}
- apiVersion: v1
  kind: BuildConfig
  metadata: {name: notes}
  spec:
    triggers: [{type: ConfigChange}]
    strategy: {type: Source, sourceStrategy: {from: {kind: ImageStreamTag, name: "hub:latest"}}}
- apiVersion: v1
  kind: DeploymentConfig
  metadata: {name: hub}
  spec:
    replicas: 1
    selector: {app: hub}
    triggers:
    - type: ImageChange
      imageChangeParams:
        automatic: true
        containerNames: [hub]
        from: {kind: ImageStreamTag, name: "hub:latest"}
    template:
      metadata: {labels: {app: hub}}
      spec: {serviceAccountName: hub, containers: [{name: hub, image: "hub:latest"}]}
- apiVersion: v1
  kind: Service
  metadata: {name: hub}
  spec: {ports: [{port: 8080}], selector: {app: hub}}
- apiVersion: v1
  kind: Route
  metadata: {name: hub}
  spec: {host: hub.example, to: {kind: Service, name: hub}}
"""


def test_a_template_of_old_is_made_of_todays_kinds(cluster, pocket, write):
    code, out, errors = pocket("new-app", write("old.yaml", LEGACY))
    assert (code, errors) == (0, [])
    assert out == [
        "serviceaccount/hub created",
        "rolebinding.authorization.openshift.io/hub-edit created",
        "imagestream.image.openshift.io/hub created",
        "buildconfig.build.openshift.io/notes created",
        "deploymentconfig.apps.openshift.io/hub created",
        "service/hub created",
        "route.route.openshift.io/hub created",
    ]
    pods = cluster.request("GET", "/api/v1/namespaces/default/pods").body["items"]
    assert [pod["spec"]["containers"][0]["image"] for pod in pods] == ["quay.example/hub:1"]
    token = cluster.token("default", "hub")
    assert cluster.request("GET", "/api/v1/namespaces/default/pods", token=token).status == 200


def test_single_objects_of_old_are_applied_and_deleted(cluster, pocket, write):
    objects = yaml.safe_load(LEGACY)["objects"]
    file = write("objects.yaml", yaml.safe_dump_all(objects))
    for _ in range(2):
        assert pocket("apply", file)[0] == 0
    assert pocket("delete", "-f", file)[0] == 0
    path = "/apis/rbac.authorization.k8s.io/v1/namespaces/default/rolebindings/hub-edit"
    assert cluster.request("GET", path).status == 404
