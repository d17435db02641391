"""The settings of the hub's image: each variable of the environment, what it means and its value.

A variable that is empty counts as not set, as templates pass on parameters that nobody filled in.
The page docs/reference/hub-image.md is made from what is written here (tools/hub_reference.py).
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, NoReturn

import hub_values as values
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

VISITORS = "learning-portal"
OPENSHIFT = ("hosted-workshop", "terminal-server")
KEYCLOAK = ("jumpbox-server", "user-workspace")
MODES = tuple(sorted((VISITORS, *OPENSHIFT, *KEYCLOAK)))
WITH_CONSOLE = (VISITORS, "hosted-workshop", "user-workspace")
WITH_ACCOUNT = (VISITORS, "user-workspace")
BUDGETS = ("default", "unlimited", "small", "medium", "large")
BUDGETS += ("x-large", "xx-large", "xxx-large")
BRANDINGS = ("openshift", "okd", "ocp", "online", "dedicated", "azure", "rosa")
APPLICATION_LIMIT = 24
# Other names of the same settings, as the original templates and images have them; ours win.
OTHER_NAMES = {
    "JUPYTERHUB_DATABASE_HOST": "DATABASE_HOST",
    "JUPYTERHUB_DATABASE_NAME": "DATABASE_NAME",
    "JUPYTERHUB_DATABASE_PASSWORD": "DATABASE_PASSWORD",
    "JUPYTERHUB_DATABASE_USER": "DATABASE_USER",
}
# Kubernetes' own, one set for each Service of the namespace, and the like.
FOREIGN_ENDINGS = ("_SERVICE_HOST", "_PORT", "_PROTO", "_ADDR")
ALIKE = 0.9  # of letters, for one name to be a slip of another


def make_type(kind: Any, parse: Any) -> Any:
    """A type of pydantic's whose values are read from text."""
    return Annotated[kind, BeforeValidator(parse)]


Switch = make_type(bool, values.parse_switch)
Seconds = make_type(int, values.parse_seconds)
Count = make_type(int, values.parse_count)
Quantity = make_type(str, values.parse_quantity)
Memory = make_type(str | int, values.parse_memory)
Names = make_type(frozenset[str], values.parse_names)
Url = make_type(str, values.parse_url)
SafeUrl = make_type(str, values.parse_safe_url)
ObjectName = make_type(str, values.parse_object_name)
FilePath = make_type(Path, values.parse_path)
Version = make_type(str, values.parse_version)
Lines = make_type(dict[str, str], values.parse_assignments)
Rules = make_type(str | bool, values.parse_rules)
Mode = make_type(str, values.make_choice("one that this image knows", MODES))
Budget = make_type(str, values.make_choice("one of", BUDGETS))
Branding = make_type(str, values.make_choice("one of", BRANDINGS))
Label = make_type(str, values.parse_label)
Prefix = make_type(str, values.parse_prefix)
Host = make_type(str, values.parse_host)
Protocol = make_type(str, values.make_choice("one of", ("https", "http")))
Networks = make_type(tuple[str, ...], values.parse_networks)
Code = make_type(str, values.parse_code)
Cpu = make_type(float, values.parse_cpu)
FileName = make_type(str, values.parse_file_name)
Interface = make_type(str, values.make_choice("one of", ("classic", "lab")))
Role = make_type(str, values.parse_role)
Resources = make_type(str, values.parse_resources)
ProjectName = make_type(str, values.parse_template)
Ports = make_type(tuple[int, ...], values.parse_ports)
DatabaseHost = make_type(tuple[str, int], values.parse_database_host)
SecretBytes = make_type(bytes, values.parse_secret_bytes)
Exposure = make_type(str, values.make_choice("one of", ("proxy", "route", "ingress")))


def setting(
    default: Any, what: str, example: str, *, modes: tuple[str, ...] = (), secret: bool = False
) -> Any:
    """One variable: its default, what it is, an example, the modes that hear it (all, if none)."""
    extra: Any = {"modes": modes, "secret": secret}
    return Field(default, description=what, examples=[example], json_schema_extra=extra)


