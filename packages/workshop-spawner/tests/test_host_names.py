"""The rules of templates/host-names.yaml, asked as an API server does, by a library for CEL."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

import admission_policies

TEMPLATE = Path(__file__).parents[3] / "templates" / "host-names.yaml"
DOCUMENTS = list(yaml.safe_load_all(TEMPLATE.read_text()))
HUB = "system:serviceaccount:workshops:hub"
VISITOR = "system:serviceaccount:workshops:intro-alice"
NAMESPACE = {
    "metadata": {
        "name": "intro-alice",
        "labels": {"app": "intro", "class": "session", "spawner": "learning-portal"},
        "annotations": {"spawner/requestor": HUB},
    }
}
OWN = "web-intro-alice.apps.example.com"


def read(kind):
    return {each["metadata"]["name"]: each["spec"] for each in DOCUMENTS if each["kind"] == kind}


POLICIES = read("ValidatingAdmissionPolicy")


def list_refusals(policy, obj, old=None, user=VISITOR, namespace=NAMESPACE):
    whole = {"spec": POLICIES[policy]}
    return admission_policies.list_refusals(whole, obj, old, user=user, namespace=namespace)


def make_ingress(*hosts, tls=(), annotations=None, **spec):
    rules = [{"host": host, "http": {"paths": []}} for host in hosts]
    metadata = {"name": "web", **({"annotations": annotations} if annotations else {})}
    more = {"tls": [{"hosts": list(tls)}]} if tls else {}
    return {"metadata": metadata, "spec": {"rules": rules, **more, **spec}}


def make_route(annotations=None, **spec):
    metadata = {"name": "web", **({"annotations": annotations} if annotations else {})}
    return {"metadata": metadata, "spec": {"to": {"kind": "Service", "name": "web"}, **spec}}


def make_gateway_route(*hosts):
    return {"metadata": {"name": "web"}, "spec": {"hostnames": list(hosts)} if hosts else {}}


OWN_HOSTS = [
    OWN,
    "my-app-intro-alice.apps.example.com",
    "a-intro-alice.example",
    "8080-intro-alice.x.y",
    "introduction-intro-alice.apps.example.com",
]
FOREIGN_HOSTS = [
    "intro-workshops.apps.example.com",
    "jupyterhub.apps.example.com",
    "apps.example.com",
    "console-openshift-console.apps.example.com",
    "intro-alice.apps.example.com",
    "intro-bob-8080.apps.example.com",
    "intro-bob.apps.example.com",
    "app-intro-bob.apps.example.com",
    # names for two projects
    "app-intro-bob-intro-alice.apps.example.com",
    "intro-bob-intro-alice.apps.example.com",
    "intro-intro-alice.apps.example.com",
    # the project's name elsewhere than at the end of the first part
    "web-intro-alice-8080.apps.example.com",
    "web-intro-alicea.apps.example.com",
    "jupyterhub.web-intro-alice.apps.example.com",
    "web-intro-alice",
    "-intro-alice.apps.example.com",
    "*.apps.example.com",
    "*-intro-alice.apps.example.com",
    "*.web-intro-alice.apps.example.com",
    "bank.example",
    "WEB-INTRO-ALICE.apps.example.com",
    "web-intro-alice.apps.example.com\nbank.example",
]


@pytest.mark.parametrize("host", OWN_HOSTS)
def test_a_session_may_have_names_that_end_with_its_project(host):
    assert list_refusals("workshop-ingress-hosts", make_ingress(host, tls=[host])) == []
    assert list_refusals("workshop-route-hosts", make_route(host=host)) == []
    assert list_refusals("workshop-gateway-hosts", make_gateway_route(host)) == []


@pytest.mark.parametrize("host", FOREIGN_HOSTS)
def test_no_other_name_is_a_sessions_to_take(host):
    for policy, obj in (
        ("workshop-ingress-hosts", make_ingress(OWN, host)),
        ("workshop-ingress-hosts", make_ingress(OWN, tls=[OWN, host])),
        ("workshop-route-hosts", make_route(host=host)),
        ("workshop-gateway-hosts", make_gateway_route(OWN, host)),
    ):
        (message,) = list_refusals(policy, obj)
        assert "must end with -intro-alice" in message


@pytest.mark.parametrize(
    ("policy", "obj"),
    [
        ("ingress", {"metadata": {"name": "web"}, "spec": {}}),
        ("ingress", {"metadata": {"name": "web"}, "spec": {"rules": []}}),
        ("ingress", {"metadata": {"name": "web"}, "spec": {"rules": [{"http": {"paths": []}}]}}),
        ("ingress", make_ingress(OWN, "")),
        ("ingress", make_ingress(OWN, defaultBackend={"service": {"name": "web"}})),
        ("route", make_route(wildcardPolicy="Subdomain", host=OWN)),
        ("route", make_route(subdomain="jupyterhub")),
        ("route", make_route(subdomain="intro-bob")),
        ("gateway", make_gateway_route()),
        ("gateway", {"metadata": {"name": "web"}, "spec": {"hostnames": []}}),
    ],
)
def test_nothing_answers_for_all_names(policy, obj):
    assert list_refusals(f"workshop-{policy}-hosts", obj)


@pytest.mark.parametrize(
    "spec", [{}, {"host": ""}, {"wildcardPolicy": "None"}, {"subdomain": "web-intro-alice"}]
)
def test_a_route_may_leave_its_name_to_the_cluster(spec):
    assert list_refusals("workshop-route-hosts", make_route(**spec)) == []


HARMLESS = [
    "kubectl.kubernetes.io/last-applied-configuration",
    "haproxy.router.openshift.io/timeout",
    "openshift.io/host.generated",
    "nginx.ingress.kubernetes.io/rewrite-target",
]
HARMFUL = [
    "nginx.ingress.kubernetes.io/server-alias",
    "nginx.ingress.kubernetes.io/configuration-snippet",
    "nginx.ingress.kubernetes.io/server-snippet",
    "nginx.ingress.kubernetes.io/rewrite-target-x",
    "nginx.org/server-snippets",
    "haproxy.org/backend-config-snippet",
    "traefik.ingress.kubernetes.io/router.rule",
    "alb.ingress.kubernetes.io/conditions.web",
    "external-dns.alpha.kubernetes.io/hostname",
    "evil.example/kubectl.kubernetes.io/x",
]


@pytest.mark.parametrize("policy", ["ingress", "route"])
@pytest.mark.parametrize("key", [*HARMLESS, *HARMFUL])
def test_no_annotation_adds_a_name(policy, key):
    make = {"ingress": lambda: make_ingress(OWN, annotations={key: "x"})}
    obj = make.get(policy, lambda: make_route(annotations={key: "x"}))()
    refused = list_refusals(f"workshop-{policy}-hosts", obj)
    assert bool(refused) is (key in HARMFUL)


def test_the_hub_exposes_what_its_administrator_says():
    foreign = make_ingress("shop.example.com", annotations={"nginx.org/server-snippets": "x"})
    assert list_refusals("workshop-ingress-hosts", foreign, user=HUB) == []
    assert list_refusals("workshop-ingress-hosts", foreign, user="system:serviceaccount:x:hub")
    bare = {"metadata": {**NAMESPACE["metadata"], "annotations": {}}}
    assert list_refusals("workshop-ingress-hosts", foreign, user=HUB, namespace=bare)


def test_what_is_ending_may_end_and_no_more():
    ending = {"name": "web", "deletionTimestamp": "2026-11-30T12:00:00Z"}
    old = {**make_ingress("bank.example"), "metadata": {**ending, "finalizers": ["x.example/y"]}}
    assert list_refusals("workshop-ingress-hosts", {**old, "metadata": ending}, old) is None
    for change in (
        {**make_ingress("jupyterhub.apps.example.com"), "metadata": ending},
        {**old, "metadata": {**ending, "annotations": {HARMFUL[0]: "jupyterhub.example.com"}}},
    ):
        assert list_refusals("workshop-ingress-hosts", change, old)


def test_each_policy_is_in_force_where_sessions_are():
    bindings = read("ValidatingAdmissionPolicyBinding")
    assert {name: binding["policyName"] for name, binding in bindings.items()} == {
        name: name for name in POLICIES
    }
    assert all(binding["validationActions"] == ["Deny"] for binding in bindings.values())
    for spec in POLICIES.values():
        assert spec["failurePolicy"] == "Fail"
        where = spec["matchConstraints"]["namespaceSelector"]["matchExpressions"]
        assert [each["key"] for each in where] == ["class", "app", "spawner"]
        assert set(where[0]["values"]) == {"session", "project", "reserve"}
