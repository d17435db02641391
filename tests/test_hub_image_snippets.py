"""What people know from the original's documentation works in a ConfigMap of this image.

Each snippet is put where the admin's file is mounted, beside the image's own settings, and asked of
the classes that JupyterHub makes of them.
"""

import textwrap

import pytest
from jupyterhub.auth import Authenticator
from oauthenticator.generic import GenericOAuthenticator
from traitlets import HasTraits
from traitlets.config import Config
from traitlets.config.loader import PyFileConfigLoader

import pod_hub
from workshop_spawner import WorkshopSpawner

CLIENT = {
    "CONFIGURATION_TYPE": "user-workspace",
    "KEYCLOAK_REALM_URL": "https://keycloak.example.com/realms/workshop",
    "OAUTH_CLIENT_ID": "workshops",
    "OAUTH_CLIENT_SECRET": "of-the-client",
}


@pytest.fixture
def load(monkeypatch, tmp_path):
    """Load the image's configuration with a mounted file, and with one that an image brings."""

    def load_with(own, built="", files=(), **environment):
        texts = {
            "configs/jupyterhub_config.py": own,
            "src/.jupyter/jupyterhub_config.py": built,
            **{f"configs/{name}": text for name, text in files},
        }
        for path, text in texts.items():
            (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / path).write_text(textwrap.dedent(text))
        for name, value in {"APP_ROOT": str(tmp_path), **CLIENT, **environment}.items():
            monkeypatch.setenv(name, value)
        return PyFileConfigLoader("jupyterhub_config.py", str(pod_hub.IMAGE)).load_config()

    return load_with


def make_authenticator(config):
    names = ("Authenticator", "OAuthenticator", "GenericOAuthenticator")
    return GenericOAuthenticator(config=Config({name: config.get(name, {}) for name in names}))


def read_trait(config, trait):
    """What WorkshopSpawner would be told, as traitlets reads it: its own section wins."""
    found = None
    for section in WorkshopSpawner.section_names():
        found = config.get(section, {}).get(trait, found)
    if trait in WorkshopSpawner.class_traits(config=True):
        found = WorkshopSpawner.class_traits()[trait]._validate(HasTraits(), found)
    return found


async def is_let_in(config, name):
    return bool(
        await make_authenticator(config).check_allowed(name, {"name": name, "admin": False})
    )


def test_admin_users(load):
    config = load("c.Authenticator.admin_users = {'ada', 'grace'}")
    assert make_authenticator(config).admin_users == {"ada", "grace"}


def test_admin_users_of_the_variable_and_one_more(load):
    config = load("c.Authenticator.admin_users.add('grace')", ADMIN_USERS="ada")
    assert make_authenticator(config).admin_users == {"ada", "grace"}


FROM_FILES = """
    import os

    for name, setting in (('admin_users.txt', 'admin_users'), ('user_whitelist.txt', 'whitelist')):
        path = os.path.join(os.environ['APP_ROOT'], 'configs', name)
        if os.path.exists(path):
            with open(path) as fp:
                content = fp.read().strip()
                if content:
                    setattr(c.Authenticator, setting, set(content.split()))
"""
WHITELISTS = {
    "as it was": "c.Authenticator.whitelist = {'ann', 'ada'}",
    "as it is": "c.Authenticator.allowed_users = {'ann', 'ada'}",
    "on the class": "c.GenericOAuthenticator.allowed_users = {'ann', 'ada'}",
    "one by one": "for name in ('ann', 'ada'): c.Authenticator.allowed_users.add(name)",
    "from files of the ConfigMap": FROM_FILES,
}


@pytest.mark.parametrize("own", WHITELISTS.values(), ids=WHITELISTS)
@pytest.mark.parametrize("layer", ["own", "built"])
async def test_a_whitelist(load, own, layer):
    files = [("user_whitelist.txt", "ann\nada\n"), ("admin_users.txt", "ada\n")]
    config = load(**{"own": "", layer: own}, files=files)
    assert await is_let_in(config, "ann")
    assert not await is_let_in(config, "mallory")


async def test_registered_users_of_the_variable(load):
    config = load("", REGISTERED_USERS="ann ada")
    assert await is_let_in(config, "ann")
    assert not await is_let_in(config, "mallory")
    config = load("c.Authenticator.allowed_users.add('mallory')", REGISTERED_USERS="ann")
    assert await is_let_in(config, "mallory")
    assert not await is_let_in(config, "eve")


