"""The hub under load: the demo's, but for what environment variables of load/stack.py say."""

import os
from pathlib import Path

from load import loop_clock

c = get_config()  # noqa: F821 - JupyterHub gives it
load_subconfig(os.environ["LOAD_DEMO_CONFIG"])  # noqa: F821 - JupyterHub gives it

loop_clock.install(Path(os.environ["LOAD_HOLDS"]))
# All of a crowd come from this machine's one address.
c.AnonymousAuthenticator.visitors_per_address = 0
c.JupyterHub.services.append({"name": "load", "api_token": os.environ["LOAD_TOKEN"]})
c.JupyterHub.load_roles.append({"name": "load", "services": ["load"], "scopes": ["admin:users"]})
c.Spawner.start_timeout = 120
c.Spawner.http_timeout = 60
c.WorkshopSpawner.reserved_sessions = int(os.environ["LOAD_RESERVED_SESSIONS"])
c.WorkshopSpawner.reserved_pods = int(os.environ["LOAD_RESERVED_PODS"])
if os.environ["LOAD_PEER"]:
    # Bare KubeSpawner, everything as its documentation has it.
    c.JupyterHub.authenticator_class = "tmp"
    c.Authenticator.allow_all = True
    c.JupyterHub.spawner_class = "kubespawner.KubeSpawner"
    c.KubeSpawner.namespace = "workshop"
    c.KubeSpawner.image = "pocket/terminal"
