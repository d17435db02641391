import json

import pytest

from pocket_openshift.oauth.rules import addresses

HUB = "http://127.0.0.1:8000/hub/oauth_callback"


def reference(kind="Route", name="hub"):
    body = {"kind": "OAuthRedirectReference", "apiVersion": "v1"}
    return json.dumps({**body, "reference": {"kind": kind, "name": name}})


URI, REF = addresses.URI_ANNOTATION, addresses.REFERENCE_ANNOTATION
HOST = addresses.RedirectAddress(scheme="https", host="hub.apps.localtest")


@pytest.mark.parametrize(
    ("annotations", "uris"),
    [
        ({}, ()),
        ({URI + "a": HUB}, (HUB,)),
        ({URI + "a": HUB, URI + "b": "https://b.example/x"}, (HUB, "https://b.example/x")),
        ({REF + "a": reference()}, ("https://hub.apps.localtest",)),
        (
            {REF + "first": reference(), URI + "first": "oauth_callback"},
            ("https://hub.apps.localtest/oauth_callback",),
        ),
        (
            {REF + "a": reference(), URI + "a": "http://:8080/x"},
            ("http://hub.apps.localtest:8080/x",),
        ),
        ({URI + "a": "oauth_callback"}, ()),
        ({REF + "a": "not json"}, ()),
        ({REF + "a": reference(name="gone")}, ()),
        ({URI + "a": "http://[::1]:80/x"}, ("http://[::1]:80/x",)),
        ({"unrelated": HUB}, ()),
    ],
)
def test_a_service_account_registers_by_annotations(annotations, uris):
    def find(reference):
        return [HOST] if reference == addresses.Reference("Route", "hub") else []

    assert addresses.of_annotations(annotations, find) == uris


def test_a_route_gives_the_hosts_that_admitted_it():
    route = {
        "spec": {"host": "asked.example", "tls": {"termination": "edge"}, "path": "/hub"},
        "status": {
            "ingress": [
                {"host": "a.example", "conditions": [{"type": "Admitted", "status": "True"}]},
                {"host": "b.example", "conditions": [{"type": "Admitted", "status": "False"}]},
            ]
        },
    }
    assert [address.as_uri() for address in addresses.of_route(route)] == ["https://a.example/hub"]
    del route["status"], route["spec"]["tls"]
    assert [a.as_uri() for a in addresses.of_route(route)] == ["http://asked.example/hub"]


def test_an_ingress_gives_its_hosts():
    ingress = {"spec": {"rules": [{"host": "a"}, {"host": "b"}, {}], "tls": [{"hosts": ["b"]}]}}
    assert [a.as_uri() for a in addresses.of_ingress(ingress)] == ["http://a", "https://b"]