async def test_an_allow_list_of_a_class_of_their_own(load):
    own = """
        from oauthenticator.generic import GenericOAuthenticator

        class Ours(GenericOAuthenticator):
            pass

        c.JupyterHub.authenticator_class = Ours
        c.Ours.allowed_users = {'ann'}
    """
    config = load(own)
    made = config.JupyterHub.authenticator_class(config=config)
    assert await made.check_allowed("ann", {"name": "ann", "admin": False})
    assert not await made.check_allowed("mallory", {"name": "mallory", "admin": False})


@pytest.mark.parametrize(
    "own",
    [
        "c.JupyterHub.allow_named_servers = True",
        "c.KubeSpawner.allow_privilege_escalation = False",
        "c.Authenticator.blocked_users = {'mallory'}",
    ],
)
async def test_what_only_sounds_like_an_allow_list(load, own):
    assert await is_let_in(load(own), "ann")


def test_idle_timeout_by_the_variable(load):
    (service,) = load("", IDLE_TIMEOUT="600").JupyterHub.services
    assert "--timeout=600" in service["command"]


def test_idle_timeout_by_a_service_of_their_own(load):
    own = """
        c.JupyterHub.services = [
            {
                'name': 'cull-idle',
                'admin': True,
                'command': ['cull-idle-servers', '--timeout=300'],
            }
        ]
    """
    services = load(own, IDLE_TIMEOUT="0").JupyterHub.services
    assert [service["name"] for service in services] == ["workshop-culler", "cull-idle"]


@pytest.mark.parametrize("class_name", ["KubeSpawner", "Spawner", "WorkshopSpawner"])
def test_one_image(load, class_name):
    config = load(f"c.{class_name}.image = 's2i-minimal-notebook:3.6'")
    assert read_trait(config, "image") == "s2i-minimal-notebook:3.6"


@pytest.mark.parametrize("name", ["singleuser_image_spec", "image_spec"])
def test_one_image_by_its_name_of_before(load, name):
    config = load(f"c.KubeSpawner.{name} = 's2i-minimal-notebook:3.6'")
    assert "image" not in config.WorkshopSpawner, "or ours would win"


PROFILES = """
    c.KubeSpawner.profile_list = [
        {
            'display_name': 'Minimal Notebook',
            'default': True,
            'kubespawner_override': {'image': 's2i-minimal-notebook:3.6'},
        },
        {
            'display_name': 'SciPy Notebook',
            'kubespawner_override': {
                'image': 's2i-scipy-notebook:3.6',
                'supplemental_gids': [100],
                'environment': {'JUPYTER_ENABLE_LAB': 'true'},
            },
        },
    ]
"""


def test_a_choice_of_images(load):
    found = read_trait(load(PROFILES), "profile_list")
    assert [one["display_name"] for one in found] == ["Minimal Notebook", "SciPy Notebook"]


ENVIRONMENTS = {
    "assigned": "c.KubeSpawner.environment = {'MINE': '1'}",
    "assigned to the base": "c.Spawner.environment = dict(MINE='1')",
    "one by name": "c.KubeSpawner.environment['MINE'] = '1'",
    "one by name of the base": "c.Spawner.environment['MINE'] = '1'",
    "updated": "c.Spawner.environment.update({'MINE': '1'})",
    "of the class": "c.WorkshopSpawner.environment['MINE'] = '1'",
}


@pytest.mark.parametrize("own", ENVIRONMENTS.values(), ids=ENVIRONMENTS)
@pytest.mark.parametrize("layer", ["own", "built"])
def test_more_environment(load, own, layer):
    found = read_trait(load(**{"own": "", layer: own}), "environment")
    assert found["MINE"] == "1"
    assert "WORKSHOP_CULLER_URL" in found


def test_environment_of_both_layers_and_of_two_classes(load):
    config = load(
        "c.KubeSpawner.environment = {'B': 'mounted', 'C': '3'}",
        "c.Spawner.environment = {'A': '1', 'B': 'built'}",
    )
    found = read_trait(config, "environment")
    assert {name: found[name] for name in "ABC"} == {"A": "1", "B": "mounted", "C": "3"}
    assert "WORKSHOP_CULLER_URL" in found


def test_a_variable_of_ours_is_theirs_to_change(load):
    own = "c.KubeSpawner.environment = {'JUPYTERHUB_ACTIVITY_INTERVAL': '60'}"
    assert read_trait(load(own), "environment")["JUPYTERHUB_ACTIVITY_INTERVAL"] == "60"


