"""The hub of a chaos run: the demo's, with everything at DEBUG and with a reserve."""

import os
import select
import sys
import time

c = get_config()  # noqa: F821 - JupyterHub gives it
load_subconfig(os.environ["CHAOS_DEMO_CONFIG"])  # noqa: F821

# What is started by the hub has its own clock, and the proxy none but the machine's.
clock = {name: os.environ[name] for name in os.environ["CHAOS_CLOCK"].split()}
if clock:
    # libfaketime 0.9 refuses the call by which Python's own sleeps (EINVAL).
    time.sleep = lambda seconds: select.select([], [], [], seconds) and None
plain_clock = ["env", *(f"--unset={name}" for name in clock)]

c.JupyterHub.db_url = os.environ["CHAOS_DATABASE"]
c.JupyterHub.log_level = "DEBUG"
# A hub that is killed cleans nothing up, and one that is ended at the end should not, either:
# what is left then is what somebody has forgotten.
c.JupyterHub.cleanup_servers = False
c.ConfigurableHTTPProxy.command = [*plain_clock, "configurable-http-proxy"]
c.ConfigurableHTTPProxy.check_running_interval = 1
c.LocalProcessSpawner.poll_interval = 2  # of services: how soon a killed culler is there again

c.WorkshopSpawner.cmd.append("--log-level=DEBUG")
c.WorkshopSpawner.poll_interval = 3
c.WorkshopSpawner.reserved_sessions = int(os.environ["CHAOS_RESERVED_SESSIONS"])
c.WorkshopSpawner.reserved_pods = int(os.environ["CHAOS_RESERVED_PODS"])
c.WorkshopSpawner.reserved_pod_launcher = [sys.executable, "-m", "workshop_launch"]
c.WorkshopSpawner.environment["JUPYTERHUB_ACTIVITY_INTERVAL"] = "3"
# How long a restarted hub waits for a start that its predecessor began.
c.Spawner.http_timeout = 10
c.Spawner.start_timeout = 60

(culler,) = (each for each in c.JupyterHub.services if each["name"] == "workshop-culler")
quicker = ("--cull-every=", "--anonymous-timeout=")
culler["command"] = [word for word in culler["command"] if not word.startswith(quicker)]
culler["command"] += [
    "--log-level=DEBUG",
    "--cull-every=3",
    # The hub notes twice a minute at most that somebody is there (activity_resolution), and a page
    # that waits asks again after ten seconds and a few.
    "--anonymous-timeout=50",
    # Sessions report every three seconds what people do, once they have found the way back.
    f"--WorkshopCuller.grace_after_start={os.environ['CHAOS_IDLE_GRACE']}",
    f"--WorkshopCuller.orphan_grace={os.environ['CHAOS_ORPHAN_GRACE']}",
]
culler["environment"].update(clock)
