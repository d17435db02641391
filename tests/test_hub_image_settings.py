"""images/hub/hub_settings.py: what each variable takes, and what is said of one that is wrong."""

import base64
import json
import re

import hub_settings
import pytest
from hypothesis import given, settings, strategies

# Of the original templates: what is the template's own affair, as it becomes an object of its own.
OF_TEMPLATES = {
    "HOMEROOM_NAME",
    "JUPYTERHUB_CONFIG",
    "JUPYTERHUB_ENVVARS",
    "KEYCLOAK_DB_PASSWORD",
    "KEYCLOAK_DB_VOLUME_SIZE",
    "KEYCLOAK_IMAGE",
    "KEYCLOAK_PASSWORD",
    "KEYCLOAK_USER",
    "LETS_ENCRYPT",
    "SPAWNER_IMAGE",
    "SPAWNER_MEMORY",
    "SPAWNER_NAMESPACE",
}
# Parameters of the templates of the original's five modes and of its users' workspace.
PARAMETERS = """
    ADMIN_USERS CLUSTER_SUBDOMAIN CONSOLE_BRANDING CONSOLE_IMAGE CONSOLE_MEMORY COOKIE_SECRET
    DATABASE_PASSWORD DOWNLOAD_URL EXPOSED_PORTS EXTRA_RESOURCES GATEWAY_ENVVARS HOMEROOM_LINK
    HOMEROOM_NAME IDLE_TIMEOUT JUPYTERHUB_CONFIG JUPYTERHUB_ENVVARS KEYCLOAK_DB_PASSWORD
    KEYCLOAK_DB_VOLUME_SIZE KEYCLOAK_IMAGE KEYCLOAK_PASSWORD KEYCLOAK_USER KUBECTL_VERSION
    LETS_ENCRYPT MAX_SESSION_AGE NAME_PREFIX NOTEBOOK_IMAGE NOTEBOOK_INTERFACE NOTEBOOK_MEMORY
    OAUTH_CLIENT_SECRET OC_VERSION ODO_VERSION OPENSHIFT_PROJECT REGISTERED_USERS
    RESOURCE_BUDGET SERVER_LIMIT SESSION_RULES SPAWNER_IMAGE SPAWNER_MEMORY SPAWNER_NAMESPACE
    SPAWNER_PASSWORD SPAWNER_ROLE SPAWNER_RULES TERMINAL_ENVVARS VOLUME_SIZE
    WORKSHOP_DESCRIPTION WORKSHOP_ENVVARS WORKSHOP_FILE WORKSHOP_IMAGE WORKSHOP_MEMORY
    WORKSHOP_NAME WORKSHOP_TITLE
"""
RULES = [{"apiGroups": [""], "resources": ["pods"], "verbs": ["get"]}]

