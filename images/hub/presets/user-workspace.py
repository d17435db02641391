"""People with an account at Keycloak, each with a project and a home that stay."""

import os
from pathlib import Path

import hub_settings

c = get_config()  # noqa: F821 - JupyterHub gives it
settings = hub_settings.read_settings(os.environ)

for part in ("logins/keycloak.py", "accounts.py", "console.py"):
    load_subconfig(str(Path(__file__).parents[1] / part))  # noqa: F821

c.WorkshopSpawner.project = "persistent"
c.WorkshopSpawner.budget = settings.resource_budget or "default"
