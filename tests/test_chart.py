"""templates/chart: what it makes of its values, by the real helm, without a cluster."""

import base64

import hub_settings
import pytest
import yaml

import chart_schema
import helm
import pod_hub
import visitor_role
from workshop_spawner.rules import rights

pytestmark = [pytest.mark.programs, helm.need("helm")]

LOGIN = {
    "settings__KEYCLOAK_REALM_URL": "https://keycloak.example.com/realms/workshop",
    "settings__OAUTH_CLIENT_ID": "workshops",
    "oauthSecret": "login",
}
MODES = {
    "learning-portal": {},
    "hosted-workshop": {"oauthSecret": "login"},
    "terminal-server": {"oauthSecret": "login"},
    "user-workspace": LOGIN,
    "jumpbox-server": LOGIN,
}
EVERYTHING = {
    "images__registry": "registry.example.com/workshops",
    "images__pullSecret": "registry-login",
    "host": "workshop.example.com",
    "ingress__enabled": True,
    "ingress__tlsSecret": "workshop-tls",
    "ingress__className": "nginx",
    "prePull__enabled": True,
    "prePull__pauseImage": "registry.example.com/pause:3.10",
    "prePull__images": ["registry.example.com/gpu:1", "registry.example.com/plain:2"],
    "hub__config": "c.JupyterHub.log_level = 10\n",
    "hub__envvars": "IDLE_TIMEOUT=900\n",
    "hub__extraResources": "[{apiVersion: v1, kind: ConfigMap, metadata: {name: tasks}}]",
    "networkPolicy__from": [{"namespaceSelector": {"matchLabels": {"name": "ingress"}}}],
}
GATEWAY = {
    "host": "workshop.example.com",
    "httpRoute__enabled": True,
    "httpRoute__parentRefs": [{"name": "public", "namespace": "gateways"}],
}
VARIANTS = {
    **MODES,
    "everything": EVERYTHING,
    "gateway": GATEWAY,
    "database": {
        "persistence__enabled": False,
        "settings__DATABASE_HOST": "db.example.com",
        "secrets__DATABASE_PASSWORD": "of-the-hub",
    },
}


def render(name, **more):
    values = {"mode": name} if name in MODES else {}
    return helm.render(**{**values, **VARIANTS[name], **more})


def test_helms_own_linter_has_nothing_to_say():
    said = helm.run("helm", "lint", "--strict", helm.CHART)
    assert "[WARNING]" not in said
    assert "[ERROR]" not in said


def test_the_schema_has_the_settings_of_the_image():
    text = chart_schema.SCHEMA.read_text()
    assert text == chart_schema.fill(text), "run: python tools/chart_schema.py"


@pytest.mark.parametrize("name", VARIANTS)
def test_what_it_makes_is_valid(name):
    made = render(name)
    assert [problem for one in made if (problem := helm.problem_with_manifest(one))] == []
    assert all(one["metadata"]["labels"]["app"] == "intro" for one in made)
    names = [(one["kind"], one["metadata"]["name"]) for one in made]
    assert len(set(names)) == len(names)
    for one in made:
        if one["kind"].startswith("Cluster"):
            name = one["metadata"]["name"]
            assert name.startswith("intro-")
            assert name.endswith(".teach")


def test_a_manifest_that_is_not_valid_is_found():
    made = helm.find(render("learning-portal"), "Deployment")
    made["spec"]["replicas"] = "one"
    assert helm.problem_with_manifest(made)


def read_hub(made):
    """What the hub's image reads of the objects' variables, of which the later win."""
    environ = {}
    container = helm.find(made, "Deployment")["spec"]["template"]["spec"]["containers"][0]
    for source in container["envFrom"]:
        if reference := source.get("configMapRef"):
            environ |= helm.find(made, "ConfigMap", reference["name"])["data"]
    secret = helm.find(made, "Secret")
    environ |= {name: base64.b64decode(text).decode() for name, text in secret["data"].items()}
    return environ, hub_settings.read_settings(environ)


@pytest.mark.parametrize("name", VARIANTS)
def test_the_image_reads_what_the_chart_says(name):
    made = render(name)
    environ, settings = read_hub(made)
    assert settings.application == "intro"
    assert settings.service == helm.find(made, "Service")["metadata"]["name"]
    assert settings.configuration_type == (name if name in MODES else "learning-portal")
    assert hub_settings.list_unheard(environ) == []
    assert len(settings.cookie_secret) == 32


