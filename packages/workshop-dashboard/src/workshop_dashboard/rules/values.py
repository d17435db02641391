"""The variables that every workshop has, taken from the session's environment."""

from __future__ import annotations

from collections.abc import Mapping

REGISTRY = "image-registry.openshift-image-registry.svc:5000"

# Variable of the notes -> variable of the environment. No token is among them.
FROM_ENVIRONMENT: Mapping[str, str] = {
    "username": "JUPYTERHUB_USER",
    "workshop_name": "WORKSHOP_NAME",
    "project_namespace": "PROJECT_NAMESPACE",
    "spawner_namespace": "SPAWNER_NAMESPACE",
    "cluster_subdomain": "CLUSTER_SUBDOMAIN",
    "console_url": "CONSOLE_URL",
    "restart_url": "RESTART_URL",
    "image_registry": "IMAGE_REGISTRY",
}

SECRET_WORDS = ("TOKEN", "SECRET", "PASSWORD", "CRYPT_KEY", "PRIVATE_KEY")


def make_builtin(environment: Mapping[str, str], prefix: str) -> dict[str, str]:
    """Return the values of the variables that every workshop has.

    `prefix` is the path of the server, with a slash at both ends.
    """
    values = {name: environment.get(source, "") for name, source in FROM_ENVIRONMENT.items()}
    values["image_registry"] = values["image_registry"] or REGISTRY
    values["base_url"] = f"{prefix}dashboard/page"
    values["terminal_url"] = f"{prefix}terminal"
    values["slides_url"] = ""
    return values


def public_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the environment without what is secret, for variables that workshops define."""
    return {
        name: value
        for name, value in environment.items()
        if not any(word in name.upper() for word in SECRET_WORDS)
    }
