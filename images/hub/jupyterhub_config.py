"""The hub of the image: what all modes share, the mode, and the admin's own files."""

import os
import secrets
import sys
import tempfile
from copy import deepcopy
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
import config_layers  # noqa: E402 - they lie beside this file
import hub_database  # noqa: E402
import hub_envvars  # noqa: E402
import hub_settings  # noqa: E402
from jupyterhub.app import JupyterHub  # noqa: E402

c = get_config()  # noqa: F821 - JupyterHub gives it

ROOT = Path(os.environ.get("APP_ROOT") or "/opt/app-root")
# The later wins: built into an image on top of this one, mounted from a ConfigMap.
OWN_FOLDERS = (ROOT / "src" / ".jupyter", ROOT / "configs")
os.environ.update(
    hub_envvars.source_files(
        [folder / "jupyterhub_config.sh" for folder in OWN_FOLDERS], os.environ
    )
)
settings = hub_settings.read_settings(os.environ)

# In a pod the proxy is open to people, the hub's API to sessions, and the proxy's to the hub alone.
c.JupyterHub.bind_url = "http://:8080"
c.JupyterHub.hub_bind_url = "http://:8081"
# The proxy and the services are in this pod. By the Service's name they would reach it only once
# the pod is ready, for which they must have reached it. Sessions go by that name (sessions.py).
c.JupyterHub.hub_connect_url = "http://127.0.0.1:8081"
c.ConfigurableHTTPProxy.api_url = "http://127.0.0.1:8082"
# One a start: in a container that starts again, an old number is another process.
pid_file = Path(tempfile.gettempdir(), f"hub-proxy-{secrets.token_hex(8)}.pid")
c.ConfigurableHTTPProxy.pid_file = str(pid_file)
if settings.public_url:
    c.JupyterHub.public_url = settings.public_url

# A new image brings its schema along: what is there is migrated before the hub starts.
c.JupyterHub.db_url = hub_database.make_database_url(settings)
c.JupyterHub.upgrade_db = True
if settings.cookie_secret is not None:
    c.JupyterHub.cookie_secret = settings.cookie_secret
else:
    c.JupyterHub.cookie_secret_file = str(settings.data / "cookie_secret")

# Routers stand before the proxy: not they are a visitor's address, but who came to them. Nobody is
# trusted unless named: sessions have addresses of the network of pods, too.
c.JupyterHub.trusted_downstream_ips = list(settings.trusted_proxies)

# A hub that is replaced leaves the sessions running and finds them again.
c.JupyterHub.cleanup_servers = False

c.JupyterHub.template_vars = {
    "workshop_title": settings.workshop_title,
    "workshop_description": settings.workshop_description,
}

load_subconfig(str(HERE / "sessions.py"))  # noqa: F821 - JupyterHub gives it
load_subconfig(str(HERE / "culler.py"))  # noqa: F821
load_subconfig(str(HERE / "presets" / f"{settings.configuration_type}.py"))  # noqa: F821

image = deepcopy(c)
for folder in OWN_FOLDERS:
    if (file := folder / "jupyterhub_config.py").exists():
        # In this very configuration, so that a file can also read and change what the image set.
        before = config_layers.open_layer(c)
        names = {"c": c, "get_config": get_config, "load_subconfig": load_subconfig}  # noqa: F821
        config_layers.run_file(file, names)
        config_layers.close_layer(c, before)
config_layers.keep_admins_settings(c, image)

if problem := config_layers.problem_with_login(c):
    raise SystemExit(problem)
# Not where the configuration is only read, as tests and `jupyterhub --show-config` do.
if JupyterHub.initialized():
    for problem in (
        config_layers.problem_with_image(c),
        config_layers.problem_with_secret(c),
        hub_database.problem_with_folder(settings, c.JupyterHub.db_url),
    ):
        if problem:
            raise SystemExit(problem)
    for sentence in hub_settings.list_unheard(os.environ):
        print(sentence, file=sys.stderr)
    hub_database.wait_for_database(c.JupyterHub.db_url, settings.database_wait)