VOLUMES = """
    c.KubeSpawner.pvc_name_template = 'jupyterhub-nb-{username}'
    c.KubeSpawner.storage_pvc_ensure = True
    c.KubeSpawner.storage_capacity = '1Gi'
    c.KubeSpawner.volumes = [
        {'name': 'data', 'persistentVolumeClaim': {'claimName': c.KubeSpawner.pvc_name_template}}
    ]
    c.KubeSpawner.volume_mounts = [{'name': 'data', 'mountPath': '/opt/app-root/src'}]
"""


@pytest.mark.parametrize("envvars", ["", "intro-envvars"])
def test_volumes(load, envvars):
    config = load(VOLUMES, SESSION_ENVVARS=envvars)
    ours = ["session-envvars"] if envvars else []
    for trait in ("volumes", "volume_mounts"):
        found = read_trait(config, trait)
        assert [one["name"] for one in found] == [*ours, "data"]
    claim = read_trait(config, "volumes")[-1]["persistentVolumeClaim"]
    assert claim["claimName"] == "jupyterhub-nb-{username}"


@pytest.mark.parametrize("envvars", ["", "intro-envvars"])
def test_volumes_that_are_added(load, envvars):
    own = "c.KubeSpawner.volumes.append({'name': 'data', 'emptyDir': {}})"
    built = "c.KubeSpawner.volumes.append({'name': 'built', 'emptyDir': {}})"
    config = load(own, built, SESSION_ENVVARS=envvars)
    traits = Config({name: config.get(name, {}) for name in ("KubeSpawner", "WorkshopSpawner")})
    spawner = WorkshopSpawner.__new__(WorkshopSpawner)
    HasTraits.__init__(spawner)
    spawner._load_config(traits, traits=["volumes"])
    names = [one["name"] for one in spawner.volumes]
    assert names == (["session-envvars"] if envvars else []) + ["built", "data"]


SERVICES = {
    "assigned": "c.JupyterHub.services = [{'name': 'mine', 'url': 'http://127.0.0.1:9000'}]",
    "appended": "c.JupyterHub.services.append({'name': 'mine', 'url': 'http://127.0.0.1:9000'})",
    "extended": "c.JupyterHub.services.extend([{'name': 'mine', 'url': 'http://127.0.0.1:9000'}])",
    "added": "c.JupyterHub.services += [{'name': 'mine', 'url': 'http://127.0.0.1:9000'}]",
}


@pytest.mark.parametrize("own", SERVICES.values(), ids=SERVICES)
@pytest.mark.parametrize("layer", ["own", "built"])
def test_more_services(load, own, layer):
    services = load(**{"own": "", layer: own}).JupyterHub.services
    assert [service["name"] for service in services] == ["workshop-culler", "mine"]


def test_roles_of_their_services(load):
    own = "c.JupyterHub.load_roles = [{'name': 'mine', 'scopes': ['list:users']}]"
    roles = load(own).JupyterHub.load_roles
    assert [role["name"] for role in roles] == ["workshop-culler", "mine"]


def test_another_authenticator_by_a_line(load):
    own = """
        c.JupyterHub.authenticator_class = 'ldapauthenticator.LDAPAuthenticator'
        c.LDAPAuthenticator.server_address = 'ldap.example.com'
    """
    config = load(own, KEYCLOAK_REALM_URL="", OAUTH_CLIENT_ID="", OAUTH_CLIENT_SECRET="")
    assert config.JupyterHub.authenticator_class == "ldapauthenticator.LDAPAuthenticator"
    assert "allow_all" not in config.LDAPAuthenticator
    assert "Authenticator" not in config or "allow_all" not in config.Authenticator


def test_the_later_layer_wins_on_whatever_class(load):
    config = load("c.Spawner.mem_limit = '3G'", "c.KubeSpawner.mem_limit = '2G'")
    assert read_trait(config, "mem_limit") == 3 * 2**30
    config = load("c.KubeSpawner.mem_limit = '3G'", "c.WorkshopSpawner.mem_limit = '2G'")
    assert read_trait(config, "mem_limit") == 3 * 2**30
    config = load("c.WorkshopSpawner.mem_limit = '3G'", "c.Spawner.mem_limit = '2G'")
    assert read_trait(config, "mem_limit") == 3 * 2**30


