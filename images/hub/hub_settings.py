"""The settings of the hub's image, read from the environment and checked.

A variable that is empty counts as not set, as templates pass on parameters that nobody filled in.
"""

from __future__ import annotations

import difflib
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NoReturn

from hub_fields import KEYCLOAK, MODES, OPENSHIFT, VISITORS, WITH_CONSOLE, Fields
from pydantic import ValidationError

__all__ = ["KEYCLOAK", "MODES", "OPENSHIFT", "WITH_CONSOLE", "Settings", "read_settings"]

APPLICATION_LIMIT = 24
# Other names of the same settings, as the original templates and images have them; ours win.
OTHER_NAMES = {
    "JUPYTERHUB_DATABASE_HOST": "DATABASE_HOST",
    "JUPYTERHUB_DATABASE_NAME": "DATABASE_NAME",
    "JUPYTERHUB_DATABASE_PASSWORD": "DATABASE_PASSWORD",
    "JUPYTERHUB_DATABASE_USER": "DATABASE_USER",
}
# What means nothing to sessions without a project.
OF_PROJECTS = (
    *("RESOURCE_BUDGET", "SPAWNER_ROLE", "SESSION_RULES", "SPAWNER_RULES", "EXTRA_RESOURCES"),
    *("PROJECT_OWNER", "VISITOR_ROLE", "CONSOLE_IMAGE", "RESERVED_SESSIONS"),
    *("RESERVED_PODS", "RESERVE_SCHEDULE"),
)
# Kubernetes' own, one set for each Service of the namespace, and the like.
FOREIGN_ENDINGS = ("_SERVICE_HOST", "_PORT", "_PROTO", "_ADDR")
ALIKE = 0.9  # of letters, for one name to be a slip of another


class Settings(Fields):
    """The values, and what follows from them."""

    @property
    def workshop(self) -> str:
        """The workshop's name."""
        return self.workshop_name or self.configuration_type

    @property
    def application(self) -> str:
        """What the names of all objects begin with."""
        return self.name_prefix + self.workshop

    @property
    def for_visitors(self) -> bool:
        """Whether people come in without an account."""
        return self.configuration_type == VISITORS

    @property
    def service(self) -> str:
        """The hub's Service, by which sessions reach it."""
        return f"{self.application}-spawner"

    @property
    def public_url(self) -> str:
        """Where browsers find the hub; empty where it was not said."""
        return f"{self.public_protocol}://{self.public_hostname}/" if self.public_hostname else ""

    @property
    def subdomain(self) -> str:
        """The domain of the cluster's routes."""
        return self.cluster_subdomain or self.public_hostname.partition(".")[2]

    @property
    def idle(self) -> int:
        """Seconds until an idle session ends; 0 for never."""
        return choose(self.idle_timeout, 300 if self.for_visitors else 7200)

    @property
    def age(self) -> int:
        """Seconds until any session ends; 0 for never."""
        return choose(self.max_session_age, 3600 if self.for_visitors else 0)

    @property
    def limit(self) -> int:
        """How many sessions at once; 0 for no limit."""
        return choose(self.server_limit, 8 if self.for_visitors else 0)

    @property
    def memory(self) -> str | int:
        """Memory of a session, as JupyterHub takes it."""
        return (self.notebook_image and self.notebook_memory) or self.workshop_memory or "512M"

    @property
    def data(self) -> Path:
        """Where the hub keeps what a new pod must find."""
        return self.app_root / "data"

    @property
    def state_folder(self) -> Path:
        """Where the culler writes: `data`, unless nothing is mounted there."""
        is_writable = os.access(self.data, os.W_OK)
        return self.data if is_writable else Path(tempfile.gettempdir())

    @property
    def secret_file(self) -> Path | None:
        """The mounted secret of the login's client."""
        usual = self.app_root / "oauth" / "secret"
        return self.oauth_secret_file or (usual if usual.is_file() else None)

    @property
    def resources(self) -> str:
        """The extra resources, or the path of a file with them."""
        files = (self.app_root / "resources" / f"extra_resources.{end}" for end in ("yaml", "json"))
        mounted = next((str(file) for file in files if file.is_file()), "")
        return self.extra_resources or mounted

    @property
    def variables(self) -> dict[str, str]:
        """What sessions are told besides what WorkshopSpawner tells them."""
        told = {
            "HOMEROOM_LINK": self.homeroom_link,
            "OC_VERSION": self.oc_version,
            "KUBECTL_VERSION": self.kubectl_version,
            "ODO_VERSION": self.odo_version,
        }
        lines: dict[str, str] = {
            **self.terminal_envvars,
            **self.workshop_envvars,
            **self.gateway_envvars,
        }
        return {name: value for name, value in told.items() if value} | lines


def choose(given: int | None, default: int) -> int:
    """What was set, though it be 0."""
    return default if given is None else given


def read_settings(environ: Mapping[str, str]) -> Settings:
    """The settings; SystemExit, with a sentence for each variable that is wrong."""
    given = pick_given(environ)
    problems = [render_slip(name, known) for name, known in find_slips(environ)]
    try:
        settings = Settings.model_validate(given)
    except ValidationError as error:
        problems += [render_error(one, given) for one in error.errors()]
    else:
        problems += list_contradictions(settings)
        if not problems:
            return settings
    refuse(problems)