VALUES = {
    "SERVER_LIMIT": (40, ("server_limit", 40)),
    "MAX_SESSION_AGE": (1234567, ("max_session_age", 1234567)),
    "IDLE_TIMEOUT": (0, ("idle_timeout", 0)),
    "AUTO_START": (True, ("auto_start", True)),
    "NETWORK_INTERNET": (False, ("network_internet", False)),
    "WORKSHOP_CPU": (0.5, ("workshop_cpu", 0.5)),
    "EXPOSED_PORTS": ([8080, 3000], ("exposed_ports", (8080, 3000))),
    "WORKSHOP_TITLE": ('Go: "fast" & {{ safe }}', ("workshop_title", 'Go: "fast" & {{ safe }}')),
    "TERMINAL_ENVVARS": ("export A=1\nexport B='two'\n", ("variables", {"A": "1", "B": "two"})),
    "OC_VERSION": (4.2, ("oc_version", "4.2")),
    "RESOURCE_BUDGET": ("medium", ("resource_budget", "medium")),
}


@pytest.mark.parametrize("name", VALUES)
def test_a_value_comes_through_as_it_was_written(name):
    given, (field, expected) = VALUES[name]
    _, settings = read_hub(helm.render(**{f"settings__{name}": given}))
    assert getattr(settings, field) == expected


def read_rights(made):
    """All that the hub's account is granted."""
    granted = set()
    bound = {
        (one["roleRef"]["kind"], one["roleRef"]["name"])
        for one in made
        if one["kind"].endswith("Binding")
    }
    for one in made:
        if (one["kind"], one["metadata"]["name"]) in bound:
            everywhere = one["kind"] == "ClusterRole"
            granted |= set(rights.list_granted(one["rules"], everywhere))
    return granted


def read_file(documents):
    return {
        right
        for one in documents
        for right in rights.list_granted(one.get("rules", []), one["kind"].startswith("Cluster"))
    }


OWNER, VISITOR = "intro-projects.teach", "intro-visitor.teach"
OWN_ROLES = {
    "learning-portal": {("get", OWNER), ("bind", VISITOR)},
    "user-workspace": {("get", OWNER)},
}


@pytest.mark.parametrize("mode", MODES)
def test_the_rights_of_a_mode_are_those_of_its_file(mode):
    more = read_rights(render(mode)) - read_file(pod_hub.read_rights(mode))
    assert not read_file(pod_hub.read_rights(mode)) - read_rights(render(mode))
    assert {(right.verb, right.name) for right in more} == OWN_ROLES.get(mode, set())


RIGHTS = {
    "RESERVED_SESSIONS": {"settings__RESERVED_SESSIONS": 2},
    "RESERVED_PODS": {"settings__RESERVED_SESSIONS": 2, "settings__RESERVED_PODS": 2},
    "EXPOSED_BY-ingress": {
        "settings__EXPOSED_BY": "ingress",
        "settings__EXPOSED_PORTS": "8080",
        "settings__CLUSTER_SUBDOMAIN": "apps.example.com",
    },
    "EXPOSED_BY-route": {
        "settings__EXPOSED_BY": "route",
        "settings__EXPOSED_PORTS": "8080",
        "settings__CLUSTER_SUBDOMAIN": "apps.example.com",
    },
    "NETWORK_INTERNET": {"settings__NETWORK_INTERNET": False},
    "WORKSHOP_IMAGE": {"more": ("--api-versions", "image.openshift.io/v1")},
}


@pytest.mark.parametrize("setting", RIGHTS)
def test_a_setting_takes_its_own_rights_and_no_more(setting):
    before = RIGHTS["RESERVED_SESSIONS"] if setting == "RESERVED_PODS" else {}
    base = read_rights(render("learning-portal", **before))
    more = read_rights(render("learning-portal", **RIGHTS[setting]))
    assert more - base == read_file(pod_hub.read_more_rights(setting))


def test_a_reserve_by_schedule_takes_the_rights_of_a_reserve():
    line = "daily 08:00-09:00 UTC 4/4"
    made = read_rights(render("learning-portal", settings__RESERVE_SCHEDULE=line))
    assert made == read_rights(render("learning-portal", **RIGHTS["RESERVED_PODS"]))


@pytest.mark.parametrize("mode", ["hosted-workshop", "terminal-server", "jumpbox-server"])
def test_without_projects_nothing_is_asked_of_the_whole_cluster(mode):
    assert not [one for one in render(mode) if one["kind"].startswith("Cluster")]


RULES = [{"apiGroups": ["batch"], "resources": ["cronjobs"], "verbs": ["get"]}]