WRONG = [
    ("CONFIGURATION_TYPE", "lerning-portal"),
    ("WORKSHOP_NAME", "Intro to Go"),
    ("WORKSHOP_NAME", "intro_go"),
    ("NAME_PREFIX", "9-"),
    ("CLUSTER_SUBDOMAIN", "https://apps.example.com"),
    ("PUBLIC_HOSTNAME", "workshop.example.com/hub"),
    ("PUBLIC_PROTOCOL", "ftp"),
    ("TRUSTED_PROXIES", "router.example.com"),
    ("TRUSTED_PROXIES", "0.0.0.0/0"),
    ("TRUSTED_PROXIES", "192.0.2.1/24"),
    ("HOMEROOM_LINK", "javascript:alert(1)"),
    ("AUTO_START", "perhaps"),
    ("ASK_NAME", "2"),
    ("INSTRUCTOR_CODE", "short"),
    ("INSTRUCTOR_CODE", "x" * 65),
    ("ADMIN_USERS", "ada/grace"),
    ("OAUTH_SECRET_FILE", "oauth/secret"),
    ("KEYCLOAK_REALM_URL", "keycloak.example.com"),
    ("KEYCLOAK_REALM_URL", "http://keycloak.example.com/realms/x"),
    ("OAUTH2_TOKEN_URL", "https://"),
    ("WORKSHOP_MEMORY", "512 MB"),
    ("WORKSHOP_MEMORY", "0"),
    ("WORKSHOP_MEMORY", "500m"),
    ("WORKSHOP_CPU", "half"),
    ("WORKSHOP_CPU", "0"),
    ("WORKSHOP_STORAGE", "-1Gi"),
    ("NOTEBOOK_INTERFACE", "vim"),
    ("DOWNLOAD_URL", "notes.tar.gz"),
    ("WORKSHOP_FILE", "../secret.yaml"),
    ("TERMINAL_ENVVARS", "echo hello"),
    ("WORKSHOP_ENVVARS", "export A=$(date)"),
    ("GATEWAY_ENVVARS", "export A='open"),
    ("SESSION_ENVVARS", "My ConfigMap"),
    ("OC_VERSION", "newest"),
    ("VOLUME_SIZE", "1 gigabyte"),
    ("RESOURCE_BUDGET", "tiny"),
    ("SPAWNER_ROLE", "cluster admin"),
    ("SESSION_RULES", '[{"resources": ["pods"]}]'),
    ("SESSION_RULES", '{"apiGroups": [""]}'),
    ("SPAWNER_RULES", "[{"),
    ("EXTRA_RESOURCES", "[1, 2]"),
    ("EXTRA_RESOURCES", "kind: [ConfigMap"),
    ("EXTRA_RESOURCES", '{"kind": "ConfigMap"}'),
    ("EXTRA_RESOURCES", "/no/such/file.yaml"),
    ("OPENSHIFT_PROJECT", "{user}-dev"),
    ("OPENSHIFT_PROJECT", "shared"),
    ("OPENSHIFT_PROJECT", "{username"),
    ("EXPOSED_PORTS", "8080,web"),
    ("EXPOSED_PORTS", "0"),
    ("EXPOSED_PORTS", "70000"),
    ("EXPOSED_BY", "nodeport"),
    ("NETWORK_INTERNET", "none"),
    ("CONSOLE_URL", "console"),
    ("CONSOLE_MEMORY", "lots"),
    ("CONSOLE_BRANDING", "acme"),
    ("SERVER_LIMIT", "-1"),
    ("SERVER_LIMIT", "eight"),
    ("RESERVED_SESSIONS", "1.5"),
    ("IDLE_TIMEOUT", "5m"),
    ("MAX_SESSION_AGE", "1h"),
    ("DATABASE_HOST", "tcp://172.30.0.9:5432"),
    ("DATABASE_WAIT", "soon"),
    ("COOKIE_SECRET", "not hexadecimal"),
    ("APP_ROOT", "app-root"),
    ("WORKSHOP_IMAGE", "my image"),
    ("TERMINAL_IMAGE", "https://registry.example.com/terminal"),
    ("NOTEBOOK_IMAGE", "notebook:"),
    ("CONSOLE_IMAGE", "-console"),
    ("OAUTH_CLIENT_ID", "two words"),
    ("OAUTH2_USERNAME_KEY", "user name"),
    ("DATABASE_NAME", "hub; drop"),
    ("DATABASE_USER", "the hub"),
    ("SPAWNER_PASSWORD", "x" * 201),
    ("JUPYTERHUB_CRYPT_KEY", "secret"),
    ("JUPYTERHUB_CRYPT_KEY", "ab" * 32 + ";ab"),
]


def read(**environ):
    return hub_settings.read_settings(environ)


def refuse(**environ):
    with pytest.raises(SystemExit) as caught:
        read(**environ)
    return str(caught.value)


@pytest.mark.parametrize(("name", "value"), WRONG)
def test_a_wrong_value_is_named_with_what_was_expected_and_an_example(name, value):
    said = refuse(**{name: value})
    (line,) = [line for line in said.splitlines() if line.startswith(f"{name} ")]
    assert re.search(rf"; use .+\. For example: {name}=\S", line), line


# What an environment can hold: no NUL, no half characters.
TEXTS = strategies.text(strategies.characters(exclude_characters="\0", exclude_categories=["Cs"]))
PIECES = strategies.sampled_from(
    ["[", "{", "]", "}", "'", '"', ":", "-", "://", "/", "@", "%", "1", "9" * 5000, "a", "*", "&a"]
)


@settings(max_examples=300)
@given(
    strategies.sampled_from(hub_settings.list_names()),
    TEXTS | strategies.lists(PIECES, max_size=6).map("".join),
)
def test_whatever_is_written_is_taken_or_named(name, text):
    said = ""
    try:
        read(**{name: text})
    except SystemExit as refusal:
        said = str(refusal)
    lines = said.splitlines()[1:]
    assert all(line.startswith((name, "NAME_PREFIX and", "DATABASE_HOST needs")) for line in lines)


def test_all_that_is_wrong_is_said_at_once():
    said = refuse(IDLE_TIMEOUT="5m", SERVER_LIMIT="many", AUTO_START="so")
    assert all(name in said for name in ("IDLE_TIMEOUT", "SERVER_LIMIT", "AUTO_START"))


@pytest.mark.parametrize("name", hub_settings.list_names())
def test_each_example_is_a_value(name):
    field = hub_settings.Settings.model_fields[name.lower()]
    modes = field.json_schema_extra["modes"] or hub_settings.MODES
    more = {"DATABASE_PASSWORD": "x", "CLUSTER_SUBDOMAIN": "apps.example.com"}
    more["CONFIGURATION_TYPE"] = modes[0]
    read(**{**more, name: field.examples[0]})


