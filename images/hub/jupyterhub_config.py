"""The hub of the image: what all presets share, the preset, and the admin's own files."""

import os
import sys
from copy import deepcopy
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
import config_layers  # noqa: E402 - lies beside this file

c = get_config()  # noqa: F821 - JupyterHub gives it

PRESETS = HERE / "presets"
ROOT = Path(os.environ.get("APP_ROOT") or "/opt/app-root")
# The later wins: built into an image on top of this one, mounted from a ConfigMap.
OWN_FILES = (
    ROOT / "src" / ".jupyter" / "jupyterhub_config.py",
    ROOT / "configs" / "jupyterhub_config.py",
)

preset = os.environ.get("CONFIGURATION_TYPE") or "learning-portal"
known = sorted(path.stem for path in PRESETS.glob("*.py"))
if preset not in known:
    raise SystemExit(f"CONFIGURATION_TYPE is {preset!r}; this image knows: {', '.join(known)}.")

workshop = os.environ.get("WORKSHOP_NAME") or preset
application = os.environ.get("NAME_PREFIX", "") + workshop

# In a pod the proxy is open to people, the hub's API to sessions, and the proxy's to the hub alone.
c.JupyterHub.bind_url = "http://:8080"
c.JupyterHub.hub_bind_url = "http://:8081"
c.JupyterHub.hub_connect_url = f"http://{application}-spawner:8081"
c.ConfigurableHTTPProxy.api_url = "http://127.0.0.1:8082"
c.JupyterHub.db_url = "sqlite:////opt/app-root/data/jupyterhub.sqlite"
c.JupyterHub.cookie_secret_file = "/opt/app-root/data/cookie_secret"  # noqa: S105 - a path

# Routers stand before the proxy: not they are a visitor's address, but who came to them. Nobody is
# trusted unless named: sessions have addresses of the network of pods, too.
proxies = os.environ.get("TRUSTED_PROXIES", "")
c.JupyterHub.trusted_downstream_ips = [one.strip() for one in proxies.split(",") if one.strip()]

# A hub that is replaced leaves the sessions running and finds them again.
c.JupyterHub.cleanup_servers = False

c.JupyterHub.spawner_class = "workshop"
c.WorkshopSpawner.application = application
c.WorkshopSpawner.workshop_name = workshop
c.WorkshopSpawner.mode = preset
c.WorkshopSpawner.image = os.environ.get("TERMINAL_IMAGE") or "workshop-terminal"
c.WorkshopSpawner.cmd = ["jupyterhub-butterfly"]
c.WorkshopSpawner.mem_limit = (os.environ.get("WORKSHOP_MEMORY") or "512Mi").removesuffix("i")
if cpu := os.environ.get("WORKSHOP_CPU"):
    c.WorkshopSpawner.cpu_limit = float(cpu)
    # Without it a session would keep all that it may use from others.
    c.WorkshopSpawner.cpu_guarantee = min(float(cpu), 0.05)
c.WorkshopSpawner.extra_resource_limits = {
    "ephemeral-storage": os.environ.get("WORKSHOP_STORAGE") or "2Gi"
}
c.WorkshopSpawner.extra_resource_guarantees = {"ephemeral-storage": "64Mi"}
c.WorkshopSpawner.cluster_subdomain = os.environ.get("CLUSTER_SUBDOMAIN", "")
c.WorkshopSpawner.console_url = os.environ.get("CONSOLE_URL", "")
c.WorkshopSpawner.download_url = os.environ.get("DOWNLOAD_URL", "")
c.WorkshopSpawner.workshop_file = os.environ.get("WORKSHOP_FILE", "")

load_subconfig(str(PRESETS.with_name("culler.py")))  # noqa: F821 - JupyterHub gives it
load_subconfig(str(PRESETS / f"{preset}.py"))  # noqa: F821 - JupyterHub gives it
image = deepcopy(c)
for file in OWN_FILES:
    if file.exists():
        # In this very configuration, so that a file can also read and change what the image set.
        names = {"c": c, "get_config": get_config, "load_subconfig": load_subconfig}  # noqa: F821
        exec(compile(file.read_text(), file, "exec"), {**names, "__file__": str(file)})  # noqa: S102
config_layers.keep_admins_settings(c, image)