@pytest.mark.parametrize("form", [RULES, yaml.safe_dump(RULES, default_flow_style=True)])
@pytest.mark.parametrize("setting", ["SESSION_RULES", "SPAWNER_RULES"])
def test_rules_become_a_role_that_the_hub_may_give_away(setting, form):
    made = render("learning-portal", **{f"settings__{setting}": form})
    name = f"intro-{setting.lower().replace('_', '-')}.teach"
    assert helm.find(made, "ClusterRole", name)["rules"] == RULES
    _, settings = read_hub(made)
    assert getattr(settings, setting.lower()) == name
    assert name in {right.name for right in read_rights(made) if right.verb == "bind"}


def test_a_role_that_is_named_may_be_given_away():
    made = render("learning-portal", settings__SPAWNER_ROLE="reader")
    assert "reader" in {right.name for right in read_rights(made) if right.verb == "bind"}


@pytest.mark.parametrize("mode", MODES)
def test_projects_have_an_owner_and_visitors_a_role_that_go_with_the_release(mode):
    made = render(mode)
    _, settings = read_hub(made)
    owns, visits = mode in OWN_ROLES, mode == "learning-portal"
    assert settings.project_owner == (OWNER if owns else "")
    assert settings.visitor_role == (VISITOR if visits else "")
    roles = {one["metadata"]["name"]: one for one in made if one["kind"] == "ClusterRole"}
    assert (OWNER in roles, VISITOR in roles) == (owns, visits)
    assert not owns or roles[OWNER]["rules"] == []
    assert not visits or roles[VISITOR]["rules"] == yaml.safe_load(visitor_role.render_rules())


@pytest.mark.parametrize(("setting", "verb"), [("PROJECT_OWNER", "get"), ("VISITOR_ROLE", "bind")])
def test_those_of_your_own_win_and_the_hub_may_use_them(setting, verb):
    made = render("learning-portal", **{f"settings__{setting}": "mine"})
    _, settings = read_hub(made)
    assert getattr(settings, setting.lower()) == "mine"
    assert (verb, "mine") in {(right.verb, right.name) for right in read_rights(made)}


def test_without_projects_there_is_no_owner():
    made = render("learning-portal", settings__SESSION_PROJECTS=False)
    _, settings = read_hub(made)
    assert (settings.project_owner, settings.visitor_role) == ("", "")
    assert not [one for one in made if one["kind"].startswith("Cluster")]


REFUSED = {
    "a misspelt setting": ({"settings__SERVER_LIMT": 3}, "SERVER_LIMT"),
    "a misspelt value": ({"ingres__enabled": True}, "ingres"),
    "a secret among the settings": ({"settings__SPAWNER_PASSWORD": "x"}, "SPAWNER_PASSWORD"),
    "a setting among the secrets": ({"secrets__SERVER_LIMIT": "3"}, "SERVER_LIMIT"),
    "a mode that is none": ({"mode": "portal"}, "mode"),
    "a budget that is none": ({"settings__RESOURCE_BUDGET": "huge"}, "RESOURCE_BUDGET"),
    "a number that is none": ({"settings__SERVER_LIMIT": "many"}, "SERVER_LIMIT"),
    "an image without a tag": ({"images__hub": "workshop-hub"}, "images/hub"),
    "an image that moves": ({"images__session": "dashboard:latest"}, "images/session"),
    "an address as host": ({"host": "https://a.example.com/"}, "host"),
    "a size that is none": ({"persistence__size": "big"}, "persistence/size"),
    "a rule without verbs": ({"rbac__extraRules": [{"apiGroups": [""]}]}, "verbs"),
    "an Ingress without a host": ({"ingress__enabled": True}, "host is missing"),
    "an Ingress without TLS": (
        {"ingress__enabled": True, "host": "a.example.com"},
        "tlsSecret is missing",
    ),
    "a route without a Gateway": (
        {"httpRoute__enabled": True, "host": "a.example.com"},
        "parentRefs is missing",
    ),
    "two ways in": (
        {"ingress__enabled": True, "httpRoute__enabled": True},
        "contradict each other",
    ),
    "nowhere to keep anything": ({"persistence__enabled": False}, "DATABASE_HOST"),
    "a database without a password": (
        {"settings__DATABASE_HOST": "db"},
        "secrets.DATABASE_PASSWORD",
    ),
    "two places of secrets": (
        {"existingSecret": "mine", "secrets__SPAWNER_PASSWORD": "x"},
        "contradict each other",
    ),
    "pre-pull without an image that waits": ({"prePull__enabled": True}, "pauseImage"),
    "a name that is too long": ({"settings__WORKSHOP_NAME": "a" * 25}, "WORKSHOP_NAME"),
    "a name that begins with a digit": ({"settings__WORKSHOP_NAME": "4you"}, "WORKSHOP_NAME"),
}


