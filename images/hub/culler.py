"""The culler beside the hub, for every mode: ends sessions, sweeps up what dead ones have left.

IDLE_TIMEOUT and MAX_SESSION_AGE of 0 mean never; what is left over is swept up all the same.
"""

import os
import sys

import hub_settings
from jupyterhub.services.service import Service

c = get_config()  # noqa: F821 - JupyterHub gives it
settings = hub_settings.read_settings(os.environ)

# JupyterHub gives a service nothing of its own environment; of the cluster and the home it must
# know, as the user has no line in /etc/passwd.
PASSED_ON = ("KUBERNETES_SERVICE_HOST", "KUBERNETES_SERVICE_PORT", "KUBECONFIG", "HOME")

# How long a hub that starts waits for it: a busy node takes its time. JupyterHub 5 waits ten
# seconds, whatever is said.
patience = {"timeout": 120} if "timeout" in Service.class_traits(input=True) else {}

c.JupyterHub.services = [
    {
        "name": "workshop-culler",
        "command": [
            sys.executable,
            "-m",
            "workshop_culler",
            f"--timeout={settings.idle}",
            f"--max-age={settings.age}",
            "--cull-every=60",
            # Visitors who have left, and what a killed hub has left in the cluster.
            "--anonymous-timeout=60",
            "--clean-cluster=True",
            f"--application={settings.application}",
            f"--state-file={settings.state_folder / 'culler.json'}",
            *(f"--WorkshopCuller.trusted_proxies={each}" for each in settings.trusted_proxies),
        ],
        "url": "http://127.0.0.1:10101",
        **patience,
        "oauth_client_allowed_scopes": ["servers", "access:servers", "custom:workshop:instruct"],
        "environment": {name: os.environ[name] for name in PASSED_ON if os.environ.get(name)},
    }
]
# For roles that a layer above gives to assistants and instructors.
c.JupyterHub.custom_scopes = {
    "custom:workshop:assist": {"description": "See the sessions of workshops, and help in them"},
    "custom:workshop:instruct": {
        "description": "Extend and stop the sessions of workshops, and speak to everybody",
        "subscopes": ["custom:workshop:assist"],
    },
}
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
            # Of a class that is prepared.
            "servers",
            "delete:users",
        ],
    }
]
