"""A request as a value."""

from workshop_kube.rules.calls import Call


def test_a_query_without_what_is_empty():
    call = Call("GET", "/api/v1/pods", query={"labelSelector": "a=b", "continue": "", "limit": 5})
    assert call.target == "/api/v1/pods?labelSelector=a%3Db&limit=5"
    assert Call("GET", "/api/v1/pods", query={"continue": ""}).target == "/api/v1/pods"


def test_what_it_is_called():
    assert Call("GET", "/version").title == "GET /version"
    assert Call("GET", "/version", "ask for the version").title == "ask for the version"
