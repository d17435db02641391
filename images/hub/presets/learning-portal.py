"""Visitors without an account; each session has a temporary project of its own."""

import os
import sys

c = get_config()  # noqa: F821 - JupyterHub gives it

application = os.environ.get("NAME_PREFIX", "")
application += os.environ.get("WORKSHOP_NAME") or "learning-portal"

c.JupyterHub.authenticator_class = "workshop-anonymous"
c.AnonymousAuthenticator.access_code = os.environ.get("SPAWNER_PASSWORD", "")
c.JupyterHub.active_server_limit = int(os.environ.get("SERVER_LIMIT") or 8)

c.WorkshopSpawner.identity = "service-account"
c.WorkshopSpawner.project = "temporary"
c.WorkshopSpawner.project_role = os.environ.get("SPAWNER_ROLE") or "admin"
c.WorkshopSpawner.budget = os.environ.get("RESOURCE_BUDGET") or "default"
c.WorkshopSpawner.session_age = int(os.environ.get("MAX_SESSION_AGE") or 3600)

# Sessions ask the culler, through the hub's proxy, how long they still last, and extend themselves.
c.WorkshopSpawner.environment = {
    "WORKSHOP_CULLER_URL": f"http://{application}-spawner:8080/services/workshop-culler/",
}
c.WorkshopSpawner.network_hub_ports = [8080, 8081]

# Sweeps up whatever the limits are: 0 seconds means never, not that nothing is cleaned.
c.JupyterHub.services = [
    {
        "name": "workshop-culler",
        "command": [
            sys.executable,
            "-m",
            "workshop_culler",
            f"--timeout={int(os.environ.get('IDLE_TIMEOUT') or 300)}",
            f"--max-age={int(os.environ.get('MAX_SESSION_AGE') or 3600)}",
            "--cull-every=60",
            # Visitors who have left, and what a killed hub has left in the cluster.
            "--anonymous-timeout=60",
            "--clean-cluster=True",
            f"--application={application}",
        ],
        "url": "http://127.0.0.1:10101",
        "oauth_client_allowed_scopes": ["read:servers", "delete:servers", "access:servers"],
    }
]
c.JupyterHub.load_roles = [
    {
        "name": "workshop-culler",
        "services": ["workshop-culler"],
        "scopes": [
            "list:users",
            "read:users:activity",
            "read:users:groups",
            "read:servers",
            "delete:servers",
            "delete:users",
        ],
    }
]
