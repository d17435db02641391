"""The variables of the hub's image: each with its type, its default, what it means and an example.

The tables of docs/reference/hub-image.md are made from it (tools/hub_reference.py).
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import hub_values as values
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

VISITORS = "learning-portal"
OPENSHIFT = ("hosted-workshop", "terminal-server")
KEYCLOAK = ("jumpbox-server", "user-workspace")
MODES = tuple(sorted((VISITORS, *OPENSHIFT, *KEYCLOAK)))
WITH_CONSOLE = (VISITORS, "hosted-workshop", "user-workspace")
WITH_ACCOUNT = (VISITORS, "user-workspace")
BUDGETS = (
    *("default", "unlimited", "small", "medium", "large"),
    *("x-large", "xx-large", "xxx-large"),
)
BRANDINGS = ("openshift", "okd", "ocp", "online", "dedicated", "azure", "rosa")

Switch = Annotated[bool, BeforeValidator(values.parse_switch)]
Seconds = Annotated[int, BeforeValidator(values.parse_seconds)]
Count = Annotated[int, BeforeValidator(values.parse_count)]
MaybeSeconds = Annotated[int | None, BeforeValidator(values.parse_seconds)]
MaybeCount = Annotated[int | None, BeforeValidator(values.parse_count)]
Folder = Annotated[Path, BeforeValidator(values.parse_path)]
Quantity = Annotated[str, BeforeValidator(values.parse_quantity)]
Memory = Annotated[str | int | None, BeforeValidator(values.parse_memory)]
Names = Annotated[frozenset[str], BeforeValidator(values.parse_names)]
Url = Annotated[str, BeforeValidator(values.parse_url)]
SafeUrl = Annotated[str, BeforeValidator(values.parse_safe_url)]
ObjectName = Annotated[str, BeforeValidator(values.parse_object_name)]
FilePath = Annotated[Path | None, BeforeValidator(values.parse_path)]
Version = Annotated[str, BeforeValidator(values.parse_version)]
Lines = Annotated[dict[str, str], BeforeValidator(values.parse_assignments)]
Rules = Annotated[str | bool, BeforeValidator(values.parse_rules)]
Mode = Annotated[str, BeforeValidator(values.make_choice("one that this image knows", MODES))]
Budget = Annotated[str, BeforeValidator(values.make_choice("one of", BUDGETS))]
Branding = Annotated[str, BeforeValidator(values.make_choice("one of", BRANDINGS))]
Label = Annotated[str, BeforeValidator(values.parse_label)]
Prefix = Annotated[str, BeforeValidator(values.parse_prefix)]
Host = Annotated[str, BeforeValidator(values.parse_host)]
Protocol = Annotated[str, BeforeValidator(values.make_choice("one of", ("https", "http")))]
Schedule = Annotated[tuple[str, ...], BeforeValidator(values.parse_schedule)]
Networks = Annotated[tuple[str, ...], BeforeValidator(values.parse_networks)]
Code = Annotated[str, BeforeValidator(values.parse_code)]
Cpu = Annotated[float | None, BeforeValidator(values.parse_cpu)]
FileName = Annotated[str, BeforeValidator(values.parse_file_name)]
Interface = Annotated[str, BeforeValidator(values.make_choice("one of", ("classic", "lab")))]
Role = Annotated[str, BeforeValidator(values.parse_role)]
Resources = Annotated[str, BeforeValidator(values.parse_resources)]
ProjectName = Annotated[str, BeforeValidator(values.parse_template)]
Ports = Annotated[tuple[int, ...], BeforeValidator(values.parse_ports)]
DatabaseHost = Annotated[tuple[str, int] | None, BeforeValidator(values.parse_database_host)]
SecretBytes = Annotated[bytes | None, BeforeValidator(values.parse_secret_bytes)]
Image = Annotated[str, BeforeValidator(values.parse_image)]
Word = Annotated[str, BeforeValidator(values.parse_word)]
DatabaseName = Annotated[str, BeforeValidator(values.parse_database_name)]
AccessCode = Annotated[str, BeforeValidator(values.parse_access_code)]
CryptKeys = Annotated[str, BeforeValidator(values.parse_crypt_keys)]
EXPOSURES = ("proxy", "route", "ingress")
Exposure = Annotated[str, BeforeValidator(values.make_choice("one of", EXPOSURES))]


def setting(
    default: Any, what: str, example: str, *, modes: tuple[str, ...] = (), secret: bool = False
) -> Any:
    """One variable: its default, what it is, an example, the modes that hear it (all, if none)."""
    extra: Any = {"modes": modes, "secret": secret}
    return Field(default, description=what, examples=[example], json_schema_extra=extra)


class Fields(BaseModel):
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
    spawner_password: AccessCode = setting(
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
    oauth_client_id: Word = setting(
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
    oauth2_username_key: Word = setting(
        "preferred_username", "Which claim is the user's name.", "email", modes=KEYCLOAK
    )

    # Sessions
    workshop_image: Image = setting(
        "",
        "The image of the sessions, without which no hub starts; wins over TERMINAL_IMAGE.",
        "registry.example.com/intro:3",
    )
    terminal_image: Image = setting(
        "", "The same, by its older name.", "registry.example.com/terminal:1"
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
    notebook_image: Image = setting(
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
    gateway_envvars: Lines = setting({}, "As TERMINAL_ENVVARS.", "export PAGER=cat")
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
    visitor_role: Role = setting(
        "",
        "Role of a visitor's session where SPAWNER_ROLE is not set: the templates make one for "
        "each hub, like `workshop-admin`.",
        "intro-to-go-my-workshop-visitor",
        modes=(VISITORS,),
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
    project_owner: ObjectName = setting(
        "",
        "A ClusterRole that owns the projects: they are deleted with it. The templates make one.",
        "intro-to-go-my-workshop-projects",
        modes=WITH_ACCOUNT,
    )
    session_projects: Switch = setting(
        True,
        "Whether each session has a project. Without, it may do nothing in the cluster, and the "
        "hub needs no right outside its own namespace.",
        "false",
        modes=(VISITORS,),
    )
    openshift_project: ProjectName = setting(
        "{username}", "Name of a user's own project.", "{username}-dev", modes=OPENSHIFT
    )
    workshops: FilePath = setting(
        None,
        "A folder of YAML files, `<name>.yaml` each, of the workshops that this hub offers, such "
        "as a ConfigMap that is mounted; without it the hub has one, which is what all other "
        "variables say.",
        "/opt/app-root/configs/workshops",
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
    console_image: Image = setting(
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
    server_limit: MaybeCount = setting(
        None,
        "How many sessions at once, 8 for visitors, else without limit; who comes later waits.",
        "40",
    )
    reserved_sessions: Count = setting(
        0, "How many sessions are kept ready ahead.", "5", modes=(VISITORS,)
    )
    reserved_pods: Count = setting(
        0,
        "In how many of RESERVED_SESSIONS a pod runs already and waits for its visitor.",
        "5",
        modes=(VISITORS,),
    )
    reserve_schedule: Schedule = setting(
        (),
        "Times at which more are kept ready, by days or once, between semicolons; behind the slash "
        "in how many a pod waits.",
        "mon-fri 08:45-09:30 Europe/Berlin 40/40; 2026-12-01T08:45+01:00 2026-12-01T09:30+01:00 80",
        modes=(VISITORS,),
    )
    idle_timeout: MaybeSeconds = setting(
        None,
        "Seconds without a key press after which a session ends, 300 for visitors, else 7200; 0 is "
        "never.",
        "1800",
    )
    max_session_age: MaybeSeconds = setting(
        None, "Seconds after which any session ends, 3600 for visitors, else 0; 0 is never.", "7200"
    )

    # The hub itself
    database_host: DatabaseHost = setting(
        None,
        "A PostgreSQL server, with its port if that is not 5432; without it, SQLite in the folder "
        "`data` below APP_ROOT.",
        "intro-database:5432",
    )
    database_name: DatabaseName = setting("jupyterhub", "The database.", "hub")
    database_user: DatabaseName = setting("jupyterhub", "Its user.", "hub")
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
    jupyterhub_crypt_key: CryptKeys = setting(
        "",
        "Encrypts the users' tokens in the hub's database; `openssl rand -hex 32` makes one.",
        "8f0f7d8a7c1d4e3fa0b1c2d3e4f506178f0f7d8a7c1d4e3fa0b1c2d3e4f50617",
        modes=OPENSHIFT,
        secret=True,
    )
    app_root: Folder = setting(
        Path("/opt/app-root"), "Where your own files are looked for, and data is kept.", "/srv/hub"
    )
