"""Sessions with an account of their own, and a project of the hub's making: their rights in it."""

import os

import hub_settings

c = get_config()  # noqa: F821 - JupyterHub gives it
settings = hub_settings.read_settings(os.environ)

c.WorkshopSpawner.identity = "service-account"
if role := settings.spawner_role or settings.visitor_role:
    c.WorkshopSpawner.project_role = role
c.WorkshopSpawner.extra_resources = settings.resources
c.WorkshopSpawner.project_owner = settings.project_owner
# True says that there are rules, for which the template has made a ClusterRole.
if settings.session_rules:
    own = f"{settings.application}-session-rules"
    c.WorkshopSpawner.session_rules = (
        own if settings.session_rules is True else settings.session_rules
    )
if isinstance(settings.spawner_rules, str):
    c.WorkshopSpawner.hub_role = settings.spawner_rules
