"""A whole application from a template, as a workshop's own templates make one.

Account, settings, deployment, service, route: it runs as a local process, and is reached by the
route's host.
"""

import base64
import http.client
import json

import pytest

import waiting
from pocket_openshift.oauth import app

TEMPLATE = r"""
apiVersion: template.openshift.io/v1
kind: Template
metadata:
  name: notes
  annotations: {description: Serves a page}
message: "Open http://${NAME}-${PROJECT}.${CLUSTER_SUBDOMAIN}"
labels: {app: "${NAME}"}
parameters:
- {name: NAME, value: notes}
- {name: PROJECT, required: true}
- {name: CLUSTER_SUBDOMAIN, value: apps.localtest}
- {name: REPLICAS, value: "1"}
- {name: PORT, value: "8080"}
- {name: PASSWORD, generate: expression, from: "[a-zA-Z0-9]{16}"}
- {name: SPAWNER_RULES, value: '[{"apiGroups": [""], "resources": ["pods"], "verbs": ["list"]}]'}
objects:
- apiVersion: v1
  kind: ServiceAccount
  metadata:
    name: "${NAME}"
    annotations:
      serviceaccounts.openshift.io/oauth-redirectreference.first: >-
        {"kind": "OAuthRedirectReference", "apiVersion": "v1",
         "reference": {"kind": "Route", "name": "${NAME}"}}
- apiVersion: rbac.authorization.k8s.io/v1
  kind: Role
  metadata: {name: "${NAME}"}
  rules: "${{SPAWNER_RULES}}"
- apiVersion: v1
  kind: Secret
  metadata: {name: "${NAME}"}
  stringData: {password: "${PASSWORD}"}
- apiVersion: v1
  kind: ConfigMap
  metadata: {name: "${NAME}"}
  data:
    index.html: "<h1>Notes of ${PROJECT}</h1>"
- apiVersion: apps/v1
  kind: Deployment
  metadata: {name: "${NAME}"}
  spec:
    replicas: "${{REPLICAS}}"
    selector: {matchLabels: {deployment: "${NAME}"}}
    template:
      metadata: {labels: {deployment: "${NAME}"}}
      spec:
        serviceAccountName: "${NAME}"
        containers:
        - name: web
          image: none
          command: [python3, -m, http.server, --directory, /pages, --bind, "$(POD_IP)", "${PORT}"]
          env:
          - {name: POD_IP, valueFrom: {fieldRef: {fieldPath: status.podIP}}}
          ports: [{containerPort: "${{PORT}}"}]
          readinessProbe: {httpGet: {path: /, port: "${{PORT}}"}, periodSeconds: 1}
          volumeMounts: [{name: pages, mountPath: /pages}]
        volumes: [{name: pages, configMap: {name: "${NAME}"}}]
- apiVersion: v1
  kind: Service
  metadata: {name: "${NAME}"}
  spec:
    selector: {deployment: "${NAME}"}
    ports: [{name: 8080-tcp, port: 8080, targetPort: "${{PORT}}"}]
- apiVersion: route.openshift.io/v1
  kind: Route
  metadata: {name: "${NAME}"}
  spec:
    host: "${NAME}-${PROJECT}.${CLUSTER_SUBDOMAIN}"
    port: {targetPort: 8080-tcp}
    to: {kind: Service, name: "${NAME}"}
"""
HOST = "notes-shop.apps.localtest"


def fetch(port, path="/"):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    try:
        connection.request("GET", path, headers={"Host": HOST})
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()


@pytest.fixture
def shop(cluster):
    cluster.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop"}})
    return cluster


def test_the_application_runs_and_is_reached(shop, pocket, write):
    node = shop.start_node(router_port=0)
    file = write("notes.yaml", TEMPLATE)
    code, out, errors = pocket("new-app", file, "-p", "PROJECT=shop", "-n", "shop")
    assert (code, errors) == (0, [])
    assert out[-1] == f"Open http://{HOST}"
    waiting.until(lambda: fetch(node.router.port)[0] == 200, 40, pause=0.1)
    assert fetch(node.router.port) == (200, "<h1>Notes of shop</h1>")
    ready = pocket("get", "deployment", "notes", "-n", "shop", "-o", "json")[1]
    assert json.loads("\n".join(ready))["status"]["readyReplicas"] == 1


def test_every_object_bears_the_label_and_the_values(shop, pocket, write):
    words = ["-p", "PROJECT=shop", "-p", "REPLICAS=2", "-n", "shop"]
    _, out, _ = pocket("new-app", write("notes.yaml", TEMPLATE), *words)
    (password,) = [line.split("=")[1].split()[0] for line in out if "PASSWORD=" in line]
    kinds = ("sa", "role", "secret", "cm", "deployment", "service", "route")
    for kind in kinds:
        found = pocket("get", kind, "-n", "shop", "-l", "app=notes", "-o", "name")[1]
        assert [line.rpartition("/")[2] for line in found] == ["notes"], kind
    kept = json.loads("\n".join(pocket("get", "secret", "notes", "-n", "shop", "-o", "json")[1]))
    assert base64.b64decode(kept["data"]["password"]).decode() == password
    role = json.loads("\n".join(pocket("get", "role", "notes", "-n", "shop", "-o", "json")[1]))
    assert role["rules"] == [{"apiGroups": [""], "resources": ["pods"], "verbs": ["list"]}]


def test_its_account_is_an_oauth_client_by_its_route(shop, pocket, write):
    pocket("new-app", write("notes.yaml", TEMPLATE), "-p", "PROJECT=shop", "-n", "shop")

    def redirects():
        client = app.server_of(shop.plane).registry.client("system:serviceaccount:shop:notes")
        return client.redirects

    assert shop.run(redirects) == (f"http://{HOST}",)
