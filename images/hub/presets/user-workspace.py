"""People with an account at Keycloak, each with a project and a home that stay."""

import os
from pathlib import Path

c = get_config()  # noqa: F821 - JupyterHub gives it

load_subconfig(str(Path(__file__).parents[1] / "logins/keycloak.py"))  # noqa: F821

c.WorkshopSpawner.identity = "service-account"
c.WorkshopSpawner.project = "persistent"
if role := os.environ.get("SPAWNER_ROLE"):
    c.WorkshopSpawner.project_role = role
c.WorkshopSpawner.budget = os.environ.get("RESOURCE_BUDGET") or "default"
c.WorkshopSpawner.volume_size = os.environ.get("VOLUME_SIZE", "")
c.WorkshopSpawner.restart_url = ""
