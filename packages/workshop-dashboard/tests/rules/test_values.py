"""Variables that every workshop has."""

from workshop_dashboard.rules import values


def test_they_come_from_the_session():
    environment = {"JUPYTERHUB_USER": "ada", "PROJECT_NAMESPACE": "ws-ada"}
    built = values.make_builtin(environment, "/user/ada/")
    assert built["username"] == "ada"
    assert built["project_namespace"] == "ws-ada"
    assert built["cluster_subdomain"] == ""
    assert built["image_registry"] == values.REGISTRY
    assert built["terminal_url"] == "/user/ada/terminal"


def test_secrets_are_not_to_be_had():
    environment = {"JUPYTERHUB_API_TOKEN": "x", "JPY_API_TOKEN": "x", "DB_PASSWORD": "x", "A": "y"}
    assert values.public_environment(environment) == {"A": "y"}
    assert "x" not in values.make_builtin(environment, "/").values()