def refuse(problems: list[str]) -> NoReturn:
    """End with what is wrong, each on a line."""
    raise SystemExit("\n".join(["The hub cannot start with these settings:", *problems]))


def pick_given(environ: Mapping[str, str]) -> dict[str, str]:
    """The variables that are set, by our names for them."""
    others = {ours: environ.get(theirs, "") for theirs, ours in OTHER_NAMES.items()}
    found = {name: environ.get(name, "").strip() or others.get(name, "") for name in list_names()}
    return {name: text.strip() for name, text in found.items() if text.strip()}


def list_names() -> list[str]:
    """All variables, in the order of the page."""
    return [name.upper() for name in Settings.model_fields]


def read_extra(name: str) -> dict[str, Any]:
    """What `setting` was told of a variable besides: `modes` and `secret`."""
    extra: Any = Settings.model_fields[name.lower()].json_schema_extra
    return dict(extra)


def find_slips(environ: Mapping[str, str]) -> list[tuple[str, str]]:
    """Variables that are none of ours but for a slip: a misspelt password would guard nothing."""
    known = [*list_names(), *OTHER_NAMES]
    unknown = [name for name in environ if name not in known and not name.endswith(FOREIGN_ENDINGS)]
    near = ((name, difflib.get_close_matches(name, known, 1, ALIKE)) for name in unknown)
    return [(name, found[0]) for name, found in near if found and environ[name]]


def render_slip(name: str, known: str) -> str:
    """What is wrong, as a sentence."""
    return f"{name} is no setting of this image; did you mean {known}?"


def render_error(error: Any, given: Mapping[str, str]) -> str:
    """What is wrong, what was expected and an example; without the value of what is secret."""
    name = str(error["loc"][0])
    field = Settings.model_fields[name.lower()]
    hidden = read_extra(name)["secret"]
    said = "is not what it must be" if hidden else f"is {shorten(given[name])!r}"
    expected = str(error["msg"]).removeprefix("Value error, ")
    example = (field.examples or [""])[0]
    return f"{name} {said}; use {expected}. For example: {name}={example}"


def list_unheard(environ: Mapping[str, str]) -> list[str]:
    """A sentence for each variable that the mode does not hear."""
    given, mode = pick_given(environ), read_settings(environ).configuration_type
    unheard = []
    for name in given:
        modes = read_extra(name)["modes"]
        if modes and mode not in modes:
            heard = ", ".join(sorted(modes))
            unheard.append(f"{name} has no effect in the mode {mode}, only in: {heard}.")
    return unheard


def shorten(text: str) -> str:
    """Enough of a long value to know it by."""
    return text if len(text) <= 60 else f"{text[:57]}..."


def list_contradictions(settings: Settings) -> list[str]:
    """What each variable alone allows, and all together do not."""
    found = []
    name = settings.application
    if len(name) > APPLICATION_LIMIT or not name[0].isalpha():
        found.append(
            f"NAME_PREFIX and WORKSHOP_NAME together are {name!r}; use a letter first, and at most "
            f"{APPLICATION_LIMIT} characters. For example: WORKSHOP_NAME=intro-to-go"
        )
    if name.startswith(("kube-", "openshift")):
        found.append(
            f"NAME_PREFIX and WORKSHOP_NAME together are {name!r}, and such names are the "
            "cluster's own; use another. For example: WORKSHOP_NAME=intro-to-go"
        )
    if settings.for_visitors and settings.registered_users:
        found.append(
            f"REGISTERED_USERS keeps nobody out in the mode {VISITORS}: visitors have no names. "
            "Set SPAWNER_PASSWORD, or another CONFIGURATION_TYPE."
        )
    if settings.for_visitors and not settings.session_projects:
        found += [
            f"SESSION_PROJECTS=false and {name} contradict each other: there is nothing that a "
            "session may do in the cluster. Set one of them."
            for name in OF_PROJECTS
            if getattr(settings, name.lower())
        ]
    typed = "SPAWNER_PASSWORD" if settings.spawner_password else "ASK_NAME"
    if settings.auto_start and (settings.spawner_password or settings.ask_name):
        found.append(
            f"AUTO_START and {typed} contradict each other: a page that goes on by itself cannot "
            "type. Set one of them."
        )
    if settings.console_url and settings.console_image:
        found.append(
            "CONSOLE_URL and CONSOLE_IMAGE contradict each other: the console is elsewhere, or in "
            "the session's pod. Set one of them."
        )
    if settings.exposed_ports and settings.exposed_by != "proxy" and not settings.subdomain:
        found.append(
            f"EXPOSED_BY={settings.exposed_by} needs the domain of the host names. For example: "
            "CLUSTER_SUBDOMAIN=apps.example.com"
        )
    if settings.database_host and not settings.database_password:
        found.append("DATABASE_HOST needs DATABASE_PASSWORD, from the Secret of the database.")
    return found
