"""The hub of the image: what all presets share, the preset, and the admin's own file."""

import os
from pathlib import Path

c = get_config()  # noqa: F821 - JupyterHub gives it

PRESETS = Path(__file__).resolve().parent / "presets"
OWN_FILE = Path("/opt/app-root/configs/jupyterhub_config.py")

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

# Routers stand before the proxy: not they are a visitor's address, but who came to them.
proxies = os.environ.get("TRUSTED_PROXIES", "10.128.0.0/14")
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
c.WorkshopSpawner.cluster_subdomain = os.environ.get("CLUSTER_SUBDOMAIN", "")
c.WorkshopSpawner.console_url = os.environ.get("CONSOLE_URL", "")
c.WorkshopSpawner.download_url = os.environ.get("DOWNLOAD_URL", "")
c.WorkshopSpawner.workshop_file = os.environ.get("WORKSHOP_FILE", "")

load_subconfig(str(PRESETS.with_name("culler.py")))  # noqa: F821 - JupyterHub gives it
load_subconfig(str(PRESETS / f"{preset}.py"))  # noqa: F821 - JupyterHub gives it
if OWN_FILE.exists():
    load_subconfig(str(OWN_FILE))  # noqa: F821
