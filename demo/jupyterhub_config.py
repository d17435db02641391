"""The demo's hub: what an admin would write, with paths and ports from demo/serve.py."""

import os
import shutil
import sys
from pathlib import Path

c = get_config()  # noqa: F821 - JupyterHub gives it

folder = Path(os.environ["DEMO_FOLDER"])

# Everything on loopback; people open the proxy, sessions reach the hub's API.
c.JupyterHub.bind_url = os.environ["DEMO_URL"]
c.JupyterHub.hub_bind_url = f"http://127.0.0.1:{os.environ['DEMO_HUB_PORT']}"
c.ConfigurableHTTPProxy.api_url = f"http://127.0.0.1:{os.environ['DEMO_PROXY_PORT']}"
c.JupyterHub.db_url = f"sqlite:///{folder}/hub.sqlite"
c.JupyterHub.cookie_secret_file = f"{folder}/cookie_secret"
c.ConfigurableHTTPProxy.pid_file = f"{folder}/proxy.pid"

# Visitors come without an account, and each gets a project of their own.
c.JupyterHub.authenticator_class = "workshop-anonymous"
c.AnonymousAuthenticator.auto_start = bool(os.environ["DEMO_AUTO_START"])
c.AnonymousAuthenticator.access_code = os.environ["DEMO_ACCESS_CODE"]
c.JupyterHub.spawner_class = "workshop"
c.WorkshopSpawner.application = "workshop"
c.WorkshopSpawner.namespace = "workshop"
c.WorkshopSpawner.budget = "small"
c.WorkshopSpawner.image = "pocket/terminal"
# A pod of the demo is a local process: it listens on an address of its own, not on all, and its
# shell is no login shell, which would put the machine's PATH in place of the demo's.
shell = shutil.which("bash") or "/bin/sh"
c.WorkshopSpawner.cmd = [
    "jupyterhub-butterfly",
    "--ip=$(POD_IP)",
    f"--ButterflyApp.shell={shell}",
    "--ButterflyApp.shell=-i",
]
c.WorkshopSpawner.environment = {
    "WORKSHOP_NAME": "demo",
    "WORKSHOP_FOLDER": os.environ["DEMO_NOTES"],
    # Where a session asks how long it still lasts.
    "WORKSHOP_CULLER_URL": f"{os.environ['DEMO_URL']}services/workshop-culler/",
}
# How soon a visitor is told that the session was lost.
c.WorkshopSpawner.poll_interval = 5
c.WorkshopSpawner.session_limit = int(os.environ["DEMO_SESSION_LIMIT"])
# A visitor leaves by the form of /hub/restart, which ends session, project and user; not by a link
# to /hub/logout (c.JupyterHub.shutdown_on_logout), which any page on the web can have.

# Sessions end when nobody types in them, or when they are too old.
c.JupyterHub.services = [
    {
        "name": "workshop-culler",
        "command": [
            sys.executable,
            "-m",
            "workshop_culler",
            f"--timeout={os.environ['DEMO_IDLE_SECONDS']}",
            f"--max-age={os.environ['DEMO_AGE_SECONDS']}",
            "--cull-every=10",
            "--anonymous-timeout=60",
            "--clean-cluster=True",
            # Sessions are processes of this machine, as the proxy is.
            "--WorkshopCuller.trust_loopback=False",
            "--application=workshop",
            "--namespace=workshop",
            f"--state-file={folder}/workshop-culler.json",
        ],
        # Sessions ask it for their clock; instructors see who is here.
        "url": f"http://127.0.0.1:{os.environ['DEMO_CULLER_PORT']}",
        "oauth_client_allowed_scopes": ["servers", "access:servers"],
        "environment": {"KUBECONFIG": os.environ["KUBECONFIG"]},
    },
    {"name": "demo-check", "api_token": os.environ["DEMO_CHECK_TOKEN"]},
    # Nobody has an account here: an instructor types this token as a code.
    {"name": "instructor", "api_token": os.environ["DEMO_INSTRUCTOR_CODE"]},
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
            "servers",
            "delete:users",
        ],
    },
    {
        "name": "instructor",
        "services": ["instructor"],
        "scopes": ["access:services!service=workshop-culler", "servers"],
    },
    {"name": "demo-check", "services": ["demo-check"], "scopes": ["list:users", "read:servers"]},
]
