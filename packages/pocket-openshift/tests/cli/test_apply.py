TEXT = """
apiVersion: v1
kind: Namespace
metadata: {name: shop}
---
apiVersion: v1
kind: List
items:
- apiVersion: v1
  kind: ConfigMap
  metadata: {name: a, namespace: shop}
  data: {k: "1"}
- apiVersion: route.openshift.io/v1
  kind: Route
  metadata: {name: web, namespace: shop}
  spec: {to: {kind: Service, name: web}}
"""


def test_the_objects_of_a_file_are_made_and_changed(cluster, pocket, write):
    code, out, errors = pocket("apply", write("a.yaml", TEXT))
    assert (code, errors) == (0, [])
    assert out == [
        "namespace/shop created",
        "configmap/a created",
        "route.route.openshift.io/web created",
    ]
    code, out, _ = pocket("apply", write("a.yaml", TEXT.replace('"1"', '"2"')))
    assert out[1] == "configmap/a configured"
    kept = cluster.request("GET", "/api/v1/namespaces/shop/configmaps/a").body
    assert kept["data"] == {"k": "2"}


def test_an_object_without_a_project_goes_into_the_one_that_is_named(cluster, pocket, write):
    text = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n"
    assert pocket("apply", write("c.yaml", text))[0] == 0
    assert cluster.request("GET", "/api/v1/namespaces/default/configmaps/a").status == 200
    code, _, errors = pocket("apply", "-n", "nowhere", write("c.yaml", text))
    assert code == 1
    assert "nowhere" in errors[0]
    assert errors[0].startswith("error: configmap/a: ")


def test_nothing_is_done_when_one_file_cannot_be_read(cluster, pocket, write, tmp_path):
    code, _, errors = pocket("apply", write("a.yaml", TEXT), tmp_path / "none.yaml")
    assert code == 1
    assert "cannot be read" in errors[0]
    assert cluster.request("GET", "/api/v1/namespaces/shop").status == 404


def test_an_object_without_a_name_is_refused(pocket, write):
    code, _, errors = pocket("apply", write("n.yaml", "apiVersion: v1\nkind: ConfigMap\n"))
    assert (code, errors) == (1, ["error: a ConfigMap has no metadata.name"])


def test_files_may_be_named_as_kubectl_has_it(pocket, write):
    code, out, _ = pocket("apply", "-f", write("a.yaml", TEXT))
    assert (code, out[0]) == (0, "namespace/shop created")
    code, _, errors = pocket("apply")
    assert (code, errors) == (1, ["error: name a file: `pocket-openshift apply FILE`"])