@pytest.mark.parametrize(
    ("own", "address"),
    [
        ("", "http://user-workspace-spawner:8081"),
        ("c.JupyterHub.hub_connect_ip = 'hub.example.com'", None),
        ("c.JupyterHub.hub_connect_url = 'http://hub.example.com:8081'", None),
        ("c.Spawner.hub_connect_url = 'http://hub:8081'", "http://hub:8081"),
        (
            "c.JupyterHub.hub_connect_ip = '10.0.0.1'; c.Spawner.hub_connect_url = 'http://hub:1'",
            "http://hub:1",
        ),
    ],
)
def test_where_sessions_find_the_hub(load, own, address):
    assert read_trait(load(own), "hub_connect_url") == address


def test_a_file_can_read_what_the_image_set(load):
    own = "c.KubeSpawner.pod_name_template = c.WorkshopSpawner.application + '-{username}'"
    config = load(own, WORKSHOP_NAME="intro")
    assert read_trait(config, "pod_name_template") == "intro-{username}"


@pytest.mark.parametrize("layer", ["src/.jupyter", "configs"])
def test_variables_of_a_shell_file(load, tmp_path, layer):
    file = tmp_path / layer / "jupyterhub_config.sh"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("WORKSHOP_NAME=${PREFIX:-my}-intro\nexport IDLE_TIMEOUT=900\n")
    config = load("")
    assert config.WorkshopSpawner.application == "my-intro"
    assert "--timeout=900" in config.JupyterHub.services[0]["command"]


def test_the_mounted_shell_file_wins(load, tmp_path):
    for layer, name in (("src/.jupyter", "built"), ("configs", "mounted")):
        file = tmp_path / layer / "jupyterhub_config.sh"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"WORKSHOP_NAME={name}\n")
    assert load("").WorkshopSpawner.application == "mounted"


@pytest.mark.parametrize("text", ["exit 3", "no-such-program", "if"])
def test_a_shell_file_that_fails_says_so(load, tmp_path, text):
    file = tmp_path / "configs" / "jupyterhub_config.sh"
    file.parent.mkdir(parents=True)
    file.write_text(text)
    with pytest.raises(SystemExit, match=r"configs/jupyterhub_config.sh ended with"):
        load("")


@pytest.mark.parametrize(
    "missing", ["KEYCLOAK_REALM_URL", "OAUTH_CLIENT_ID", "OAUTH_CLIENT_SECRET"]
)
@pytest.mark.parametrize("mode", ["jumpbox-server", "user-workspace"])
def test_without_its_client_a_login_at_keycloak_is_refused(load, mode, missing):
    with pytest.raises(SystemExit, match=missing):
        load("", CONFIGURATION_TYPE=mode, **{missing: ""})


def test_the_mounted_file_may_have_the_client(load):
    own = """
        c.OAuthenticator.client_id = 'theirs'
        c.OAuthenticator.client_secret = 'secret'
    """
    made = make_authenticator(load(own, OAUTH_CLIENT_ID="", OAUTH_CLIENT_SECRET=""))
    assert (made.client_id, made.client_secret) == ("theirs", "secret")


def test_another_provider_has_three_addresses(load):
    places = {
        f"OAUTH2_{name}_URL": f"https://login.example.com/{name.lower()}"
        for name in ("AUTHORIZE", "TOKEN", "USERDATA")
    }
    made = make_authenticator(load("", KEYCLOAK_REALM_URL="", **places))
    assert made.token_url == "https://login.example.com/token"
    assert isinstance(made, Authenticator)
    with pytest.raises(SystemExit, match="OAUTH2_TOKEN_URL"):
        load("", KEYCLOAK_REALM_URL="", **(places | {"OAUTH2_TOKEN_URL": ""}))


@pytest.mark.parametrize(
    ("own", "said"),
    [
        ("a = 1\nc.JupyterHub.port = = 2\n", "line 2: SyntaxError"),
        ("import os\nc.Authenticator.admin_users = admins\n", "line 2: NameError: name 'admins'"),
        ("def f():\n    return os.environ\n\nf()\n", "line 2: NameError"),
        ("import jupyterhub_config_of_ours\n", "line 1: ModuleNotFoundError"),
    ],
)
@pytest.mark.parametrize("layer", ["configs", "src/.jupyter"])
def test_a_file_that_is_wrong_is_named_with_its_line(load, tmp_path, layer, own, said):
    words = {"own": "", "own" if layer == "configs" else "built": own}
    with pytest.raises(SystemExit) as caught:
        load(**words)
    assert f"{tmp_path}/{layer}/jupyterhub_config.py, {said}" in str(caught.value)
