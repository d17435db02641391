"""Users of the cluster, each as themselves in a project of their own, with the web console."""

import os
from pathlib import Path

c = get_config()  # noqa: F821 - JupyterHub gives it

load_subconfig(str(Path(__file__).parents[1] / "logins/openshift.py"))  # noqa: F821

c.WorkshopSpawner.identity = "user-token"
c.WorkshopSpawner.project = "user"
c.WorkshopSpawner.project_template = os.environ.get("OPENSHIFT_PROJECT") or "{username}"
c.WorkshopSpawner.volume_size = os.environ.get("VOLUME_SIZE", "")
# Logging in again leads to the same session; there is nobody new to become.
c.WorkshopSpawner.restart_url = ""

c.WorkshopSpawner.console_image = os.environ.get("CONSOLE_IMAGE", "")
c.WorkshopSpawner.console_memory = os.environ.get("CONSOLE_MEMORY") or "128Mi"
c.WorkshopSpawner.console_branding = os.environ.get("CONSOLE_BRANDING") or "openshift"
