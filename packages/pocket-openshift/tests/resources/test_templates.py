PATH = "/apis/template.openshift.io/v1/namespaces/default/processedtemplates"


def template(**more):
    return {
        "kind": "Template",
        "apiVersion": "template.openshift.io/v1",
        "metadata": {"name": "t"},
        "objects": [
            {
                "apiVersion": "v1",
                "kind": "ConfigMap",
                "metadata": {"name": "${NAME}", "namespace": "fixed"},
            }
        ],
        "parameters": [{"name": "NAME", "value": "n"}],
        **more,
    }


def test_the_server_processes_a_template(cluster):
    answer = cluster.request("POST", PATH, template())
    assert answer.status == 201
    assert answer.body["metadata"] == {"name": "t", "namespace": "default"}
    assert answer.body["objects"][0]["metadata"]["name"] == "n"


def test_the_server_refuses_what_is_no_template(cluster):
    assert cluster.request("POST", PATH, {"kind": "Pod"}).status == 400
    answer = cluster.request("POST", PATH, template(parameters=[{"name": "X", "required": True}]))
    assert (answer.status, answer.body["reason"]) == (422, "Invalid")
    assert cluster.request("POST", PATH, template(), token="").status == 403
