"""Users of the cluster, each as themselves in a project of their own, with the web console."""

import os
from pathlib import Path

c = get_config()  # noqa: F821 - JupyterHub gives it

load_subconfig(str(Path(__file__).parents[1] / "logins/openshift.py"))  # noqa: F821

c.WorkshopSpawner.console_image = os.environ.get("CONSOLE_IMAGE", "")
c.WorkshopSpawner.console_memory = os.environ.get("CONSOLE_MEMORY") or "128Mi"
c.WorkshopSpawner.console_branding = os.environ.get("CONSOLE_BRANDING") or "openshift"
