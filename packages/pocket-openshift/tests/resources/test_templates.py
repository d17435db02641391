"""Templates are filled in by the server, which keeps nothing of them."""

from __future__ import annotations

PATH = "/apis/template.openshift.io/v1/namespaces/default/processedtemplates"


def template(**more):
    config = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "${NAME}"}}
    return {
        "apiVersion": "template.openshift.io/v1",
        "kind": "Template",
        "metadata": {"name": "lab"},
        "objects": [config],
        "parameters": [{"name": "NAME", "value": "mine", "required": True}],
        **more,
    }


def test_parameters_are_filled_in_and_nothing_is_made(cluster):
    answer = cluster.request("POST", PATH, template())
    assert answer.status == 201
    assert [one["metadata"]["name"] for one in answer.body["objects"]] == ["mine"]
    assert cluster.request("GET", "/api/v1/namespaces/default/configmaps/mine").status == 404


def test_a_required_parameter_without_a_value_is_named(cluster):
    answer = cluster.request(
        "POST", PATH, template(parameters=[{"name": "NAME", "required": True}])
    )
    assert answer.status == 422
    assert "NAME" in answer.body["message"]


def test_only_templates_are_filled_in(cluster):
    body = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}}
    assert cluster.request("POST", PATH, body).status == 400
