"""Variables that every workshop has."""

import pytest

from workshop_dashboard.rules import values


def test_the_console_in_the_session_has_its_own_address():
    path = "/user/ada/proxy/absolute/10083"
    assert values.make_builtin({"CONSOLE_URL": f"{path}/"}, "/user/ada/")["console_url"] == path


def test_they_come_from_the_session():
    environment = {"JUPYTERHUB_USER": "ada", "PROJECT_NAMESPACE": "ws-ada"}
    built = values.make_builtin(environment, "/user/ada/")
    assert built["username"] == "ada"
    assert built["project_namespace"] == "ws-ada"
    assert built["cluster_subdomain"] == ""
    assert built["image_registry"] == values.REGISTRY
    assert built["terminal_url"] == "/user/ada/terminal"
    assert built["slides_url"] == "/user/ada/slides"


def test_educates_has_other_names_for_them():
    environment = {
        "JUPYTERHUB_USER": "ada",
        "PROJECT_NAMESPACE": "ws-ada",
        "SPAWNER_NAMESPACE": "ws",
        "CLUSTER_SUBDOMAIN": "apps.x",
        "KUBECTL_VERSION": "1.30",
    }
    built = values.make_builtin(environment, "/")
    wanted = {
        "session_namespace": "ws-ada",
        "session_name": "ada",
        "workshop_namespace": "ws",
        "ingress_domain": "apps.x",
        "ingress_protocol": "https",
        "ingress_port_suffix": "",
        "session_hostname": "ada.apps.x",
        "session_url": "https://ada.apps.x",
        "registry_host": values.REGISTRY,
        "ENV_KUBECTL_VERSION": "1.30",
    }
    assert {name: built[name] for name in wanted} == wanted
    own = values.make_builtin({**environment, "SESSION_NAMESPACE": "other"}, "/")
    assert own["session_namespace"] == "other"


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("", "/p/console"),
        ("http://localhost:10083", "/p/console"),
        ("https://console.x", "https://console.x"),
    ],
)
def test_a_console_in_the_session_is_reached_by_our_own_server(given, shown):
    assert values.make_builtin({"CONSOLE_URL": given}, "/p/")["console_url"] == shown


def test_an_author_sees_stand_ins_for_what_only_a_session_has():
    filled = values.fill_in_stand_ins(values.make_builtin({"JUPYTERHUB_USER": "me"}, "/"))
    assert (filled["username"], filled["project_namespace"]) == ("me", "user1-project")
    assert filled["console_url"].startswith("https://")
    assert filled["slides_url"].startswith("https://")


def test_secrets_are_not_to_be_had():
    environment = {"JUPYTERHUB_API_TOKEN": "x", "JPY_API_TOKEN": "x", "DB_PASSWORD": "x", "A": "y"}
    assert values.public_environment(environment) == {"A": "y"}
    # A workshop may define a variable for the password that people log in with.
    assert values.named_environment(environment) == {"DB_PASSWORD": "x", "A": "y"}
    assert "x" not in values.make_builtin(environment, "/").values()
