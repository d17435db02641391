"""Visitors without an account; each session has a temporary project of its own, or none."""

import os
from pathlib import Path

import hub_settings

c = get_config()  # noqa: F821 - JupyterHub gives it
settings = hub_settings.read_settings(os.environ)

for part in ("accounts.py", "console.py") if settings.session_projects else ():
    load_subconfig(str(Path(__file__).parents[1] / part))  # noqa: F821

c.JupyterHub.authenticator_class = "workshop-anonymous"
c.AnonymousAuthenticator.access_code = settings.spawner_password
c.AnonymousAuthenticator.ask_name = settings.ask_name
c.AnonymousAuthenticator.auto_start = settings.auto_start

if settings.session_projects:
    c.WorkshopSpawner.project = "temporary"
    c.WorkshopSpawner.budget = settings.resource_budget or "small"
else:
    c.WorkshopSpawner.identity = "none"
    c.WorkshopSpawner.project = "none"
c.WorkshopSpawner.session_age = settings.age
c.WorkshopSpawner.reserved_sessions = settings.reserved_sessions
c.WorkshopSpawner.reserved_pods = settings.reserved_pods
c.WorkshopSpawner.reserve_schedule = list(settings.reserve_schedule)

# Nobody has an account here: instructors type this code at /services/workshop-culler/login.
if settings.instructor_code:
    c.JupyterHub.services.append({"name": "instructor", "api_token": settings.instructor_code})
    c.JupyterHub.load_roles.append(
        {
            "name": "instructor",
            "services": ["instructor"],
            "scopes": ["access:services!service=workshop-culler", "servers"],
        }
    )
