"""The culler beside the hub, for every preset: ends sessions, sweeps up what dead ones have left.

IDLE_TIMEOUT and MAX_SESSION_AGE of 0 mean never; what is left over is swept up all the same.
"""

import os
import sys

c = get_config()  # noqa: F821 - JupyterHub gives it

preset = os.environ.get("CONFIGURATION_TYPE") or "learning-portal"
# Drop-in visitors walk away; people with a login come back to what they had open.
idle, age = (300, 3600) if preset == "learning-portal" else (7200, 0)
idle = int(os.environ.get("IDLE_TIMEOUT") or idle)
age = int(os.environ.get("MAX_SESSION_AGE") or age)
application = os.environ.get("NAME_PREFIX", "") + (os.environ.get("WORKSHOP_NAME") or preset)

# Sessions ask the culler, through the hub's proxy, how long they still last, and extend themselves.
# Who goes on typing must be reported more often than sessions are taken for idle.
c.WorkshopSpawner.environment = {
    "WORKSHOP_CULLER_URL": f"http://{application}-spawner:8080/services/workshop-culler/",
    "JUPYTERHUB_ACTIVITY_INTERVAL": str(min(300, max(10, idle // 4))) if idle else "300",
}
c.WorkshopSpawner.network_hub_ports = [8080, 8081]

c.JupyterHub.services = [
    {
        "name": "workshop-culler",
        "command": [
            sys.executable,
            "-m",
            "workshop_culler",
            f"--timeout={idle}",
            f"--max-age={age}",
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