@pytest.mark.parametrize("why", REFUSED)
def test_what_is_wrong_is_refused_and_named(why):
    values, said = REFUSED[why]
    with pytest.raises(helm.CommandError) as caught:
        helm.render(**values)
    assert said in str(caught.value)


def test_the_pods_are_restricted():
    made = render("everything")
    templates = [helm.find(made, kind)["spec"]["template"] for kind in ("Deployment", "DaemonSet")]
    for spec in (template["spec"] for template in templates):
        assert spec["securityContext"]["runAsNonRoot"] is True
        assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        assert spec["automountServiceAccountToken"] is False
        for one in [*spec["containers"], *spec.get("initContainers", [])]:
            context = one["securityContext"]
            assert context["allowPrivilegeEscalation"] is False
            assert context["readOnlyRootFilesystem"] is True
            assert context["capabilities"] == {"drop": ["ALL"]}
            assert {"cpu", "memory"} <= set(one["resources"]["requests"])
            assert "memory" in one["resources"]["limits"]
            assert not one["image"].endswith(":latest")


def test_on_openshift_the_group_is_the_cluster_s_affair():
    words = ("--api-versions", "security.openshift.io/v1")
    (theirs,) = [d for d in helm.render(more=words) if d["kind"] == "Deployment"]
    assert "fsGroup" not in theirs["spec"]["template"]["spec"]["securityContext"]


def test_no_secret_is_outside_of_the_secret():
    values = {"secrets__SPAWNER_PASSWORD": "sesame-42", "secrets__INSTRUCTOR_CODE": "code-4242"}
    made = render("learning-portal", **values)
    others = [one for one in made if one["kind"] != "Secret"]
    assert "sesame-42" not in str(others)
    assert "code-4242" not in str(others)
    _, settings = read_hub(made)
    assert settings.spawner_password == "sesame-42"


def test_a_secret_of_your_own_is_taken():
    made = render("learning-portal", existingSecret="mine")
    assert not [one for one in made if one["kind"] == "Secret"]
    container = helm.find(made, "Deployment")["spec"]["template"]["spec"]["containers"][0]
    assert {"secretRef": {"name": "mine"}} in container["envFrom"]


@pytest.mark.parametrize(
    "changes",
    [
        {"settings__SERVER_LIMIT": 5},
        {"hub__config": "c.JupyterHub.log_level = 10"},
        {"secrets__SPAWNER_PASSWORD": "sesame"},
    ],
)
def test_a_change_of_settings_starts_a_new_hub(changes):
    before, after = (
        helm.find(helm.render(**values), "Deployment")["spec"]["template"]
        for values in ({}, changes)
    )
    assert before != after


def test_two_workshops_share_no_name():
    first, second = (helm.render(release=name, **EVERYTHING) for name in ("one", "two"))
    names = [
        {(each["kind"], each["metadata"]["name"]) for each in made} for made in (first, second)
    ]
    assert len(names[0]) == len(first)
    assert names[0] & names[1] == set()


def test_people_reach_the_proxy_and_only_sessions_the_hub_s_api():
    (policy,) = [
        one
        for one in render("everything")
        if one["kind"] == "NetworkPolicy" and one["metadata"]["name"].endswith("-spawner")
    ]
    people, sessions = policy["spec"]["ingress"]
    assert [port["port"] for port in people["ports"]] == [8080]
    assert {"namespaceSelector": {"matchLabels": {"name": "ingress"}}} in people["from"]
    assert [port["port"] for port in sessions["ports"]] == [8081]
    assert sessions["from"] == [{"podSelector": {"matchLabels": {"app": "intro"}}}]
    blocks = [
        peer["ipBlock"]
        for rule in policy["spec"]["egress"]
        for peer in rule["to"]
        if "ipBlock" in peer
    ]
    assert blocks
    assert all(block["except"] for block in blocks), "the metadata address is closed"


def test_a_route_of_gateway_api_leads_to_the_service():
    made = render("gateway")
    route = helm.find(made, "HTTPRoute")["spec"]
    assert route["hostnames"] == ["workshop.example.com"]
    assert route["parentRefs"] == [{"name": "public", "namespace": "gateways"}]
    (rule,) = route["rules"]
    service = helm.find(made, "Service")
    ports = [port["port"] for port in service["spec"]["ports"]]
    (backend,) = rule["backendRefs"]
    assert backend["name"] == service["metadata"]["name"]
    assert backend["port"] in ports