@pytest.mark.parametrize("name", ["COOKIE_SECRET", "INSTRUCTOR_CODE", "JUPYTERHUB_CRYPT_KEY"])
def test_a_secret_that_is_wrong_is_not_repeated(name):
    assert "tell-no" not in refuse(**{name: "tell-no"})


@pytest.mark.parametrize("name", hub_settings.list_names())
@pytest.mark.parametrize("value", ["", "  "])
def test_an_empty_parameter_counts_as_not_given(name, value):
    assert read(**{name: value}) == read()


@pytest.mark.parametrize("name", PARAMETERS.split())
def test_each_parameter_of_the_originals_is_heard(name):
    assert (name in hub_settings.list_names()) is (name not in OF_TEMPLATES)


@pytest.mark.parametrize(
    ("slip", "meant"),
    [
        ("SPAWNER_PASWORD", "SPAWNER_PASSWORD"),
        ("REGISTRED_USERS", "REGISTERED_USERS"),
        ("SERVER_LIMITS", "SERVER_LIMIT"),
        ("OAUTH_CLIENT_SECRETS", "OAUTH_CLIENT_SECRET"),
    ],
)
def test_a_slip_in_a_name_is_found(slip, meant):
    assert f"{slip} is no setting of this image; did you mean {meant}?" in refuse(**{slip: "x"})


@pytest.mark.parametrize(
    "name",
    [
        "DATABASE_PORT",
        "DATABASE_SERVICE_HOST",
        "SERVER_LIMIT_PORT",
        "PATH",
        "HOSTNAME",
        "OAUTH_CALLBACK_URL",
        "JUPYTERHUB_LOG_LEVEL",
        "KUBERNETES_SERVICE_HOST",
        "LEARNING_PORTAL_SPAWNER_PORT_8080_TCP_ADDR",
    ],
)
def test_what_else_is_in_an_environment_is_left_alone(name):
    assert read(**{name: "tcp://172.30.0.9:5432"}) == read()


@pytest.mark.parametrize(
    ("environ", "words"),
    [
        ({"AUTO_START": "yes", "SPAWNER_PASSWORD": "x"}, "AUTO_START and SPAWNER_PASSWORD"),
        ({"AUTO_START": "yes", "ASK_NAME": "yes"}, "AUTO_START and ASK_NAME"),
        (
            {"CONSOLE_URL": "https://console.example.com", "CONSOLE_IMAGE": "x"},
            "CONSOLE_URL and CONSOLE_IMAGE",
        ),
        ({"EXPOSED_PORTS": "80", "EXPOSED_BY": "route"}, "CLUSTER_SUBDOMAIN=apps.example.com"),
        ({"DATABASE_HOST": "db"}, "DATABASE_HOST needs DATABASE_PASSWORD"),
        ({"WORKSHOP_NAME": "a-very-long-workshop-name"}, "at most 24 characters"),
        ({"NAME_PREFIX": "spring-term-", "WORKSHOP_NAME": "introductions"}, "at most 24"),
        ({"REGISTERED_USERS": "ada"}, "REGISTERED_USERS keeps nobody out"),
        ({"WORKSHOP_NAME": "openshift-intro"}, "the cluster's own"),
        ({"WORKSHOP_NAME": "9to5"}, "a letter first"),
    ],
)
def test_what_contradicts_itself_is_refused(environ, words):
    assert words in refuse(**environ)


@pytest.mark.parametrize(
    "image",
    [
        "terminal",
        "terminal:latest",
        "registry.example.com:5000/team/intro_1:3.2",
        "registry.example.com/intro@sha256:" + "ab" * 32,
    ],
)
def test_an_image_by_any_of_its_names(image):
    assert read(WORKSHOP_IMAGE=image).workshop_image == image


@pytest.mark.parametrize(
    "keys", ["ab" * 32, "ab" * 32 + ";" + "cd" * 32, base64.b64encode(b"k" * 32).decode()]
)
def test_crypt_keys_are_jupyterhubs(keys):
    assert read(JUPYTERHUB_CRYPT_KEY=keys).jupyterhub_crypt_key == keys


def test_names_are_put_together():
    made = read(NAME_PREFIX="may-", WORKSHOP_NAME="intro")
    assert (made.application, made.service, made.workshop) == (
        "may-intro",
        "may-intro-spawner",
        "intro",
    )
    assert read(CONFIGURATION_TYPE="user-workspace").application == "user-workspace"


@pytest.mark.parametrize(
    ("text", "memory"),
    [("512Mi", "512M"), ("1.5Gi", "1.5G"), ("1G", 10**9), ("64000k", 64_000_000), ("1e", None)],
)
def test_memory_is_as_kubernetes_counts_it(text, memory):
    if memory is None:
        refuse(WORKSHOP_MEMORY=text)
    else:
        assert read(WORKSHOP_MEMORY=text).workshop_memory == memory


