"""Visitors without an account; each session has a temporary project of its own."""

import os

c = get_config()  # noqa: F821 - JupyterHub gives it

c.JupyterHub.authenticator_class = "workshop-anonymous"
c.AnonymousAuthenticator.access_code = os.environ.get("SPAWNER_PASSWORD", "")
# Who comes when all places are taken waits in a queue.
c.WorkshopSpawner.session_limit = int(os.environ.get("SERVER_LIMIT") or 8)

c.WorkshopSpawner.identity = "service-account"
c.WorkshopSpawner.project = "temporary"
if role := os.environ.get("SPAWNER_ROLE"):
    c.WorkshopSpawner.project_role = role
c.WorkshopSpawner.budget = os.environ.get("RESOURCE_BUDGET") or "small"
c.WorkshopSpawner.session_age = int(os.environ.get("MAX_SESSION_AGE") or 3600)

# Nobody has an account here: instructors type this code at /services/workshop-culler/login.
if code := os.environ.get("INSTRUCTOR_CODE"):
    c.JupyterHub.services.append({"name": "instructor", "api_token": code})
    c.JupyterHub.load_roles.append(
        {
            "name": "instructor",
            "services": ["instructor"],
            "scopes": ["access:services!service=workshop-culler", "read:servers", "delete:servers"],
        }
    )