class Settings(BaseModel):
    """All variables; the fields are called as they are, in small letters."""

    model_config = ConfigDict(
        frozen=True, alias_generator=str.upper, extra="ignore", arbitrary_types_allowed=True
    )

    # The workshop
    configuration_type: Mode = setting(
        VISITORS, "The mode: who logs in, and what a session has in the cluster.", "user-workspace"
    )
    workshop_name: Label = setting(
        "", "The workshop's name; without it, the mode's.", "intro-to-go"
    )
    name_prefix: Prefix = setting(
        "", "Names of all objects begin with this and the workshop's name.", "may-"
    )
    workshop_title: str = setting(
        "", "What the login page of visitors calls the workshop.", "Introduction to Go"
    )
    workshop_description: str = setting(
        "", "A sentence for the login page of visitors.", "Bring a laptop, we have the rest."
    )
    cluster_subdomain: Host = setting(
        "",
        "Domain of the cluster's routes, told to sessions; without it, that of PUBLIC_HOSTNAME.",
        "apps.example.com",
    )
    public_hostname: Host = setting(
        "",
        "Host name by which browsers reach the hub; without it, the one of each request.",
        "workshop.apps.example.com",
    )
    public_protocol: Protocol = setting("https", "How they reach it.", "http")
    trusted_proxies: Networks = setting(
        (),
        "Addresses and networks of the routers before the hub, between commas, so that its limits "
        "tell visitors apart; never a whole network of pods, in which sessions are too.",
        "192.0.2.0/28, 192.0.2.77",
    )
    homeroom_link: Url = setting(
        "", "A page that lists workshops, told to sessions.", "https://workshops.example.com/"
    )

    # Who comes in
    spawner_password: str = setting(
        "", "A code that visitors must type.", "sesame", modes=(VISITORS,), secret=True
    )
    auto_start: Switch = setting(
        False, "Whether the login page presses its own button.", "true", modes=(VISITORS,)
    )
    ask_name: Switch = setting(
        False, "Whether visitors must type a name.", "true", modes=(VISITORS,)
    )
    instructor_code: Code = setting(
        "",
        "A long code for instructors, typed at /services/workshop-culler/login; without it who has "
        "no account cannot see the page.",
        "correct-horse-battery-staple",
        modes=(VISITORS,),
        secret=True,
    )
    admin_users: Names = setting(
        frozenset(),
        "The hub's administrators, by name, between spaces.",
        "ada grace",
        modes=(*OPENSHIFT, *KEYCLOAK),
    )
    registered_users: Names = setting(
        frozenset(),
        "The only users who may enter, between spaces; without it, all who have an account.",
        "alan barbara",
        modes=(*OPENSHIFT, *KEYCLOAK),
    )
    oauth_client_id: str = setting(
        "",
        "The OAuthClient, by default `<application>-console`; with Keycloak the client, without a "
        "default.",
        "workshops",
        modes=(*OPENSHIFT, *KEYCLOAK),
    )
    oauth_client_secret: str = setting(
        "",
        "The client's secret, where it is not mounted (OAUTH_SECRET_FILE).",
        "of-the-client",
        modes=(*OPENSHIFT, *KEYCLOAK),
        secret=True,
    )
    oauth_secret_file: FilePath = setting(
        None,
        "File of a mounted Secret with the client's secret; without it, `oauth/secret` below "
        "APP_ROOT if that exists.",
        "/opt/app-root/oauth/secret",
        modes=(*OPENSHIFT, *KEYCLOAK),
    )
    oauth_ca_file: FilePath = setting(
        None,
        "Certificates to trust for the login's server besides the system's, a PEM file.",
        "/opt/app-root/oauth/ca.crt",
        modes=(*OPENSHIFT, *KEYCLOAK),
    )
    keycloak_realm_url: SafeUrl = setting(
        "",
        "Address of a realm of Keycloak; any other provider has OAUTH2_AUTHORIZE_URL, "
        "OAUTH2_TOKEN_URL and OAUTH2_USERDATA_URL.",
        "https://keycloak.example.com/realms/workshop",
        modes=KEYCLOAK,
    )
    oauth2_authorize_url: SafeUrl = setting(
        "",
        "Where the provider logs people in.",
        "https://login.example.com/authorize",
        modes=KEYCLOAK,
    )
    oauth2_token_url: SafeUrl = setting(
        "", "Where it gives tokens.", "https://login.example.com/token", modes=KEYCLOAK
    )
    oauth2_userdata_url: SafeUrl = setting(
        "", "Where it says who somebody is.", "https://login.example.com/userinfo", modes=KEYCLOAK
    )
    oauth2_username_key: str = setting(
        "preferred_username", "Which claim is the user's name.", "email", modes=KEYCLOAK
    )

    # Sessions
    workshop_image: str = setting(
        "", "The image of the sessions; wins over TERMINAL_IMAGE.", "registry.example.com/intro:3"
    )
    terminal_image: str = setting(
        "workshop-terminal", "The image of the sessions.", "registry.example.com/terminal:1"
    )
    image_pull_secret: ObjectName = setting(
        "", "A Secret with the login of the image's registry.", "registry-login"
    )
    workshop_memory: Memory = setting(None, "Memory of a session; 512Mi by default.", "1Gi")
    workshop_cpu: Cpu = setting(
        None, "CPU of a session; without it, as much as the node has.", "0.5"
    )
    workshop_storage: Quantity = setting(
        "2Gi",
        "What a session may write to its node's disk; one that writes more is evicted.",
        "4Gi",
    )
    notebook_image: str = setting(
        "",
        "An image with Jupyter's own server, run in place of the terminal.",
        "quay.example.com/minimal-notebook:1",
    )
    notebook_interface: Interface = setting("lab", "What NOTEBOOK_IMAGE shows first.", "classic")
    notebook_memory: Memory = setting(None, "Memory of NOTEBOOK_IMAGE's sessions.", "1Gi")
    download_url: Url = setting(
        "", "Content that sessions fetch when they start.", "https://example.com/notes.tar.gz"
    )
    workshop_file: FileName = setting(
        "", "Which variant of the content they show.", "workshop-short.yaml"
    )
    terminal_envvars: Lines = setting(
        {}, "Variables of the sessions, lines NAME=value.", "export EDITOR=nano"
    )
    workshop_envvars: Lines = setting({}, "As TERMINAL_ENVVARS.", "export LESSON=short")
    gateway_envvars: Lines = setting({}, "As TERMINAL_ENVVARS.", "export DEFAULT_ROUTE=/terminal")
    session_envvars: ObjectName = setting(
        "",
        "A ConfigMap of scripts (`terminal.sh`, `workshop.sh`, `gateway.sh`), sourced when a "
        "session starts; mounted at /opt/workshop/envvars.",
        "intro-session-envvars",
    )
    oc_version: Version = setting("", "Which `oc` sessions use, where the image has it.", "4.20")
    kubectl_version: Version = setting("", "Which `kubectl` they use.", "1.34")
    odo_version: Version = setting("", "Which `odo` they use.", "3.16")
    volume_size: Quantity = setting(
        "",
        "Size of a volume for each user's home; without it nothing is kept.",
        "2Gi",
        modes=(*OPENSHIFT, *KEYCLOAK),
    )

    # Projects, and what sessions may do there
    resource_budget: Budget = setting(
        "",
        "Size of a session's project; `small` for visitors, else `default`.",
        "medium",
        modes=WITH_ACCOUNT,
    )
    spawner_role: Role = setting(
        "",
        "Role of a session in its project; without it, the spawner's own choice: for visitors "
        "`workshop-admin` where the cluster has it, else `admin`.",
        "edit",
        modes=WITH_ACCOUNT,
    )
    session_rules: Rules = setting(
        False,
        "More rights of a session in its project: rules, for which the template makes the "
        "ClusterRole `<application>-session-rules`, or the name of a ClusterRole.",
        '[{"apiGroups": ["tekton.dev"], "resources": ["pipelines"], "verbs": ["*"]}]',
        modes=WITH_ACCOUNT,
    )
    spawner_rules: Rules = setting(
        False,
        "What the hub may do to make EXTRA_RESOURCES: rules, for which the template makes the "
        "ClusterRole `<application>-spawner-rules` and binds it to the hub's account; or the name "
        "of a ClusterRole, which the hub binds to itself in each project.",
        '[{"apiGroups": ["tekton.dev"], "resources": ["pipelines"], "verbs": ["create"]}]',
        modes=WITH_ACCOUNT,
    )
    extra_resources: Resources = setting(
        "",
        "More objects for each session: YAML or JSON, or a file of them; without it, "
        "`resources/extra_resources.yaml` or `.json` below APP_ROOT, where they exist.",
        '[{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "tasks"}}]',
        modes=WITH_ACCOUNT,
    )
    openshift_project: ProjectName = setting(
        "{username}", "Name of a user's own project.", "{username}-dev", modes=OPENSHIFT
    )
    exposed_ports: Ports = setting(
        (),
        "Ports of a session that browsers reach, between commas, behind the hub's login.",
        "8080,3000",
    )
    exposed_by: Exposure = setting(
        "proxy",
        "`route` or `ingress` give EXPOSED_PORTS host names of their own too, without login, below "
        "CLUSTER_SUBDOMAIN.",
        "route",
    )
    network_policies: Switch = setting(
        True, "Whether sessions and projects are closed off from each other.", "false"
    )
    network_internet: Switch = setting(
        True, "Whether sessions may open connections to addresses outside the cluster.", "false"
    )

    # The web console
    console_url: Url = setting(
        "", "A web console that attendees log in to themselves.", "https://console.example.com/"
    )
    console_image: str = setting(
        "",
        "OpenShift's web console, run beside each session and acting as it.",
        "registry.example.com/console:4.20",
        modes=WITH_CONSOLE,
    )
    console_memory: Quantity = setting(
        "128Mi", "Memory of the console.", "256Mi", modes=WITH_CONSOLE
    )
    console_branding: Branding = setting(
        "openshift", "Whose name it shows.", "okd", modes=WITH_CONSOLE
    )

    # Limits
    server_limit: Count = setting(
        None,
        "How many sessions at once, 8 for visitors, else without limit; who comes later waits.",
        "40",
    )
    reserved_sessions: Count = setting(
        0, "How many sessions are kept ready ahead.", "5", modes=(VISITORS,)
    )
    idle_timeout: Seconds = setting(
        None,
        "Seconds without a key press after which a session ends, 300 for visitors, else 7200; 0 is "
        "never.",
        "1800",
    )
    max_session_age: Seconds = setting(
        None, "Seconds after which any session ends, 3600 for visitors, else 0; 0 is never.", "7200"
    )

    # The hub itself
    database_host: DatabaseHost = setting(
        None,
        "A PostgreSQL server, with its port if that is not 5432; without it, SQLite in the folder "
        "`data` below APP_ROOT.",
        "intro-database:5432",
    )
    database_name: Label = setting("jupyterhub", "The database.", "hub")
    database_user: str = setting("jupyterhub", "Its user.", "hub")
    database_password: str = setting("", "The user's password.", "of-the-hub", secret=True)
    database_wait: Seconds = setting(
        180, "For how many seconds a hub that starts waits for the database.", "600"
    )
    cookie_secret: SecretBytes = setting(
        None,
        "Signs the cookies of logins; without it, a file in the folder `data`, which then must be "
        "a volume, or a new hub logs everybody out.",
        "8f0f7d8a7c1d4e3fa0b1c2d3e4f50617",
        secret=True,
    )
    jupyterhub_crypt_key: str = setting(
        "",
        "Encrypts the users' tokens in the hub's database; `openssl rand -hex 32` makes one.",
        "8f0f7d8a7c1d4e3fa0b1c2d3e4f506178f0f7d8a7c1d4e3fa0b1c2d3e4f50617",
        modes=OPENSHIFT,
        secret=True,
    )
    app_root: FilePath = setting(
        Path("/opt/app-root"), "Where your own files are looked for, and data is kept.", "/srv/hub"
    )

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
        lines = {**self.terminal_envvars, **self.workshop_envvars, **self.gateway_envvars}
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
    extra = field.json_schema_extra
    hidden = isinstance(extra, dict) and extra["secret"]
    said = "is not what it must be" if hidden else f"is {shorten(given[name])!r}"
    expected = str(error["msg"]).removeprefix("Value error, ")
    example = (field.examples or [""])[0]
    return f"{name} {said}; use {expected}. For example: {name}={example}"


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