@pytest.mark.parametrize(("text", "cpu"), [("0.5", 0.5), ("500m", 0.5), ("2", 2.0)])
def test_cpu_is_a_number_or_thousandths(text, cpu):
    assert read(WORKSHOP_CPU=text).workshop_cpu == cpu


@pytest.mark.parametrize("text", ["ada grace", "ada,grace", "ada\ngrace\n", '["ada", "grace"]'])
def test_names_stand_between_whatever_separates_words(text):
    assert read(ADMIN_USERS=text).admin_users == {"ada", "grace"}


@pytest.mark.parametrize("text", ["8080,3000", "8080 3000", " 8080, 3000,8080 "])
def test_ports_are_listed_once(text):
    assert read(EXPOSED_PORTS=text).exposed_ports == (8080, 3000)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("[]", False),
        (json.dumps(RULES), True),
        ("- apiGroups: ['']\n  resources: [pods]\n  verbs: [get]\n", True),
        ("my-rules", "my-rules"),
        ("system:image-puller", "system:image-puller"),
    ],
)
def test_rules_are_those_of_the_template_or_a_role(text, found):
    assert read(SESSION_RULES=text).session_rules == found
    assert read(SPAWNER_RULES=text).spawner_rules == found


@pytest.mark.parametrize(
    "text",
    [
        '[{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}}]',
        '{"apiVersion": "v1", "kind": "List", "items": [{"apiVersion": "v1", "kind": "Secret"}]}',
        "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${username}\n---\n"
        "apiVersion: v1\nkind: Secret\n",
    ],
)
def test_extra_resources_are_text(text):
    assert read(EXTRA_RESOURCES=text).resources == text.strip()


def test_extra_resources_are_a_file_or_lie_where_the_original_had_them(tmp_path):
    file = tmp_path / "resources" / "extra_resources.json"
    file.parent.mkdir()
    file.write_text('[{"apiVersion": "v1", "kind": "ConfigMap"}]')
    assert read(APP_ROOT=str(tmp_path)).resources == str(file)
    assert read(EXTRA_RESOURCES=str(file)).resources == str(file)
    assert read().resources == ""


def test_lines_of_variables_are_read_and_nothing_is_run():
    lines = "# of the workshop\nexport A=1\n\nB='two words'  # so\nC=\nexport D=\"x\""
    assert read(TERMINAL_ENVVARS=lines).terminal_envvars == {
        "A": "1",
        "B": "two words",
        "C": "",
        "D": "x",
    }


def test_the_later_lines_win_and_versions_are_told():
    made = read(TERMINAL_ENVVARS="A=1", GATEWAY_ENVVARS="A=2", OC_VERSION="4.20")
    assert made.variables == {"A": "2", "OC_VERSION": "4.20"}


@pytest.mark.parametrize(
    ("mode", "idle", "age", "limit"),
    [("learning-portal", 300, 3600, 8)]
    + [(mode, 7200, 0, 0) for mode in hub_settings.MODES if mode != "learning-portal"],
)
def test_limits_are_those_of_the_mode_and_0_is_said(mode, idle, age, limit):
    made = read(CONFIGURATION_TYPE=mode)
    assert (made.idle, made.age, made.limit) == (idle, age, limit)
    none = read(CONFIGURATION_TYPE=mode, IDLE_TIMEOUT="0", MAX_SESSION_AGE="0", SERVER_LIMIT="0")
    assert (none.idle, none.age, none.limit) == (0, 0, 0)


def test_a_subdomain_is_the_rest_of_the_hubs_own_name():
    made = read(PUBLIC_HOSTNAME="workshop.apps.example.com")
    assert (made.subdomain, made.public_url) == (
        "apps.example.com",
        "https://workshop.apps.example.com/",
    )


@pytest.mark.parametrize("prefix", ["", "JUPYTERHUB_"])
def test_the_database_is_named_as_in_the_original_too(prefix):
    names = {"DATABASE_HOST": "db:6000", "DATABASE_PASSWORD": "x", "DATABASE_NAME": "hub"}
    made = read(**{prefix + name: value for name, value in names.items()})
    assert (made.database_host, made.database_name) == (("db", 6000), "hub")
    assert made.database_password == "x"


def test_what_a_mode_does_not_hear_is_told():
    given = {"CONFIGURATION_TYPE": "terminal-server", "CONSOLE_IMAGE": "x", "IDLE_TIMEOUT": "1"}
    (sentence,) = hub_settings.list_unheard(given)
    assert sentence.startswith("CONSOLE_IMAGE has no effect in the mode terminal-server, only in: ")
    assert hub_settings.list_unheard({}) == []
