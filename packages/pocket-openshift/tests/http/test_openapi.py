from pocket_openshift.http import openapi


def test_the_index_names_documents_that_exist():
    index = openapi.document("/openapi/v3")
    for place in index["paths"].values():
        assert openapi.document(place["serverRelativeURL"])["openapi"] == "3.0.0"


def test_kubectl_is_told_that_fields_are_checked_by_the_server():
    paths = openapi.document("/openapi/v3/apis/apps/v1")["paths"]
    patch = paths["/apis/apps/v1/namespaces/{namespace}/deployments/{name}"]["patch"]
    assert "fieldValidation" in {parameter["name"] for parameter in patch["parameters"]}
    assert patch["x-kubernetes-group-version-kind"]["kind"] == "Deployment"


def test_what_is_not_there_is_none():
    assert openapi.document("/openapi/v3/apis/none/v1") is None
    assert openapi.document("/openapi/v2") is None
