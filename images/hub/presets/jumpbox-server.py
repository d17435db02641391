"""People with an account at Keycloak, each with a shell that may do nothing in the cluster."""

from pathlib import Path

c = get_config()  # noqa: F821 - JupyterHub gives it

load_subconfig(str(Path(__file__).parents[1] / "logins/keycloak.py"))  # noqa: F821

c.WorkshopSpawner.identity = "none"
c.WorkshopSpawner.project = "none"
