"""The variables that every workshop has, taken from the session's environment."""

from __future__ import annotations

from collections.abc import Mapping

REGISTRY = "image-registry.openshift-image-registry.svc:5000"

# Variable of the notes -> variables of the environment, the first that is set. No token is among
# them. The upper ones are the original's, the lower ones Educates'.
FROM_ENVIRONMENT: Mapping[str, tuple[str, ...]] = {
    "username": ("JUPYTERHUB_USER",),
    "workshop_name": ("WORKSHOP_NAME",),
    "project_namespace": ("PROJECT_NAMESPACE",),
    "spawner_namespace": ("SPAWNER_NAMESPACE",),
    "cluster_subdomain": ("CLUSTER_SUBDOMAIN",),
    "console_url": ("CONSOLE_URL",),
    "restart_url": ("RESTART_URL",),
    "image_registry": ("IMAGE_REGISTRY",),
    "assets_repository": ("ASSETS_REPOSITORY",),
    "cluster_domain": ("CLUSTER_DOMAIN",),
    "environment_name": ("ENVIRONMENT_NAME", "SPAWNER_APPLICATION"),
    "git_host": ("GIT_HOST",),
    "git_protocol": ("GIT_PROTOCOL",),
    "git_username": ("GIT_USERNAME",),
    "image_repository": ("IMAGE_REPOSITORY", "IMAGE_REGISTRY"),
    "ingress_class": ("INGRESS_CLASS",),
    "ingress_domain": ("INGRESS_DOMAIN", "CLUSTER_SUBDOMAIN"),
    "ingress_port": ("INGRESS_PORT",),
    "ingress_port_suffix": ("INGRESS_PORT_SUFFIX",),
    "ingress_protocol": ("INGRESS_PROTOCOL",),
    "kubernetes_api_url": ("KUBERNETES_API_URL",),
    "oci_image_cache": ("OCI_IMAGE_CACHE",),
    "pathway_name": ("PATHWAY_NAME",),
    "platform_arch": ("PLATFORM_ARCH",),
    "policy_engine": ("POLICY_ENGINE",),
    "policy_name": ("POLICY_NAME",),
    "registry_auth_file": ("REGISTRY_AUTH_FILE",),
    "registry_host": ("REGISTRY_HOST", "IMAGE_REGISTRY"),
    "registry_secret": ("REGISTRY_SECRET",),
    "registry_username": ("REGISTRY_USERNAME",),
    "session_hostname": ("SESSION_HOSTNAME",),
    "session_id": ("SESSION_ID", "JUPYTERHUB_USER"),
    "session_name": ("SESSION_NAME", "JUPYTERHUB_USER"),
    "session_namespace": ("SESSION_NAMESPACE", "PROJECT_NAMESPACE"),
    "session_url": ("SESSION_URL",),
    "storage_class": ("STORAGE_CLASS",),
    "training_portal": ("TRAINING_PORTAL", "SPAWNER_APPLICATION"),
    "workshop_description": ("WORKSHOP_DESCRIPTION",),
    "workshop_namespace": ("WORKSHOP_NAMESPACE", "SPAWNER_NAMESPACE"),
    "workshop_title": ("WORKSHOP_TITLE",),
}
# What holds where the environment says nothing.
USUAL: Mapping[str, str] = {
    "cluster_domain": "cluster.local",
    "image_registry": REGISTRY,
    "image_repository": REGISTRY,
    "ingress_port": "443",
    "ingress_protocol": "https",
    "registry_host": REGISTRY,
}
# What an author sees of a value that only a session has: a name in the place of the value.
STAND_INS: Mapping[str, str] = {
    "username": "user1",
    "session_id": "user1",
    "session_name": "user1",
    "project_namespace": "user1-project",
    "session_namespace": "user1-project",
    "spawner_namespace": "workshops",
    "workshop_namespace": "workshops",
    "workshop_name": "workshop",
    "environment_name": "workshop",
    "training_portal": "workshop",
    "cluster_subdomain": "apps.example.com",
    "ingress_domain": "apps.example.com",
    "session_hostname": "user1.apps.example.com",
    "session_url": "https://user1.apps.example.com",
    "console_url": "https://console.example.com",
    "slides_url": "https://slides.example.com",
    "restart_url": "https://restart.example.com",
    "kubernetes_api_url": "https://api.example.com:6443",
}

CREDENTIAL_WORDS = ("TOKEN", "SECRET", "CRYPT_KEY", "PRIVATE_KEY")
SECRET_WORDS = (*CREDENTIAL_WORDS, "PASSWORD")


def make_builtin(environment: Mapping[str, str], prefix: str) -> dict[str, str]:
    """Return the values of the variables that every workshop has.

    `prefix` is the path of the server, with a slash at both ends.
    """
    values = {
        name: next((environment[each] for each in sources if environment.get(each)), "")
        for name, sources in FROM_ENVIRONMENT.items()
    }
    values.update({name: value for name, value in USUAL.items() if not values[name]})
    if values["session_name"] and values["ingress_domain"]:
        host = f"{values['session_name']}.{values['ingress_domain']}"
        values["session_hostname"] = values["session_hostname"] or host
        values["session_url"] = values["session_url"] or f"https://{values['session_hostname']}"
    values["base_url"] = f"{prefix}dashboard/page"
    values["terminal_url"] = f"{prefix}terminal"
    values["slides_url"] = f"{prefix}slides"
    if values["console_url"].startswith("/"):  # in the session, behind our server
        values["console_url"] = values["console_url"].rstrip("/")
    elif not values["console_url"].startswith("https://"):
        values["console_url"] = f"{prefix}console"
    # Educates gives pages the whole environment.
    public = public_environment(environment)
    return {**{f"ENV_{name}": value for name, value in public.items()}, **values}


def fill_in_stand_ins(values: Mapping[str, str]) -> dict[str, str]:
    """Return the values of an author's machine, where no session gives the others theirs.

    Links into the console, the slides and the like lead to a site of examples then, and neither to
    the author's own site nor nowhere.
    """
    missing = {name: stand_in for name, stand_in in STAND_INS.items() if not values.get(name)}
    for name in ("console_url", "slides_url"):
        if not values.get(name, "").startswith("https://"):
            missing[name] = STAND_INS[name]
    return {**values, **missing}


def public_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the environment without what is secret: what any page and any test may see."""
    return _without(environment, SECRET_WORDS)


def named_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """Return what a workshop may ask for by defining a variable of that name.

    Passwords are among it: workshops of old tell people with which one to log in. Tokens and keys,
    which are the session's own, are not.
    """
    return _without(environment, CREDENTIAL_WORDS)


def _without(environment: Mapping[str, str], words: tuple[str, ...]) -> dict[str, str]:
    return {
        name: value
        for name, value in environment.items()
        if not any(word in name.upper() for word in words)
    }
